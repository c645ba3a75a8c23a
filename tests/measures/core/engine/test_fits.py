"""What is fitted: by hand, exactly, and refused where a sample cannot carry it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from measures.core import factor
from measures.core.engine import DuckEngine, Plan, Rule
from measures.core.engine.fits import Fit
from measures.core.engine.prepare import prepare
from measures.core.polychoric import polychoric
from surveys.core.problems import Refused
from tests.measures.small_survey import rule, store


def fitted(path: Path, text: str, **cells: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    source = store(path / "wave.parquet", cells)
    (result,) = DuckEngine().derive(Plan(source, (Rule("m", rule(text)),)), path)
    (fit,) = result.fitted.values()
    return fit, [reason or value for value, reason in pl.read_parquet(result.path).iter_rows()]


def test_standardise_by_hand(tmp_path: Path) -> None:
    fit, found = fitted(tmp_path, "standardise(a)", a=[1, 2, 3, -1, None])
    assert (fit["n"], fit["means"], fit["sds"], fit["is_exact"]) == (3, [2.0], [1.0], True)
    assert found == [-1.0, 0.0, 1.0, "refused", "system"]


def test_group_means_by_hand(tmp_path: Path) -> None:
    fit, found = fitted(tmp_path, "group_mean(a, by=city)", a=[1, 2, -1, -1, 5], city=[1, 1, 1, 2, -2])
    assert fit["groups"] == [[1, 1.5]]
    assert found == [1.5, 1.5, 1.5, "no_answer", "dont_know"]


def test_small_groups_by_hand(tmp_path: Path) -> None:
    cells = {"a": [1, 2, -1, 4, 5], "city": [1, 1, 2, 2, -2]}
    fit, found = fitted(tmp_path, "group_mean(a, by=city, at_least=2)", **cells)
    assert fit["groups"] == [[1, 1.5]] and fit["sizes"] == [2]
    assert found == [1.5, 1.5, "no_answer", "no_answer", "dont_know"]
    _, found = fitted(tmp_path, "group_share(a > 1, by=city, at_least=2)", **cells)
    assert found == [0.5, 0.5, "no_answer", "no_answer", "dont_know"]


def test_percentile_ranks_by_hand(tmp_path: Path) -> None:
    fit, found = fitted(tmp_path, "percentile_rank(a)", a=[3, 1, 3, 5, -1])
    assert (fit["n"], fit["groups"], fit["sizes"]) == (4, [[1, 0.125], [3, 0.5], [5, 0.875]], [1, 2, 1])
    assert found == [0.5, 0.125, 0.5, 0.875, "refused"]


def test_an_unseen_value_gets_the_share_below_it(tmp_path: Path) -> None:
    source = store(tmp_path / "one.parquet", {"x": [1.0, 3.0, 3.0, 5.0]})
    (first,) = DuckEngine().derive(Plan(source, (Rule("m", rule("percentile_rank(x)")),)), tmp_path)
    other = store(tmp_path / "two.parquet", {"x": [0.0, 1.0, 2.0, 4.0, 6.0]})
    frozen = Rule("m", rule("percentile_rank(x)"), json.loads(json.dumps(first.fitted)))
    (second,) = DuckEngine().derive(Plan(other, (frozen,)), tmp_path)
    assert pl.read_parquet(second.path)["value"].to_list() == [0.0, 0.125, 0.25, 0.75, 1.0]


def test_quantile_bands_by_hand(tmp_path: Path) -> None:
    """Five values in two bands: the first ends with the third; what is tied stays together."""
    fit, found = fitted(tmp_path, "quantile_band(a, 2)", a=[5, 1, 2, 3, 4, -1])
    assert (fit["n"], fit["groups"], fit["sizes"]) == (5, [[1, 3]], [3])
    assert found == [2, 1, 1, 1, 2, "refused"]
    fit, found = fitted(tmp_path, "quantile_band(a, 4)", a=[1, 1, 1, 1, 1, 7, 8, 9])
    assert found == [1] * 5 + [3, 4, 4] and fit["sizes"] == [5, 0, 1]


def test_bands_and_ranks_do_not_see_the_order_of_rows(tmp_path: Path) -> None:
    cells = [round(random.Random(k).gauss(0, 1), 2) for k in range(900)]
    for text in ("quantile_band(x, 7)", "percentile_rank(x)"):
        assert fitted(tmp_path, text, x=cells)[0] == fitted(tmp_path, text, x=sorted(cells))[0]


def test_groups_count_once_each(tmp_path: Path) -> None:
    cells = {"x": [1.0, 1.0, 1.0, 2.0, 6.0, None], "city": [1, 1, 1, 2, 3, 3]}
    fit, found = fitted(tmp_path, "standardise(x, among=city)", **cells)
    assert (fit["n"], fit["means"]) == (3, [3.0]) and found[0] == pytest.approx(-2 / 7**0.5)
    assert found[5] == "system"
    fit, found = fitted(tmp_path, "percentile_rank(x, among=city)", **cells)
    assert (fit["n"], fit["sizes"]) == (3, [1, 1, 1])
    assert found == [*(1 / 6,) * 3, 0.5, 5 / 6, "system"]


def test_a_group_with_two_values_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        fitted(tmp_path, "standardise(a, among=city)", a=[1, 2, 3], city=[1, 1, 2])
    (problem,) = refused.value.problems
    assert problem.message.startswith("standardise counts groups by city once each, but in 1 group")


def test_too_many_values_for_percentile_ranks_are_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        fitted(tmp_path, "percentile_rank(age)", age=list(range(1001)))
    (problem,) = refused.value.problems
    assert "more than 1,000 different values" in problem.message and "quantile_band" in problem.hint
    fit, _ = fitted(tmp_path, "percentile_rank(age)", age=list(range(1000)))
    assert fit["groups"][999] == [999, 0.9995]


@pytest.mark.parametrize("scale", [1e-250, 1e-3, 1.0, 1e12, 1e290])
def test_numbers_of_any_size_are_fitted(tmp_path: Path, scale: float) -> None:
    cells = [scale * k / 7 for k in (1, 2, 4, -9, 30)]
    fit, _ = fitted(tmp_path, "standardise(x / 3)", x=cells)
    assert fit["sds"][0] == pytest.approx(scale / 21 * np.std([1, 2, 4, -9, 30], ddof=1), rel=1e-12, abs=0)
    fit, _ = fitted(tmp_path, "group_mean(x, by=city)", x=cells, city=[1] * 5)
    assert fit["groups"] == [[1, pytest.approx(scale * 0.8, rel=1e-12, abs=0)]]


def test_sums_are_exact_in_any_order(tmp_path: Path) -> None:
    cells = [round(random.Random(k).uniform(0, 1e5), 4) for k in range(2000)]
    one, _ = fitted(tmp_path, "standardise(x)", x=cells)
    two, _ = fitted(tmp_path, "standardise(x)", x=sorted(cells))
    assert one == two and one["is_exact"]


def test_long_decimals_are_summed_to_fifty_bits_in_any_order(tmp_path: Path) -> None:
    cells = [k / 7 for k in range(1, 200)]
    random.Random(3).shuffle(cells)
    fit, _ = fitted(tmp_path, "standardise(x)", x=cells)
    assert not fit["is_exact"]
    assert fitted(tmp_path, "standardise(x)", x=sorted(cells))[0] == fit
    assert fit["means"] == [pytest.approx(np.mean(cells), rel=1e-14)]
    assert fit["sds"] == [pytest.approx(np.std(cells, ddof=1), rel=1e-13)]


def answers(n: int = 300) -> dict[str, list[Any]]:
    chance = random.Random(5)
    traits = [chance.gauss(0, 1) for _ in range(n)]
    return {
        name: [min(5, max(1, round(3 + trait + chance.gauss(0, 0.8)))) for trait in traits] for name in "abc"
    }


def test_absent_items_stand_at_their_mean(tmp_path: Path) -> None:
    cells = answers()
    cells["a"][0], cells["a"][1], cells["b"][1] = -1, -2, None
    text = "factor_score(a, b, c, at_least=2)"
    fit, found = fitted(tmp_path, text, **cells)
    assert fit["n"] == 298
    z = [(cells[name][0] - fit["means"][at]) / fit["sds"][at] for at, name in enumerate("abc")]
    assert found[0] == pytest.approx(fit["weights"][1] * z[1] + fit["weights"][2] * z[2])
    assert found[1] == "dont_know"


def test_the_mean_of_items_takes_the_valid_ones(tmp_path: Path) -> None:
    cells = answers()
    cells["a"][0] = -1
    fit, found = fitted(tmp_path, 'factor_score(a, b, c, scores="mean", at_least=1)', **cells)
    z = [(cells[name][0] - fit["means"][at]) / fit["sds"][at] for at, name in enumerate("abc")]
    assert found[0] == pytest.approx((z[1] + z[2]) / 2)


def test_scores_have_the_spread_their_kind_promises(tmp_path: Path) -> None:
    for scores in ("regression", "component"):
        fit, found = fitted(tmp_path, f'factor_score(a, b, c, scores="{scores}")', **answers())
        sd = {"regression": 1.0, "component": fit["eigenvalues"][0] ** 0.5}[scores]
        assert np.mean(found) == pytest.approx(0, abs=1e-9)
        assert np.std(found, ddof=1) == pytest.approx(sd, rel=1e-8)


def test_a_fit_survives_its_json(tmp_path: Path) -> None:
    fit, _ = fitted(tmp_path, "factor_score(a, b, c)", **answers())
    assert Fit.from_json(json.loads(json.dumps(fit))).as_json() == fit


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("standardise(a)", {"a": [3, 3, 3]}),
        ("standardise(a)", {"a": [3, -1]}),
        ("standardise(a, among=city)", {"a": [3, 3], "city": [1, 1]}),
        ("percentile_rank(a)", {"a": [-1, None]}),
        ("quantile_band(a, 3)", {"a": [1, 2, -1]}),
        ("factor_score(a, b)", {"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]}),
        ("factor_score(a, b)", {"a": [1, -1], "b": [-1, 2]}),
        ("factor_score(a, b)", {"a": [1, 1, 2, 2], "b": [1, 2, 1, 2]}),
        ('factor_score(a, b, basis="polychoric")', {"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]}),
        ('factor_score(a, b, basis="polychoric")', {"a": [1, -1], "b": [-1, 2]}),
        ('factor_score(a, b, basis="polychoric")', {"a": [], "b": []}),
        ('factor_score(a, x, basis="polychoric")', {"a": [1, 2, 1, 2], "x": [1.5, 2.5, 3.5, 1.5]}),
        ('factor_score(a, age, basis="polychoric")', {"a": [1, 2] * 15, "age": list(range(30))}),
    ],
)
def test_samples_that_cannot_carry_a_fit_are_refused(
    tmp_path: Path, text: str, cells: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        fitted(tmp_path, text, **cells)
    assert refused.value.problems[0].code == "unfit_sample"


def test_a_factor_of_polychoric_correlations(tmp_path: Path) -> None:
    """Correlations, loadings and weights are those of the crossed counts; what is scored are the codes."""
    cells = answers()
    cells["a"][0] = -1
    text = 'factor_score(reverse(a), b, c, basis="polychoric", method="minres", scores="bartlett")'
    fit, found = fitted(tmp_path, text, **cells)
    rows = np.array([[6 - a, b, c] for a, b, c in zip(*(cells[name] for name in "abc"), strict=True)])[1:]
    expected = np.eye(3)
    for i, j in ((1, 0), (2, 0), (2, 1)):
        table = np.zeros((5, 5))
        np.add.at(table, (rows[:, i] - 1, rows[:, j] - 1), 1.0)
        expected[i, j] = expected[j, i] = polychoric(table)
    assert np.array(fit["correlation"]) == pytest.approx(expected, abs=1e-10)
    extraction = factor.minres(expected)
    assert fit["loadings"] == pytest.approx(extraction.loadings[:, 0], abs=1e-8)
    assert (fit["basis"], fit["means"]) == ("polychoric", [pytest.approx(x) for x in rows.mean(axis=0)])
    z = (rows - rows.mean(axis=0)) / rows.std(axis=0, ddof=1)
    weights = factor.score_weights(extraction, expected, "bartlett")
    assert found[0] == "refused"
    assert found[1:] == pytest.approx(z @ weights, abs=1e-7)
    assert Fit.from_json(json.loads(json.dumps(fit))).as_json() == fit


def test_factors_that_explain_the_same_are_refused_in_words(tmp_path: Path) -> None:
    """Four items in two pairs, alike in all but their names: any turn of the two axes fits as well."""
    pair = [(1, 1), (1, 2), (2, 1), (2, 2), (1, 1), (2, 2)]
    rows = [(*one, *other) for one in pair for other in pair]
    cells = {name: [row[at] for row in rows] for at, name in enumerate(("a", "b", "c", "community"))}
    text = "factor_score(a, b, c, community, factors=2{})"
    with pytest.raises(Refused, match="two of the factors explain the same"):
        fitted(tmp_path, text.format(""), **cells)
    fit, _ = fitted(tmp_path, text.format(', rotation="varimax"'), **cells)  # the plane itself is fixed
    assert np.array(fit["pattern"]).round(6).tolist() == [
        [0.816497, 0],
        [0.816497, 0],
        [0, 0.816497],
        [0, 0.816497],
    ]
    assert Fit.from_json(json.loads(json.dumps(fit))).as_json() == fit


def test_a_later_wave_is_scored_on_the_frozen_factor(tmp_path: Path) -> None:
    text = 'factor_score(a, b, c, age, income, factors=2, factor=2, rotation="varimax")'
    draw = np.random.default_rng(7)
    waves = [
        {name: draw.integers(1, 6, 60).tolist() for name in ("a", "b", "c", "age", "income")} for _ in "12"
    ]
    fit, _ = fitted(tmp_path, text, **waves[0])
    (first,) = DuckEngine().derive(
        Plan(store(tmp_path / "one.parquet", waves[0]), (Rule("m", rule(text)),)), tmp_path
    )
    later = Rule("m", rule(text), json.loads(json.dumps(first.fitted)))
    (result,) = DuckEngine().derive(Plan(store(tmp_path / "two.parquet", waves[1]), (later,)), tmp_path)
    rows = np.array(list(waves[1].values()), dtype=float).T
    expected = ((rows - fit["means"]) / fit["sds"]) @ fit["weights"]
    assert pl.read_parquet(result.path)["value"].to_numpy() == pytest.approx(expected, abs=1e-12)


def test_a_fit_asks_only_for_what_its_own_part_is_made_of(tmp_path: Path) -> None:
    """Statements that carried every earlier part would make many fits take the square of the time."""
    names = ("a", "b", "c", "age", "income", "x")
    cells: dict[str, list[Any]] = {name: [1, 2, 3, 4] for name in names} | {"city": [1, 1, 2, 2]}
    parts = [f"standardise(group_mean({name}, by=city), among=city)" for name in names]
    plan = Plan(store(tmp_path / "wave.parquet", cells), (Rule("m", rule(f"mean_of({', '.join(parts)})")),))
    said: list[str] = []

    def run(statement: str, parameters: Mapping[str, str]) -> list[tuple[Any, ...]]:
        said.append(statement)
        with duckdb.connect() as connection:
            return connection.execute(statement, dict(parameters)).fetchall()

    prepare(plan, run, ())
    assert len(said) == 2 * len(names)
    stages = [statement[statement.index("clean AS") :].count(" AS v_x") for statement in said]
    assert max(stages) <= 2
