"""Which scale a rule holds, how its items are answered together, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from measures.core import factor
from measures.core.engine import DuckEngine, Plan
from measures.core.engine.joint import MOST_GROUPS, Joint
from measures.core.language.functions_of_samples import POLYCHORIC
from measures.core.scale import Scale, metric_of, rules_of, scales_in
from measures.core.scale_figures import congruences, drift_of, figures_of
from measures.core.scale_warnings import likeness, likeness_warning, warnings_of
from surveys.core.problems import Refused
from tests.measures.small_survey import rule, store

SCORE = 'factor_score(reverse(a), b, c, method="minres", scores="weighted_sum")'
LAST_DIGITS = 1e-12  # exact sums against sums of doubles, relative


def answers(n: int = 400, seed: int = 3, gaps: bool = True) -> dict[str, list[int]]:
    """Three five-point items of one factor; ``a`` is worded the other way; some answers are refused."""
    draw = np.random.default_rng(seed)
    trait = draw.normal(size=n)
    found = {"city": [int(x) for x in draw.integers(1, 3, n)]}
    for name, loading in (("a", -0.7), ("b", 0.8), ("c", 0.6)):
        latent = loading * trait + np.sqrt(1 - loading**2) * draw.normal(size=n)
        codes = np.digitize(latent, (-1.2, -0.3, 0.4, 1.3)) + 1
        if gaps:
            codes[draw.uniform(size=n) < 0.1] = -1
        found[name] = [int(x) for x in codes]
    return found


def scale_of(text: str) -> Scale:
    (found,) = scales_in(rule(text))
    return found


def answered(
    path: Path, cells: Mapping[str, Sequence[Any]], text: str = SCORE, by: str = "", engine: Any = None
) -> Mapping[Any, Joint]:
    checked = rule(text)
    parts = [item.part for item in scale_of(text).items] + ([rule(by).root] if by else [])
    rules = rules_of(parts, checked)
    plan = Plan(store(path / "w.parquet", cells), rules)
    names = [one.name for one in rules]
    asked, group = (names[:-1], names[-1]) if by else (names, "")
    found: Mapping[Any, Joint] = (engine or DuckEngine()).joint(plan, asked, group)
    return found


def complete(cells: Mapping[str, Sequence[Any]], **only: int) -> pl.DataFrame:
    frame = pl.DataFrame(cells).filter(pl.all_horizontal(pl.col("a", "b", "c") > 0))
    for name, value in only.items():
        frame = frame.filter(pl.col(name) == value)
    return frame.select((6 - pl.col("a")).alias("a"), "b", "c")


def test_a_factor_score_is_a_scale() -> None:
    found = scale_of(f"50 + 10 * {SCORE}")
    assert found.names == ("a", "b", "c")
    assert [item.is_reversed for item in found.items] == [True, False, False]
    assert (found.extraction, found.scores, found.at_least) == ("minres", "weighted_sum", 3)


@pytest.mark.parametrize(
    ("text", "scores", "least", "standardised"),
    [
        ("mean_of(a, 6 - b, c, at_least=2)", "mean", 2, False),
        ("sum_of(a, b)", "sum", 2, False),
        ("mean_of(standardise(a), standardise(income))", "mean", 2, True),
    ],
)
def test_sums_and_means_of_answers_are_scales(text: str, scores: str, least: int, standardised: bool) -> None:
    found = scale_of(text)
    assert (found.extraction, found.scores, found.at_least) == ("", scores, least)
    assert found.is_standardised is standardised


def test_an_item_taken_from_the_end_of_its_scale_counts_the_other_way() -> None:
    turned = [item.is_reversed for item in scale_of("sum_of(6 - a, -b, 6 - reverse(c), c - 1)").items]
    assert turned == [True, True, False, False]


@pytest.mark.parametrize("text", ["sum_of(income, x)", "mean_of(a, income)", "a + b", "sum_of(a)"])
def test_amounts_and_single_answers_are_no_scale(text: str) -> None:
    assert scales_in(rule(text)) == ()


def test_a_mean_of_two_scores_holds_two_scales() -> None:
    text = "mean_of(factor_score(a, b), factor_score(b, c))"
    assert [found.names for found in scales_in(rule(text))] == [("a", "b"), ("b", "c")]


def test_answers_are_counted_together(tmp_path: Path) -> None:
    cells = answers()
    found = answered(tmp_path, cells)[None]
    rows = complete(cells)
    valid = pl.DataFrame(cells).select(pl.sum_horizontal(pl.col("a", "b", "c") > 0)).to_series()
    assert found.answered == tuple(int((valid == k).sum()) for k in range(4))
    assert found.n == rows.height
    counted = rows.group_by("b", "c").len()
    assert found.pairs[1, 2] == {(b, c): n for b, c, n in counted.iter_rows()}
    figures = figures_of(scale_of(SCORE), found)
    assert figures.covariance == pytest.approx(np.cov(rows.to_numpy().T), rel=LAST_DIGITS)
    assert figures.means == pytest.approx(rows.to_numpy().mean(axis=0), rel=LAST_DIGITS)


def test_groups_are_counted_apart_and_rows_without_a_group_left_out(tmp_path: Path) -> None:
    cells = answers()
    cells["city"][:7] = [-1] * 7
    found = answered(tmp_path, cells, by="city")
    assert list(found) == [1, 2]
    assert sum(sum(one.answered) for one in found.values()) == 393
    for city, one in found.items():
        expected = np.cov(complete(cells, city=city).to_numpy().T)
        assert figures_of(scale_of(SCORE), one).covariance == pytest.approx(expected, rel=LAST_DIGITS)


def test_numbers_that_are_no_codes_give_sums_and_products(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    cells = {
        "income": draw.lognormal(8, 1, 300),
        "x": draw.normal(size=300),
        "city": draw.integers(1, 3, 300),
    }
    text = "mean_of(standardise(income), standardise(x))"
    found = answered(tmp_path, cells, text, by="city")
    for city, one in found.items():
        rows = np.array([cells["income"], cells["x"]])[:, cells["city"] == city]
        assert one.pairs == {}
        assert figures_of(scale_of(text), one).covariance == pytest.approx(np.cov(rows), rel=1e-9)
    with pytest.raises(Refused, match="few ordered codes"):
        figures_of(scale_of(text), found[1], POLYCHORIC)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    found = answered(tmp_path, answers())[None]
    assert Joint.from_json(found.as_json()) == found
    cells = {"income": [1.1, 2.7, 3.14159265, 8.0], "x": [0.5, 1.0, -3.0, 2.0]}
    other = answered(tmp_path, cells, "mean_of(standardise(income), standardise(x))")[None]
    assert Joint.from_json(other.as_json()) == other


def test_too_many_groups_are_refused(tmp_path: Path) -> None:
    cells = answers(40, gaps=False) | {"age": list(range(40))}
    with pytest.raises(Refused, match=f"more than {MOST_GROUPS} groups"):
        answered(tmp_path, cells, by="age")


@pytest.mark.parametrize("basis", ["pearson", "polychoric"])
@pytest.mark.parametrize("method", ["minres", "principal"])
@pytest.mark.parametrize("scores", ["regression", "bartlett", "weighted_sum", "sum", "mean"])
def test_the_refitted_metric_is_the_one_the_rule_fits(
    tmp_path: Path, method: str, scores: str, basis: str
) -> None:
    """What the figures say of the score is what the engine's column is like."""
    text = f'factor_score(reverse(a), b, c, method="{method}", scores="{scores}", basis="{basis}")'
    cells, checked, scale = answers(), rule(text), scale_of(text)
    source = store(tmp_path / "w.parquet", cells)
    result = DuckEngine().derive(Plan(source, rules_of([checked.root], checked)), tmp_path)[0]
    column = pl.read_parquet(result.path)["value"].drop_nulls()
    figures = figures_of(scale, answered(tmp_path, cells, text)[None])
    mean, sd = figures.scored(figures.metric)
    assert (mean, sd) == (pytest.approx(column.mean(), abs=1e-9), pytest.approx(column.std(), rel=1e-8))
    frozen = metric_of(scale, result.fitted)
    assert frozen is not None
    assert frozen.weights == pytest.approx(figures.metric.weights, rel=1e-8)


