"""Packed rows of SAS data sets, unpacked side by side: every step does one command of every row at once.

Two methods: run lengths (COMPRESS=CHAR, "SASYZCRL"; described by C. Cummins in Shotwell's notes) and Ross
data compression (COMPRESS=BINARY, "SASYZCR2"; E. Ross, The C Users Journal, October 1992).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveys.core.reading.raw import broken

Buffer = NDArray[np.uint8]
Places = NDArray[np.int64]

# Run lengths, by the upper half of the command byte: bytes before the content, shortest length, whether the
# length goes on in the next byte, and what is filled in (-1: bytes copied from the file; -2: the byte named).
_COPIED, _NAMED = -1, -2
_RUNS = np.array(
    [
        (2, 64, 1, _COPIED), (2, 64 + 4096, 1, _COPIED), (1, 96, 0, _COPIED), (0, 0, 0, 0),
        (3, 18, 1, _NAMED), (2, 17, 1, 0x40), (2, 17, 1, 0x20), (2, 17, 1, 0),
        (1, 1, 0, _COPIED), (1, 17, 0, _COPIED), (1, 33, 0, _COPIED), (1, 49, 0, _COPIED),
        (2, 3, 0, _NAMED), (1, 2, 0, 0x40), (1, 2, 0, 0x20), (1, 2, 0, 0),
    ],
    dtype=np.int64,
)  # fmt: skip
_LEADING_ZEROS = 16 - np.ceil(np.log2(np.arange(1 << 16) + 1)).astype(np.int64)


@dataclass
class _Rows:
    """Packed rows on their way: what is still to do, and where each stands in the file and in its row."""

    data: Buffer
    out: Buffer  # flat
    todo: Places  # rows that are not full yet
    source: Places
    ends: Places
    target: Places
    limits: Places
    row_size: int

    def head(self, ahead: int) -> Places:
        """The byte ``ahead`` of where each row stands (of the last byte of the file, at its end)."""
        return self.data[np.minimum(self.source[self.todo] + ahead, len(self.data) - 1)].astype(np.int64)

    def check(self, read: Places, written: Places) -> None:
        rows = self.todo
        if (self.source[rows] + read > self.ends[rows]).any():
            raise broken("a packed row ends in the middle of a command")
        if (self.target[rows] + written > self.limits[rows]).any():
            raise broken("a packed row is longer than a row can be")

    def copy(self, rows: Places, source: Places, sizes: Places, turn: Places | None = None) -> None:
        """Bytes of the file, or (``turn``: after how many they repeat) of what was unpacked already."""
        within = _within(sizes)
        places = np.repeat(self.target[rows], sizes) + within
        if turn is None:
            self.out[places] = self.data[np.repeat(source, sizes) + within]
        else:
            self.out[places] = self.out[np.repeat(source, sizes) + within % np.repeat(turn, sizes)]

    def fill(self, rows: Places, values: Places, sizes: Places) -> None:
        self.out[np.repeat(self.target[rows], sizes) + _within(sizes)] = np.repeat(values, sizes)

    def forward(self, read: Places, written: Places) -> None:
        """Moves on, and leaves out the rows that are full."""
        self.source[self.todo] += read
        self.target[self.todo] += written
        self.todo = self.todo[self.target[self.todo] < self.limits[self.todo]]


def _within(sizes: Places) -> Places:
    """0, 1 … size-1 for each size, one after the other."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)


def unpacked(data: Buffer, starts: Places, sizes: Places, row_size: int, method: bytes) -> Buffer:
    """Rows of ``row_size`` bytes, (n, row_size), from packed ones; refuses what does not fit."""
    count = len(starts)
    out = np.zeros(count * row_size, dtype=np.uint8)
    target = np.arange(count, dtype=np.int64) * row_size
    rows = _Rows(
        data, out, np.arange(count), starts.copy(), starts + sizes, target.copy(), target + row_size, row_size
    )
    if method == b"SASYZCRL":
        _run_lengths(rows)
    else:
        _ross(rows)
    return out.reshape(count, row_size)


