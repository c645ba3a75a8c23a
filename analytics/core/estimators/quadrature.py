"""Adaptive Gauss-Hermite quadrature for the random-intercept logit, with exact gradient and Hessian.

A group's integral is taken at K nodes u_k = m_j + z_k / sqrt(D_j), where z_k are the nodes of the standard
normal, m_j the mode of the group's intercept and D_j the curvature there (both as in
:mod:`analytics.core.estimators.laplace`).  With g(u) = sum [y eta - ln(1 + e^eta)] - tau u^2 / 2

    loglik_j = ln sum_k exp[g(u_k) + ln w_k + z_k^2 / 2] - 1/2 ln D_j + 1/2 ln tau

which is the Laplace approximation for one node.  The nodes move with the parameters, and the derivatives
follow them: with pi_k the share of node k, and for any two parameters r, s,

    d_r phi_k  = d_r g + g' d_r u_k,     d_r u_k = d_r m - z_k d_r D / (2 D^(3/2))
    d_rs phi_k = d_rs g + d_r g' d_s u_k + d_s g' d_r u_k + g'' d_r u_k d_s u_k + g' d_rs u_k
    d_rs loglik_j = sum pi (d_rs phi + d_r phi d_s phi) - (sum pi d_r phi)(sum pi d_s phi) - 1/2 d_rs ln D

(Pinheiro and Bates 1995 give the approximation; the derivatives are the chain rule.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import logsumexp

from analytics.core.estimators.laplace import (
    Derivatives,
    Rows,
    State,
    cross,
    differentiate,
    evaluate,
    in_log_sigma,
)
from analytics.core.estimators.logistic import curve
from analytics.core.estimators.moments import FloatArray


@dataclass(frozen=True)
class Likelihood:
    """The likelihood of ``rows`` at ``nodes`` points a group: one is the Laplace approximation."""

    rows: Rows
    nodes: int = 1

    @cached_property
    def rule(self) -> tuple[FloatArray, FloatArray]:
        """The nodes z (K,) of the standard normal, and ln w + z^2 / 2 (K,)."""
        at, weight = np.polynomial.hermite_e.hermegauss(self.nodes)
        return at, np.log(weight / math.sqrt(2 * math.pi)) + at**2 / 2

    def evaluate(self, beta: FloatArray, log_sigma: float, modes: FloatArray) -> State:
        """The likelihood at a point; the modes are solved for from ``modes`` (G,) on."""
        state = evaluate(self.rows, beta, log_sigma, modes)
        if self.nodes == 1:
            return state
        shares, loglik = _shares(self, state)
        return replace(state, loglik=loglik, shares=shares)

    def differentiate(self, state: State) -> Derivatives:
        """Gradient and Hessian in (beta, ln sigma) at a state of this likelihood."""
        return differentiate(self.rows, state) if self.nodes == 1 else _differentiate(self, state)


def _shares(likelihood: Likelihood, state: State) -> tuple[FloatArray, float]:
    """What each node adds to its group's integral, as shares (K, G) of the whole, and the likelihood."""
    rows, (nodes, weights) = likelihood.rows, likelihood.rule
    fixed = rows.x @ state.beta
    heights = np.empty((len(nodes), rows.by.count))
    for k, (node, weight) in enumerate(zip(nodes.tolist(), weights.tolist(), strict=True)):
        at = state.modes + node / np.sqrt(state.curvature)
        eta = fixed + rows.by.spread(at)
        inside = rows.by.sums(rows.y * eta - curve(eta).softplus)
        heights[k] = inside - 0.5 * state.tau * at**2 + weight
    whole = logsumexp(heights, axis=0)
    loglik = float(whole.sum()) - 0.5 * float(np.log(state.curvature).sum())
    return np.exp(heights - whole), loglik - rows.by.count * state.log_sigma


@dataclass
class _Sums:
    """Totals over the nodes, of G groups and P = k + 1 parameters (beta, tau).

    ``slope`` and ``pull`` (G,) are sum pi g' and sum pi g' z; ``first`` (G, P) is sum pi d phi, ``second``
    (P, P) the Hessian's part of products of first derivatives, ``w`` (n,) the mean slope of the curve.
    """

    slope: FloatArray
    pull: FloatArray
    first: FloatArray
    second: FloatArray
    w: FloatArray