def test_a_later_wave_drifts_on_the_frozen_metric(tmp_path: Path) -> None:
    """Mean, SD and correlation of scores made row by row on both metrics."""
    scale = scale_of(SCORE)
    first = figures_of(scale, answered(tmp_path, answers(seed=3))[None])
    later = {**answers(seed=4), "b": [min(x + 1, 5) if x > 0 else x for x in answers(seed=4)["b"]]}
    figures = figures_of(scale, answered(tmp_path, later)[None])
    found = drift_of(figures, first.metric)
    rows = complete(later).to_numpy()
    frozen = ((rows - first.means) / first.sds) @ first.metric.weights
    own = ((rows - rows.mean(axis=0)) / rows.std(axis=0, ddof=1)) @ figures.metric.weights
    assert found.mean == pytest.approx(frozen.mean()) and found.mean > 0.3
    assert found.sd == pytest.approx(frozen.std(ddof=1))
    assert (found.refitted_mean, found.refitted_sd) == (pytest.approx(0.0), pytest.approx(own.std(ddof=1)))
    assert found.correlation == pytest.approx(np.corrcoef(frozen, own)[0, 1])
    assert found.congruence is not None and found.congruence > 0.95
    same = drift_of(first, first.metric)
    assert (same.mean, same.correlation, same.congruence) == (pytest.approx(0.0), pytest.approx(1), 1)


