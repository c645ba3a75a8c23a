"""What groups tell of a model whose coefficients vary between them: sums by group, and a basis to work in.

The columns Z of the random part are moved to their means and made orthonormal over the rows, so that the
search for their covariance sees the same picture in whatever units they come; ``Basis.back`` leads back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.sparse import csc_array

from analytics.core.estimators.design import Design
from analytics.core.estimators.groups import Groups
from analytics.core.estimators.moments import FloatArray, blocks
from analytics.core.estimators.profile import PERFECT, WITHIN

SLICE = 65_536  # rows at a time in the pass over the groups


@dataclass(frozen=True)
class Basis:
    """``(z - mean) @ into`` (n, q) has cross-products n times the identity; effects of Z are ``back`` b."""

    mean: FloatArray
    into: FloatArray
    back: FloatArray

    def rows(self, z: FloatArray) -> FloatArray:
        laid: FloatArray = (z - self.mean) @ self.into
        return laid

    def covariance(self, psi: FloatArray) -> FloatArray:
        """The covariance (q, q) of the effects of Z as given, from that in this basis."""
        given: FloatArray = self.back @ psi @ self.back.T
        return given


def basis(z: FloatArray) -> Basis:
    """The basis of ``z`` (n, q), whose first column is the constant.

    Raises ``numpy.linalg.LinAlgError`` where its columns are not independent.
    """
    n, q = z.shape
    mean = z.mean(axis=0)
    mean[0] = 0.0
    gram = np.zeros((q, q))
    for rows in blocks(n):
        part = z[rows] - mean
        gram += part.T @ part
    if bool(np.any(np.diag(gram) <= PERFECT * n * (1 + mean**2))):
        raise np.linalg.LinAlgError("a column of the random part does not vary")
    factor = np.linalg.cholesky(gram / n)
    into: FloatArray = solve_triangular(factor, np.eye(q), lower=True).T
    shift = np.eye(q)
    shift[0, 1:] -= mean[1:]
    return Basis(mean, into, shift @ into)


def varies_within(z: FloatArray, by: Groups) -> FloatArray:
    """Whether each column of ``z`` (n, q) but the constant has several values within some group (q - 1,)."""
    part = z[:, 1:] - z[:, 1:].mean(axis=0)
    squares = (part**2).sum(axis=0)
    between = (by.totals(part) ** 2 / by.sizes[:, None]).sum(axis=0)
    flags: FloatArray = squares - between > WITHIN * squares
    return flags


@dataclass(frozen=True)
class SlopeSums:
    """Sufficient statistics of [X r], where r = y - X ``start`` and the columns of X are centred.

    ``gram`` (k+1, k+1) its cross-products; by group Z'Z ``inner`` (G, q, q) and Z'[X r] ``outer``
    (G, q, k+1), Z in the basis; ``n`` rows.
    """

    start: FloatArray
    gram: FloatArray
    inner: FloatArray
    outer: FloatArray
    n: int


def slope_sums(design: Design, by: Groups, z: FloatArray, base: Basis) -> SlopeSums:
    """One pass over the rows; r is taken row by row, so that its digits are its own."""
    found, k, q = design.moments, design.k, z.shape[1]
    scale = np.sqrt(np.diag(found.gram))
    start = np.linalg.solve(found.gram / np.outer(scale, scale), found.cross / scale) / scale
    gram = np.zeros((k + 1, k + 1))
    gram[:k, :k] = found.gram
    inner, outer = np.zeros((by.count, q, q)), np.zeros((by.count, q, k + 1))
    for rows in blocks(design.n, SLICE):
        part = np.empty((len(design.y[rows]), k + 1))
        np.subtract(design.x[rows], found.centre, out=part[:, :k])
        part[:, k] = design.y[rows] - found.y_centre - part[:, :k] @ start
        gram[k] += part[:, k] @ part
        own = base.rows(z[rows])
        place = np.arange(len(part) + 1)
        for at in range(q):
            sums = csc_array((own[:, at], by.codes[rows], place), (by.count, len(part)))
            outer[:, at] += sums @ part
            inner[:, at] += sums @ own
    gram[:, k] = gram[k]
    return SlopeSums(start, gram, inner, outer, design.n)
