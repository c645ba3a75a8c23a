"""The different cells of a column and how often each occurs, in one pass over narrow numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

_SPAN = 1 << 16  # whole numbers that lie closer together than this are counted in place


def tally(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """(different cells, how often each occurs); numbers and dates ascending, the empty cell last.

    ``cells`` may be any stored type; -0 counts as 0, as it does in the hash of a column.
    """
    physical = cells.to_physical()
    if not physical.dtype.is_numeric():
        counted = cells.value_counts(name="n")
        return counted[cells.name], counted["n"]
    there = physical.drop_nulls().to_numpy() if physical.null_count() else physical.to_numpy()
    values, n = _whole(there) if physical.dtype.is_integer() else _runs(there + 0.0)
    found = pl.Series(cells.name, values).cast(physical.dtype).cast(cells.dtype)
    counts = pl.Series("n", n, dtype=pl.UInt32)
    if not physical.null_count():
        return found, counts
    empty = pl.Series(cells.name, [None], dtype=cells.dtype)
    return pl.concat([found, empty]), counts.extend(pl.Series("n", [physical.null_count()], dtype=pl.UInt32))


def _whole(cells: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    if not cells.size:
        return cells, np.zeros(0, dtype=np.int64)
    low, high = int(cells.min()), int(cells.max())
    if high - low >= _SPAN:
        return _runs(cells)
    n = np.bincount(cells.astype(np.int64) - low)
    occurring = np.flatnonzero(n)
    return occurring + low, n[occurring]


def _runs(cells: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    if not cells.size:
        return cells, np.zeros(0, dtype=np.int64)
    ordered = np.sort(cells)
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    return ordered[starts], np.diff(np.append(starts, ordered.size))
