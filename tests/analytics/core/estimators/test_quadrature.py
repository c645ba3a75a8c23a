"""Adaptive quadrature: derivatives against differences, one node against Laplace, and when nodes matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit

from analytics.core.estimators.groups import group_rows
from analytics.core.estimators.laplace import Rows
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.estimators.quadrature import Likelihood
from tests.analytics.core.estimators.data import Survey, survey

GRADIENT = 1e-6  # central differences of a likelihood of about 200 carry 1e-13 / 1e-5 of rounding
HESSIAN = 1e-6  # differences of the exact gradient, with the same step
INTEGRAL = 1e-8  # scipy's quad stops at 1.5e-8 of an integral unless asked for more


def likelihood(s: Survey, nodes: int) -> Likelihood:
    by = group_rows(s.groups)
    return Likelihood(Rows(by.sort(s.y), by.sort(s.x[:, :3]), by), nodes)


@given(seed=st.integers(0, 1000), log_sigma=st.floats(-2, 1.5), nodes=st.sampled_from([2, 7, 12]))
@settings(max_examples=10, deadline=None)
def test_derivatives_follow_the_nodes(seed: int, log_sigma: float, nodes: int) -> None:
    """Groups of about four rows, where what the moving of the nodes adds is large."""
    of = likelihood(survey(200, groups=50, seed=seed), nodes)
    theta = np.array([-0.3, 0.5, -0.4, log_sigma])
    zero = np.zeros(of.rows.by.count)

    def at(point: np.ndarray) -> tuple[float, np.ndarray]:
        state = of.evaluate(point[:-1], float(point[-1]), zero)
        return state.loglik, of.differentiate(state).gradient

    exact = of.differentiate(of.evaluate(theta[:-1], log_sigma, zero))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        (high, high_gradient), (low, low_gradient) = at(theta + step), at(theta - step)
        assert (high - low) / 2e-5 == pytest.approx(exact.gradient[i], rel=GRADIENT, abs=100 * GRADIENT)
        slope = (high_gradient - low_gradient) / 2e-5
        assert slope == pytest.approx(exact.hessian[i], rel=HESSIAN, abs=100 * HESSIAN)


def test_many_nodes_are_the_integral() -> None:
    """Each group's integral, taken by adaptive subdivision of the real line instead."""
    s, beta, sigma = survey(60, groups=12, sigma=2.0), np.array([-0.3, 0.5, -0.4]), 1.7
    of = likelihood(s, 40)
    found = of.evaluate(beta, float(np.log(sigma)), np.zeros(of.rows.by.count)).loglik
    eta, whole = s.x[:, :3] @ beta, 0.0
    for level in np.unique(s.groups):
        own = s.groups == level

        def height(u: float, own: np.ndarray = own) -> float:
            p = expit(eta[own] + u)
            density = np.exp(-0.5 * (u / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
            return float(np.prod(np.where(s.y[own] == 1, p, 1 - p)) * density)

        whole += np.log(quad(height, -20, 20, epsabs=1e-14, epsrel=1e-12, limit=200)[0])
    assert found == pytest.approx(whole, abs=INTEGRAL)


def test_one_node_is_laplace() -> None:
    s = survey()
    first, second = (fit_mixed_logit(s.y, s.x, s.terms, s.groups, nodes=nodes) for nodes in (1, 1))
    assert first == second
    assert first.fit is not None and first.fit.likelihood == "laplace"


def test_small_groups_of_large_variance_are_told_of_and_more_nodes_settle_them() -> None:
    """Groups of two rows: three quarters of the variance by Laplace, and the check says what to do."""
    s = survey(1600, groups=800, sigma=3.0, seed=4)
    x, terms = s.x[:, :3], s.terms[:3]
    laplace, few, many = (fit_mixed_logit(s.y, x, terms, s.groups, "home", n) for n in (1, 3, 25))
    (check,) = [check for check in laplace.checks if check.code == "laplace_is_coarse"]
    assert "approximation: quadrature" in check.message
    assert "too_few_nodes" in [check.code for check in few.checks]
    assert not {"too_few_nodes", "laplace_is_coarse"} & {check.code for check in many.checks}
    assert laplace.random[0].variance < 0.8 * many.random[0].variance
    assert many.fit is not None and (many.fit.likelihood, many.fit.nodes) == ("quadrature", 25)


def test_large_groups_need_no_quadrature() -> None:
    s = survey(2000, groups=20)
    assert "laplace_is_coarse" not in [c.code for c in fit_mixed_logit(s.y, s.x, s.terms, s.groups).checks]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_hard_samples_end_in_an_answer_or_a_reason(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.choice([3, 8, 30]))
    n = max(60, int(count * draw.choice([1.5, 3, 10])))
    s = survey(n, count, float(draw.choice([0, 0.05, 1, 8])), seed)
    result = fit_mixed_logit(s.y, s.x, s.terms, s.groups, nodes=9)
    assert result.converged != any(check.severity == "error" for check in result.checks)
