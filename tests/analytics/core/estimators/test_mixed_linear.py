"""The linear mixed model: its likelihood against the dense one, its conventions, its boundary."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.estimators import profile
from analytics.core.estimators.linear import fit_linear
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.results import ModelResult
from tests.analytics.core.estimators.data import Survey, survey

# Published fit statistics of three linear mixed models fitted by REML (15,997 rows): fixed effects,
# restricted log-likelihood, AIC and BIC as printed.
PUBLISHED = [
    (38, -7841.925, 15763.850, 16070.960),
    (39, -7803.646, 15689.290, 16004.080),
    (49, -7814.633, 15731.270, 16122.800),
]


def dense(s: Survey, result: ModelResult, reml: bool) -> float:
    """The (restricted) log-likelihood from the full covariance matrix at the estimates."""
    between, within = (effect.variance for effect in result.random)
    same = s.groups[:, None] == s.groups[None, :]
    v = between * same + within * np.eye(len(s.y))
    beta = np.array([e.estimate for e in result.estimates])
    residual = s.y - s.x @ beta
    inverse = np.linalg.inv(v)
    n, k = s.x.shape
    value = -0.5 * (np.linalg.slogdet(v)[1] + residual @ inverse @ residual)
    if reml:
        value -= 0.5 * np.linalg.slogdet(s.x.T @ inverse @ s.x)[1]
    return float(value - 0.5 * (n - k if reml else n) * math.log(2 * math.pi))


@given(seed=st.integers(0, 1000), reml=st.booleans())
@settings(max_examples=10, deadline=None)
def test_the_likelihood_is_the_dense_one_and_no_other_variance_beats_it(seed: int, reml: bool) -> None:
    s = survey(200, groups=10, seed=seed, binary=False)
    result = fit_mixed_linear(s.y, s.x, s.terms, s.groups, reml=reml)
    assert result.fit is not None
    assert result.fit.loglik == pytest.approx(dense(s, result, reml), abs=1e-6)


def test_generalised_least_squares_and_its_errors() -> None:
    s = survey(200, groups=10, binary=False)
    result = fit_mixed_linear(s.y, s.x, s.terms, s.groups)
    between, within = (effect.variance for effect in result.random)
    v = between * (s.groups[:, None] == s.groups[None, :]) + within * np.eye(200)
    inverse = np.linalg.inv(v)
    covariance = np.linalg.inv(s.x.T @ inverse @ s.x)
    beta = covariance @ s.x.T @ inverse @ s.y
    assert [e.estimate for e in result.estimates] == pytest.approx(beta.tolist(), rel=1e-7)
    errors = np.sqrt(np.diag(covariance)).tolist()
    assert [e.std_error for e in result.estimates] == pytest.approx(errors, rel=1e-7)


def test_conventions_are_those_of_nlme() -> None:
    s = survey(600, groups=24, binary=False)
    fit = fit_mixed_linear(s.y, s.x, s.terms, s.groups).fit
    assert fit is not None
    assert (fit.df, fit.n, fit.bic_n, fit.bic_convention) == (7, 600, 595, "rows_minus_fixed")
    assert fit.aic == pytest.approx(14 - 2 * fit.loglik)
    assert fit.bic == pytest.approx(7 * math.log(595) - 2 * fit.loglik)
    assert fit.bic_rows == pytest.approx(7 * math.log(600) - 2 * fit.loglik)


@pytest.mark.parametrize(("fixed", "loglik", "aic", "bic"), PUBLISHED)
def test_the_conventions_give_published_figures(fixed: int, loglik: float, aic: float, bic: float) -> None:
    df, n = fixed + 2, 15_997
    assert 2 * df - 2 * loglik == pytest.approx(aic, abs=0.006)
    assert df * math.log(n - fixed) - 2 * loglik == pytest.approx(bic, abs=0.006)


def test_degrees_of_freedom_by_containment() -> None:
    """Rows 600, groups 24: three terms vary within groups, one between; the intercept counts as within."""
    s = survey(600, groups=24, binary=False)
    result = fit_mixed_linear(s.y, s.x, s.terms, s.groups)
    assert [e.df for e in result.estimates] == [573, 573, 573, 573, 22]


def test_ml_differs_from_reml_and_says_so() -> None:
    s = survey(200, groups=10, binary=False)
    ml = fit_mixed_linear(s.y, s.x, s.terms, s.groups, reml=False)
    assert ml.fit is not None
    assert (ml.fit.likelihood, ml.fit.bic_n, ml.method["estimator"]) == ("ml", 200, "ml")
    assert ml.random[0].variance < fit_mixed_linear(s.y, s.x, s.terms, s.groups).random[0].variance


def test_zero_variance_is_least_squares() -> None:
    draw = np.random.default_rng(1)
    groups = np.repeat(np.arange(20), 20)
    noise = draw.normal(size=400)
    for code in range(20):
        noise[groups == code] -= noise[groups == code].mean()
    score = draw.normal(size=400)
    x, terms = np.column_stack([np.ones(400), score]), ("(Intercept)", "score")
    result = fit_mixed_linear(1 + score + noise, x, terms, groups)
    plain = fit_linear(1 + score + noise, x, terms)
    assert "boundary" in [check.code for check in result.checks]
    assert result.random[0].variance == 0
    assert result.of("score").estimate == pytest.approx(plain.of("score").estimate)
    assert result.of("score").std_error == pytest.approx(plain.of("score").std_error)


def test_a_linear_model_of_a_binary_outcome_says_what_it_is() -> None:
    s = survey(groups=8)
    result = fit_mixed_linear(s.y, s.x, s.terms, s.groups, "city")
    assert {"linear_probability", "few_groups"} <= {check.code for check in result.checks}
    assert result.icc is not None and result.icc.scale == "response"


def test_more_group_level_terms_than_groups() -> None:
    s = survey(groups=3, binary=False)
    code = np.unique(s.groups, return_inverse=True)[1].astype(float)
    x = np.column_stack([s.x[:, :2], code, code == 1])
    result = fit_mixed_linear(s.y, x, ("(Intercept)", "score", "a", "b"), s.groups)
    assert not result.converged
    assert "too_few_groups" in [check.code for check in result.checks]


def test_the_outcome_among_the_terms() -> None:
    s = survey(binary=False)
    result = fit_mixed_linear(s.y, np.column_stack([s.x, 2 * s.y]), (*s.terms, "twice"), s.groups)
    assert not result.converged
    assert "perfect_fit" in [check.code for check in result.checks]


def test_same_input_same_json() -> None:
    s = survey(binary=False)
    first, second = (
        json.dumps(fit_mixed_linear(s.y, s.x, s.terms, s.groups).as_json(), allow_nan=False) for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("noise", [1e-3, 1e-4, 1e-5, 1e-8])
@pytest.mark.parametrize("reml", [True, False])
def test_groups_that_differ_far_more_than_their_rows(noise: float, reml: bool) -> None:
    """40 groups of 25: the variance within comes from the rows within, however far the groups lie apart."""
    draw = np.random.default_rng(3)
    groups = np.repeat(np.arange(40), 25)
    score, away = draw.normal(size=1000), draw.normal(0, 0.8, 40)
    error = draw.normal(0, noise, 1000)
    x, terms = np.column_stack([np.ones(1000), score]), ("(Intercept)", "score")
    result = fit_mixed_linear(1 + 2 * score + away[groups] + error, x, terms, groups, reml=reml)
    by_group = np.eye(40)[groups]
    left = error - np.column_stack([by_group, score]) @ np.linalg.lstsq(
        np.column_stack([by_group, score]), error, rcond=None
    )[0]  # fmt: skip
    assert result.converged and result.convergence is not None
    assert result.random[1].variance == pytest.approx(float(left @ left) / (959 if reml else 960), rel=1e-3)
    assert result.random[0].variance == pytest.approx(float(away.var(ddof=1 if reml else 0)), rel=1e-3)
    assert result.of("score").estimate == pytest.approx(2, abs=noise)
    assert result.convergence.gradient < 1e-6


def test_nothing_left_within_groups_is_said() -> None:
    draw = np.random.default_rng(4)
    groups = np.repeat(np.arange(40), 25)
    score, away = draw.normal(size=1000), draw.normal(size=40)
    x, terms = np.column_stack([np.ones(1000), score]), ("(Intercept)", "score")
    result = fit_mixed_linear(1 + 2 * score + away[groups], x, terms, groups, "city")
    assert not result.converged and not result.estimates
    (found,) = [check for check in result.checks if check.severity == "error"]
    assert found.code == "perfect_fit" and "groups of city" in found.message


def test_slopes_that_do_not_hold_the_lowest_point_give_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    s = survey(200, groups=10, binary=False)
    solve = profile.solve

    def uphill(*given: Any) -> profile.Solution:
        return replace(solve(*given), slope=1.0)

    monkeypatch.setattr(profile, "solve", uphill)
    result = fit_mixed_linear(s.y, s.x, s.terms, s.groups)
    assert not result.converged
    assert "not_converged" in [check.code for check in result.checks]
