"""The likelihood of a linear mixed model with a random intercept, profiled to one number and searched.

With rho = sigma_u^2 / sigma^2 the inverse covariance of a group of size m is I - rho / (1 + m rho) 11', so
the weighted cross-products are W + sum_j s_j s_j' / (n_j (1 + n_j rho)), where W has the cross-products of
[X y] about the means of the groups and s_j the sums of [X y] over group j: a sum of two positive parts, which
loses no digits however much the groups differ.  Groups of one size share their coefficient, so their s_j s_j'
are added up beforehand: after the passes over the rows the search over rho no longer depends on the number of
rows or groups.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs
from scipy.optimize import brentq

from analytics.core.estimators.design import Design
from analytics.core.estimators.groups import Groups
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.within import Within

# ln rho is searched between these first; under 1e-9 the between variance is zero for every purpose.
GRID = np.linspace(math.log(1e-9), math.log(1e6), 16)
WIDEST = math.log(1e32)  # farther than any two numbers of double precision can lie apart
REFINEMENTS = 4  # finer grids laid where the slopes at the ends do not hold the lowest point between them
WITHIN = 1e-10  # share of a column's variation inside groups under which it varies between groups only
PERFECT = 1e-12
ROUNDING = 16 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Sums:
    """Sufficient statistics of [X r], where r = y - X ``start`` and the columns are centred.

    ``start`` (k,) explains y within groups, so that what is summed is as small as what is to be estimated.
    ``within`` (k+1, k+1) cross-products about the group means; ``by_group`` (G, k+1) sums; ``sizes`` (U,) the
    distinct group sizes, ``counts`` (U,) how many groups have each, ``by_size`` (U, k+1, k+1) the sum of s s'
    over them.  ``rounding`` is what the residual sum within groups would be from rounding alone.
    """

    start: FloatArray
    within: FloatArray
    by_group: FloatArray
    sizes: FloatArray
    counts: FloatArray
    by_size: FloatArray
    rounding: float

    def weighted(self, rho: float) -> FloatArray:
        """[X r]'V^-1 [X r] (k+1, k+1) up to the residual variance."""
        share = 1.0 / (self.sizes * (1.0 + self.sizes * rho))
        found: FloatArray = self.within + np.einsum("u,uij->ij", share, self.by_size)
        return found


@dataclass(frozen=True)
class Solution:
    """The generalised least squares fit at one ``rho``: ``slope`` is d deviance / d ln rho.

    ``beta`` (k,) are the coefficients less ``Sums.start``; ``factor`` (k, k) is the Cholesky factor of
    X'V^-1 X.
    """

    rho: float
    beta: FloatArray
    factor: FloatArray
    residual: float
    deviance: float
    slope: float

    @cached_property
    def inverse(self) -> FloatArray:
        """(X'V^-1 X)^-1 up to the residual variance (k, k)."""
        return _inverse(self.factor)


@dataclass(frozen=True)
class Search:
    """How the search ended: ``found``, ``boundary``, ``perfect``, ``perfect_within`` or ``unsettled``.

    ``best`` is None unless it is one of the first two.
    """

    ending: str
    iterations: int
    best: Solution | None = None


def squares_within(design: Design, by: Groups) -> FloatArray:
    """Sums of squares (k,) of the columns of X about the group means, from the sums of the groups alone."""
    totals = by.totals(design.x) - np.outer(by.sizes, design.moments.centre)
    found: FloatArray = np.diag(design.moments.gram) - (totals**2 / by.sizes[:, None]).sum(axis=0)
    return found


def between_terms(design: Design, inside: FloatArray) -> npt.NDArray[np.bool_]:
    """Which columns (k,) have one value within each group; the intercept does not count.

    ``inside`` (k,) has their sums of squares about the group means.
    """
    flags = np.asarray(inside <= WITHIN * np.diag(design.moments.gram), dtype=np.bool_)
    if design.has_intercept:
        flags[design.moments.intercept] = False
    return flags


def sufficient(design: Design, by: Groups, within: Within) -> Sums:
    """All that the likelihood needs of the data, with a second pass over the rows for what is left of y."""
    k = design.k
    start = _within_slopes(within.gram)
    by_group = within.totals.copy()
    by_group[:, k] -= within.totals[:, :k] @ start
    inside = within.gram.copy()
    inside[:k, k], inside[k, k] = _what_is_left(within.rows(design.y, design.x, by), start)
    inside[k, :k] = inside[:k, k]
    sizes, label = np.unique(by.sizes, return_inverse=True)
    by_size = np.empty((len(sizes), k + 1, k + 1))
    for position in range(len(sizes)):
        rows = by_group[label == position]
        by_size[position] = rows.T @ rows
    counts = np.bincount(label, minlength=len(sizes)).astype(np.float64)
    rounding = _rounding(design, start)
    return Sums(start, inside, by_group, sizes.astype(np.float64), counts, by_size, rounding)


def _what_is_left(parts: Iterable[FloatArray], start: FloatArray) -> tuple[FloatArray, float]:
    """X'r (k,) and r'r about the group means, with r taken row by row: its digits are its own."""
    k = len(start)
    cross, square = np.zeros(k), 0.0
    for part in parts:
        left = part[:, k] - part[:, :k] @ start
        cross += part[:, :k].T @ left
        square += float(left @ left)
    return cross, square


def _within_slopes(within: FloatArray) -> FloatArray:
    """Least squares within groups (k,); 0 for what does not vary there.  It only sets the ground."""
    scale = np.sqrt(np.diag(within)[:-1])
    seen = scale > WITHIN * max(float(scale.max(initial=0.0)), 1e-300)
    start = np.zeros(len(scale))
    if seen.any():
        own = scale[seen]
        scaled = within[:-1, :-1][np.ix_(seen, seen)] / np.outer(own, own)
        start[seen] = np.linalg.lstsq(scaled, within[:-1, -1][seen] / own, rcond=1e-10)[0] / own
    return start


