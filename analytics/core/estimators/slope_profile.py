"""The likelihood of a linear mixed model with random slopes, profiled to a Cholesky factor and searched.

With b ~ N(0, sigma^2 L L') and, for each group, A = Z'Z, B = Z'[X r] and H = (I + L'AL)^-1,

    [X r]'V^-1 [X r] = gram - sum B'L H L'B,   ln|V| = -sum ln|H|
    T = Z'V^-1 [X r] = B - A L H L'B,          U = Z'V^-1 Z = A - A L H L'A

and with e = T_r - T_X beta the profiled deviance has, for a change of Psi = L L',

    d deviance = tr G dPsi,   G = sum U - (free / RSS) sum e e' - [REML] sum T_X (X'V^-1 X)^-1 T_X'

so that its gradient in L is 2 G L (lower triangle).  L may be singular: the surface is smooth there.
(Bates, Maechler, Bolker and Walker 2015 give the profile; the derivative is the chain rule.)
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.slopes import SlopeSums

STARTS = (0.03, 0.2, 1.0, 5.0)  # standard deviations, in those of the residuals, that are tried first
STEP = 1e-5  # for the differences of the exact gradient
STEPS = 30
SETTLED = 1e-10  # of the deviance, still to go; steps are taken until rounding leaves no more to gain
HIGHEST = 1e6  # a ratio of standard deviations at which the search is given up
NOTHING = 1e-4  # a ratio under which a direction of the effects has no variance


@dataclass(frozen=True)
class Point:
    """The generalised least squares fit at ``factor`` (q, q), the Cholesky factor L of the covariance.

    ``beta`` (k,) are the coefficients less ``SlopeSums.start``; ``inverse`` (k, k) is (X'V^-1 X)^-1;
    ``shrink`` (G, q, q) is L H L', ``cross`` (G, q, k) T_X, ``left`` (G, q) e, ``own`` (q, q) the sum of U.
    """

    factor: FloatArray
    beta: FloatArray
    inverse: FloatArray
    residual: float
    deviance: float
    shrink: FloatArray
    cross: FloatArray
    left: FloatArray
    own: FloatArray


@dataclass(frozen=True)
class Found:
    """How the search ended: ``found``, ``boundary`` or ``unsettled``; the gradient in L at ``best``.

    ``curvature`` is the smallest eigenvalue of the deviance's Hessian (m, m) in the elements of L.
    """

    ending: str
    iterations: int
    best: Point
    gradient: float
    decrement: float
    hessian: FloatArray

    @property
    def curvature(self) -> float:
        return float(np.linalg.eigvalsh(self.hessian)[0])


def lower(theta: FloatArray) -> FloatArray:
    """The lower triangle (q, q) whose elements, row by row, are ``theta`` (q (q + 1) / 2,)."""
    q = round((math.sqrt(8 * len(theta) + 1) - 1) / 2)
    made = np.zeros((q, q))
    made[np.tril_indices(q)] = theta
    return made


def solve_slopes(sums: SlopeSums, factor: FloatArray, reml: bool) -> Point:
    """The fit at one ``factor``; ``LinAlgError`` where X'V^-1 X is not positive definite."""
    k, q = len(sums.start), len(factor)
    grown = np.eye(q) + factor.T @ sums.inner @ factor
    inverse = np.linalg.inv(grown)
    shrink = factor @ inverse @ factor.T
    pulled = shrink @ sums.outer
    weighted = sums.gram - np.einsum("gqi,gqj->ij", sums.outer, pulled, optimize=True)
    scale = 1 / np.sqrt(np.diag(weighted)[:k])
    chol = cho_factor(weighted[:k, :k] * np.outer(scale, scale), lower=True)
    beta = scale * cho_solve(chol, scale * weighted[:k, k])
    covariance = cho_solve(chol, np.eye(k)) * np.outer(scale, scale)
    residual = float(weighted[k, k] - weighted[:k, k] @ beta)
    transformed = sums.outer - sums.inner @ pulled
    free = sums.n - k if reml else sums.n
    deviance = free * (math.log(2 * math.pi * max(residual, 1e-300) / free) + 1)
    deviance += float(np.linalg.slogdet(grown)[1].sum())
    if reml:
        deviance += 2 * float(np.log(np.diag(chol[0]) / scale).sum())
    own = (sums.inner - sums.inner @ shrink @ sums.inner).sum(axis=0)
    cross = transformed[:, :, :k]
    left = transformed[:, :, k] - cross @ beta
    return Point(factor, beta, covariance, residual, deviance, shrink, cross, left, own)


def by_psi(sums: SlopeSums, at: Point, reml: bool, variance: float | None = None) -> FloatArray:
    """G (q, q): the derivative of the deviance in Psi, profiled or at a given residual ``variance``."""
    free = sums.n - len(sums.start) if reml else sums.n
    scale = free / max(at.residual, 1e-300) if variance is None else 1 / variance
    found: FloatArray = at.own - scale * (at.left.T @ at.left)
    if reml:
        found = found - np.einsum("gqi,gpi->qp", at.cross @ at.inverse, at.cross, optimize=True)
    return found


def in_factor(psi: FloatArray, factor: FloatArray) -> FloatArray:
    """A derivative in Psi (q, q) as one in the elements of L, row by row."""
    full: FloatArray = 2 * psi @ factor
    return full[np.tril_indices(len(factor))]


def search_slopes(sums: SlopeSums, q: int, reml: bool) -> Found:
    """The lowest deviance over L: the best of a grid, a quasi-Newton walk, Newton's method to rounding."""

    def value(theta: FloatArray) -> tuple[float, FloatArray]:
        at = solve_slopes(sums, lower(theta), reml)
        return at.deviance, in_factor(by_psi(sums, at, reml), at.factor)

    grid = itertools.product(STARTS, repeat=q) if q <= 2 else ((one,) * q for one in STARTS)
    tried = [np.diag(np.array(one))[np.tril_indices(q)] for one in grid]
    start = min(tried, key=lambda theta: value(theta)[0])
    walked = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-5, "maxiter": 500})
    return _polished(sums, np.asarray(walked.x), reml, len(tried) + int(walked.nit))


