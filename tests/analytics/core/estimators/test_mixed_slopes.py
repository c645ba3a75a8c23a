"""Random slopes: derivatives against differences, units that do not matter, boundaries and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.estimators.design import prepare
from analytics.core.estimators.groups import group_rows
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_slopes import fit_mixed_slopes
from analytics.core.estimators.mixed_slopes_logit import fit_mixed_slopes_logit
from analytics.core.estimators.slope_laplace import SlopeRows, evaluate_slopes, gradient, hessian
from analytics.core.estimators.slope_profile import by_psi, in_factor, lower, solve_slopes
from analytics.core.estimators.slopes import basis, slope_sums
from tests.analytics.core.estimators.data import Survey, survey

GRADIENT = 1e-6  # central differences of deviances of about 1000 carry 1e-12 / 1e-5 of rounding
HESSIAN = 1e-5


def with_slopes(
    n: int = 800, groups: int = 30, sd: float = 0.6, seed: int = 1, binary: bool = True
) -> Survey:
    """The survey with a slope of the score that differs by ``sd`` between groups."""
    draw = np.random.default_rng(seed + 10_000)
    s = survey(n, groups, 0.5, seed, binary=False)
    own = draw.normal(0, sd, groups)[group_rows(s.groups).codes] * s.x[:, 1]
    y = s.y + own
    return s._replace(y=(y > 0).astype(float) if binary else y)


def random_part(s: Survey, columns: tuple[int, ...] = (0, 1)) -> tuple[np.ndarray, tuple[str, ...]]:
    return s.x[:, list(columns)], tuple(s.terms[at] for at in columns)


@pytest.mark.parametrize("columns", [(0, 1), (0, 1, 2)])
@pytest.mark.parametrize("reml", [True, False])
def test_gradient_of_the_profiled_deviance(columns: tuple[int, ...], reml: bool) -> None:
    s = with_slopes(binary=False)
    z, _ = random_part(s, columns)
    sums = slope_sums(prepare(s.y, s.x, s.terms), group_rows(s.groups), z, basis(z))
    q = len(columns)
    theta = np.random.default_rng(3).normal(size=q * (q + 1) // 2)
    at = solve_slopes(sums, lower(theta), reml)
    exact = in_factor(by_psi(sums, at, reml), at.factor)
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        high, low = (solve_slopes(sums, lower(theta + d), reml).deviance for d in (step, -step))
        assert (high - low) / 2e-5 == pytest.approx(exact[i], rel=GRADIENT, abs=100 * GRADIENT)


@given(seed=st.integers(0, 1000), q=st.sampled_from([2, 3]))
@settings(max_examples=8, deadline=None)
def test_derivatives_of_the_laplace_likelihood(seed: int, q: int) -> None:
    s = with_slopes(300, 25, seed=seed)
    by, z = group_rows(s.groups), s.x[:, [0, 1, 2][:q]]
    rows = SlopeRows(by.sort(s.y), by.sort(s.x[:, :3]), by.sort(z), by)
    point = np.concatenate([[-0.3, 0.5, -0.2], np.random.default_rng(seed).normal(size=q * (q + 1) // 2)])

    def at(where: np.ndarray) -> Any:
        return evaluate_slopes(rows, where[:3], where[3:], np.zeros((by.count, q)))

    exact, curved = gradient(rows, at(point)), hessian(rows, at(point))
    for i in range(len(point)):
        step = np.zeros(len(point))
        step[i] = 1e-5
        high, low = at(point + step), at(point - step)
        assert (high.loglik - low.loglik) / 2e-5 == pytest.approx(exact[i], rel=GRADIENT, abs=1e-4)
        slope = (gradient(rows, high) - gradient(rows, low)) / 2e-5
        assert slope == pytest.approx(curved[i], rel=HESSIAN, abs=1e-3)


@pytest.mark.parametrize("binary", [True, False])
def test_units_and_origins_do_not_matter(binary: bool) -> None:
    """The score in other units: the same likelihood, the same slopes in those units."""
    s = with_slopes(binary=binary)
    fit: Any = fit_mixed_slopes_logit if binary else fit_mixed_slopes
    z, names = random_part(s)
    ml: dict[str, bool] = {} if binary else {"reml": False}  # REML's likelihood has units
    first = fit(s.y, s.x, s.terms, z, names, s.groups, **ml)
    other = s.x.copy()
    other[:, 1] = 2000 + 50 * s.x[:, 1]
    second = fit(s.y, other, s.terms, other[:, [0, 1]], names, s.groups, **ml)
    assert second.fit.loglik == pytest.approx(first.fit.loglik, abs=1e-6)
    assert 50 * second.of("score").estimate == pytest.approx(first.of("score").estimate, rel=1e-5)
    assert 2500 * second.random[1].variance == pytest.approx(first.random[1].variance, rel=1e-5)


@pytest.mark.parametrize("binary", [True, False])
def test_a_constant_far_from_every_row_is_told_of(binary: bool) -> None:
    s = with_slopes(binary=binary)
    fit: Any = fit_mixed_slopes_logit if binary else fit_mixed_slopes
    z, names = random_part(s)
    assert "zero_is_far" not in {check.code for check in fit(s.y, s.x, s.terms, z, names, s.groups).checks}
    far = s.x.copy()
    far[:, 1] += 1e5
    found = fit(s.y, far, s.terms, far[:, [0, 1]], names, s.groups)
    (told,) = [check for check in found.checks if check.code == "zero_is_far"]
    assert told.severity == "warning" and "0 of score is far from every row" in told.message
    assert found.converged and found.median_odds_ratio is None


@pytest.mark.parametrize("binary", [True, False])
def test_the_order_of_the_rows_does_not_matter(binary: bool) -> None:
    s = with_slopes(binary=binary)
    fit: Any = fit_mixed_slopes_logit if binary else fit_mixed_slopes
    order = np.random.default_rng(0).permutation(len(s.y))
    z, names = random_part(s)
    first = fit(s.y, s.x, s.terms, z, names, s.groups)
    second = fit(s.y[order], s.x[order], s.terms, z[order], names, s.groups[order])
    for one, other in zip(first.estimates, second.estimates, strict=True):
        assert other.estimate == pytest.approx(one.estimate, rel=1e-6)
        assert other.std_error == pytest.approx(one.std_error, rel=1e-6)


def test_what_is_told() -> None:
    s = with_slopes(binary=False)
    z, names = random_part(s)
    result = fit_mixed_slopes(s.y, s.x, s.terms, z, names, s.groups, "city")
    assert [(one.group, one.term) for one in result.random] == [
        ("city", "(Intercept)"),
        ("city", "score"),
        ("", "Residual"),
    ]
    (joint,) = result.random_correlations
    assert -1 < joint.value < 1
    assert result.icc is not None and result.icc.scale == "response_at_zero"
    assert len(result.group_effects) == 60
    assert result.fit is not None and result.fit.df == 5 + 3 + 1
    assert result.convergence is not None and result.convergence.gradient < 1e-6
    assert result.convergence.curvature is not None and result.convergence.curvature > 0


def test_slopes_fit_no_worse_than_the_intercept_alone() -> None:
    s = with_slopes(sd=0.1, binary=False)
    z, names = random_part(s)
    larger = fit_mixed_slopes(s.y, s.x, s.terms, z, names, s.groups, reml=False)
    smaller = fit_mixed_linear(s.y, s.x, s.terms, s.groups, reml=False)
    assert larger.fit is not None and smaller.fit is not None
    assert larger.fit.loglik >= smaller.fit.loglik - 1e-9


BAD = [
    ((0, 4), None, "slope_between_groups"),  # the context has one value in each group
    ((0, 1), 7, "too_many_effects"),
    ((0, 1, 1), None, "random_collinear"),
]


@pytest.mark.parametrize(("columns", "rows", "code"), BAD)
@pytest.mark.parametrize("binary", [True, False])
def test_what_the_rows_cannot_carry(
    columns: tuple[int, ...], rows: int | None, code: str, binary: bool
) -> None:
    s = with_slopes(binary=binary)
    groups = s.groups if rows is None else np.arange(len(s.y)) // 2
    z, names = random_part(s, columns)
    fit: Any = fit_mixed_slopes_logit if binary else fit_mixed_slopes
    result = fit(s.y, s.x[:, :4], s.terms[:4], z, names, groups)
    assert not result.converged and result.estimates == ()
    assert code in [check.code for check in result.checks]


def test_a_slope_that_is_no_term_is_told_of() -> None:
    s = with_slopes(binary=False)
    z, names = random_part(s)
    result = fit_mixed_slopes(s.y, s.x[:, [0, 2, 3]], ("(Intercept)", "dummy", "amount"), z, names, s.groups)
    assert "slope_without_mean" in [check.code for check in result.checks]


@given(seed=st.integers(0, 10_000), binary=st.booleans())
@settings(max_examples=12, deadline=None)
def test_hard_samples_end_in_an_answer_or_a_reason(seed: int, binary: bool) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.choice([3, 8, 30]))
    n = max(60, int(count * draw.choice([1.5, 3, 10])))
    s = with_slopes(n, count, float(draw.choice([0, 0.05, 1, 8])), seed, binary)
    z, names = random_part(s)
    fit: Any = fit_mixed_slopes_logit if binary else fit_mixed_slopes
    result = fit(s.y, s.x, s.terms, z, names, s.groups)
    assert result.converged != any(check.severity == "error" for check in result.checks)