def _differentiate(likelihood: Likelihood, state: State) -> Derivatives:
    rows, by, d = likelihood.rows, likelihood.rows.by, state.curvature
    p, w = state.curve.p, state.curve.slope
    w1, w2 = w * (1 - 2 * p), w * (1 - 6 * w)
    w1_sum, w2_sum = by.sums(w1), by.sums(w2)
    a = w2 - w1 * by.spread(w1_sum / d)
    c = by.weighted_sums(w, rows.x) / d[:, None]
    q = by.weighted_sums(w1, rows.x) - w1_sum[:, None] * c
    e = -state.modes / d
    mode = np.column_stack([-c, e])  # d m
    bend = np.column_stack([q, 1 + w1_sum * e])  # d D
    found = _over_nodes(likelihood, state, mode, bend)

    # What multiplies d2 m and d2 D: g' on average, and g' z through 1 / sqrt(D); -1/2 ln D joins the latter.
    by_bend = -0.5 * found.pull / d**1.5 - 0.5 / d
    by_outer = 0.75 * found.pull / d**2.5 + 0.5 / d**2
    hessian = found.second + bend.T @ (by_outer[:, None] * bend)
    k = rows.x.shape[1]
    # d2 m = -1/D sum w'(x-c)(x-c)' and d2 D = sum a (x-c)(x-c)' in beta.
    weights = by.spread(by_bend) * a - by.spread(found.slope / d) * w1
    x_sum, total = by.weighted_sums(weights, rows.x), by.sums(weights)
    mixed = x_sum.T @ c
    hessian[:k, :k] += cross(rows.x, weights - found.w) - mixed - mixed.T + c.T @ (total[:, None] * c)
    a_tilde = by.weighted_sums(a, rows.x) - by.sums(a)[:, None] * c
    mode_tau = c / d[:, None] + (state.modes / d**2)[:, None] * q
    bend_tau = e[:, None] * a_tilde + (w1_sum / d)[:, None] * c
    along = found.slope @ mode_tau + by_bend @ bend_tau
    hessian[:k, k] += along
    hessian[k, :k] += along
    grown = bend[:, k]
    mode_tau2 = state.modes / d**2 * (1 + grown)
    bend_tau2 = w2_sum * e * e + w1_sum * mode_tau2
    hessian[k, k] += float(found.slope @ mode_tau2 + by_bend @ bend_tau2)
    hessian[k, k] -= 0.5 * by.count / state.tau**2

    gradient = found.first.sum(axis=0) - 0.5 * (bend / d[:, None]).sum(axis=0)
    gradient[k] += 0.5 * by.count / state.tau
    return in_log_sigma(
        state.tau, gradient[:k], hessian[:k, :k], float(gradient[k]), float(hessian[k, k]), hessian[:k, k]
    )


def _over_nodes(likelihood: Likelihood, state: State, mode: FloatArray, bend: FloatArray) -> _Sums:
    """One pass over the rows per node; nothing is kept of one node when the next is looked at."""
    assert state.shares is not None
    rows, by, nodes = likelihood.rows, likelihood.rows.by, likelihood.rule[0]
    n, k = rows.x.shape
    zero = np.zeros(by.count)
    found = _Sums(zero, zero.copy(), np.zeros((by.count, k + 1)), np.zeros((k + 1, k + 1)), np.zeros(n))
    fixed, spread = rows.x @ state.beta, 1 / np.sqrt(state.curvature)
    for node, share in zip(nodes.tolist(), state.shares, strict=True):
        at = state.modes + node * spread
        p, w, _ = curve(fixed + by.spread(at))
        moved = mode - (0.5 * node * spread / state.curvature)[:, None] * bend  # d u_k
        left = rows.y - p
        slope = by.sums(left) - state.tau * at  # g'
        inner = np.column_stack([by.weighted_sums(left, rows.x), -0.5 * at**2])  # d g
        inner += slope[:, None] * moved
        turn = np.column_stack([-by.weighted_sums(w, rows.x), -at])  # d g'
        turn -= 0.5 * (by.sums(w) + state.tau)[:, None] * moved  # g''/2, for the product is taken twice
        weighted = share[:, None]
        product = (weighted * turn).T @ moved
        found.second += product + product.T + (weighted * inner).T @ inner
        found.first += weighted * inner
        found.slope += share * slope
        found.pull += share * slope * node
        found.w += by.spread(share) * w
    found.second -= found.first.T @ found.first
    return found
