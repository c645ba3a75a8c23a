"""The Laplace likelihood of a logit with random slopes, with exact gradient, and the Hessian.

Effects are L v with v ~ N(0, I), so that eta = X beta + S v with rows s = L'z.  At the modes v, with
r = y - p, w = p (1 - p), w' = w (1 - 2p), w'' = w (1 - 6w), and by group

    H = I + sum w s s',   h = s'H^-1 s,   t = sum w' h s,   kappa = H^-1 t,   B = H^-1 sum w s x'

    loglik    = sum [y eta - ln(1 + e^eta)] - 1/2 sum v'v - 1/2 sum ln|H|
    d beta    = X'e,   e = r - 1/2 (w' h - w s'kappa)
    d L       = sum_j [ (sum e z) v' - 1/2 (sum r z) kappa' - (sum w z s') H^-1 ]   (lower triangle)

The Hessian in beta has a closed form too, with d eta = x - B's, g = the products of H^-1/2 s with itself and
Q = sum w' g (x - B's)':

    d2 beta   = -X' diag(w + w'' h / 2 - w' s'kappa / 2) (X - S B) + 1/2 Q_x'Q + 1/2 B'(J - N Q)

where Q_x = sum w' g x', J = sum (w'' h - w' s'kappa) s (x - B's)' and N = sum w' s g'.  Its rows in L are
central differences of the exact gradient: there are few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.groups import Groups
from analytics.core.estimators.laplace import MODE_EXACT, MODE_STEP, MODE_STEPS, cross
from analytics.core.estimators.logistic import Curve, curve
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.slope_profile import lower

STEP = 1e-5  # for the differences of the exact gradient


@dataclass(frozen=True)
class SlopeRows:
    """Outcome (n,), design (n, k) and random part in its basis (n, q), in group order."""

    y: FloatArray
    x: FloatArray
    z: FloatArray
    by: Groups


@dataclass(frozen=True)
class SlopeState:
    """The likelihood at ``beta`` and ``theta`` (the elements of L, row by row).

    ``modes`` (G, q) of v; ``inverse`` (G, q, q) is H^-1; ``s`` (n, q).
    """

    beta: FloatArray
    theta: FloatArray
    fixed: FloatArray
    s: FloatArray
    modes: FloatArray
    inverse: FloatArray
    curve: Curve
    loglik: float


def evaluate_slopes(
    rows: SlopeRows,
    beta: FloatArray,
    theta: FloatArray,
    modes: FloatArray,
    fixed: FloatArray | None = None,
) -> SlopeState:
    """Solve for the modes, from ``modes`` (G, q) on; ``fixed`` (n,) is X beta where it is known."""
    by, q = rows.by, rows.z.shape[1]
    fixed = rows.x @ beta if fixed is None else fixed
    s = rows.z @ lower(theta)
    for _ in range(MODE_STEPS):
        eta = fixed + np.einsum("nq,nq->n", s, modes.repeat(by.sizes, axis=0))
        at = curve(eta)
        bent = np.eye(q) + outer_sums(by, at.slope, s)
        pull = row_sums(by, (rows.y - at.p)[:, None] * s) - modes
        step = np.linalg.solve(bent, pull[:, :, None])[:, :, 0]
        if float(np.abs(step).max()) < MODE_EXACT:
            break
        modes = modes + np.clip(step, -MODE_STEP, MODE_STEP)
    loglik = float(rows.y @ eta - at.softplus.sum()) - 0.5 * float((modes * modes).sum())
    loglik -= 0.5 * float(np.linalg.slogdet(bent)[1].sum())
    inverse: FloatArray = np.asarray(np.linalg.inv(bent), dtype=np.float64)
    return SlopeState(beta, theta, fixed, s, modes, inverse, at, loglik)


def row_sums(by: Groups, values: FloatArray) -> FloatArray:
    """Sums (G, m) of sorted rows (n, m)."""
    summed: FloatArray = np.add.reduceat(values, by.starts, axis=0)
    return summed


def outer_sums(by: Groups, weights: FloatArray, s: FloatArray) -> FloatArray:
    """Sums (G, q, q) of ``weights`` (n,) times s s'."""
    q = s.shape[1]
    found = np.empty((by.count, q, q))
    for i in range(q):
        for j in range(i + 1):
            found[:, i, j] = found[:, j, i] = by.sums(weights * s[:, i] * s[:, j])
    return found


@dataclass(frozen=True)
class _Pieces:
    """By row: w', w'', h, s'kappa and e, each (n,); by group kappa (G, q)."""

    w1: FloatArray
    w2: FloatArray
    h: FloatArray
    along: FloatArray
    e: FloatArray
    kappa: FloatArray


