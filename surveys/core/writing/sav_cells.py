"""The cells of a system file as bytecode, rows at a time; plain for ``.sav``, in zlib blocks for ``.zsav``.

A row is cut into units of 8 bytes.  Each unit has a code of one byte: a small whole number plus 100, or that
8 bytes follow, or blanks, or nothing at all; eight codes stand before the units that follow them, and every
row begins with codes of its own.  Layout after PSPP's description of the system file format.
"""

from __future__ import annotations

import struct
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

from surveys.core.writing.narrow import WideTexts

NOTHING = -1.7976931348623157e308  # SPSS's system-missing value
_BIAS, _END, _FOLLOWS, _BLANKS, _EMPTY = 100, 252, 253, 254, 255
_EIGHT_BLANKS = np.frombuffer(b" " * 8, dtype="<u8")[0]
_AT_ONCE = 1 << 20  # units put together at a time
_SEGMENT = 255  # bytes of a long text in each 256 of the row
_PACKED_AT_ONCE = 0x3FF000  # bytes of bytecode in one block of a .zsav
_THREADS = 2


@dataclass(frozen=True)
class Numbers:
    """A column of numbers: its code in every row, and all cells as doubles where some do not fit a code."""

    codes: npt.NDArray[np.uint8]
    cells: npt.NDArray[np.float64] | None

    @classmethod
    def of(cls, values: pl.Series) -> Numbers:
        """Numbers as codes; null is SPSS's system-missing value."""
        if values.dtype.is_integer() and bool(values.is_between(1 - _BIAS, _END - _BIAS - 1).all()):
            return cls((values.cast(pl.Int16) + _BIAS).fill_null(_EMPTY).cast(pl.UInt8).to_numpy(), None)
        cells = values.cast(pl.Float64).fill_null(NOTHING).to_numpy()
        small = (cells > -_BIAS) & (cells < _END - _BIAS) & (np.trunc(cells) == cells)
        codes = np.where(small, np.where(small, cells, 0) + _BIAS, _FOLLOWS).astype(np.uint8)
        codes[cells == NOTHING] = _EMPTY
        return cls(codes, cells if (codes == _FOLLOWS).any() else None)


@dataclass(frozen=True)
class Texts:
    """A column of text; ``units`` is its room in a row."""

    values: WideTexts
    units: int

    def block(self, start: int, stop: int) -> npt.NDArray[np.uint64]:
        """The cells of some rows: as many lines of ``units``."""
        texts = self.values.block(start, stop, b" ")
        found = np.full((len(texts), self.units * 8), ord(" "), dtype=np.uint8)
        for number, at in enumerate(range(0, self.values.width, _SEGMENT)):
            part = texts[:, at : at + _SEGMENT]
            found[:, number * 256 : number * 256 + part.shape[1]] = part
        return found.view("<u8")


def bytecode(columns: Sequence[Numbers | Texts], rows: int) -> Iterator[bytes]:
    """The cells of all rows, in pieces of some rows each."""
    units = sum(column.units if isinstance(column, Texts) else 1 for column in columns)
    groups = units // 8 + 1
    step = max(_AT_ONCE // (groups * 8), 1)
    for start in range(0, rows, step):
        block = _Block(min(step, rows - start), groups)
        at = 0
        for column in columns:
            if isinstance(column, Texts):
                block.put_texts(at, column.block(start, start + block.rows))
                at += column.units
            else:
                block.put_numbers(at, column, start)
                at += 1
        if start + block.rows == rows:
            block.codes[-1, at] = _END
        yield block.packed()


class _Block:
    """Some rows: a code per unit; and per eight units one with their codes, then the units themselves."""

    def __init__(self, rows: int, groups: int) -> None:
        self.rows = rows
        self.codes = np.zeros((rows, groups * 8), dtype=np.uint8)
        self.cells = np.empty((rows, groups, 9), dtype="<u8")

    def put_numbers(self, at: int, column: Numbers, start: int) -> None:
        stop = start + self.rows
        self.codes[:, at] = column.codes[start:stop]
        if column.cells is not None:
            self.cells[:, at // 8, at % 8 + 1] = column.cells[start:stop].view("<u8")

    def put_texts(self, at: int, texts: npt.NDArray[np.uint64]) -> None:
        last = at + texts.shape[1]
        self.codes[:, at:last] = np.where(texts == _EIGHT_BLANKS, _BLANKS, _FOLLOWS)
        for first in (at, *range((at // 8 + 1) * 8, last, 8)):
            stop = min((first // 8 + 1) * 8, last)
            into = self.cells[:, first // 8, first % 8 + 1 : first % 8 + 1 + stop - first]
            into[:] = texts[:, first - at : stop - at]

    def packed(self) -> bytes:
        """What the file holds: codes always, units only where the code says so."""
        self.cells[:, :, 0] = self.codes.view("<u8")
        there = np.ones(self.cells.shape, dtype=np.bool_)
        np.equal(self.codes.reshape(self.rows, -1, 8), _FOLLOWS, out=there[:, :, 1:])
        return self.cells[there].tobytes()


def write_packed(file: BinaryIO, pieces: Iterable[bytes]) -> None:
    """The cells of a ``.zsav``: zlib blocks between a header and a table that tell where each one lies."""
    header_at = at = file.tell()
    file.write(b"\0" * 24)
    plain_at, packed_at, entries = at, at + 24, b""
    for plain, packed in _in_blocks(pieces):
        file.write(packed)
        entries += struct.pack("<2q2i", plain_at, packed_at, plain, len(packed))
        plain_at, packed_at = plain_at + plain, packed_at + len(packed)
    table = struct.pack("<2q2i", -_BIAS, 0, _PACKED_AT_ONCE, len(entries) // 24) + entries
    file.write(table)
    file.seek(header_at)
    file.write(struct.pack("<3q", header_at, packed_at, len(table)))


def _in_blocks(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """(size before, bytes after) of each block, packed two at a time."""
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: deque[tuple[int, Future[bytes]]] = deque()
        for block in _cut(pieces):
            waiting.append((len(block), pool.submit(zlib.compress, block)))
            if len(waiting) > _THREADS:
                size, packed = waiting.popleft()
                yield size, packed.result()
        for size, packed in waiting:
            yield size, packed.result()


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        rest += piece
        while len(rest) > _PACKED_AT_ONCE:
            yield rest[:_PACKED_AT_ONCE]
            rest = rest[_PACKED_AT_ONCE:]
    if rest:
        yield rest
