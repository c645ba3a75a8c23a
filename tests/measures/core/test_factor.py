"""Extraction, weights and adequacy against R (psych, base) and against closed forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from measures.core import factor
from measures.core.engine import DuckEngine, Plan, Rule, Source, SourceColumn
from measures.core.language import Scope, check, parse
from surveys.core.codebook import Code, ValueType, Variable
from surveys.core.table import physical

CLOSED = 1e-9  # KMO, Bartlett, alpha, eigenvalues: closed forms, relative
EXTRACTED = 1e-6  # minres uniquenesses and unrotated loadings: both sides converged to 1e-8, absolute
SCORES = 1e-4  # scores: R's rest on loadings printed with 15 digits and on its own standardisation, absolute
ITEMS = [f"x{k}" for k in range(1, 10)]


@pytest.fixture(scope="module")
def pupils(request: pytest.FixtureRequest) -> dict[str, Any]:
    folder = Path(request.getfixturevalue("shared")) / "reference/stats/hs1939_factor"
    frame = pl.read_csv(folder / "data.csv").select(ITEMS)
    reference = json.loads((folder / "reference.json").read_text())
    return {"frame": frame, "r": reference, "correlation": np.corrcoef(frame.to_numpy().T)}


def test_adequacy(pupils: dict[str, Any]) -> None:
    overall, items = factor.kmo(pupils["correlation"])
    assert overall == pytest.approx(pupils["r"]["kmo"]["overall"], rel=CLOSED)
    assert items == pytest.approx([pupils["r"]["kmo"]["item"][name] for name in ITEMS], rel=CLOSED)
    statistic, df, p = factor.bartlett(pupils["correlation"], 301)
    expected = pupils["r"]["bartlett"]
    assert (statistic, df) == (pytest.approx(expected["chisq"], rel=CLOSED), expected["df"])
    assert p == pytest.approx(expected["p"], rel=1e-6)


def test_principal_components(pupils: dict[str, Any]) -> None:
    found = factor.principal(pupils["correlation"], 3)
    assert found.eigenvalues == pytest.approx(pupils["r"]["eigenvalues"], rel=CLOSED)
    expected = np.array(pupils["r"]["principal_components"]["none"]["loadings"]["values"])
    assert found.loadings == pytest.approx(expected, abs=EXTRACTED)


@pytest.mark.parametrize("k", [3])
def test_minres(pupils: dict[str, Any], k: int) -> None:
    found = factor.minres(pupils["correlation"], k)
    expected = pupils["r"]["minres"]
    assert found.uniquenesses == pytest.approx(
        [expected["uniqueness"][name] for name in ITEMS], abs=EXTRACTED
    )
    loadings = np.array(expected["none"]["loadings"]["values"])
    signs = np.sign((loadings * found.loadings).sum(axis=0))
    assert found.loadings == pytest.approx(loadings * signs, abs=EXTRACTED)


def test_alpha_and_omega_of_one_factor(pupils: dict[str, Any]) -> None:
    cells = pupils["frame"].to_numpy()
    for name, columns in (("visual", (0, 1, 2)), ("textual", (3, 4, 5)), ("speed", (6, 7, 8))):
        expected = pupils["r"]["reliability"][name]
        part = cells[:, columns].T
        assert factor.alpha(np.cov(part)) == pytest.approx(expected["alpha_raw_listwise"], rel=CLOSED)
        assert factor.alpha(np.corrcoef(part)) == pytest.approx(expected["alpha_std_listwise"], rel=CLOSED)
        found = factor.minres(np.corrcoef(part))
        total = found.loadings.sum() ** 2
        omega = total / (total + found.uniquenesses.sum())
        assert omega == pytest.approx(expected["omega_total_1f_minres_std_pairwise"], abs=EXTRACTED)


def test_three_items_have_a_closed_form() -> None:
    """One factor of three items reproduces the correlations: loading 1 is the root of r12 r13 / r23."""
    correlation = np.array([[1.0, 0.42, 0.48], [0.42, 1.0, 0.56], [0.48, 0.56, 1.0]])
    found = factor.minres(correlation)
    assert found.loadings[:, 0] == pytest.approx([0.6, 0.7, 0.8], abs=1e-9)
    assert found.uniquenesses == pytest.approx([0.64, 0.51, 0.36], abs=1e-9)


def test_weights_of_every_scoring() -> None:
    loadings = np.array([0.6, 0.7, 0.8])
    correlation = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    one = factor.minres(correlation)
    bartlett = (loadings / (1 - loadings**2)) / ((loadings**2 / (1 - loadings**2)).sum())
    assert factor.score_weights(one, correlation, "bartlett") == pytest.approx(bartlett, abs=1e-8)
    signal = (loadings**2 / (1 - loadings**2)).sum()
    regression = bartlett * signal / (1 + signal)  # Thurstone's is Bartlett's shrunk
    assert factor.score_weights(one, correlation, "regression") == pytest.approx(regression, abs=1e-8)
    assert factor.score_weights(one, correlation, "weighted_sum") == pytest.approx(loadings, abs=1e-8)
    assert factor.score_weights(one, correlation, "sum") == pytest.approx([1, 1, 1])
    component = factor.principal(correlation)
    weights = factor.score_weights(component, correlation, "component")
    assert weights @ correlation @ weights == pytest.approx(component.eigenvalues[0])
    weights = factor.score_weights(component, correlation, "regression")
    assert weights @ correlation @ weights == pytest.approx(1.0)


def test_equal_correlations_have_a_closed_form() -> None:
    """With p items correlating r, the first eigenvalue is 1 + (p - 1) r: 4 ladders at 0.75 give SD 1.8."""
    correlation = np.full((4, 4), 0.75) + 0.25 * np.eye(4)
    found = factor.principal(correlation)
    assert found.eigenvalues[0] == pytest.approx(3.25)
    assert found.loadings[:, 0] == pytest.approx([np.sqrt(3.25) / 2] * 4)


def test_loadings_add_up_to_more_than_zero() -> None:
    correlation = np.array([[1.0, -0.5, -0.6], [-0.5, 1.0, 0.7], [-0.6, 0.7, 1.0]])
    for extract in (factor.principal, factor.minres):
        loadings = extract(correlation).loadings[:, 0]
        assert loadings.sum() > 0 and loadings[0] < 0


def test_a_heywood_case_stays_within_bounds() -> None:
    correlation = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.6], [0.9, 0.6, 1.0]])
    found = factor.minres(correlation)
    assert found.uniquenesses.min() == pytest.approx(factor.LEAST_UNIQUENESS)


def _scores(path: Path, frame: pl.DataFrame, kinds: ValueType, text: str, **variables: Any) -> Any:
    items = {name: Variable(name, kinds, **variables) for name in frame.columns}
    frame.rename({name: physical(at) for at, name in enumerate(frame.columns)}).write_parquet(
        path / "w.parquet"
    )
    columns = {name: SourceColumn(at, items[name]) for at, name in enumerate(frame.columns)}
    source = Source(path / "w.parquet", columns)
    checked = check(parse(text), Scope(items=items))
    return DuckEngine().derive(Plan(source, (Rule("score", checked),)), path)[0]


def test_scores_of_the_engine_are_those_of_matrix_algebra(pupils: dict[str, Any], tmp_path: Path) -> None:
    cells = pupils["frame"].to_numpy()
    z = (cells - cells.mean(axis=0)) / cells.std(axis=0, ddof=1)
    for method, extract in (("principal", factor.principal), ("minres", factor.minres)):
        extraction = extract(pupils["correlation"])
        for scores in ("regression", "bartlett", "weighted_sum", "component", "sum"):
            weights = factor.score_weights(extraction, pupils["correlation"], scores)
            text = f'factor_score({", ".join(ITEMS)}, method="{method}", scores="{scores}")'
            result = _scores(tmp_path, pupils["frame"], ValueType.DECIMAL, text)
            found = pl.read_parquet(result.path)["value"].to_numpy()
            assert found == pytest.approx(z @ weights, abs=1e-7)


def test_a_battery_with_gaps_and_reversed_items(shared: Path, tmp_path: Path) -> None:
    """14 items of a synthetic survey of 3,000: R's KMO, and its number of complete rows."""
    folder = shared / "reference/stats/city3k"
    expected = json.loads((folder / "reference.json").read_text())["measurement"]
    names = [f"q{k}" for k in range(1, 15)]
    frame = pl.read_csv(folder / "data.csv").select(names).cast(pl.Int64)
    codes = tuple(Code(step, {}) for step in range(1, 6))
    listed = ", ".join(f"reverse({name})" if name in ("q3", "q9") else name for name in names)
    result = _scores(
        tmp_path, frame, ValueType.INTEGER, f'factor_score({listed}, method="minres")', codes=codes
    )
    (fit,) = result.fitted.values()
    assert fit["n"] == expected["n_listwise"] == result.tally["valid"]
    assert fit["kmo"] == pytest.approx(expected["kmo"]["overall"], rel=CLOSED)
    assert fit["eigenvalues"] == pytest.approx(expected["eigenvalues"], rel=CLOSED)
    assert sum(fit["loadings"]) > 0
