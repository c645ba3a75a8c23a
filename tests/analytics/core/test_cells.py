"""Rare categories, and combinations of a product that no row has, are named; what follows from them once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.core.frame import Frame
from analytics.core.kinds import Outcome, read_spec, run_spec
from surveys.core.codebook import ValueType
from tests.analytics.columns import column, labelled, survey

KINDS = ("logit", "linear", "ordered_logit", "multilevel_logit", "multilevel_linear")


def people(rare: int = 2) -> Frame:
    """400 rows: a category of ``rare`` rows, a dummy that few have, no row with q and z."""
    draw = np.random.default_rng(11)
    a, b = draw.choice(["p", "q"], 400).tolist(), draw.choice(["x", "y", "z"], 400).tolist()
    a = ["p" if two == "z" else one for one, two in zip(a, b, strict=True)]
    job = [3] * rare + [1 + at % 2 for at in range(400 - rare)]
    flag = [int(at < 4) for at in range(400)]
    return {
        "y": column("y", (draw.random(400) < 0.5).astype(int).tolist(), ValueType.INTEGER),
        "yc": column("yc", draw.normal(size=400).tolist()),
        "x": column("x", draw.normal(size=400).tolist()),
        "a": column("a", a, ValueType.TEXT),
        "b": column("b", b, ValueType.TEXT),
        "job": labelled("job", job, {1: "farm", 2: "factory", 3: "office"}),
        "flag": column("flag", flag, ValueType.INTEGER),
        "g": column("g", [at % 20 for at in range(400)], ValueType.INTEGER),
    }


def checks(spec: str, frame: Frame, code: str) -> list[Any]:
    outcome: Outcome = run_spec(read_spec(spec), frame)
    return [check for check in outcome.checks if check.code == code]


@pytest.mark.parametrize("kind", KINDS)
def test_a_category_of_few_rows_is_named_without_its_count(kind: str) -> None:
    frame = people()
    outcome = {"ordered_logit": "o", "linear": "yc", "multilevel_linear": "yc"}.get(kind, "y")
    three = np.random.default_rng(1).integers(1, 4, 400).tolist()
    frame = {**frame, "o": column("o", three, ValueType.INTEGER)}
    groups = "\ngroups: g" if kind.startswith("multilevel") else ""
    (told,) = checks(f"kind: {kind}\nformula: {outcome} ~ C(job) + flag + x{groups}", frame, "rare_category")
    assert told.message.startswith("Fewer than 10 rows have job = 3 (office), flag = 1: ")
    assert told.severity == "warning" and list(told.terms) == ["C(job)[3]", "flag"]


def test_ten_rows_are_not_few_and_nor_is_the_rest_of_a_dummy() -> None:
    assert checks("kind: logit\nformula: y ~ C(job) + x", people(10), "rare_category") == []
    assert checks("kind: logit\nformula: y ~ z + C(job)", survey(), "rare_category") == []
    (told,) = checks("kind: logit\nformula: y ~ C(job) + x", people(9), "rare_category")
    assert "job = 3" in told.message


def test_a_combination_without_rows_is_named_in_place_of_its_column() -> None:
    outcome = run_spec(read_spec("kind: linear\nformula: yc ~ a*b"), people())
    assert [check.code for check in outcome.checks] == ["empty_cells", "not_estimable"]
    told = outcome.checks[0]
    assert told.message.startswith("No row used has a = q with b = z: ") and list(told.terms) == ["a[q]:b[z]"]


def test_the_combination_of_the_references_is_named_too() -> None:
    """No row has a = p with b = x: the column left out is another one, which this explains."""
    frame = people()
    moved = ["q" if two == "x" else "p" if at % 3 else "q" for at, two in enumerate(frame["b"].values)]
    frame = {**frame, "a": column("a", moved, ValueType.TEXT)}
    (told,) = checks("kind: linear\nformula: yc ~ a*b", frame, "empty_cells")
    assert "a = p with b = x" in told.message


def test_a_product_of_many_categories_is_told_in_few_sentences() -> None:
    outcome = run_spec(read_spec("kind: linear\nformula: yc ~ a*b*C(g)"), people())
    assert len(outcome.checks) <= 5
    (empty,) = (check for check in outcome.checks if check.code == "empty_cells")
    assert "a = q with b = z" in empty.message
    (rare,) = (check for check in outcome.checks if check.code == "rare_category")
    assert "more" in rare.message and rare.message.count(" = ") < 20
    left_out = run_spec(read_spec("kind: linear\nformula: yc ~ a*b*C(g)"), people()).result["models"][0]
    assert len(left_out["result"]["dropped"]) >= 20


def test_an_additive_model_has_no_combinations() -> None:
    assert checks("kind: linear\nformula: yc ~ a + b", people(), "empty_cells") == []
