"""Values as positions among their distinct values, or among codes that are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

IntArray = npt.NDArray[np.int64]

WIDEST = 10_000_000  # whole numbers in a range up to this are looked up in a table; others are sorted


def positions(values: pl.Series | npt.NDArray[Any]) -> tuple[IntArray, list[Any]]:
    """(n,) the position of each value (none absent) among the distinct values in order, and these."""
    series = pl.Series(values)
    if (whole := _whole(series)) is not None:
        low, numbers = whole
        seen = np.bincount(numbers) > 0
        known = np.flatnonzero(seen) + low
        return (np.cumsum(seen) - 1)[numbers].astype(np.int64), known.tolist()
    distinct = series.unique().sort()
    places = pl.Series(range(distinct.len()), dtype=pl.Int64)
    found = series.replace_strict(distinct, places, return_dtype=pl.Int64).to_numpy()
    return found, distinct.to_list()


def positions_among(values: pl.Series | npt.NDArray[Any], codes: Sequence[Any]) -> IntArray:
    """(n,) the position of each value among ``codes``; of a value that is no code, or absent, the first."""
    series = pl.Series(values)
    if not codes:
        return np.zeros(series.len(), dtype=np.int64)
    if (whole := _whole(series.fill_null(codes[0]))) is not None:
        low, numbers = whole
        table = np.zeros(int(numbers.max(initial=0)) + 1, dtype=np.int64)
        for place, code in enumerate(codes):
            if float(code).is_integer() and 0 <= int(code) - low < len(table):
                table[int(code) - low] = place
        return np.asarray(table[numbers])
    wanted = pl.Series(codes, dtype=series.dtype)
    places = list(range(len(codes)))
    found = series.replace_strict(wanted, places, default=0, return_dtype=pl.Int64)
    return found.fill_null(0).to_numpy()


def _whole(series: pl.Series) -> tuple[int, IntArray] | None:
    """The smallest of whole numbers in a narrow range, and how far each is above it."""
    if not series.dtype.is_integer() or not series.len():
        return None
    low, high = series.min(), series.max()
    if not isinstance(low, int) or not isinstance(high, int) or high - low > WIDEST:
        return None
    return low, series.to_numpy().astype(np.int64) - low