def _rounding(design: Design, start: FloatArray) -> float:
    """The sum of squares that n rows of these magnitudes have from rounding."""
    found = design.moments
    size = np.sqrt(np.diag(found.gram) + design.n * found.centre**2)
    square = found.y_square + design.n * found.y_centre**2 + float(np.abs(start) @ size) ** 2
    return ROUNDING**2 * square


def solve(sums: Sums, n: int, rho: float, reml: bool) -> Solution:
    """Generalised least squares at ``rho`` and the profiled deviance with its exact derivative in ln rho.

    Deviance: (n - p) ln(2 pi e RSS / (n - p)) + ln|V| + ln|X'V^-1 X| under REML; n ln(2 pi e RSS / n) + ln|V|
    under ML.
    """
    k = len(sums.within) - 1
    grow = 1.0 + sums.sizes * rho
    weighted = sums.weighted(rho)
    factor = _factor(weighted[:k, :k])
    beta, _ = dpotrs(factor, weighted[:k, k], lower=True)
    residual = float(weighted[k, k] - weighted[:k, k] @ beta)
    contrast = np.append(-beta, 1.0)
    shrink = 1.0 / (grow * grow)
    residual_slope = -float(shrink @ (sums.by_size @ contrast @ contrast))
    free = n - k if reml else n
    profile = _deviance(sums, free, residual, grow, np.diag(factor) if reml else np.ones(1))
    slope = free * residual_slope / max(residual, 1e-300) + float((sums.counts * sums.sizes) @ (1 / grow))
    if reml:
        slope -= float(shrink @ np.einsum("uij,ij->u", sums.by_size[:, :k, :k], _inverse(factor)))
    return Solution(rho, beta, factor, residual, profile, slope * rho if rho else slope)


def deviance(sums: Sums, n: int, rho: float, reml: bool) -> float:
    """The profiled deviance alone, from one factorisation of [X y]'V^-1 [X y]: its last pivot is the RSS."""
    k = len(sums.within) - 1
    grow = 1.0 + sums.sizes * rho
    pivots = np.diag(_factor(sums.weighted(rho)))
    return _deviance(
        sums, n - k if reml else n, float(pivots[k] ** 2), grow, pivots[:k] if reml else np.ones(1)
    )


def _deviance(sums: Sums, free: int, residual: float, grow: FloatArray, pivots: FloatArray) -> float:
    spread = free * (math.log(2 * math.pi * max(residual, 1e-300) / free) + 1)
    return spread + float(sums.counts @ np.log(grow)) + 2 * float(np.log(pivots).sum())


def _factor(matrix: FloatArray) -> FloatArray:
    """Cholesky factor of a positive definite matrix, straight from LAPACK: this is called often.

    The units of the columns do not matter: scaling a column scales the rounding with it.
    """
    factor, failed_at = dpotrf(matrix, lower=True)
    if failed_at:
        raise np.linalg.LinAlgError("not positive definite")
    found: FloatArray = factor
    return found


def _inverse(factor: FloatArray) -> FloatArray:
    """The inverse of the matrix that ``factor`` is the Cholesky factor of."""
    lower, _ = dpotri(factor, lower=True)
    lower = np.tril(lower)
    found: FloatArray = lower + np.tril(lower, -1).T
    return found


def search(sums: Sums, design: Design, reml: bool) -> Search:
    """The best rho: a grid over ln rho (a profile may have two valleys), then the zero of the exact slope.

    rho is exactly 0 when the deviance is lowest there.
    """
    n = design.n
    flat = solve(sums, n, 0.0, reml)
    if flat.residual <= PERFECT * design.moments.y_square:
        return Search("perfect", 1)
    if sums.within[-1, -1] <= sums.rounding:
        return Search("perfect_within", 1)
    try:
        return _between(sums, n, reml, flat)
    except np.linalg.LinAlgError:  # what is left within groups is rounding in some direction
        return Search("unsettled", len(GRID))


def _between(sums: Sums, n: int, reml: bool, flat: Solution) -> Search:
    """The lowest point over rho > 0, or ``flat``: only what the slopes hold between them counts as found."""

    def slope(point: float) -> float:
        return solve(sums, n, math.exp(point), reml).slope

    points, steps = list(GRID), 1
    for _ in range(REFINEMENTS):
        tried = _tried(sums, n, reml, points)
        steps += len(tried)
        lowest = min(range(len(tried)), key=tried.__getitem__)
        if points[0] == GRID[0] and (lowest == 0 or flat.deviance <= tried[lowest]):
            return Search("boundary", steps, flat)
        low, high = points[max(lowest - 1, 0)], points[min(lowest + 1, len(points) - 1)]
        if slope(low) < 0 < slope(high):
            root, report = brentq(slope, low, high, xtol=1e-11, rtol=1e-12, full_output=True, disp=False)
            steps += 3 + report.function_calls
            best = solve(sums, n, math.exp(root), reml) if report.converged else None
            return Search("found" if best else "unsettled", steps, best)
        points = list(np.linspace(low, high, len(GRID)))
    return Search("unsettled", steps)


def _tried(sums: Sums, n: int, reml: bool, points: list[float]) -> list[float]:
    """The deviances at ``points``, which grow beyond the last until it is no longer the lowest."""
    tried = [deviance(sums, n, math.exp(point), reml) for point in points]
    step = points[-1] - points[-2]
    while min(tried) == tried[-1] and points[-1] + step <= WIDEST:
        points.append(points[-1] + step)
        tried.append(deviance(sums, n, math.exp(points[-1]), reml))
    return tried