def test_a_rule_on_polychoric_correlations_tells_of_them(tmp_path: Path) -> None:
    """Its figures are those that any scale has on this basis, and so is what it is scored with."""
    text = SCORE.replace(")", ', basis="polychoric")').replace('reverse(a, basis="polychoric")', "reverse(a)")
    found = answered(tmp_path, answers(), text)[None]
    own = figures_of(scale_of(text), found)
    asked = figures_of(scale_of(SCORE), found, POLYCHORIC)
    assert own.basis == scale_of(text).basis == POLYCHORIC
    assert own.loadings == pytest.approx(asked.loadings) and own.alpha == pytest.approx(asked.alpha)
    assert own.metric.weights == pytest.approx(own.loadings)
    assert (asked.metric.weights < own.metric.weights).all()  # that of Pearson's correlations


def test_polychoric_loadings_are_nearer_to_the_latent_ones(tmp_path: Path) -> None:
    found = answered(tmp_path, answers(20_000, gaps=False))[None]
    latent = figures_of(scale_of(SCORE), found, POLYCHORIC)
    assert latent.loadings == pytest.approx([0.7, 0.8, 0.6], abs=0.03)
    assert (latent.loadings > figures_of(scale_of(SCORE), found).loadings).all()
    assert latent.bartlett is None


def test_congruence_of_several_sets_of_rows(tmp_path: Path) -> None:
    found = [figures_of(scale_of(SCORE), one) for one in answered(tmp_path, answers(), by="city").values()]
    (table,) = congruences(found).tables
    assert np.diag(table) == pytest.approx([1.0, 1.0])
    assert table[0, 1] == table[1, 0] > 0.95


def _told(tmp_path: Path, text: str, cells: Mapping[str, Sequence[Any]]) -> str:
    scale, found = scale_of(text), answered(tmp_path, cells, text)[None]
    return " ".join(warnings_of(scale, figures_of(scale, found), found.answered))


def test_nothing_is_said_of_a_good_scale(tmp_path: Path) -> None:
    assert _told(tmp_path, SCORE, answers()) == ""


def test_an_item_that_was_not_turned_round_is_told(tmp_path: Path) -> None:
    told = _told(tmp_path, "mean_of(a, b, c)", answers())
    assert "Alpha is negative" in told and "a goes against the other items" in told
    assert "c goes" not in told  # b leans on a, and goes against the rest with it


def test_few_rows_and_few_complete_ones_are_told(tmp_path: Path) -> None:
    cells = answers(40, gaps=False)
    cells["c"] = [-1] * 25 + cells["c"][25:]
    told = _told(tmp_path, SCORE, cells)
    assert "Only 15 rows answer every item" in told
    assert "Of the 40 rows that answer an item only 15 answer all" in told


def test_a_heywood_case_is_told(tmp_path: Path) -> None:
    cells = answers(300, gaps=False)
    cells["a"] = [6 - x for x in cells["b"]]
    cells["a"][:20] = cells["c"][:20]
    assert "A Heywood case: the factor explains all of" in _told(tmp_path, SCORE, cells)


def test_rows_that_carry_no_figures_are_refused(tmp_path: Path) -> None:
    cells = answers(100, gaps=False)
    with pytest.raises(Refused, match="Too few rows answer every item: 3"):
        figures_of(scale_of(SCORE), answered(tmp_path, {k: v[:3] for k, v in cells.items()})[None])
    with pytest.raises(Refused, match="Every row gives the same answer to b"):
        figures_of(scale_of(SCORE), answered(tmp_path, cells | {"b": [2] * 100})[None])
    with pytest.raises(Refused, match="combination of the others"):
        figures_of(scale_of(SCORE), answered(tmp_path, cells | {"b": cells["c"]})[None])


def test_likeness_has_two_limits() -> None:
    assert [likeness(phi) for phi in (0.95, 0.949, 0.85, 0.849)] == [
        "the same factor",
        "fairly similar",
        "fairly similar",
        "another factor",
    ]
    assert likeness_warning("x", "y", 0.96) is None
    assert "only fairly similar (congruence 0.90" in str(likeness_warning("x", "y", 0.9))
    assert "do not compare their scores" in str(likeness_warning("x", "y", -0.9))


def test_adequacy_of_two_items_is_not_told(tmp_path: Path) -> None:
    text = "mean_of(b, c)"
    figures = figures_of(scale_of(text), answered(tmp_path, answers(), text)[None])
    assert np.isnan(figures.kmo) and figures.omega is None
    assert figures.alpha == pytest.approx(factor.alpha(figures.covariance))