def _run_lengths(rows: _Rows) -> None:
    while rows.todo.size:
        if (rows.source[rows.todo] >= rows.ends[rows.todo]).any():
            raise broken("a packed row ends too early")
        command = rows.head(0)
        heads, shortest, is_long, filling = _RUNS[command >> 4].T
        if not heads.all():
            raise broken("a packed row holds a command that does not exist")
        low = command & 15
        sizes = shortest + np.where(is_long == 1, low * 256 + rows.head(1), low)
        is_copied = filling == _COPIED
        read = heads + np.where(is_copied, sizes, 0)
        rows.check(read, sizes)
        named = np.where(heads == 3, rows.head(2), rows.head(1))
        values = np.where(filling == _NAMED, named, filling)
        here = rows.source[rows.todo] + heads
        rows.copy(rows.todo[is_copied], here[is_copied], sizes[is_copied])
        rows.fill(rows.todo[~is_copied], values[~is_copied], sizes[~is_copied])
        rows.forward(read, sizes)


def _ross(rows: _Rows) -> None:
    """Sixteen bits say of the next sixteen items whether they are bytes (0) or commands (1)."""
    bits, left = np.zeros(len(rows.source), dtype=np.int64), np.zeros(len(rows.source), dtype=np.int64)
    while rows.todo.size:
        _take_bits(rows, bits, left)
        rows_now = rows.todo
        plain = np.minimum(_LEADING_ZEROS[bits[rows_now]], left[rows_now])
        is_plain = plain > 0
        room = np.minimum(rows.limits - rows.target, rows.ends - rows.source)[rows_now]
        plain = np.minimum(plain, room)
        if (is_plain & (plain <= 0)).any():
            raise broken("a packed row ends too early")
        read, sizes, values, back = _ross_commands(rows)
        read, sizes = np.where(is_plain, plain, read), np.where(is_plain, plain, sizes)
        rows.check(read, sizes)
        rows.copy(rows_now[is_plain], rows.source[rows_now[is_plain]], sizes[is_plain])
        is_fill = ~is_plain & (back == 0)
        rows.fill(rows_now[is_fill], values[is_fill], sizes[is_fill])
        _copy_back(rows, ~is_plain & (back > 0), sizes, back)
        used = np.where(is_plain, plain, 1)
        bits[rows_now] = bits[rows_now] << used & 0xFFFF
        left[rows_now] -= used
        rows.forward(read, sizes)


def _take_bits(rows: _Rows, bits: Places, left: Places) -> None:
    empty = rows.todo[left[rows.todo] == 0]
    if (rows.source[empty] + 2 > rows.ends[empty]).any():
        raise broken("a packed row ends too early")
    first = rows.data[rows.source[empty]].astype(np.int64)
    bits[empty] = first << 8 | rows.data[rows.source[empty] + 1]
    left[empty] = 16
    rows.source[empty] += 2


def _ross_commands(rows: _Rows) -> tuple[Places, Places, Places, Places]:
    """(bytes of the command, length, the byte it repeats, how far back it copies from or 0)."""
    first, second, third = rows.head(0), rows.head(1), rows.head(2)
    kind, low = first >> 4, first & 15
    back = np.where(kind >= 2, low + 3 + (second << 4), 0)
    heads = np.where((kind == 1) | (kind == 2), 3, 2)
    sizes = np.choose(np.minimum(kind, 3), [low + 3, low + (second << 4) + 19, third + 16, kind])
    return heads, sizes, np.where(kind == 0, second, third), back


def _copy_back(rows: _Rows, which: NDArray[np.bool_], sizes: Places, back: Places) -> None:
    chosen = rows.todo[which]
    source = rows.target[chosen] - back[which]
    if (source < rows.limits[chosen] - rows.row_size).any():
        raise broken("a packed row repeats what is not there")
    rows.copy(chosen, source, sizes[which], back[which])
