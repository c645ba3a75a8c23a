"""Scales held against R's psych and lavaan: reliability, adequacy, polychoric correlations, congruence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from measures.core import factor, reliability
from measures.core.engine import DuckEngine, Plan, Rule, Source, SourceColumn
from measures.core.language import Scope, check, parse
from measures.core.polychoric import LARGEST, polychoric
from surveys.core.codebook import Code, ValueType, Variable
from surveys.core.table import physical

HERE = Path(__file__).parent / "scales"
CLOSED = 1e-9  # alpha, item-rest, KMO, Bartlett, eigenvalues: closed forms, relative
EXTRACTED = 1e-5  # minres of psych: its optimiser stops at about 1e-6, absolute
LATENT = 2e-6  # polychoric, against an optimum found here with R's own bivariate normal, absolute
PSYCH, LAVAAN = 3e-5, 3e-5  # polychoric: both minimise over the correlation and stop early, absolute
FITTED = {"pearson": EXTRACTED, "polychoric": 5e-5}  # psych's loadings rest on its own polychorics
KEPT = {"pearson": ("minres_loadings", "cor"), "polychoric": ("polychoric_loadings", "polychoric_tight")}
CASES = ("anes96", "city3k", "city3k_men", "city3k_women")


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "reference.json").read_text())
    return found


def answers(case: str) -> pl.DataFrame:
    """The complete rows that the script of the reference takes, turned as it turns them."""
    if case == "anes96":
        found = pl.read_csv(HERE / "anes96.csv").select(
            "party", "self", (8 - pl.col("clinton")).alias("clinton"), "dole"
        )
    else:
        rows = pl.read_csv(HERE.parent / "city3k/data.csv")
        sex = {"city3k_men": 0, "city3k_women": 1}.get(case)
        rows = rows if sex is None else rows.filter(pl.col("female") == sex)
        found = rows.with_columns(q3=6 - pl.col("q3")).select("q1", "q2", "q3", "q4", "q5")
    return found.drop_nulls()


def crossed(one: pl.Series, other: pl.Series) -> factor.Matrix:
    table = np.zeros((one.n_unique(), other.n_unique()))
    places = [series.rank("dense").to_numpy() - 1 for series in (one, other)]
    np.add.at(table, tuple(places), 1.0)
    return table


def polychorics(rows: pl.DataFrame) -> factor.Matrix:
    found = np.eye(rows.width)
    for i in range(rows.width):
        for j in range(i):
            found[i, j] = found[j, i] = polychoric(crossed(rows.to_series(i), rows.to_series(j)))
    return found


@pytest.mark.parametrize("case", CASES)
def test_reliability(r: dict[str, Any], case: str) -> None:
    rows, expected = answers(case), r[case]
    covariance = np.cov(rows.to_numpy().T)
    assert rows.height == expected["n"]
    assert factor.alpha(covariance) == pytest.approx(expected["alpha"], rel=CLOSED)
    assert reliability.item_rest(covariance) == pytest.approx(expected["item_rest"], rel=CLOSED)
    assert reliability.alpha_dropped(covariance) == pytest.approx(expected["alpha_dropped"], rel=CLOSED)


@pytest.mark.parametrize("case", CASES)
def test_adequacy(r: dict[str, Any], case: str) -> None:
    rows, expected = answers(case), r[case]
    correlation = np.corrcoef(rows.to_numpy().T)
    overall, items = factor.kmo(correlation)
    assert overall == pytest.approx(expected["kmo"], rel=CLOSED)
    assert items == pytest.approx(expected["kmo_item"], rel=CLOSED)
    chisq, df, p = factor.bartlett(correlation, rows.height)
    assert (chisq, df) == (
        pytest.approx(expected["bartlett"]["chisq"], rel=CLOSED),
        expected["bartlett"]["df"],
    )
    assert p == pytest.approx(expected["bartlett"]["p"], rel=1e-6, abs=1e-300)


@pytest.mark.parametrize("case", CASES[1:])
def test_one_factor_and_its_omega(r: dict[str, Any], case: str) -> None:
    found = factor.minres(np.corrcoef(answers(case).to_numpy().T))
    assert found.loadings[:, 0] == pytest.approx(r[case]["minres_loadings"], abs=EXTRACTED)
    assert reliability.omega(found) == pytest.approx(r[case]["omega_of_one_factor"], abs=EXTRACTED)


def test_a_heywood_case_of_real_answers_stays_within_bounds(
    r: dict[str, Any],
) -> None:
    found = factor.minres(np.corrcoef(answers("anes96").to_numpy().T))
    assert max(r["anes96"]["minres_loadings"]) > 1.0
    assert found.uniquenesses[0] == pytest.approx(factor.LEAST_UNIQUENESS)


@pytest.mark.parametrize("case", CASES)
def test_polychoric_correlations(r: dict[str, Any], case: str) -> None:
    found = polychorics(answers(case))
    assert found == pytest.approx(np.array(r[case]["polychoric_psych"]["values"]), abs=PSYCH)
    assert found == pytest.approx(np.array(r[case]["polychoric_lavaan"]["values"]), abs=LAVAAN)
    assert found == pytest.approx(np.array(r[case]["polychoric_tight"]["values"]), abs=LATENT)
    assert factor.alpha(found) == pytest.approx(r[case]["polychoric_alpha"], abs=1e-4)


@pytest.mark.parametrize("basis", ["pearson", "polychoric"])
@pytest.mark.parametrize("case", CASES[1:])
def test_what_the_engine_fits(r: dict[str, Any], tmp_path: Path, case: str, basis: str) -> None:
    """From stored cells to the kept fit, in one pass that counts pairs of answers where it is polychoric."""
    rows = answers(case).with_columns(q3=6 - pl.col("q3"))  # as they were asked
    codes = tuple(Code(step, {}) for step in range(1, 6))
    items = {name: Variable(name, ValueType.INTEGER, codes=codes) for name in rows.columns}
    text = f'factor_score(q1, q2, reverse(q3), q4, q5, method="minres", basis="{basis}")'
    checked = check(parse(text), Scope(items=items))
    rows.rename({name: physical(at) for at, name in enumerate(items)}).write_parquet(tmp_path / "w.parquet")
    columns = {name: SourceColumn(at, items[name]) for at, name in enumerate(items)}
    plan = Plan(Source(tmp_path / "w.parquet", columns), (Rule("score", checked),))
    (fit,) = DuckEngine().derive(plan, tmp_path)[0].fitted.values()
    loadings, correlation = KEPT[basis]
    assert fit["n"] == r[case]["n"]
    assert fit["means"] == pytest.approx(list(r[case]["mean"].values()), rel=CLOSED)
    assert np.array(fit["correlation"]) == pytest.approx(np.array(r[case][correlation]["values"]), abs=LATENT)
    assert fit["loadings"] == pytest.approx(r[case][loadings], abs=FITTED[basis])


def test_congruence_of_men_and_women(r: dict[str, Any]) -> None:
    men, women = (np.array(r[f"city3k_{who}"]["minres_loadings"]) for who in ("men", "women"))
    assert reliability.congruence(men, women) == pytest.approx(r["congruence_men_women"], rel=CLOSED)
    assert reliability.congruence(men, -2.0 * men) == pytest.approx(-1.0)


def test_scales_of_a_real_inventory(shared: Path) -> None:
    """Alpha, its standardised form and omega of 14 items each, reverse-keyed, with answers missing."""
    folder = shared / "reference/stats/spi_scales"
    reference = json.loads((folder / "reference.json").read_text())["reliability"]
    frame = pl.read_csv(folder / "data.csv")
    for name, expected in reference.items():
        turned = [
            (7 - pl.col(i)).alias(i) if i in expected["reverse_keyed"] else pl.col(i)
            for i in expected["items"]
        ]
        rows = frame.select(turned).drop_nulls()
        assert factor.alpha(np.cov(rows.to_numpy().T)) == pytest.approx(
            expected["alpha_raw_listwise"], rel=CLOSED
        ), name
        correlation = np.corrcoef(rows.to_numpy().T)
        assert factor.alpha(correlation) == pytest.approx(expected["alpha_std_listwise"], rel=CLOSED), name


def test_a_table_whose_answers_all_agree_gives_the_largest_correlation() -> None:
    assert polychoric(np.diag([10.0, 20.0, 30.0])) == LARGEST
    assert polychoric(np.diag([10.0, 20.0, 30.0])[:, ::-1]) == -LARGEST
    assert np.isnan(polychoric(np.array([[3.0, 4.0]])))


def test_a_table_of_two_by_two_halves_has_a_closed_form() -> None:
    """Both cut at the middle: P(both low) = 1/4 + arcsin(rho) / (2 pi), so a third of them means 0.5."""
    assert polychoric(np.array([[2.0, 1.0], [1.0, 2.0]])) == pytest.approx(0.5, abs=1e-10)


def test_two_items_have_no_alpha_without_one_and_no_factor_of_their_own() -> None:
    correlation = np.array([[1.0, 0.4], [0.4, 1.0]])
    assert np.isnan(reliability.alpha_dropped(correlation)).all()
    assert reliability.omega_of(correlation) is None
    assert reliability.item_rest(correlation) == pytest.approx([0.4, 0.4])


@pytest.mark.parametrize("rho", [-0.97, -0.6, 0.0, 0.2, 0.6, 0.9, 0.995])
def test_the_correlation_that_made_a_table_is_found(rho: float) -> None:
    """Counts of a large sample, with rare answers far out."""
    draw = np.random.default_rng(8)
    one = draw.normal(size=400_000)
    other = rho * one + np.sqrt(1 - rho**2) * draw.normal(size=400_000)
    cut = [np.digitize(latent, (-2.5, -0.4, 0.3, 1.0)) for latent in (one, other)]
    table = crossed(pl.Series(cut[0]), pl.Series(cut[1]))
    assert polychoric(table) == pytest.approx(rho, abs=0.01)


def test_the_ends_of_the_range_do_not_mislead() -> None:
    """At a correlation near -1 no cell of this table but empty ones has a chance, and the slope vanishes.

    psych::polychoric and lavaan::lavCor give 0.4507 for it.
    """
    table = np.array([[9, 26, 21, 2], [16, 55, 111, 24], [25, 132, 678, 281], [2, 27, 289, 302]])
    assert polychoric(table) == pytest.approx(0.45074, abs=PSYCH)
