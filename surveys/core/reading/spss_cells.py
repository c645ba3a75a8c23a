"""The cells of an SPSS system file, decoded a few megabytes at a time with array operations.

Row compression is a stream of 8-byte words: a block of eight command bytes, then one literal word for
each command 253 in it.  Where each block starts depends on the block before it, so the starts are walked
one by one (a byte look-up each); everything else is done for all cells of a chunk at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from surveys.core.problems import refuse
from surveys.core.reading.raw import Bytes, Chunk, RawFile, broken
from surveys.core.reading.spss_dictionary import SYSMIS, SpssDictionary, read_dictionary
from surveys.core.said import say

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
BLOCK = 8 << 20  # bytes of the file decoded at a time
MOST_SWELLING, SWELLS_FROM = 100, 100 << 20  # unpacked bytes per byte of file, looked at from here on
SHORT = 64  # bytes of text whose padding is worth carrying along
_END, _LITERAL, _SPACES, _SYSMIS = 252, 253, 254, 255
_SPACE_WORD = int.from_bytes(b" " * 8, "little")


class SpssReader:
    """A .sav or .zsav file."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.dictionary = read_dictionary(data)

    def describe(self) -> RawFile:
        """The dictionary, with the number of cases held against the size of the file."""
        found, rows = self.dictionary, self.dictionary.file.rows
        if found.compression == 2:
            _check_unpacked(self.data, found)
        if found.compression == 2 or rows is None:
            return found.file
        rest = len(self.data) - found.data_offset
        cells = rows * found.units
        needed = cells * 8 if found.compression == 0 else cells // 8 * 8
        if needed > rest + 8:
            raise broken(say("it declares {rows:,} rows but is too small to hold them", rows=rows))
        return found.file

    def chunks(self) -> Iterator[Chunk]:
        """All rows; refuses when there are fewer or more than the file declares."""
        declared, seen = self.dictionary.file.rows, 0
        for words in self._cases():
            rows = len(words) if declared is None else min(len(words), declared - seen)
            if rows:
                yield self._chunk(words[:rows])
            seen += rows
            if len(words) > rows:
                raise broken(say("it holds more rows than the {declared:,} it declares", declared=declared))
        if declared is not None and seen < declared:
            raise broken(
                say("it declares {declared:,} rows but ends after {seen:,}", declared=declared, seen=seen)
            )

    def _cases(self) -> Iterator[Words]:
        """Whole cases as (rows, units) words, however the blocks cut them."""
        units = self.dictionary.units
        left = np.empty(0, dtype=np.uint64)
        for words in self._words():
            words = np.concatenate([left, words]) if left.size else words
            rows = words.size // units
            if rows:
                yield words[: rows * units].reshape(rows, units)
            left = words[rows * units :].copy()
        if left.size:
            raise broken("it ends in the middle of a row")

    def _words(self) -> Iterator[Words]:
        found = self.dictionary
        if found.compression == 0:
            rest = len(self.data) - found.data_offset
            if rest % 8:
                raise broken("it ends in the middle of a row")
            size = max(1, BLOCK // (8 * found.units)) * 8 * found.units
            for start in range(found.data_offset, len(self.data), size):
                yield _swap_missing(_as_words(bytes(self.data[start : start + size]), found.order))
            return
        is_packed = found.compression == 2
        stream = _inflated(self.data, found) if is_packed else _slices(self.data, found.data_offset)
        yield from _unpacked(stream, found)

    def _chunk(self, words: Words) -> Chunk:
        turned = np.ascontiguousarray(words.T)
        columns: list[object] = []
        for slot in self.dictionary.slots:
            if not slot.width:
                columns.append(turned[slot.unit].view(np.float64))
            else:
                columns.append(_texts(words, slot.unit, slot.width, self.dictionary.order))
        return Chunk(len(words), columns)


def _as_words(data: bytes, order: str) -> Words:
    """Words in this machine's order."""
    return np.frombuffer(data, dtype=order + "u8").astype(np.uint64, copy=False)


def _swap_missing(words: Words) -> Words:
    """SYSMIS becomes NaN.  (No text has its bytes: 0xFF never occurs in UTF-8, GB18030 or Big5.)"""
    sysmis = np.float64(SYSMIS).view(np.uint64)
    nan = np.float64(np.nan).view(np.uint64)
    return np.where(words == sysmis, nan, words)


def _slices(data: memoryview, start: int) -> Iterator[bytes]:
    for position in range(start, len(data), BLOCK):
        yield bytes(data[position : position + BLOCK])


def _inflated(data: memoryview, found: SpssDictionary) -> Iterator[bytes]:
    """The unpacked blocks of a .zsav file."""
    for offset, unpacked, packed in _block_table(data, found):
        yield _inflate(bytes(data[offset : offset + packed]), unpacked)


def _check_unpacked(data: memoryview, found: SpssDictionary) -> None:
    """The block table gives every size beforehand: refuses what swells beyond all honest files."""
    unpacked = sum(size for _, size, _ in _block_table(data, found))
    if unpacked > SWELLS_FROM and unpacked > MOST_SWELLING * len(data):
        raise refuse(
            "too_large",
            say(
                "The file would unpack to {unpacked:,} MB, more than {most_swelling} times its size.",
                unpacked=unpacked >> 20,
                most_swelling=MOST_SWELLING,
            ),
            hint="No survey does; save it again as .sav if it is real.",
        )


def _block_table(data: memoryview, found: SpssDictionary) -> list[tuple[int, int, int]]:
    """(offset, unpacked size, packed size) of every compressed block."""
    cursor = Bytes(data, found.order, found.data_offset)
    _, trailer, length = cursor.numbers("i8", 3)
    if not 0 <= trailer <= len(data) - 24 or length < 24:
        raise broken("the table of its compressed blocks is missing")
    cursor.position = trailer
    cursor.take(16)
    _, blocks = cursor.numbers("i4", 2)
    if blocks < 0 or 24 + blocks * 24 > length:
        raise broken("the table of its compressed blocks is wrong")
    table = []
    for _ in range(blocks):
        _, offset = cursor.numbers("i8", 2)
        unpacked, packed = cursor.numbers("i4", 2)
        if not (0 <= offset <= len(data) and packed >= 0 and 0 <= unpacked <= BLOCK):
            raise broken("the table of its compressed blocks is wrong")
        table.append((offset, unpacked, packed))
    return table


def _inflate(packed: bytes, size: int) -> bytes:
    try:
        block = zlib.decompressobj().decompress(packed, size + 1)
    except zlib.error as error:
        raise broken("a compressed block cannot be unpacked") from error
    if len(block) != size:
        raise broken("a compressed block has the wrong size")
    return block


def _unpacked(stream: Iterator[bytes], found: SpssDictionary) -> Iterator[Words]:
    """Commands and literals turned into words; what a block cuts off waits for the next one."""
    left = b""
    for block in stream:
        data = left + block
        words = _as_words(data[: len(data) // 8 * 8], found.order)
        starts, used = _block_starts(words)
        cells, is_over = _decode(words, starts, found)
        yield cells
        if is_over:
            return
        left = data[used * 8 :]
    if left.strip(b"\0"):
        raise broken("it ends in the middle of a row")


def _block_starts(words: Words) -> tuple[Places, int]:
    """Where command blocks start, for all blocks whose literals are here, and how many words they use.

    Each start follows from the one before.  So that only every 16th is walked in Python, the ways from
    every word over 1, 2, 4, 8 and 16 blocks are laid out first, each by following the one before twice.
    """
    literals = words.view(np.uint8).reshape(-1, 8) == _LITERAL
    steps = literals.sum(axis=1, dtype=np.int32) + 1
    end = len(steps)
    ways = [np.append(np.minimum(np.arange(end, dtype=np.int32) + steps, end), np.int32(end))]
    for _ in range(4):
        ways.append(ways[-1][ways[-1]])
    starts: Places = np.array(_walked(ways.pop().data, end), dtype=np.int64)
    for way in reversed(ways):
        starts = np.stack([starts, way[starts]], axis=1).ravel()
    starts = starts[starts < end]
    if starts.size and starts[-1] + steps[starts[-1]] > end:
        return starts[:-1], int(starts[-1])
    return starts, end


def _walked(way: memoryview, end: int) -> list[int]:
    places, position = [], 0
    while position < end:
        places.append(position)
        position = way[position]
    return places


def _decode(words: Words, starts: Places, found: SpssDictionary) -> tuple[Words, bool]:
    """(cells, whether the end mark was seen)."""
    raw = words[starts]
    if found.order == ">":
        raw = raw.byteswap()  # commands are read byte by byte, in file order
    commands = raw.view(np.uint8).reshape(-1, 8)
    is_literal = commands == _LITERAL
    places = starts[:, None] + np.cumsum(is_literal, axis=1, dtype=np.int8)
    cells = _meanings(found.bias)[commands]
    literal = words[places[is_literal]]
    cells[is_literal] = _swap_missing(literal)
    flat, codes = cells.ravel(), commands.ravel()
    ends = np.flatnonzero(codes == _END)
    if ends.size:
        flat, codes = flat[: ends[0]], codes[: ends[0]]
    if (codes == 0).any():
        flat = flat[codes != 0]
    return flat, bool(ends.size)


def _meanings(bias: float) -> Words:
    """The word each command stands for."""
    numbers = np.arange(256, dtype=np.float64) - bias
    numbers[_SYSMIS] = np.nan
    table = numbers.view(np.uint64).copy()
    table[_SPACES] = _SPACE_WORD
    return table


def _texts(words: Words, unit: int, width: int, order: str) -> list[bytes]:
    """One text variable's cells; very long ones are put together from segments.

    Short cells keep their padding: it is stripped for a whole column at once when it is decoded.
    """
    parts, left = [], width
    while left > 0:
        bytes_here = min(left, 255)
        units = -(-bytes_here // 8)
        block = np.ascontiguousarray(words[:, unit : unit + units])
        if order == ">":
            block = block.byteswap()
        parts.append(block.view(np.uint8).reshape(len(words), -1)[:, :bytes_here])
        unit, left = unit + units, left - bytes_here
    joined = np.ascontiguousarray(np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0])
    cells: list[bytes] = joined.view(f"S{width}").ravel().tolist()
    return cells if width <= SHORT else [cell.rstrip(b" ") for cell in cells]
