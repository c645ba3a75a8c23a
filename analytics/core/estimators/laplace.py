"""The Laplace likelihood of a random-intercept logit, with exact gradient and Hessian.

With tau = 1 / sigma^2 the integral over a group's intercept is approximated at its mode m_j, where
sum_i (y_i - p_i) = tau m_j. Write w = p (1 - p), w' = w (1 - 2p), w'' = w (1 - 6w), D_j = sum w + tau,
c_j = sum w x / D_j (so that dm_j / d beta = -c_j), q_j = sum w' (x - c_j) (= dD_j / d beta), W'_j = sum w'
and a = w'' - w' W'_j / D_j. Then

    loglik   = sum [y eta - ln(1 + e^eta)] - tau/2 sum m^2 + G/2 ln tau - 1/2 sum ln D
    d beta   = X'(y - p) - 1/2 sum_j q_j / D_j
    d tau    = sum_j [ -m^2/2 + 1/(2 tau) - (1 - W' m / D) / (2 D) ]
    d2 beta  = -X' diag(w + a/(2D)) X + sum_j [ (D - sum a/(2D)) c c' + (A c' + c A')/(2D) + q q'/(2 D^2) ]

with A_j = sum a x. The derivatives in tau follow from d eta / d tau = -m / D; the optimiser works in ln
sigma.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.groups import Groups
from analytics.core.estimators.logistic import Curve, curve
from analytics.core.estimators.moments import FloatArray, blocks

MODE_STEPS = 200
MODE_STEP = 3.0  # the longest Newton step of a mode: from far away a full one overshoots
MODE_EXACT = 1e-11  # the modes enter the gradient at first order, so they are solved almost to rounding


@dataclass(frozen=True)
class Rows:
    """Outcome and design in group order."""

    y: FloatArray
    x: FloatArray
    by: Groups


@dataclass(frozen=True)
class State:
    """The likelihood at ``beta`` and ``log_sigma``: modes (G,), curvatures D (G,), the curve at every row.

    ``shares`` (K, G) has what each node of a quadrature adds to its group's integral; None without one.
    """

    beta: FloatArray
    log_sigma: float
    modes: FloatArray
    curvature: FloatArray
    curve: Curve
    loglik: float
    shares: FloatArray | None = None

    @property
    def tau(self) -> float:
        return math.exp(-2 * self.log_sigma)


@dataclass(frozen=True)
class Derivatives:
    """Gradient (k+1,) and Hessian (k+1, k+1) of the log-likelihood in (beta, ln sigma)."""

    gradient: FloatArray
    hessian: FloatArray


def evaluate(rows: Rows, beta: FloatArray, log_sigma: float, modes: FloatArray) -> State:
    """Solve for the modes, from ``modes`` (G,) on, and give the likelihood there."""
    by, tau = rows.by, math.exp(-2 * log_sigma)
    fixed = rows.x @ beta
    events = by.sums(rows.y)
    for _ in range(MODE_STEPS):
        eta = fixed + by.spread(modes)
        at = curve(eta)
        curvature = by.sums(at.slope) + tau
        step = (events - by.sums(at.p) - tau * modes) / curvature
        if float(np.abs(step).max()) < MODE_EXACT:
            break
        modes = modes + np.clip(step, -MODE_STEP, MODE_STEP)
    loglik = float(rows.y @ eta - at.softplus.sum())
    loglik -= 0.5 * tau * float(modes @ modes) + by.count * log_sigma
    loglik -= 0.5 * float(np.log(curvature).sum())
    return State(beta, log_sigma, modes, curvature, at, loglik)


def differentiate(rows: Rows, state: State) -> Derivatives:
    """Exact first and second derivatives: one weighted cross-product and three group sums."""
    by, p, w = rows.by, state.curve.p, state.curve.slope
    d = state.curvature[:, None]
    w1, w2 = w * (1 - 2 * p), w * (1 - 6 * w)
    w1_sum = by.sums(w1)
    a = w2 - w1 * by.spread(w1_sum / state.curvature)
    c = by.weighted_sums(w, rows.x) / d
    q = by.weighted_sums(w1, rows.x) - w1_sum[:, None] * c
    a_x, a_sum = by.weighted_sums(a, rows.x), by.sums(a)[:, None]

    gradient = (rows.y - p) @ rows.x - 0.5 * (q / d).sum(axis=0)
    mixed = a_x.T @ (c / (2 * d))
    hessian = -cross(rows.x, w + by.spread(1 / (2 * state.curvature)) * a)
    hessian += c.T @ ((d - a_sum / (2 * d)) * c) + mixed + mixed.T + q.T @ (q / (2 * d * d))

    tau_gradient, tau_hessian, tau_mixed = _in_tau(state, w1_sum, by.sums(w2), c, q, a_x - a_sum * c)
    return in_log_sigma(state.tau, gradient, hessian, tau_gradient, tau_hessian, tau_mixed)


def cross(x: FloatArray, weights: FloatArray) -> FloatArray:
    """X' diag(weights) X in blocks; where no weight is negative (the usual case) at half the work."""
    total = np.zeros((x.shape[1], x.shape[1]))
    if bool(weights.min() >= 0):
        root = np.sqrt(weights)
        for rows in blocks(len(weights)):
            half = x[rows] * root[rows][:, None]
            total += half.T @ half
        return total
    for rows in blocks(len(weights)):
        part = x[rows]
        total += part.T @ (part * weights[rows][:, None])
    return total


def _in_tau(
    state: State, w1: FloatArray, w2: FloatArray, c: FloatArray, q: FloatArray, a_tilde: FloatArray
) -> tuple[float, float, FloatArray]:
    """First and second derivative in tau and the mixed one with beta (k,); group sums only.

    ``e`` = d m / d tau = -m / D, ``d1`` = dD / d tau, ``d2`` its derivative; ``a_tilde`` (G, k) = sum a (x
    - c).
    """
    m, d, tau = state.modes, state.curvature, state.tau
    e = -m / d
    d1 = 1 + w1 * e
    d2 = w2 * e * e + w1 * m * (1 + d1) / (d * d)
    gradient = float((-0.5 * m * m + 0.5 / tau - 0.5 * d1 / d).sum())
    hessian = float((m * m / d - 0.5 / (tau * tau) - 0.5 * (d2 / d - (d1 / d) ** 2)).sum())
    q_tau = e[:, None] * a_tilde + (w1 / d)[:, None] * c
    mixed = m @ c - 0.5 * (q_tau / d[:, None] - q * (d1 / (d * d))[:, None]).sum(axis=0)
    return gradient, hessian, mixed


def in_log_sigma(
    tau: float, gradient: FloatArray, hessian: FloatArray, by_tau: float, by_tau2: float, mixed: FloatArray
) -> Derivatives:
    """From tau to s = ln sigma: d tau / ds = -2 tau, d2 tau / ds2 = 4 tau."""
    k = len(gradient)
    full = np.empty((k + 1, k + 1))
    full[:k, :k] = hessian
    full[:k, k] = full[k, :k] = -2 * tau * mixed
    full[k, k] = 4 * tau * tau * by_tau2 + 4 * tau * by_tau
    return Derivatives(np.append(gradient, -2 * tau * by_tau), full)
