"""Extraction, rotation and parallel analysis against R, on our own items.

R's uniquenesses come from stats::optim run again and again (L-BFGS-B), its rotations from stats::varimax,
stats::promax's formula and GPArotation, run to their ends (see items/make_reference.R).
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from analytics.core.items.answers import answers_of
from analytics.core.items.matrices import as_correlations, covariance
from measures.core.factor import Extraction, Matrix, minres, principal, score_matrix
from measures.core.maximum_likelihood import enough_factors, maximum_likelihood
from measures.core.parallel import parallel
from measures.core.rotation import rotated
from tests.conftest import SHARED, absent
from tests.reference.cases import load
from tests.reference.items_case import ITEMS, frame, reference

FITTED = 2e-8  # R's optim stops where steps no longer help, near 1e-9
ROTATED = 5e-7  # GPArotation stops at a projected slope of 1e-7
CLOSED = 1e-10
RANDOM = 4.0  # standard errors of the mean of random eigenvalues

EXTRACT = {"minres": minres, "ml": maximum_likelihood}


@pytest.fixture(scope="module")
def correlations() -> Matrix:
    complete = np.logical_and.reduce([frame()[name].present() for name in ITEMS])
    answers, _ = answers_of(ITEMS, ("q3", "q9"), frame(), complete, None)
    return as_correlations(covariance(answers))


@pytest.fixture(scope="module")
def extracted(correlations: Matrix) -> dict[str, Extraction]:
    return {name: extract(correlations, 3) for name, extract in EXTRACT.items()}


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_uniquenesses(extracted: dict[str, Extraction], method: str) -> None:
    found, r = extracted[method], reference()[method]
    assert found.converged
    assert found.uniquenesses == pytest.approx(np.array(r["uniqueness"]), abs=FITTED)
    assert found.objective is not None and found.objective <= r["objective"] + 1e-12


@pytest.mark.parametrize("method", ["minres", "ml"])
@pytest.mark.parametrize("how", ["none", "varimax", "promax", "oblimin"])
def test_rotations(extracted: dict[str, Extraction], correlations: Matrix, method: str, how: str) -> None:
    found, r = rotated(extracted[method].loadings, how), reference()[method][how]
    assert found.converged
    assert found.loadings == pytest.approx(np.array(r["loadings"]["values"]), abs=ROTATED)
    assert found.structure == pytest.approx(np.array(r["structure"]["values"]), abs=ROTATED)
    assert found.communalities == pytest.approx(np.array(list(r["communality"].values())), abs=ROTATED)
    assert found.sums == pytest.approx(np.array(r["ss_loadings"]), abs=10 * ROTATED)
    if r["Phi"]:
        assert found.phi == pytest.approx(np.array(r["Phi"]["values"]), abs=ROTATED)
    weights = score_matrix(
        found.loadings, found.phi, extracted[method].uniquenesses, correlations, "regression"
    )
    assert weights == pytest.approx(np.array(r["scores"]["weights_regression"]["values"]), abs=ROTATED)
    weights = score_matrix(
        found.loadings, found.phi, extracted[method].uniquenesses, correlations, "bartlett"
    )
    assert weights == pytest.approx(np.array(r["bartlett_weights"]), abs=10 * ROTATED)


def test_components(correlations: Matrix) -> None:
    found, r = principal(correlations, 3), reference()
    assert found.eigenvalues == pytest.approx(np.array(r["eigenvalues"]), abs=CLOSED)
    assert found.loadings == pytest.approx(np.array(r["principal"]["none"]["loadings"]["values"]), abs=CLOSED)
    turned = rotated(found.loadings, "varimax")
    wanted = np.array(r["principal"]["varimax"]["loadings"]["values"])
    assert turned.loadings == pytest.approx(wanted, abs=ROTATED)


def test_the_test_of_enough_factors(extracted: dict[str, Extraction]) -> None:
    r, found = reference()["factanal"], enough_factors(extracted["ml"], reference()["n"])
    assert found is not None and found[1] == r["df"]
    assert found[0] == pytest.approx(r["statistic"], rel=1e-8)
    assert found[2] == pytest.approx(r["p"], rel=1e-7)
    assert extracted["ml"].uniquenesses == pytest.approx(np.array(r["uniqueness"]), abs=1e-4)


def test_parallel_analysis_is_that_of_random_rows(correlations: Matrix) -> None:
    """R draws rows, we draw their covariances: the means agree within their standard errors."""
    r, values = reference()["parallel"], np.array(reference()["eigenvalues"])
    found = parallel(values, reference()["n"], 2000, 1)
    error = np.array(r["sd"]) * np.sqrt(2 / 2000)
    assert np.abs(found.means - np.array(r["mean"])).max() < RANDOM * error.max()
    assert np.abs(found.high - np.array(r["q95"])).max() < RANDOM * 2 * error.max()
    assert found.suggested == 3
    again = parallel(values, reference()["n"], 2000, 1)
    assert np.array_equal(found.high, again.high)


def pupils() -> tuple[Matrix, dict[str, Any]]:
    """Nine tests of 301 pupils (Holzinger and Swineford); the file is lavaan's, and GPL."""
    folder = SHARED / "reference" / "stats" / "hs1939_factor"
    if not folder.is_dir():
        absent("the folder of shared reference files is not present")
    case = load(folder)
    values = case.rows.select([f"x{at}" for at in range(1, 10)]).to_numpy()
    return np.corrcoef(values.T), json.loads((folder / "reference.json").read_text())


@pytest.mark.parametrize("method", ["minres", "ml"])
@pytest.mark.parametrize("how", ["none", "varimax", "promax", "oblimin"])
def test_nine_tests_of_pupils(method: str, how: str) -> None:
    given, r = pupils()
    extraction = EXTRACT[method](given, 3)
    found, wanted = rotated(extraction.loadings, how), r[method][how]
    assert found.loadings == pytest.approx(np.array(wanted["loadings"]["values"]), abs=ROTATED)
    if wanted["Phi"]:
        assert found.phi == pytest.approx(np.array(wanted["Phi"]["values"]), abs=ROTATED)
    if method == "ml":
        test = enough_factors(extraction, 301)
        assert test is not None and test[:2] == pytest.approx((r["ml"]["chisq"], r["ml"]["dof"]), rel=1e-7)
