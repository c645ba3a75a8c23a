"""One pass over the rows: means and centred cross-products, the raw material of every estimator and check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

INTERCEPT = "(Intercept)"
BLOCK = 1024  # rows at a time: a block of forty columns stays in the cache, and a copy of it costs nothing


@dataclass(frozen=True)
class Moments:
    """Cross-products of ``[x y]`` about ``centre`` (means; 0 for the intercept, and throughout without one).

    ``gram`` (k, k) is X'X, ``cross`` (k,) X'y, ``y_square`` y'y, all of the centred columns;
    ``intercept`` is the position of the column of ones, -1 where there is none.
    """

    n: int
    intercept: int
    centre: FloatArray
    y_centre: float
    gram: FloatArray
    cross: FloatArray
    y_square: float

    def of(self, kept: IntArray) -> Moments:
        """The moments of some of the columns."""
        position = np.flatnonzero(kept == self.intercept)
        return Moments(
            self.n,
            int(position[0]) if position.size else -1,
            self.centre[kept],
            self.y_centre,
            self.gram[np.ix_(kept, kept)],
            self.cross[kept],
            self.y_square,
        )

    def uncentre(self, beta: FloatArray, y_centre: float = 0.0) -> FloatArray:
        """Coefficients of the columns as given from those of the centred columns (k,)."""
        if self.intercept < 0:
            return beta
        moved = beta.copy()
        moved[self.intercept] += y_centre - self.centre @ beta
        return moved

    def uncentre_covariance(self, covariance: FloatArray) -> FloatArray:
        """The covariance (k, k) of what ``uncentre`` returns."""
        if self.intercept < 0:
            return covariance
        shift = np.eye(len(self.centre))
        shift[self.intercept] -= self.centre
        moved: FloatArray = shift @ covariance @ shift.T
        return moved


def blocks(n: int, size: int = BLOCK) -> Iterator[slice]:
    """Row slices that cover ``range(n)``."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def find_intercept(x: FloatArray, terms: tuple[str, ...]) -> int:
    """The column of ones: the one named ``(Intercept)`` if it is, else the first; -1 without one."""
    first = [terms.index(INTERCEPT)] if INTERCEPT in terms else []
    for column in [*first, *range(x.shape[1])]:
        if len(x) and x[0, column] == 1 and bool(np.all(x[:, column] == 1)):
            return int(column)
    return -1


def moments(y: FloatArray, x: FloatArray, terms: tuple[str, ...]) -> Moments:
    """Means first, then cross-products about them, so that large means (years, incomes) lose no digits."""
    n, k = x.shape
    intercept = find_intercept(x, terms)
    centre, y_centre = np.zeros(k), 0.0
    if intercept >= 0:
        centre, y_centre = x.mean(axis=0), float(y.mean())
        centre[intercept] = 0.0
    gram, cross, y_square = np.zeros((k, k)), np.zeros(k), 0.0
    for rows in blocks(n):
        part, target = x[rows] - centre, y[rows] - y_centre
        gram += part.T @ part
        cross += part.T @ target
        y_square += float(target @ target)
    return Moments(n, intercept, centre, y_centre, gram, cross, y_square)
