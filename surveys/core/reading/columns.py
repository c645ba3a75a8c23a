"""Cells of one column gathered chunk by chunk, each chunk kept as narrow as its numbers allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from surveys.core.reading.raw import Numbers

_EXACT = 2.0**53
_WIDTHS = (np.int8, np.int16, np.int32, np.int64)
NO_TEXT = pl.Series([], dtype=pl.String)


class NumberColumn:
    """Doubles with NaN for empty; whole numbers are kept as the smallest integers that hold them."""

    def __init__(self) -> None:
        self.parts: list[NDArray[Any]] = []
        self.valid: list[NDArray[np.bool_] | None] = []

    def add(self, cells: Numbers) -> None:
        low, high = np.fmin.reduce(cells), np.fmax.reduce(cells)
        empty = np.isnan(cells)
        self.valid.append(~empty if empty.any() else None)
        self.parts.append(_narrowed(cells, float(low), float(high), empty))

    def series(self) -> pl.Series:
        """All cells in file order: an integer dtype when every value is whole, Float64 otherwise."""
        values = pl.Series("c", np.concatenate(self.parts) if len(self.parts) > 1 else self.parts[0])
        sizes = [len(part) for part in self.parts]
        valid, self.parts = self.valid, []
        if all(mask is None for mask in valid):
            return values
        mask = np.concatenate(
            [np.ones(n, dtype=np.bool_) if m is None else m for m, n in zip(valid, sizes, strict=True)]
        )
        return pl.select(pl.when(pl.Series(mask)).then(values).alias("c"))["c"]


def _narrowed(cells: Numbers, low: float, high: float, empty: NDArray[np.bool_]) -> NDArray[Any]:
    if np.isnan(low):
        return np.zeros(len(cells), dtype=np.int8)  # nothing but empty cells
    if low < -_EXACT or high > _EXACT:
        return cells.copy()
    width = next(w for w in _WIDTHS if np.iinfo(w).min <= low and high <= np.iinfo(w).max)
    whole = np.where(empty, 0.0, cells)
    narrow = whole.astype(width)
    return narrow if (narrow == whole).all() else cells.copy()


class TextColumn:
    """Bytes as they lie in the file, without padding; decoded when the character set is known."""

    def __init__(self) -> None:
        self.parts: list[pl.Series] = []

    def add(self, cells: Sequence[bytes]) -> None:
        self.parts.append(pl.Series("c", cells, dtype=pl.Binary))

    def series(self) -> pl.Series:
        """All cells as Binary."""
        joined = pl.concat(self.parts) if len(self.parts) > 1 else self.parts[0]
        self.parts = []
        return joined


class ReadyColumn:
    """Polars cells of a format that knows its own types and character set."""

    def __init__(self) -> None:
        self.parts: list[pl.Series] = []

    def add(self, cells: pl.Series) -> None:
        self.parts.append(cells.alias("c"))

    def series(self) -> pl.Series:
        joined = pl.concat(self.parts) if len(self.parts) > 1 else self.parts[0]
        self.parts = []
        return joined


class TagColumn:
    """Tags of missing cells; chunks without any are filled up with nulls."""

    def __init__(self) -> None:
        self.parts: list[tuple[int, pl.Series]] = []

    def add(self, start: int, tags: Sequence[str | None]) -> None:
        self.parts.append((start, pl.Series("t", tags, dtype=pl.String)))

    def series(self, rows: int) -> pl.Series:
        pieces, position = [], 0
        for start, part in self.parts:
            pieces += [_nulls(start - position), part]
            position = start + part.len()
        return pl.concat([*pieces, _nulls(rows - position)])


def _nulls(rows: int) -> pl.Series:
    return pl.Series("t", [None], dtype=pl.String).new_from_index(0, rows)
