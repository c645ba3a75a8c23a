"""Newton's method on the likelihood of a random-intercept logit, in (beta, ln sigma)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from analytics.core.estimators.laplace import Derivatives, Rows, State, evaluate
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.quadrature import Likelihood
from analytics.core.estimators.summary import scaled_inverse, scaled_solve

STEPS = 60
DECREMENT = 1e-13  # squared length of the step still to go, in standard errors
START = math.log(0.5)  # a middling standard deviation on the logit scale
LONGEST = 1.0  # in ln sigma: further away the quadratic is not to be trusted
FLATTEST = 1e-3  # curvature, of columns scaled to 1, under which a saddle is not taken at its word
ZERO = math.log(1e-3)  # a standard deviation this small is zero if the likelihood still falls with it
NEARLY_ZERO = math.log(0.05)  # the same, when the score test at zero agrees
ENDLESS = math.log(100.0)  # and one at which the search is given up: the likelihood rises for ever


@dataclass(frozen=True)
class Ending:
    """Where Newton's method stopped: ``kind``: ``optimum``, ``boundary``, ``endless`` or ``lost``."""

    kind: str
    state: State
    gradient: float
    decrement: float
    iterations: int
    covariance: FloatArray | None = None


def maximise(likelihood: Likelihood, beta: FloatArray) -> Ending:
    """Newton's method in (beta, ln sigma) from the plain logit, until the decrement or the boundary."""
    rows = likelihood.rows
    here = likelihood.evaluate(beta, START, np.zeros(rows.by.count))
    may_vanish = score_at_zero(rows, beta) <= 0
    gradient, decrement = math.inf, math.inf
    for iteration in range(1, STEPS + 1):
        at = likelihood.differentiate(here)
        gradient = float(np.abs(at.gradient).max())
        step, decrement = newton_step(at)
        if decrement < DECREMENT:
            covariance = scaled_inverse(-at.hessian)
            sigma_step = float(step[-1])
            here = replace(here, beta=here.beta + step[:-1], log_sigma=here.log_sigma + sigma_step)
            return Ending("optimum", here, gradient, decrement, iteration, covariance)
        vanishing = here.log_sigma < (NEARLY_ZERO if may_vanish else ZERO)
        if vanishing and at.gradient[-1] < 0:
            return Ending("boundary", here, gradient, decrement, iteration)
        if here.log_sigma > ENDLESS:
            return Ending("endless", here, gradient, decrement, iteration)
        moved = _advance(likelihood, here, step)
        if moved is None:
            break
        here = moved
    return Ending("lost", here, gradient, decrement, STEPS)


def score_at_zero(rows: Rows, beta: FloatArray) -> float:
    """d loglik / d sigma^2 at sigma = 0, half of sum_j [(sum y - p)^2 - sum w]: over 0 if groups matter."""
    state = evaluate(rows, beta, math.log(1e-6), np.zeros(rows.by.count))
    residual = rows.by.sums(rows.y - state.curve.p)
    return 0.5 * float((residual**2 - rows.by.sums(state.curve.slope)).sum())


def newton_step(at: Derivatives) -> tuple[FloatArray, float]:
    """The Newton step, bounded in ln sigma, and the decrement (infinite where the surface bends up)."""
    try:
        step = scaled_solve(-at.hessian, at.gradient)
        decrement = float(at.gradient @ step)
    except np.linalg.LinAlgError:
        step, decrement = _uphill(at), math.inf
    if abs(step[-1]) > LONGEST:
        step = step * (LONGEST / abs(step[-1]))
    return step, decrement


def _uphill(at: Derivatives) -> FloatArray:
    """Newton's step with every curvature taken as if it bent down: uphill also on a ridge or in a saddle."""
    scale = np.sqrt(np.abs(np.diag(at.hessian)))
    scale[scale == 0] = 1.0
    curvature, direction = np.linalg.eigh(at.hessian / np.outer(scale, scale))
    size = np.maximum(np.abs(curvature), FLATTEST)
    step: FloatArray = direction @ (direction.T @ (at.gradient / scale) / size) / scale
    return step


def _advance(likelihood: Likelihood, here: State, step: FloatArray) -> State | None:
    """The next state, at the longest of 1, 1/2, 1/4 … steps that does not lower the likelihood."""
    rounding = 1e-12 * abs(here.loglik)
    length = 1.0
    while length > 1e-4:
        there = likelihood.evaluate(
            here.beta + length * step[:-1], here.log_sigma + length * float(step[-1]), here.modes
        )
        if there.loglik >= here.loglik - rounding:
            return there
        length /= 2
    return None
