"""Newton's method on the Laplace likelihood of a logit with random slopes, in (beta, elements of L)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.slope_laplace import (
    SlopeRows,
    SlopeState,
    evaluate_slopes,
    gradient,
    hessian,
)
from analytics.core.estimators.slope_profile import lower

STEPS = 80
START = 0.5  # a middling standard deviation on the logit scale, of effects in the orthonormal basis
LONGEST = 1.0  # in an element of L
DECREMENT = 1e-12  # squared length of the step still to go, in standard errors
FLATTEST = 1e-6  # curvature, of columns scaled to 1, under which a direction is taken for flat
ENDLESS = 100.0  # a standard deviation at which the search is given up
NOTHING = 1e-3  # and one under which a direction of the effects has no variance


@dataclass(frozen=True)
class SlopeEnding:
    """Where the search stopped: ``kind``: ``optimum``, ``boundary``, ``endless`` or ``lost``.

    ``covariance`` (k, k) of beta, ``of_theta`` (m, m) of the elements of L where the optimum is a proper one;
    ``curvature`` is the smallest eigenvalue of minus the Hessian in L.
    """

    kind: str
    state: SlopeState
    gradient: float
    decrement: float
    iterations: int
    covariance: FloatArray | None = None
    of_theta: FloatArray | None = None
    curvature: float = 0.0


def search_slopes_logit(rows: SlopeRows, beta: FloatArray) -> SlopeEnding:
    """From the plain logit ``beta`` (k,) on; L may end singular, where the surface is smooth."""
    q = rows.z.shape[1]
    theta = (START * np.eye(q))[np.tril_indices(q)]
    here = evaluate_slopes(rows, beta, theta, np.zeros((rows.by.count, q)))
    largest, decrement = math.inf, math.inf
    for iteration in range(1, STEPS + 1):
        slope, bent = gradient(rows, here), hessian(rows, here)
        step, decrement, is_flat = _step(slope, bent, len(beta))
        largest = float(np.abs(slope).max())
        if decrement < DECREMENT and not is_flat:
            return _ended(here, step, bent, largest, decrement, iteration)
        if np.abs(here.theta).max() > ENDLESS:
            return SlopeEnding("endless", here, largest, decrement, iteration)
        moved = _advance(rows, here, step)
        if moved is None:
            break
        here = moved
    return SlopeEnding("lost", here, largest, decrement, STEPS)


def _step(slope: FloatArray, bent: FloatArray, k: int) -> tuple[FloatArray, float, bool]:
    """Newton's step with every curvature as if it bent down; the decrement; whether it bends up somewhere."""
    scale = np.sqrt(np.abs(np.diag(bent)))
    scale[scale == 0] = 1.0
    curvature, direction = np.linalg.eigh(-bent / np.outer(scale, scale))
    size = np.maximum(np.abs(curvature), FLATTEST)
    along = direction.T @ (slope / scale)
    step = direction @ (along / size) / scale
    longest = float(np.abs(step[k:]).max())
    if longest > LONGEST:
        step *= LONGEST / longest
    return step, float(along @ (along / size)), bool(curvature[0] < -FLATTEST)


def _advance(rows: SlopeRows, here: SlopeState, step: FloatArray) -> SlopeState | None:
    """The next state, at the longest of 1, 1/2, 1/4 … steps that does not lower the likelihood."""
    k, length = len(here.beta), 1.0
    while length > 1e-4:
        there = evaluate_slopes(
            rows, here.beta + length * step[:k], here.theta + length * step[k:], here.modes
        )
        if there.loglik >= here.loglik - 1e-12 * abs(here.loglik):
            return there
        length /= 2
    return None


def _ended(
    here: SlopeState, step: FloatArray, bent: FloatArray, largest: float, decrement: float, iteration: int
) -> SlopeEnding:
    k = len(here.beta)
    values = np.linalg.svd(lower(here.theta), compute_uv=False)
    kind = "boundary" if values[-1] < NOTHING else "optimum"
    curvature, direction = np.linalg.eigh(-bent[k:, k:])
    kept = curvature > FLATTEST * curvature[-1]
    inverse = (direction[:, kept] / curvature[kept]) @ direction[:, kept].T
    between = bent[:k, k:]
    left = -bent[:k, :k] - between @ inverse @ between.T
    scale = 1 / np.sqrt(np.diag(left))
    covariance = np.linalg.inv(left * np.outer(scale, scale)) * np.outer(scale, scale)
    of_theta = None
    if kind == "optimum":
        share = inverse @ between.T
        of_theta = inverse + share @ covariance @ share.T
    return SlopeEnding(kind, here, largest, decrement, iteration, covariance, of_theta, float(curvature[0]))
