"""Scores of several factors, rotated, held against R's psych: from stored answers to the column.

Nine items of the American National Election Study of 1996; see factors/make_reference.R.  The order and the
sign of the factors are psych's as well.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from measures.core.engine import DuckEngine, Plan, Rule, Source, SourceColumn
from measures.core.factors import Wanted, determinacy, solve
from measures.core.language import Scope, check, parse
from measures.core.reliability import congruence
from surveys.core.codebook import Code, ValueType, Variable
from surveys.core.table import physical
from tests.conftest import ROOT

HERE = Path(__file__).parent / "factors"
# psych's minres stops at about 1e-5; stats::varimax and GPArotation (eps 1e-5 each) stop early as well: a
# rotation of psych is off by this much, absolute
PSYCH = {"none": 3e-5, "varimax": 5e-4, "promax": 5e-5, "oblimin": 3e-5}
TIGHT = 5e-7  # the same run to its end in R: GPArotation stops at a projected slope of 1e-7, absolute
CLOSED = 1e-12  # means and standard deviations, relative
SCORED = (
    4.0  # scores add up nine weights times items of up to about 2.5 SDs: tolerances of weights, times this
)
HALVES = 1e-3  # congruence of two fits by psych, each of which is off

METHODS, ROTATIONS = ("minres", "principal"), ("none", "varimax", "promax", "oblimin")


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "reference.json").read_text())
    return found


def table(told: dict[str, Any]) -> np.ndarray:
    return np.array(told["values"])


def answers() -> pl.DataFrame:
    return pl.read_csv(HERE / "anes96.csv").with_columns(clinton=8 - pl.col("clinton"))


def correlations() -> np.ndarray:
    return np.corrcoef(answers().to_numpy().astype(float).T)


def fits(path: Path, how: str) -> list[tuple[dict[str, Any], np.ndarray]]:
    """What the engine keeps of each of the three factors, and the column it makes."""
    rows = pl.read_csv(HERE / "anes96.csv")
    codes = tuple(Code(step, {}) for step in range(1, 8))
    items = {
        name: Variable(name, ValueType.INTEGER, codes=codes if name == "clinton" else ())
        for name in rows.columns
    }
    named = ", ".join("reverse(clinton)" if name == "clinton" else name for name in items)
    rows.rename({name: physical(at) for at, name in enumerate(items)}).write_parquet(path / "w.parquet")
    columns = {name: SourceColumn(at, items[name]) for at, name in enumerate(items)}
    texts = [f"factor_score({named}, factors=3, factor={at}, {how})" for at in (1, 2, 3)]
    rules = tuple(Rule(f"f{at}", check(parse(text), Scope(items=items))) for at, text in enumerate(texts))
    made = DuckEngine().derive(Plan(Source(path / "w.parquet", columns), rules), path)
    return [(*one.fitted.values(), pl.read_parquet(one.path)["value"].to_numpy()) for one in made]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("how", ROTATIONS)
def test_what_the_engine_fits_is_what_psych_fits(
    r: dict[str, Any], tmp_path: Path, method: str, how: str
) -> None:
    told, by = r[method][how], PSYCH[how]
    found = fits(tmp_path, f'method="{method}", rotation="{how}"')
    for at, (fit, column) in enumerate(found):
        assert (fit["n"], fit["factors"], fit["factor"]) == (r["n"], 3, at + 1)
        assert fit["means"] == pytest.approx(list(r["mean"].values()), rel=CLOSED)
        assert fit["sds"] == pytest.approx(list(r["sd"].values()), rel=CLOSED)
        assert np.array(fit["pattern"]) == pytest.approx(table(told["loadings"]), abs=by)
        assert fit["loadings"] == [row[at] for row in fit["pattern"]]
        assert fit["weights"] == pytest.approx(table(told["weights"])[:, at], abs=by)
        assert fit["sums"] == pytest.approx(told["ss_loadings"], abs=by)
        assert fit["uniquenesses"] == pytest.approx(told["uniquenesses"], abs=by)
        phi = table(told["Phi"]) if told["Phi"] else np.eye(3)
        assert np.array(fit["phi"]) == pytest.approx(phi, abs=2 * by)
        assert column[:20] == pytest.approx(np.array(told["scores"])[:, at], abs=SCORED * by)


@pytest.mark.parametrize("how", ROTATIONS)
def test_bartlett_scores_and_determinacy(r: dict[str, Any], tmp_path: Path, how: str) -> None:
    told, by = r["minres"][how], PSYCH[how]
    found = fits(tmp_path, f'method="minres", rotation="{how}", scores="bartlett"')
    for at, (fit, column) in enumerate(found):
        assert fit["weights"] == pytest.approx(table(told["bartlett_weights"])[:, at], abs=by)
        assert column[:20] == pytest.approx(np.array(told["bartlett_scores"])[:, at], abs=SCORED * by)
    own = solve(correlations(), Wanted("minres", factors=3, rotation=how))
    assert determinacy(own.rotated.structure, correlations()) == pytest.approx(told["R2"], abs=by)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("how", ROTATIONS)
def test_the_same_run_to_its_end(r: dict[str, Any], method: str, how: str) -> None:
    told = r["tight"][method][how]
    for at in range(3):
        found = solve(correlations(), Wanted(method, "regression", 3, how, at + 1))
        assert found.rotated.loadings == pytest.approx(table(told["loadings"]), abs=TIGHT)
        assert found.weights == pytest.approx(table(told["scores"]["weights_regression"])[:, at], abs=TIGHT)
        found = solve(correlations(), Wanted(method, "bartlett", 3, how, at + 1))
        assert found.weights == pytest.approx(table(told["bartlett_weights"])[:, at], abs=TIGHT)
        if told["Phi"]:
            assert found.rotated.phi == pytest.approx(table(told["Phi"]), abs=TIGHT)


def test_congruence_of_each_factor_in_two_halves(r: dict[str, Any]) -> None:
    rows = answers().to_numpy().astype(float)
    one, other = (
        solve(np.corrcoef(half.T), Wanted("minres", factors=3, rotation="oblimin")).rotated.loadings
        for half in (rows[:472], rows[472:])
    )
    found = [[congruence(one[:, i], other[:, j]) for j in range(3)] for i in range(3)]
    assert np.array(found) == pytest.approx(table(r["halves"]["congruence"]), abs=HALVES)


def test_the_worked_table_of_the_guide_is_what_is_found() -> None:
    found = solve(correlations(), Wanted("minres", "regression", 3, "oblimin", 2))
    guide = (ROOT / "docs/researchers.md").read_text(encoding="utf-8")
    for name, loadings, weight in zip(answers().columns, found.rotated.loadings, found.weights, strict=True):
        told = " | ".join(f"{number + 0:.3f}" for number in (*loadings, weight))
        assert f"| {name + (' (turned)' if name == 'clinton' else '')} | {told} |" in guide
    below = [found.rotated.sums, *found.rotated.phi[:2], determinacy(found.rotated.structure, correlations())]
    for numbers in below:
        assert f" | {' | '.join(f'{number:.3f}' for number in numbers)} | |" in guide
    percents = " | ".join(f"{number:.1f}" for number in 100 * found.rotated.sums / 9)
    assert f"| % of variance | {percents} | |" in guide
