"""Rows by group: codes, sizes, and sums that are sums, not loops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

from analytics.core.estimators.moments import FloatArray, IntArray


@dataclass(frozen=True)
class Groups:
    """Rows of n observations in G groups: ``codes`` (n,), ``sizes`` (G,), ``levels`` (G) sorted by value.

    ``totals`` takes rows as they come. ``sums``, ``weighted_sums`` and ``spread`` take rows that ``sort`` has
    brought into group order: there a sum runs through memory once, which the iterative models need.
    """

    levels: tuple[str, ...]
    codes: IntArray
    sizes: IntArray

    @property
    def count(self) -> int:
        return len(self.levels)

    @cached_property
    def starts(self) -> IntArray:
        """Where each group begins among the sorted rows (G,)."""
        return np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int64)

    def sort(self, values: FloatArray) -> FloatArray:
        """Rows (n,) or (n, k) in group order, rows of a group in the order they came."""
        if bool(np.all(self.codes[1:] >= self.codes[:-1])):
            return values
        return np.ascontiguousarray(values[np.argsort(self.codes, kind="stable")])

    def totals(self, values: FloatArray) -> FloatArray:
        """Sums (G, k) of rows (n, k), in any order."""
        n = len(self.codes)
        summed: FloatArray = csc_array((np.ones(n), self.codes, np.arange(n + 1)), (self.count, n)) @ values
        return summed

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums (G,) of sorted values (n,)."""
        summed: FloatArray = np.add.reduceat(values, self.starts)
        return summed

    def weighted_sums(self, weights: FloatArray, x: FloatArray) -> FloatArray:
        """Sums (G, k) of ``weights`` (n,) times sorted rows ``x`` (n, k), without a copy of ``x``."""
        n = len(weights)
        by_group = csr_array((weights, np.arange(n), np.append(self.starts, n)), (self.count, n))
        summed: FloatArray = by_group @ x
        return summed

    def spread(self, values: FloatArray) -> FloatArray:
        """One value per group (G,) to one per sorted row (n,)."""
        rows: FloatArray = np.repeat(values, self.sizes)
        return rows


def group_rows(groups: npt.NDArray[Any]) -> Groups:
    """Groups of an array of codes or names (n,); levels in sorted order, named by ``str``."""
    levels, codes = _factor(np.asarray(groups))
    sizes = np.bincount(codes, minlength=len(levels)).astype(np.int64)
    return Groups(tuple(str(level) for level in levels), codes, sizes)


def _factor(groups: npt.NDArray[Any]) -> tuple[list[Any], IntArray]:
    """Sorted distinct values and the position of each row's value, without sorting rows if possible."""
    if groups.dtype.kind in "iu" and len(groups):
        low = int(groups.min())
        if int(groups.max()) - low < 4 * len(groups):
            present = np.bincount(groups - low) > 0
            place = np.cumsum(present) - 1
            return (np.flatnonzero(present) + low).tolist(), place[groups - low].astype(np.int64)
    if groups.dtype.kind == "O":
        values = groups.tolist()
        levels = sorted(set(values))
        position = {level: i for i, level in enumerate(levels)}
        return levels, np.fromiter((position[value] for value in values), np.int64, len(values))
    found, codes = np.unique(groups, return_inverse=True)
    return found.tolist(), codes.reshape(-1).astype(np.int64)
