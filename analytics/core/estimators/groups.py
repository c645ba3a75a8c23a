"""Rows by group: codes, sizes, and sums that are sums, not loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from analytics.core.estimators.moments import FloatArray, IntArray


@dataclass(frozen=True)
class Groups:
    """Rows of n observations in G groups, for data brought into group order by ``order``.

    ``order`` (n,) sorts the rows by group and keeps their order within one (``None``: they already are);
    ``starts`` (G,) and ``sizes`` (G,) cut the sorted rows; ``levels`` (G) name the groups, sorted.
    """

    levels: tuple[str, ...]
    order: IntArray | None
    starts: IntArray
    sizes: IntArray

    @property
    def count(self) -> int:
        return len(self.levels)

    def sort(self, values: FloatArray) -> FloatArray:
        """Rows (n,) or (n, k) in group order."""
        return values if self.order is None else np.ascontiguousarray(values[self.order])

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums (G,) of sorted values (n,)."""
        summed: FloatArray = np.add.reduceat(values, self.starts)
        return summed

    def weighted_sums(self, weights: FloatArray, x: FloatArray) -> FloatArray:
        """Sums (G, k) of ``weights`` (n,) times sorted rows ``x`` (n, k), without a copy of ``x``."""
        ends = np.append(self.starts, len(weights))
        summed: FloatArray = (
            csr_array((weights, np.arange(len(weights)), ends), (self.count, len(weights))) @ x
        )
        return summed

    def spread(self, values: FloatArray) -> FloatArray:
        """One value per group (G,) to one per sorted row (n,)."""
        rows: FloatArray = np.repeat(values, self.sizes)
        return rows


def group_rows(groups: npt.NDArray[Any]) -> Groups:
    """Groups of an array of codes or names (n,); levels in sorted order, named by ``str``."""
    levels, codes = np.unique(np.asarray(groups), return_inverse=True)
    codes = codes.reshape(-1)
    sizes = np.bincount(codes, minlength=len(levels)).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    is_sorted = bool(np.all(codes[1:] >= codes[:-1]))
    order = None if is_sorted else np.argsort(codes, kind="stable").astype(np.int64)
    return Groups(tuple(str(level) for level in levels.tolist()), order, starts, sizes)
