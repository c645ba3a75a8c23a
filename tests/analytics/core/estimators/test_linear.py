"""Least squares against numpy's, and what it says of collinear columns."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.core.estimators.linear import fit_linear
from tests.analytics.core.estimators.data import survey


def test_agrees_with_a_singular_value_decomposition() -> None:
    s = survey(binary=False)
    result = fit_linear(s.y, s.x, s.terms)
    beta, residual, _, _ = np.linalg.lstsq(s.x, s.y, rcond=None)
    assert [e.estimate for e in result.estimates] == pytest.approx(beta.tolist(), rel=1e-9)
    covariance = np.linalg.inv(s.x.T @ s.x) * residual[0] / 595
    errors = np.sqrt(np.diag(covariance)).tolist()
    assert [e.std_error for e in result.estimates] == pytest.approx(errors, rel=1e-7)
    assert result.fit is not None
    loglik = -300 * (math.log(2 * math.pi * residual[0] / 600) + 1)
    assert result.fit.loglik == pytest.approx(loglik)
    total = ((s.y - s.y.mean()) ** 2).sum()
    assert result.fit.r2 == pytest.approx(1 - residual[0] / total)


def test_large_means_lose_no_digits() -> None:
    """Years around 2014 and their squares: the hardest honest pair."""
    draw = np.random.default_rng(4)
    year = draw.integers(2000, 2020, 500).astype(float)
    y = 0.5 * (year - 2010) + 0.1 * (year - 2010) ** 2 + draw.normal(size=500)
    plain = fit_linear(y, np.column_stack([np.ones(500), year, year**2]), ("(Intercept)", "year", "square"))
    centred = fit_linear(
        y, np.column_stack([np.ones(500), year - 2010, (year - 2010) ** 2]), ("(Intercept)", "year", "square")
    )
    assert plain.dropped == ()
    assert plain.of("square").estimate == pytest.approx(centred.of("square").estimate, rel=1e-6)
    assert plain.of("square").std_error == pytest.approx(centred.of("square").std_error, rel=1e-6)


def test_a_column_and_almost_its_complement_are_named_together() -> None:
    """Employees against those without a contract: complements but for four rows."""
    draw = np.random.default_rng(6)
    employee = (draw.random(15_997) < 0.63).astype(float)
    no_contract = 1 - employee
    no_contract[:4] = employee[:4]
    age = draw.normal(33, 9, 15_997)
    x = np.column_stack([np.ones(15_997), age, employee, no_contract])
    terms = ("(Intercept)", "age", "employee", "no_contract")
    result = fit_linear(draw.normal(size=15_997), x, terms)
    assert result.converged
    (check,) = [check for check in result.checks if check.code == "near_collinear"]
    assert check.terms == ("employee", "no_contract")
    assert check.severity == "warning"


def test_a_square_is_not_called_collinear() -> None:
    age = np.random.default_rng(8).uniform(18, 60, 1000)
    x = np.column_stack([np.ones(1000), age, age**2])
    result = fit_linear(np.sin(age), x, ("(Intercept)", "age", "I(age^2)"))
    assert [check.code for check in result.checks] == []


def test_a_constant_column_is_named() -> None:
    s = survey(binary=False)
    result = fit_linear(s.y, np.column_stack([s.x, np.full(600, 0.1)]), (*s.terms, "same"))
    assert result.dropped == ("same",)
    assert [check.code for check in result.checks] == ["constant_column"]
