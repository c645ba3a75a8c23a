"""The cells of a Stata file: rows of fixed size, taken as arrays; missing values and their tags apart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from surveys.core.reading.ahead import in_turn
from surveys.core.reading.columns import as_texts, narrowest, texts
from surveys.core.reading.raw import Bytes, Chunk, Numbers, RawFile, Whole, broken, let_go
from surveys.core.reading.stata_dictionary import StataDictionary, read_dictionary
from surveys.core.said import say

BLOCK = 16 << 20
_LETTERS = np.array([None, *"abcdefghijklmnopqrstuvwxyz"], dtype=object)
# Smallest missing value ("."), by type; from release 113 on .a to .z follow, one step each.
_FIRST_MISSING = {"i1": 101, "i2": 32_741, "i4": 2_147_483_621}
_OLD_MISSING = {"i1": 127, "i2": 32_767, "i4": 2_147_483_647}
_FLOAT_MISSING, _FLOAT_STEP = 0x7F000000, 0x800
_DOUBLE_MISSING, _DOUBLE_STEP = 0x7FE0000000000000, 0x10000000000


class StataReader:
    """A .dta file."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.dictionary = read_dictionary(data)
        self._long: dict[bytes, bytes] | None = None
        self._one_looks = threading.Lock()

    def describe(self) -> RawFile:
        """The dictionary, with the number of rows held against the size of the file."""
        found = self.dictionary
        end = found.data_offset + found.rows * found.row_type().itemsize
        if end > len(self.data):
            raise broken(say("it declares {rows:,} rows but is too small to hold them", rows=found.rows))
        if found.is_tagged and bytes(self.data[end : end + 7]) != b"</data>":
            raise broken("it holds another number of rows than it says")
        return found.file

    def chunks(self) -> Iterator[Chunk]:
        found, size = self.dictionary, self.dictionary.row_type().itemsize
        each = max(1, BLOCK // max(1, size))
        starts = range(0, found.rows, each)
        for start, chunk in zip(starts, in_turn(self._chunk, starts), strict=True):
            yield chunk
            let_go(self.data, found.data_offset + (start + chunk.rows) * size)

    def _chunk(self, start: int) -> Chunk:
        """The rows from ``start`` on that make up one block."""
        found, size = self.dictionary, self.dictionary.row_type().itemsize
        rows = min(max(1, BLOCK // max(1, size)), found.rows - start)
        table = np.frombuffer(self.data, np.uint8, rows * size, found.data_offset + start * size)
        return self._columns(table.reshape(rows, size), found)

    def _columns(self, table: NDArray[np.uint8], found: StataDictionary) -> Chunk:
        columns: list[Numbers | Whole | list[bytes] | pl.Series] = []
        tags: dict[int, list[str | None]] = {}
        offset = 0
        for kind, run in groupby(found.types):
            count = len(list(run))
            width = np.dtype(_stored(kind, found.order)).itemsize
            block, offset = table[:, offset : offset + width * count], offset + width * count
            if kind[0] == "S":
                columns += [_texts(block[:, i * width : (i + 1) * width]) for i in range(count)]
            elif kind == "strl":
                columns += [self._long_texts(block[:, i * 8 : i * 8 + 8]) for i in range(count)]
            else:
                for cells in _turned(block, _stored(kind, found.order), count):
                    numbers, letters = _numbers(cells, kind, found.release)
                    if letters is not None:
                        tags[len(columns)] = letters
                    columns.append(numbers)
        return Chunk(len(table), columns, tags)

    def _long_texts(self, keys: NDArray[np.uint8]) -> list[bytes]:
        return [self._long_text(key.tobytes()) for key in keys]

    def _long_text(self, key: bytes) -> bytes:
        if not key.strip(b"\0"):
            return b""
        with self._one_looks:
            if self._long is None:
                self._long = _long_texts(self.data, self.dictionary)
        if key not in self._long:
            raise broken("a long text that a row points to is not there")
        return self._long[key]


def _stored(kind: str, order: str) -> str:
    """The numpy type in which cells of a kind lie in the file."""
    return "V8" if kind == "strl" else kind if kind[0] == "S" else order + kind


def _turned(block: NDArray[np.uint8], kind: str, count: int) -> NDArray[Any]:
    """(columns, rows) in this machine's order, of neighbouring columns of one type."""
    there = np.dtype(kind)
    cells = np.ascontiguousarray(block).view(there).reshape(len(block), count)
    return np.ascontiguousarray(cells.T).astype(there.newbyteorder("="), copy=False)


def _texts(cells: NDArray[np.uint8]) -> pl.Series:
    """Each cell up to its first zero byte."""
    solid = np.ascontiguousarray(cells)
    lengths = np.strings.str_len(solid.view(f"S{solid.shape[1]}").ravel())  # zeros at the end cut off
    is_text = solid != 0
    if np.count_nonzero(is_text) == lengths.sum():  # no zeros but at the ends: what nearly all files have
        return as_texts(solid[is_text], lengths)
    return texts(solid, np.where(is_text.all(axis=1), solid.shape[1], is_text.argmin(axis=1)))


def _numbers(cells: NDArray[Any], kind: str, release: int) -> tuple[Numbers | Whole, list[str | None] | None]:
    """(whole numbers, or doubles with NaN where missing; the tags, or None where the column has none)."""
    if kind in _FIRST_MISSING and cells.max() < _first_missing(kind, release):
        return Whole(narrowest(cells)), None
    steps = _missing_steps(cells, kind, release)
    with np.errstate(invalid="ignore"):  # a damaged file may hold signalling NaNs
        numbers = cells.astype(np.float64)
    gone = steps >= 0
    if not gone.any():
        return numbers, None
    numbers[gone] = np.nan
    if not (steps > 0).any():
        return numbers, None
    letters: list[str | None] = _LETTERS[np.clip(steps, 0, 26)].tolist()
    return numbers, letters


def _first_missing(kind: str, release: int) -> int:
    return _FIRST_MISSING[kind] if release >= 113 else _OLD_MISSING[kind]


def _missing_steps(cells: NDArray[np.generic], kind: str, release: int) -> NDArray[np.int64]:
    """-1 for a value, 0 for ".", 1 to 26 for .a to .z."""
    if kind in _FIRST_MISSING:
        steps = cells.astype(np.int64) - _first_missing(kind, release)
    elif kind == "f4":
        narrow = np.ascontiguousarray(cells, dtype=np.float32)
        bits = narrow.view(np.int32).astype(np.int64)
        steps = (np.maximum(bits, _FLOAT_MISSING - 1) - _FLOAT_MISSING) // _FLOAT_STEP
    else:
        wide = np.ascontiguousarray(cells.astype(np.float64)).view(np.int64)
        steps = (np.maximum(wide, _DOUBLE_MISSING - 1) - _DOUBLE_MISSING) // _DOUBLE_STEP
    if kind in ("f4", "f8"):  # beyond .z: an infinite number, and what is no number at all
        steps = np.where(np.isposinf(cells.astype(np.float64)), -1, np.where(steps > 26, 0, steps))
        if release < 113:
            steps = np.where(steps >= 0, 0, -1)
    return np.where(steps < 0, -1, steps)


def _long_texts(data: memoryview, found: StataDictionary) -> dict[bytes, bytes]:
    """Long texts (strL) by the eight bytes with which a row points to them."""
    cursor = Bytes(data, found.order, found.strls_offset)
    texts: dict[bytes, bytes] = {}
    while cursor.take(3) == b"GSO":
        column = cursor.number("u4")
        row = cursor.number("u4" if found.release == 117 else "u8")
        kind, size = cursor.number("u1"), cursor.number("u4")
        content = cursor.take(size)
        texts[_key(column, row, found)] = content.rstrip(b"\0") if kind == 130 else content
    return texts


def _key(column: int, row: int, found: StataDictionary) -> bytes:
    name = "little" if found.order == "<" else "big"
    sizes = {117: (4, 4), 118: (2, 6), 119: (3, 5)}[found.release]
    try:
        return column.to_bytes(sizes[0], name) + row.to_bytes(sizes[1], name)  # type: ignore[arg-type]
    except OverflowError as error:
        raise broken("a long text has an impossible address") from error
