"""Polychoric correlations from crossed counts, by two-step maximum likelihood (Olsson, 1979).

The thresholds of two latent normal variables come from the margins; then the one correlation is sought that
makes the counts likeliest.  Counts are all that is needed, so the data are passed over once, to count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from measures.core.factor import Matrix, Vector

LARGEST = 0.9999  # correlations beyond are not told apart: a table with an empty diagonal gives this
NODES = 64
_OUTWARDS = (0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, LARGEST)
_LEAST = 1e-15  # of a cell's probability: below it differences of probabilities are rounding


def polychoric(counts: Matrix) -> float:
    """The correlation of the latent variables behind a table (r, c) of counts.

    Rows and columns are ordered and none is empty; NaN when a margin has a single category.
    """
    from scipy.optimize import brentq

    counts = np.asarray(counts, dtype=np.float64)
    if min(counts.shape) < 2:
        return float("nan")
    score = _score_of(counts)
    start = score(0.0)
    if start == 0.0:
        return 0.0
    side, inner = (1.0, 0.0) if start > 0.0 else (-1.0, 0.0)
    for outer in _OUTWARDS:  # from the middle: far out, cells that hold rows have no probability left
        if side * score(side * outer) <= 0.0:
            ends = sorted((side * inner, side * outer))
            return float(brentq(score, *ends, xtol=1e-12, rtol=1e-12))
        inner = outer
    return side * LARGEST  # the likelihood rises up to the end


def polychorics(pairs: Mapping[tuple[int, int], Mapping[tuple[float, float], int]], p: int) -> Matrix:
    """The correlations (p, p) of items whose answers are counted by pairs: {(i, j): {(one, other): rows}}."""
    found = np.eye(p)
    for (i, j), cells in pairs.items():
        rows, columns = sorted({a for a, _ in cells}), sorted({b for _, b in cells})
        table = np.zeros((len(rows), len(columns)))
        for (a, b), n in cells.items():
            table[rows.index(a), columns.index(b)] = n
        found[i, j] = found[j, i] = polychoric(table)
    return found


def thresholds(margin: Vector) -> Vector:
    """The ends (k - 1,) between ``k`` categories on the latent normal variable, from their counts."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.cumsum(margin)[:-1] / np.sum(margin)))


def slopes_in_r(rows: Vector, columns: Vector, r: float) -> tuple[Matrix, Matrix]:
    """Of the cells between thresholds: their probabilities at ``r``, and the slopes of these in r."""
    from scipy.special import ndtr

    h, k = np.meshgrid(rows, columns, indexing="ij")
    cells = np.outer(_steps(ndtr(rows)), _steps(ndtr(columns))) + _cells(_corner(h, k, r))
    return cells, _cells(_density(h, k, r))


def _score_of(counts: Matrix) -> Callable[[float], float]:
    """The slope of the log-likelihood in the correlation; a cell's probability is that of a rectangle."""
    from scipy.special import ndtr

    rows, columns = thresholds(counts.sum(axis=1)), thresholds(counts.sum(axis=0))
    independent = np.outer(_steps(ndtr(rows)), _steps(ndtr(columns)))
    h, k = np.meshgrid(rows, columns, indexing="ij")
    filled = counts > 0

    def score(rho: float) -> float:
        cells = independent + _cells(_corner(h, k, rho))
        slopes = _cells(_density(h, k, rho))
        return float((counts[filled] * slopes[filled] / np.maximum(cells[filled], _LEAST)).sum())

    return score


def _steps(below: Vector) -> Vector:
    return np.diff(below, prepend=0.0, append=1.0)


def _cells(corners: Matrix) -> Matrix:
    """Of rectangles, from what stands at their inner corners; it is 0 at the outer ones."""
    return np.diff(np.diff(np.pad(corners, 1), axis=0), axis=1)


def _density(h: Matrix, k: Matrix, rho: float) -> Matrix:
    """The bivariate normal density: the slope of the probability below (h, k) in rho (Plackett, 1954)."""
    free = 1.0 - rho**2
    return np.asarray(np.exp(-(h**2 - 2 * rho * h * k + k**2) / (2 * free)) / (2 * np.pi * np.sqrt(free)))


_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(NODES)


def _corner(h: Matrix, k: Matrix, rho: float) -> Matrix:
    """P(X < h, Y < k) less its value at rho = 0: the density over 0..rho, with rho = sin(angle)."""
    half = np.arcsin(rho) / 2.0
    sine = np.sin(half * (_POINTS + 1.0))[:, None, None]
    inner = np.exp(-(h**2 - 2.0 * sine * h * k + k**2) / (2.0 * (1.0 - sine**2)))
    return np.asarray(half / (2.0 * np.pi) * np.tensordot(_WEIGHTS, inner, axes=1))
