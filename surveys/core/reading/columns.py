"""Cells of one column gathered chunk by chunk, each chunk kept as narrow as its numbers allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from surveys.core.reading.raw import Numbers, Whole

_EXACT = 2.0**53
_WIDTHS = [
    (np.iinfo(width).min, np.iinfo(width).max, width) for width in (np.int8, np.int16, np.int32, np.int64)
]
Mask = NDArray[np.bool_]
Cells = NDArray[Any]


class NumberColumn:
    """Numbers with empty cells; whole ones are kept as the smallest integers that hold them."""

    def __init__(self) -> None:
        self.parts: list[Whole | tuple[Cells, Mask | None]] = []

    def add(self, cells: Numbers | Whole) -> None:
        if isinstance(cells, Whole):
            self.parts.append(cells)
            return
        low, high = np.fmin.reduce(cells), np.fmax.reduce(cells)
        empty = np.isnan(cells)
        values = _narrowed(cells, float(low), float(high), empty)
        self.parts.append((values, ~empty if empty.any() else None))

    def series(self) -> pl.Series:
        """All cells in file order: an integer dtype when every value is whole, Float64 otherwise."""
        pairs = [_parted(part) if isinstance(part, Whole) else part for part in _joined(self.parts)]
        self.parts = []
        values = np.concatenate([cells for cells, _ in pairs]) if len(pairs) > 1 else pairs[0][0]
        if all(mask is None for _, mask in pairs):
            return pl.Series("c", values)
        masks = [np.ones(len(cells), dtype=np.bool_) if mask is None else mask for cells, mask in pairs]
        return with_nulls(values, np.concatenate(masks))


def with_nulls(values: Cells, valid: Mask) -> pl.Series:
    """A column of ``values``, null where not ``valid``."""
    import pyarrow as pa  # takes long to import, and not every file has empty cells

    # Arrow's own way from an array would import pandas, which takes longer still
    bits, cells = np.packbits(valid, bitorder="little"), np.ascontiguousarray(values)
    kind = pa.from_numpy_dtype(cells.dtype)
    made = pa.Array.from_buffers(kind, cells.size, [pa.py_buffer(bits), pa.py_buffer(cells)])
    return pl.Series("c", pl.from_arrow(made))


def _joined(parts: list[Whole | tuple[Cells, Mask | None]]) -> list[Whole | tuple[Cells, Mask | None]]:
    """Chunks of one kind as one, so that what follows is done once for the column."""
    alike = {(p.offset, p.empty, p.cells.dtype) if isinstance(p, Whole) else None for p in parts}
    if len(parts) < 2 or len(alike) > 1 or None in alike:
        return parts
    ((offset, empty, _),) = alike  # type: ignore[misc]
    return [Whole(np.concatenate([p.cells for p in parts if isinstance(p, Whole)]), offset, empty)]


def _parted(whole: Whole) -> tuple[Cells, Mask | None]:
    """(values, where they are valid or None for everywhere)."""
    valid: Mask | None = None
    if whole.empty is not None:
        valid = whole.cells != whole.empty
        if valid.all():
            valid = None
    if not whole.offset:
        return whole.cells, valid
    return narrowest(whole.cells.astype(np.int64) + whole.offset, valid), valid


def narrowest(cells: NDArray[np.integer[Any]], valid: Mask | None = None) -> Cells:
    """Whole numbers in the smallest integers that hold the valid ones."""
    if valid is not None:
        cells = np.where(valid, cells, 0)
    return cells.astype(_width(float(cells.min()), float(cells.max())))


def _width(low: float, high: float) -> type[np.integer[Any]]:
    return next(width for least, most, width in _WIDTHS if least <= low and high <= most)


def _narrowed(cells: Numbers, low: float, high: float, empty: Mask) -> Cells:
    if np.isnan(low):
        return np.zeros(len(cells), dtype=np.int8)  # nothing but empty cells
    if low < -_EXACT or high > _EXACT:
        return cells.copy()
    whole = np.where(empty, 0.0, cells)
    narrow = whole.astype(_width(low, high))
    return narrow if (narrow == whole).all() else cells.copy()


class TextColumn:
    """Bytes as they lie in the file, without padding; decoded when the character set is known."""

    def __init__(self) -> None:
        self.parts: list[pl.Series] = []

    def add(self, cells: Sequence[bytes] | pl.Series) -> None:
        self.parts.append(cells if isinstance(cells, pl.Series) else pl.Series("c", cells, dtype=pl.Binary))

    def series(self) -> pl.Series:
        """All cells as Binary."""
        joined = pl.concat(self.parts) if len(self.parts) > 1 else self.parts[0]
        self.parts = []
        return joined


def texts(cells: NDArray[np.uint8], lengths: NDArray[np.integer[Any]]) -> pl.Series:
    """Binary cells from (rows, width) bytes, of which the first ``lengths`` of each row count."""
    width = cells.shape[1]
    lengths = np.minimum(lengths, width)
    return as_texts(cells[np.arange(width) < lengths[:, None]], lengths)


def as_texts(content: NDArray[np.uint8], lengths: NDArray[np.integer[Any]]) -> pl.Series:
    """Binary cells that lie one after the other in ``content``, each of its length."""
    import pyarrow as pa

    rows = len(lengths)
    ends = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(lengths, out=ends[1:])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(content)]
    return pl.Series("c", pl.from_arrow(pa.LargeBinaryArray.from_buffers(pa.large_binary(), rows, buffers)))


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
