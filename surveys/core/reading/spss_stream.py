"""The compressed cells of an SPSS system file: command bytes and literal words, taken apart with arrays.

Row compression is a stream of 8-byte words: a block of eight command bytes, then one literal word for
each command 253 in it.  Where each block starts depends on the block before it, so the starts are walked
one by one (a byte look-up each); everything else is done for all cells of a chunk at once.  Most cells of a
survey are small whole numbers, which are a command byte each and never become anything wider.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveys.core.findings import Finding, Severity
from surveys.core.reading.raw import Bytes, broken, let_go, swollen
from surveys.core.reading.spss_dictionary import SYSMIS, SpssDictionary
from surveys.core.said import say_n

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Commands = NDArray[np.uint8]
BLOCK = 8 << 20  # bytes of the file decoded at a time
MOST_SWELLING, SWELLS_FROM = 100, 100 << 20  # unpacked bytes per byte of file, looked at from here on
MOST_SWELLING_CELLS = 1_000  # the same for cells at full width: skipped questions pack well, but not so well
END, LITERAL, SPACES, EMPTY = 252, 253, 254, 255
_SPACE_WORD = int.from_bytes(b" " * 8, "little")


@dataclass(frozen=True)
class Packed:
    """Some cells as their commands, and the words of those that are literal, in the same order."""

    commands: Commands
    literals: Words

    @property
    def size(self) -> int:
        return self.commands.size

    def first(self, cells: int) -> Packed:
        taken = self.commands[:cells]
        return Packed(taken, self.literals[: np.count_nonzero(taken == LITERAL)])

    def rest(self, cells: int) -> Packed:
        left = self.commands[cells:].copy()
        return Packed(left, self.literals[self.literals.size - np.count_nonzero(left == LITERAL) :].copy())

    def after(self, before: Packed) -> Packed:
        """These cells behind those."""
        commands = np.concatenate([before.commands, self.commands])
        return Packed(commands, np.concatenate([before.literals, self.literals]))


NOTHING = Packed(np.empty(0, dtype=np.uint8), np.empty(0, dtype=np.uint64))


def packed_cells(data: memoryview, found: SpssDictionary) -> Iterator[Packed]:
    """All cells of a compressed file; what a block cuts off waits for the next one."""
    left, at, end = b"", 0, 0
    for block in _inflated(data, found) if found.compression == 2 else _slices(data, found.data_offset):
        piece = left + block
        words = as_words(piece[: len(piece) // 8 * 8], found.order)
        starts, used = _block_starts(words)
        cells, is_over, last = _taken_apart(piece, words[:used], starts)
        yield cells
        end = at + last if last else end
        at, left = at + used * 8, piece[used * 8 :]
        if is_over:
            left = b""
            break
    if left.strip(b"\0"):
        raise broken("it ends in the middle of a row")
    behind = _bytes_of_rows(data, found) - end
    if found.compression == 2:
        behind += _behind_blocks(data, found)
    if behind:
        found.file.findings.append(trailing(behind))


def _bytes_of_rows(data: memoryview, found: SpssDictionary) -> int:
    """Bytes from the first row to the end, as they are before a .zsav packs them."""
    if found.compression == 2:
        return sum(size for _, size, _ in _block_table(data, found))
    return len(data) - found.data_offset


def _behind_blocks(data: memoryview, found: SpssDictionary) -> int:
    """Bytes behind the table of blocks, with which a .zsav ends."""
    _, place, length = Bytes(data, found.order, found.data_offset).numbers("i8", 3)
    return max(0, len(data) - int(place) - int(length))


def trailing(count: int) -> Finding:
    """That ``count`` bytes stand where the file should have ended."""
    text = say_n(
        count,
        "1 byte stands behind the end of the rows and was not read: hold the file against its source.",
        "{count:,} bytes stand behind the end of the rows and were not read: hold the file against its "
        "source.",
        count=count,
    )
    return Finding(Severity.WARNING, "trailing_bytes", text)


def as_words(data: bytes, order: str) -> Words:
    """Words in this machine's order."""
    return np.frombuffer(data, dtype=order + "u8").astype(np.uint64, copy=False)


def swap_missing(words: Words) -> Words:
    """SYSMIS becomes NaN.  (No text has its bytes: 0xFF never occurs in UTF-8, GB18030 or Big5.)"""
    sysmis = np.float64(SYSMIS).view(np.uint64)
    nan = np.float64(np.nan).view(np.uint64)
    return np.where(words == sysmis, nan, words)