def _pieces(rows: SlopeRows, state: SlopeState) -> _Pieces:
    by, s, p, w = rows.by, state.s, state.curve.p, state.curve.slope
    w1, w2 = w * (1 - 2 * p), w * (1 - 6 * w)
    h = np.einsum("nq,nqp,np->n", s, state.inverse.repeat(by.sizes, axis=0), s)
    kappa = np.einsum("gqp,gp->gq", state.inverse, row_sums(by, (w1 * h)[:, None] * s))
    along = np.einsum("nq,nq->n", s, kappa.repeat(by.sizes, axis=0))
    return _Pieces(w1, w2, h, along, rows.y - p - 0.5 * (w1 * h - w * along), kappa)


def gradient(rows: SlopeRows, state: SlopeState) -> FloatArray:
    """Exact, in (beta, theta): (k + m,)."""
    found = _pieces(rows, state)
    return np.concatenate([found.e @ rows.x, _by_theta(rows, state, found)])


def _by_theta(rows: SlopeRows, state: SlopeState, found: _Pieces) -> FloatArray:
    by, z = rows.by, rows.z
    first = np.einsum("gq,gp->qp", row_sums(by, found.e[:, None] * z), state.modes)
    left = row_sums(by, (rows.y - state.curve.p)[:, None] * z)
    second = np.einsum("gq,gp->qp", left, found.kappa)
    bent = outer_sums(by, state.curve.slope, z) @ lower(state.theta)
    third = np.einsum("gqp,gpr->qr", bent, state.inverse)
    made: FloatArray = (first - 0.5 * second - third)[np.tril_indices(z.shape[1])]
    return made


def hessian(rows: SlopeRows, state: SlopeState) -> FloatArray:
    """In (beta, theta): exact in beta, by central differences of the exact gradient in theta."""
    k, m = len(state.beta), len(state.theta)
    full = np.zeros((k + m, k + m))
    full[:k, :k] = _in_beta(rows, state)
    for at in range(m):
        step = np.zeros(m)
        step[at] = STEP * max(1.0, abs(float(state.theta[at])))
        ends = [
            gradient(rows, evaluate_slopes(rows, state.beta, state.theta + d, state.modes, state.fixed))
            for d in (step, -step)
        ]
        full[k + at] = (ends[0] - ends[1]) / (2 * step[at])
    full[:k, k:] = full[k:, :k].T
    full[k:, k:] = (full[k:, k:] + full[k:, k:].T) / 2
    return full


def _in_beta(rows: SlopeRows, state: SlopeState) -> FloatArray:
    by, s, q = rows.by, state.s, rows.z.shape[1]
    found = _pieces(rows, state)
    k = rows.x.shape[1]
    pull = np.empty((by.count, q, k))
    for i in range(q):
        pull[:, i] = by.weighted_sums(state.curve.slope * s[:, i], rows.x)
    b = state.inverse @ pull

    def moved(weights: FloatArray) -> FloatArray:
        """Sums (G, k) of weights (n,) times x - B's."""
        sums = row_sums(by, weights[:, None] * s)
        taken: FloatArray = by.weighted_sums(weights, rows.x) - np.einsum("gq,gqk->gk", sums, b)
        return taken

    curved = found.w2 * found.h - found.w1 * found.along
    weights = state.curve.slope + 0.5 * curved
    weighted_x = np.stack([by.weighted_sums(weights * s[:, i], rows.x) for i in range(q)], axis=1)
    made = -cross(rows.x, weights) + np.einsum("gqi,gqj->ij", weighted_x, b, optimize=True)

    root = np.linalg.cholesky(state.inverse)  # H^-1 = root root'
    turned = np.einsum("nq,nqp->np", s, root.repeat(by.sizes, axis=0))
    for i in range(q):
        for j in range(i + 1):
            twice = 1.0 if i == j else 2.0  # g_ij and g_ji are the same
            weight = found.w1 * turned[:, i] * turned[:, j]
            own = moved(weight)
            n_j = row_sums(by, weight[:, None] * s)
            made += 0.5 * twice * by.weighted_sums(weight, rows.x).T @ own
            made -= 0.5 * twice * np.einsum("gq,gqi,gj->ij", n_j, b, own, optimize=True)
    joint = np.stack([moved(curved * s[:, i]) for i in range(q)], axis=1)
    made += 0.5 * np.einsum("gqi,gqj->ij", b, joint, optimize=True)
    both: FloatArray = (made + made.T) / 2
    return both
