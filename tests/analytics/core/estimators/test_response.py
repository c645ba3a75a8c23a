"""The mean curve over groups, against integrals taken by adaptive subdivision, and effects on it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from analytics.core.estimators.margins import Change, average_effects
from analytics.core.estimators.response import (
    in_a_typical_group,
    over_groups,
    probabilities,
    spread_of_rows,
)

CURVE = 1e-6  # at a standard deviation of 2 forty nodes leave 1e-8 of p, 1e-7 of its slope, 4e-7 of the bend
EFFECT = 1e-6  # central differences of means of probabilities


@pytest.mark.parametrize("sd", [0.3, 1.0, 2.0])
def test_the_mean_curve_is_the_integral(sd: float) -> None:
    eta = np.array([-3.0, -0.4, 0.0, 2.0])
    at = over_groups(np.full(4, sd))(eta)

    def mean(k: int, value: float) -> float:
        def height(u: float) -> float:
            return float(in_a_typical_group(np.array([value + sd * u]))[k][0] * np.exp(-(u**2) / 2))

        return quad(height, -12, 12, epsabs=1e-13)[0] / np.sqrt(2 * np.pi)

    for k, found in enumerate(at):
        assert found == pytest.approx([mean(k, value) for value in eta], abs=CURVE)


def test_no_spread_is_the_logistic_curve() -> None:
    eta = np.linspace(-4, 4, 9)
    for one, other in zip(over_groups(np.zeros(9))(eta), in_a_typical_group(eta), strict=True):
        assert one == pytest.approx(other, abs=1e-14)


def test_effects_over_groups_are_derivatives_of_the_mean_probability() -> None:
    draw = np.random.default_rng(5)
    x = np.column_stack([np.ones(300), draw.normal(size=300)])
    beta, covariance = np.array([-0.5, 0.8]), np.array([[0.02, 0.001], [0.001, 0.01]])
    response = over_groups(np.full(300, 1.2))
    slope = np.column_stack([np.zeros(300), np.ones(300)])
    (effect,) = average_effects(x, beta, covariance, [Change("x", slope=slope)], response=response)

    def mean(shift: float, b: np.ndarray) -> float:
        return float(response((x + shift * slope) @ b).p.mean())

    def change(b: np.ndarray) -> float:
        return (mean(1e-4, b) - mean(-1e-4, b)) / 2e-4

    assert effect.estimate == pytest.approx(change(beta), abs=EFFECT)
    steps = np.eye(2) * 1e-4
    gradient = np.array([(change(beta + step) - change(beta - step)) / 2e-4 for step in steps])
    assert effect.std_error == pytest.approx(np.sqrt(gradient @ covariance @ gradient), abs=EFFECT)
    assert effect.typical == pytest.approx(
        float((expit(x @ beta) * expit(-x @ beta) * 0.8).mean()), abs=1e-12
    )


def test_spread_of_rows_with_slopes() -> None:
    z, psi = np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([[0.5, -0.2], [-0.2, 0.3]])
    assert spread_of_rows(z, psi) == pytest.approx(np.sqrt([0.5, 0.5 - 0.8 + 1.2]))
    told = probabilities(np.array([0.0, 1.0]), np.array([-2.0, -1.0]), np.array([1.0, 1.0]))
    assert told.observed == 0.5 and told.typical < told.averaged < 0.5
