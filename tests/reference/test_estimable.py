"""Slopes, predictions and effects where rows lack a combination or a column was left out, against R.

R says what is estimable by the null space of its whole model matrix (as ``estimability::nonest.basis`` does),
and gives the values of the rest.  Tolerances: relative 1e-9, absolute 1e-12 near zero; all are optima.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.core.frame import Frame
from analytics.core.kinds import read_spec, run_spec
from surveys.core.codebook import ValueType
from tests.analytics.columns import column
from tests.reference.cases import Case, load

CLOSE = {"rel": 1e-9, "abs": 1e-12}
FORMULA = {"linear": "y ~ a*b", "logit": "l ~ a*b"}
NO_ROW = "no row used has a = q with b = z"


@cache
def case() -> Case:
    return load(Path(__file__).parent / "estimable")


@cache
def frame() -> Frame:
    kinds = {"a": ValueType.TEXT, "b": ValueType.TEXT, "o": ValueType.INTEGER, "g": ValueType.INTEGER}
    rows = case().rows.with_columns(pl.col("q").cast(pl.Float64))
    return {
        name: column(name, rows[name].to_list(), kinds.get(name, ValueType.DECIMAL)) for name in rows.columns
    }


def fitted(spec: str) -> dict[str, Any]:
    (model,) = run_spec(read_spec(spec), frame()).result["models"]
    return dict(model["result"])


def lacking(result: dict[str, Any]) -> list[str]:
    return [check["message"] for check in result["checks"] if check["code"] == "not_estimable"]


@pytest.mark.parametrize("kind", ["linear", "logit"])
def test_what_an_empty_cell_leaves(kind: str) -> None:
    reference = case().reference["empty"][kind]
    assert reference["left_out"] == "aq:bz"
    result = fitted(f"kind: {kind}\nformula: {FORMULA[kind]}\npredict: {{a: [p, q], b: [x, y, z]}}")
    ours = {tuple(one["at"].values()): one for one in result["predictions"]}
    theirs = reference["predict"]
    for at, value, error, known in zip(
        reference["at"], theirs["value"], theirs["se"], theirs["estimable"], strict=True
    ):
        mine = ours.pop((at["a"], at["b"]), None)
        assert (mine is not None) == known
        if mine:
            assert mine["estimate"] == pytest.approx(value, **CLOSE)
            assert mine["std_error"] == pytest.approx(error, **CLOSE)
    assert not ours
    slopes = reference["slopes"]
    assert slopes["estimable"] == [True, True, False]
    assert [one["at"]["b"] for one in result["slopes"]] == ["x", "y"]
    assert [one["estimate"] for one in result["slopes"]] == pytest.approx(slopes["value"][:2], **CLOSE)
    assert [one["std_error"] for one in result["slopes"]] == pytest.approx(slopes["se"][:2], **CLOSE)
    told = lacking(result)
    assert any("1 of 3 slopes" in text and f"a[q] at b = z ({NO_ROW})" in text for text in told)
    assert any("1 of 6 predictions" in text and f"a = q and b = z ({NO_ROW})" in text for text in told)


def test_a_column_that_others_determine() -> None:
    reference = case().reference["dup"]
    spec = "kind: linear\nformula: y ~ x + z + dup\n"
    assert fitted(spec)["dropped"] == [reference["left_out"]] == ["dup"]
    assert reference["predict_dup"]["estimable"] == [False, False]
    result = fitted(f"{spec}predict: {{dup: [0, 5]}}")
    assert result["predictions"] == []
    assert "dup = 0 (it depends on dup, left out of the fit)" in lacking(result)[0]
    for name in ("x", "z", "dup"):
        assert reference["slopes"]["estimable"] == [False] * 3
        result = fitted(f"{spec}slopes: {{of: {name}, at: {{q: [1]}}}}".replace("dup\n", "dup + q\n", 1))
        assert result["slopes"] == [] and "1 of 1 slopes" in lacking(result)[0]
    whole = reference["predict_all"]
    result = fitted(f"{spec}predict: {{x: [0.5], z: [1.5], dup: [2, 1]}}")
    (one,) = result["predictions"]
    assert whole["estimable"] == [True, False] and one["at"]["dup"] == 2
    assert one["estimate"] == pytest.approx(whole["value"][0], **CLOSE)
    assert one["std_error"] == pytest.approx(whole["se"][0], **CLOSE)


@pytest.mark.parametrize(
    ("kind", "outcome", "more"),
    [
        ("logit", "l", ""),
        ("ordered_logit", "o", ""),
        ("multinomial_logit", "o", ""),
        ("multilevel_logit", "l", "\ngroups: g"),
    ],
)
def test_no_marginal_effect_averages_a_cell_without_rows(kind: str, outcome: str, more: str) -> None:
    """Moving all rows to a = q moves some to where no row is; b = y has rows of both."""
    result = fitted(f"kind: {kind}\nformula: {outcome} ~ x + a*b{more}")
    assert {one["term"] for one in result["marginal_effects"]} == {"x", "b[y]"}
    (told,) = (text for text in lacking(result) if "marginal" in text)
    assert told.startswith("2 of 4 average marginal effects") and f"a[q] ({NO_ROW})" in told


def test_a_slope_that_is_known_where_the_curve_is_not() -> None:
    """The slope of x in the log odds does not depend on b; its effect on the probability does."""
    result = fitted("kind: logit\nformula: l ~ x + a*b\nslopes: {of: x, at: {b: [x, z]}}")
    known, curved = result["slopes"]
    assert known["estimate"] == curved["estimate"] and known["effect"] is not None
    assert curved["effect"] is None and curved["effect_std_error"] is None


@pytest.mark.parametrize("formula", ["y ~ x + q + x:q", "y ~ x*q"])
def test_a_value_that_where_excludes_or_no_row_has(formula: str) -> None:
    result = fitted(f"kind: linear\nformula: {formula}")
    (slope,) = result["slopes"]
    assert slope["at"] == {"q": 1}
    assert "x at q = 0 (no row used has q = 0)" in lacking(result)[0]


def test_a_variable_left_out_has_no_slope_and_says_so() -> None:
    result = fitted("kind: logit\nformula: l ~ x + q\nslopes: {of: q, at: {x: [0]}}")
    assert result["converged"] and result["slopes"] == []
    assert any("q at x = 0" in text and "left out" in text for text in lacking(result))


def test_additive_models_reach_where_no_row_is() -> None:
    """Without the product the cell is the sum of what both add: estimable, as R has it."""
    result = fitted("kind: linear\nformula: y ~ a + b\npredict: {a: [q], b: [z]}")
    assert len(result["predictions"]) == 1 and lacking(result) == []


def test_multiverses_give_no_effect_where_the_rows_carry_none() -> None:
    spec = """
kind: multiverse
model: {kind: logit, formula: l ~ x + a + b}
term: a[q]
choices:
  - {name: terms, alternatives: [{name: few, adopted: true}, {name: product, add: "a:b"}]}
  - {name: family, alternatives: [{name: logit, adopted: true}, {name: linear, kind: linear}]}
"""
    result = run_spec(read_spec(spec), frame()).result
    rows = result["specifications"]
    assert result["scale"] == "effect"
    for one in rows:
        assert (one["value"] is None) == ("product" in one["chosen"])
    assert all(NO_ROW in one["reason"] for one in rows if one["value"] is None)