def hessian_in_factor(sums: SlopeSums, theta: FloatArray, reml: bool, variance: float | None) -> FloatArray:
    """The deviance's Hessian (m, m) in the elements of L, by central differences of the exact gradient."""
    rows = []
    for at in range(len(theta)):
        step = np.zeros(len(theta))
        step[at] = STEP * max(1.0, abs(theta[at]))
        ends = []
        for sign in (1, -1):
            point = solve_slopes(sums, lower(theta + sign * step), reml)
            ends.append(in_factor(by_psi(sums, point, reml, variance), point.factor))
        rows.append((ends[0] - ends[1]) / (2 * step[at]))
    made = np.array(rows)
    hessian: FloatArray = (made + made.T) / 2
    return hessian


def _polished(sums: SlopeSums, theta: FloatArray, reml: bool, steps: int) -> Found:
    here = solve_slopes(sums, lower(theta), reml)
    gradient, decrement, hessian = math.inf, math.inf, np.zeros((len(theta), len(theta)))
    before = math.inf
    for _ in range(STEPS):
        slope = in_factor(by_psi(sums, here, reml), here.factor)
        hessian = hessian_in_factor(sums, theta, reml, None)
        curvature, direction = np.linalg.eigh(hessian)
        size = np.maximum(np.abs(curvature), 1e-8 * max(1.0, float(np.abs(curvature).max())))
        step = -direction @ (direction.T @ slope / size)
        gradient, decrement = float(np.abs(slope).max()), float(-slope @ step)
        steps += 1
        if (decrement < SETTLED and decrement > before / 4) or np.abs(theta).max() > HIGHEST:
            break
        before = decrement
        there, length = solve_slopes(sums, lower(theta + step), reml), 1.0
        while there.deviance > here.deviance + 1e-12 * abs(here.deviance) and length > 1e-6:
            length /= 2
            there = solve_slopes(sums, lower(theta + length * step), reml)
        theta, here = theta + length * step, there
    settled = (
        decrement < SETTLED and np.abs(theta).max() <= HIGHEST and np.linalg.eigvalsh(hessian)[0] > -1e-3
    )
    ending = "found" if settled else "unsettled"
    values = np.linalg.svd(here.factor, compute_uv=False)
    if settled and values[-1] < NOTHING:
        ending = "boundary"
        here = solve_slopes(sums, _without_smallest(here.factor), reml)
    return Found(ending, steps, here, gradient, decrement, hessian)


def _without_smallest(factor: FloatArray) -> FloatArray:
    """The factor whose directions of next to no variance have none, triangular again."""
    left, values, right = np.linalg.svd(factor)
    made = left @ np.diag(np.where(values < NOTHING, 0.0, values)) @ right
    triangular: FloatArray = np.linalg.qr(made.T)[1].T
    return triangular
