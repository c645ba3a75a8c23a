"""Scales of several factors: what the rule asks for, figures, numbering from wave to wave, and drift."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measures.core import factor
from measures.core.engine import DuckEngine, Plan
from measures.core.factors import Wanted, matched, solve
from measures.core.rotation import in_order, rotated
from measures.core.scale import metric_of, rules_of
from measures.core.scale_figures import Figures, congruences, drift_of, figures_of
from measures.core.scale_warnings import renumbered, warnings_of
from surveys.core.problems import Refused
from tests.measures.core.test_scale import answered, scale_of
from tests.measures.small_survey import rule, store

ITEMS = ("a", "b", "c", "age", "community", "city")
ASKED = f'factor_score({", ".join(ITEMS)}, method="minres", factors=2'
OBLIQUE = f'{ASKED}, rotation="oblimin", factor=2)'
STRONG, WEAK = (0.85, 0.8, 0.75), (0.65, 0.6, 0.55)


def of_two(first: tuple[float, ...] = STRONG, second: tuple[float, ...] = WEAK, n: int = 800, seed: int = 5):  # type: ignore[no-untyped-def]
    """Six five-point items, three of each of two factors that correlate by 0.3."""
    draw = np.random.default_rng(seed)
    traits = draw.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n)
    found = {}
    for at, (name, loading) in enumerate(zip(ITEMS, (*first, *second), strict=True)):
        latent = loading * traits[:, at // 3] + np.sqrt(1 - loading**2) * draw.normal(size=n)
        found[name] = [int(x) for x in np.digitize(latent, (-1.2, -0.3, 0.4, 1.3)) + 1]
    return found


def figures(path: Path, text: str = OBLIQUE, **how: tuple[float, ...]) -> Figures:
    return figures_of(scale_of(text), answered(path, of_two(**how), text)[None])


def test_what_the_rule_asks_for_stands_in_its_scale() -> None:
    found = scale_of(OBLIQUE)
    assert (found.factors, found.rotation, found.factor) == (2, "oblimin", 2)
    assert found.wanted == Wanted("minres", "regression", 2, "oblimin", 2)
    assert scale_of("mean_of(a, b)").wanted == Wanted("minres")


def test_figures_tell_all_factors(tmp_path: Path) -> None:
    found = figures(tmp_path)
    assert found.factors.loadings.shape == (6, 2) and found.factors.phi[0, 1] == pytest.approx(0.3, abs=0.1)
    assert found.loadings == pytest.approx(found.factors.loadings[:, 1])
    assert (found.factors.loadings[:3, 0] > 0.6).all() and (
        np.abs(found.factors.loadings[3:, 0]) < 0.15
    ).all()
    assert found.factors.sums[0] > found.factors.sums[1]
    assert 1 - found.uniquenesses == pytest.approx(found.factors.communalities)
    assert (found.determinacy > 0.5).all() and (found.determinacy < 1).all()


def test_the_score_of_a_factor_has_the_spread_that_its_determinacy_says(tmp_path: Path) -> None:
    """Regression scores have the variance R^2; components are told whole."""
    found = figures(tmp_path)
    assert found.scored(found.metric)[1] ** 2 == pytest.approx(found.determinacy[1])
    whole = figures(tmp_path, OBLIQUE.replace("minres", "principal"))
    assert whole.determinacy == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("scores", ["regression", "bartlett", "weighted_sum"])
@pytest.mark.parametrize("how", ["none", "varimax", "promax", "oblimin"])
def test_the_refitted_metric_is_the_one_the_rule_fits(tmp_path: Path, how: str, scores: str) -> None:
    text = f'{ASKED}, rotation="{how}", factor=2, scores="{scores}")'
    checked, cells = rule(text), of_two()
    plan = Plan(store(tmp_path / "w.parquet", cells), rules_of([checked.root], checked))
    (result,) = DuckEngine().derive(plan, tmp_path)
    column = pl.read_parquet(result.path)["value"]
    found = figures_of(scale_of(text), answered(tmp_path, cells, text)[None])
    assert found.scored(found.metric) == (
        pytest.approx(column.mean(), abs=1e-9),
        pytest.approx(column.std(), rel=1e-8),
    )
    frozen = metric_of(scale_of(text), result.fitted)
    assert frozen is not None and frozen.pattern is not None
    assert frozen.pattern == pytest.approx(found.factors.loadings, abs=1e-9)
    assert drift_of(found, frozen).is_same_number


def test_factors_that_change_places_are_told_and_compared_with_their_own(tmp_path: Path) -> None:
    """In the later wave the second factor explains more: numbers change, and what they stand for does not."""
    first, later = figures(tmp_path), figures(tmp_path, first=WEAK, second=STRONG)
    alike = congruences([first, later])
    assert alike.numbers == ((1, 2), (2, 1))
    assert [table[0, 1] > 0.95 for table in alike.tables] == [True, True]
    drift = drift_of(later, first.metric)
    assert not drift.is_same_number and drift.congruence is not None and drift.congruence < 0.5
    told = renumbered("2016", "the frozen metric", 2, alike.numbers[1])
    assert told and "factor 2 of the frozen metric comes out as number 1" in told
    assert renumbered("2014", "the frozen metric", 2, alike.numbers[0]) is None
    turned = congruences([first, later], later.factors.loadings)
    assert turned.numbers == ((2, 1), (1, 2))


def test_a_factor_that_is_turned_round_is_matched_and_not_called_alike() -> None:
    reference = np.array([[0.8, 0.1], [0.7, 0.0], [0.1, 0.6], [0.0, 0.7]])
    assert matched(reference[:, ::-1] * (-1, 1), reference) == (1, 0)


def test_order_and_sign_are_the_same_whatever_comes_in() -> None:
    """Columns in any order and of any sign give the same factors; ties go by the first item."""
    loadings = rotated(np.array([[0.8, 0.3], [0.7, 0.2], [0.2, -0.6], [0.1, -0.7], [0.4, 0.4]]), "oblimin")
    for columns, signs in (((0, 1), (1, -1)), ((1, 0), (1, 1)), ((1, 0), (-1, -1))):
        given = loadings.loadings[:, columns] * signs
        phi = loadings.phi[np.ix_(columns, columns)] * np.outer(signs, signs)
        again = in_order(given, phi, True)
        assert np.array_equal(again.loadings, loadings.loadings)
        assert np.array_equal(again.phi, loadings.phi)
    tied = np.array([[0.0, 0.5], [0.5, 0.0]])
    assert in_order(tied, np.eye(2), True).loadings.tolist() == [[0.5, 0.0], [0.0, 0.5]]


def test_a_rotation_does_not_hang_on_the_order_of_items() -> None:
    """To the last digits, so that what is kept after ten decimals is the same on any machine."""
    rows = np.array(list(of_two().values()), dtype=float)
    places = np.array([3, 0, 5, 1, 4, 2])
    for how in ("varimax", "promax", "oblimin"):
        one, other = (
            solve(np.corrcoef(x), Wanted("minres", "regression", 2, how, 2)) for x in (rows, rows[places])
        )
        assert other.rotated.loadings == pytest.approx(one.rotated.loadings[places], abs=1e-13)
        assert other.weights == pytest.approx(one.weights[places], abs=1e-13)


def test_factors_that_rows_do_not_carry_are_refused_in_words(tmp_path: Path) -> None:
    one = np.full((6, 6), 0.5) + np.eye(6) / 2  # one factor alone: a second explains nothing
    found = solve(one, Wanted("minres", factors=2, rotation="varimax"))
    assert "the items do not fix so many factors" in found.fault
    components = solve(one, Wanted("principal", factors=2, rotation="varimax"))
    assert "two of the factors explain the same" in components.fault
    alike = np.full((7, 7), 0.999) + np.eye(7) / 1000
    for how in ("none", "varimax", "promax", "oblimin"):
        assert solve(alike, Wanted("minres", "bartlett", 2, how)).fault, how
    assert solve(one, Wanted("principal", "bartlett")).fault == ""
    cells = of_two(n=40)
    cells["c"] = cells["a"]
    with pytest.raises(Refused, match="combination of the others"):
        figures_of(scale_of(OBLIQUE), answered(tmp_path, cells, OBLIQUE)[None])


def test_warnings_know_how_many_factors_there_are(tmp_path: Path) -> None:
    def told(text: str) -> str:
        scale, found = scale_of(text), answered(tmp_path, of_two(), text)[None]
        return " ".join(warnings_of(scale, figures_of(scale, found), found.answered))

    assert "2 eigenvalues are above 1: the items may measure more" in told(
        OBLIQUE.split(", factors")[0] + ")"
    )
    assert told(OBLIQUE) == ""


def test_one_factor_is_what_it_was() -> None:
    rows = np.array(list(of_two().values()), dtype=float)
    given = np.corrcoef(rows)
    for method, extract in (("minres", factor.minres), ("principal", factor.principal)):
        found, expected = solve(given, Wanted(method, "bartlett")), extract(given)
        assert np.array_equal(found.loadings, expected.loadings[:, 0])
        assert np.array_equal(found.weights, factor.score_weights(expected, given, "bartlett"))