def meanings(bias: float) -> Words:
    """The word each command stands for."""
    numbers = np.arange(256, dtype=np.float64) - bias
    numbers[EMPTY] = np.nan
    table = numbers.view(np.uint64).copy()
    table[SPACES] = _SPACE_WORD
    return table


def _slices(data: memoryview, start: int) -> Iterator[bytes]:
    for position in range(start, len(data), BLOCK):
        yield bytes(data[position : position + BLOCK])
        let_go(data, position + BLOCK)


def _inflated(data: memoryview, found: SpssDictionary) -> Iterator[bytes]:
    """The unpacked blocks of a .zsav file."""
    for offset, unpacked, packed in _block_table(data, found):
        yield _inflate(bytes(data[offset : offset + packed]), unpacked)
        let_go(data, offset)


def check_unpacked(data: memoryview, found: SpssDictionary) -> None:
    """The block table gives every size beforehand: refuses what swells beyond all honest files."""
    unpacked = sum(size for _, size, _ in _block_table(data, found))
    cells = 8 * found.units * (found.file.rows or 0)
    for size, most in ((unpacked, MOST_SWELLING), (cells, MOST_SWELLING_CELLS)):
        if size > SWELLS_FROM and size > most * len(data):
            raise swollen(size, most)


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


def _block_starts(words: Words) -> tuple[Places, int]:
    """Where command blocks start, for all blocks whose literals are here, and how many words they use.

    Each start follows from the one before.  So that only every 16th is walked in Python, the ways from
    every word over 1, 2, 4, 8 and 16 blocks are laid out first, each by following the one before twice.
    """
    literals = words.view(np.uint8) == LITERAL
    steps = np.bitwise_count(literals.view(np.uint64))  # eight bytes of 0 or 1 at a time
    end = len(steps)
    ways = [np.empty(end + 1, dtype=np.int32)]
    np.add(np.arange(1, end + 1, dtype=np.int32), steps, out=ways[0][:end])
    np.minimum(ways[0], end, out=ways[0])
    ways[0][end] = end
    for _ in range(4):
        ways.append(ways[-1][ways[-1]])
    starts: Places = np.array(_walked(ways.pop().data, end), dtype=np.int64)
    for way in reversed(ways):
        starts = np.stack([starts, way[starts]], axis=1).ravel()
    starts = starts[starts < end]
    if starts.size and starts[-1] + 1 + steps[starts[-1]] > end:
        return starts[:-1], int(starts[-1])
    return starts, end


def _walked(way: memoryview, end: int) -> list[int]:
    places, position = [], 0
    while position < end:
        places.append(position)
        position = way[position]
    return places


def _taken_apart(piece: bytes, words: Words, starts: Places) -> tuple[Packed, bool, int]:
    """(cells, whether the end mark was seen, bytes up to the last command that says anything)."""
    commands = np.frombuffer(piece, dtype=np.uint64, count=len(words))[starts].view(np.uint8)
    is_literal = np.ones(len(words), dtype=np.bool_)
    is_literal[starts] = False
    literals = words[is_literal]
    ends = np.flatnonzero(commands == END)
    last = _length(commands, starts, int(ends[0]) if ends.size else None)
    if ends.size:
        commands = commands[: ends[0]]
        literals = literals[: np.count_nonzero(commands == LITERAL)]
    if not commands.all():
        commands = commands[commands != 0]
    return Packed(commands, swap_missing(literals)), bool(ends.size), last


def _length(commands: Commands, starts: Places, end: int | None) -> int:
    """How many bytes the rows take up: to the end mark, else to the last block with a command but zero.

    What stands in the block of the end mark behind it is none of them.
    """
    if end is None:
        speaking = np.flatnonzero(commands.view(np.uint64))
        if not speaking.size:
            return 0
        block = int(speaking[-1])
    else:
        block = end // 8
    whole = commands[block * 8 : block * 8 + 8]
    said, behind = (whole, b"") if end is None else (whole[: end % 8], whole[end % 8 + 1 :].tobytes())
    words = int(starts[block]) + 1 + int(np.count_nonzero(said == LITERAL))
    return words * 8 - len(behind.rstrip(b"\0"))
