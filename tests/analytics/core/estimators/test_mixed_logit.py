"""The Laplace likelihood: derivatives against differences, the boundary, and groups that are too few."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.estimators.groups import group_rows
from analytics.core.estimators.laplace import Rows, differentiate, evaluate
from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from tests.analytics.core.estimators.data import survey

GRADIENT = 1e-6  # central differences of a likelihood of about 400 carry 1e-13 / 1e-5 of rounding
HESSIAN = 1e-6  # differences of the exact gradient, with the same step


@given(seed=st.integers(0, 1000), log_sigma=st.floats(-2, 1))
@settings(max_examples=10, deadline=None)
def test_derivatives_are_those_of_the_likelihood(seed: int, log_sigma: float) -> None:
    s = survey(300, groups=12, seed=seed)
    by = group_rows(s.groups)
    x = np.column_stack([s.x[:, :3], (s.x[:, 3] - 6000) / 900])
    rows = Rows(by.sort(s.y), by.sort(x), by)
    theta = np.array([-0.3, 0.5, -0.4, 0.1, log_sigma])

    def at(point: np.ndarray) -> tuple[float, np.ndarray]:
        state = evaluate(rows, point[:-1], float(point[-1]), np.zeros(by.count))
        return state.loglik, differentiate(rows, state).gradient

    state = evaluate(rows, theta[:-1], log_sigma, np.zeros(by.count))
    exact = differentiate(rows, state)
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        (high, high_gradient), (low, low_gradient) = at(theta + step), at(theta - step)
        assert (high - low) / 2e-5 == pytest.approx(exact.gradient[i], rel=GRADIENT, abs=100 * GRADIENT)
        slope = (high_gradient - low_gradient) / 2e-5
        assert slope == pytest.approx(exact.hessian[i], rel=HESSIAN, abs=100 * HESSIAN)


def test_no_differences_between_groups_is_a_boundary() -> None:
    """Groups balanced more evenly than chance: exactly half of each has the event."""
    y = np.tile([0.0, 1.0], 200)
    groups = np.repeat(np.arange(40), 10)
    score = np.random.default_rng(2).normal(size=400)
    x = np.column_stack([np.ones(400), score])
    result = fit_mixed_logit(y, x, ("(Intercept)", "score"), groups, "city")
    plain = fit_logit(y, x, ("(Intercept)", "score"))
    assert result.converged
    assert "boundary" in [check.code for check in result.checks]
    assert result.random[0].variance == 0
    assert result.estimates == plain.estimates
    assert result.fit is not None and plain.fit is not None
    assert result.fit.loglik == plain.fit.loglik
    assert result.fit.df == plain.fit.df + 1


def test_the_order_of_the_rows_does_not_matter() -> None:
    s = survey()
    order = np.random.default_rng(0).permutation(len(s.y))
    first = fit_mixed_logit(s.y, s.x, s.terms, s.groups)
    second = fit_mixed_logit(s.y[order], s.x[order], s.terms, s.groups[order])
    for one, other in zip(first.estimates, second.estimates, strict=True):
        assert other.estimate == pytest.approx(one.estimate, rel=1e-7)
        assert other.std_error == pytest.approx(one.std_error, rel=1e-7)


def test_same_input_same_json() -> None:
    s = survey()
    first, second = (
        json.dumps(fit_mixed_logit(s.y, s.x, s.terms, s.groups).as_json(), allow_nan=False) for _ in range(2)
    )
    assert first == second


def test_convergence_is_stored() -> None:
    s = survey()
    convergence = fit_mixed_logit(s.y, s.x, s.terms, s.groups).convergence
    assert convergence is not None
    assert convergence.decrement < 1e-13
    assert 1 <= convergence.iterations < 15


def test_eight_groups_say_so_and_name_the_group_level_terms() -> None:
    s = survey(groups=8)
    result = fit_mixed_logit(s.y, s.x, s.terms, s.groups, "city")
    (check,) = [check for check in result.checks if check.code == "few_groups"]
    assert "8 groups" in check.message
    assert check.terms == ("context",)


@pytest.mark.parametrize(
    ("groups", "code"), [(np.zeros(600), "one_group"), (np.arange(600), "one_row_per_group")]
)
def test_groups_that_cannot_carry_an_intercept(groups: np.ndarray, code: str) -> None:
    s = survey()
    result = fit_mixed_logit(s.y, s.x[:, :4], s.terms[:4], groups)
    assert not result.converged
    assert result.estimates == ()
    assert code in [check.code for check in result.checks]


def test_separation_is_found_here_too() -> None:
    s = survey()
    telling = s.x[:, 1] + 10 * s.y
    result = fit_mixed_logit(s.y, np.column_stack([s.x, telling]), (*s.terms, "telling"), s.groups)
    assert not result.converged
    assert "separation" in [check.code for check in result.checks]


def test_groups_in_which_all_agree_are_no_obstacle() -> None:
    s = survey()
    y = np.where(s.groups == "g03", 1.0, s.y)
    assert fit_mixed_logit(y, s.x, s.terms, s.groups).converged


def test_many_groups_of_one_outcome_are_told_of() -> None:
    s = survey(600, groups=200)
    told = fit_mixed_logit(s.y, s.x[:, :4], s.terms[:4], s.groups).checks
    assert ("info", "groups_alike") in [(check.severity, check.code) for check in told]
    s = survey(2000, groups=20)
    assert "groups_alike" not in [c.code for c in fit_mixed_logit(s.y, s.x, s.terms, s.groups).checks]


def test_a_very_large_variance_is_found() -> None:
    s = survey(n=4000, groups=200, sigma=4.0)
    result = fit_mixed_logit(s.y, s.x, s.terms, s.groups)
    assert result.converged
    assert 3 < result.random[0].std_dev < 5


def test_groups_of_one_outcome_each_have_no_answer_or_a_warning() -> None:
    """Ten rows in each of eight groups, all alike within a group: the variance has no upper end."""
    groups = np.repeat(np.arange(8), 10)
    y = np.where(groups < 4, 1.0, 0.0)
    score = np.random.default_rng(1).normal(size=80)
    x = np.column_stack([np.ones(80), score])
    result = fit_mixed_logit(y, x, ("(Intercept)", "score"), groups, "city")
    codes = {check.code for check in result.checks}
    assert codes & {"variance_without_end", "extreme_variance"}


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_hard_samples_end_in_an_answer_or_a_reason(seed: int) -> None:
    """Few rows, tiny groups, variances from nothing to enormous: no exception, no silent failure."""
    draw = np.random.default_rng(seed)
    count = int(draw.choice([3, 8, 30]))
    n = max(60, int(count * draw.choice([1.5, 3, 10])))
    s = survey(n, count, float(draw.choice([0, 0.05, 1, 8])), seed)
    result = fit_mixed_logit(s.y, s.x, s.terms, s.groups)
    has_reason = any(check.severity == "error" for check in result.checks)
    assert result.converged != has_reason
