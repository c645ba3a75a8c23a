"""The cells of an SPSS system file as columns, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from surveys.core.reading.columns import texts
from surveys.core.reading.raw import Chunk, RawFile, Whole, broken, let_go, rows_unsaid
from surveys.core.reading.spss_dictionary import read_dictionary
from surveys.core.reading.spss_stream import (
    BLOCK,
    EMPTY,
    LITERAL,
    NOTHING,
    SPACES,
    Packed,
    Words,
    as_words,
    check_unpacked,
    meanings,
    packed_cells,
    swap_missing,
)
from surveys.core.said import say


class SpssReader:
    """A .sav or .zsav file."""

    def __init__(self, data: memoryview, *, rows_are_known: bool = False) -> None:
        self.data = data
        self.rows_are_known = rows_are_known
        self.dictionary = read_dictionary(data)

    def describe(self) -> RawFile:
        """The dictionary, with the number of cases held against the size of the file."""
        found, rows = self.dictionary, self.dictionary.file.rows
        if found.compression == 2:
            check_unpacked(self.data, found)
        if found.compression == 2 or rows is None:
            return found.file
        rest = len(self.data) - found.data_offset
        cells = rows * found.units
        needed = cells * 8 if found.compression == 0 else cells // 8 * 8
        if needed > rest + 8:
            raise broken(say("it declares {rows:,} rows but is too small to hold them", rows=rows))
        return found.file

    def chunks(self) -> Iterator[Chunk]:
        """All rows; refuses when there are fewer or more than the file declares, remarks when it does not."""
        declared, seen, units = self.dictionary.file.rows, 0, self.dictionary.units
        for cells in self._cases():
            there = cells.size // units
            rows = there if declared is None else min(there, declared - seen)
            if rows:
                yield self._chunk(cells, rows)
            seen += rows
            if there > rows:
                raise broken(say("it holds more rows than the {declared:,} it declares", declared=declared))
        if declared is not None and seen < declared:
            raise broken(
                say("it declares {declared:,} rows but ends after {seen:,}", declared=declared, seen=seen)
            )
        if declared is None and self.dictionary.compression != 2 and not self.rows_are_known:
            self.dictionary.file.findings.append(rows_unsaid(seen))  # blocks of a .zsav are all listed

    def _cases(self) -> Iterator[Packed | Words]:
        """Whole cases, however the blocks cut them."""
        if self.dictionary.compression == 0:
            yield from self._plain_words()
            return
        units, left = self.dictionary.units, NOTHING
        for cells in packed_cells(self.data, self.dictionary):
            cells = cells.after(left) if left.size else cells
            whole = cells.size // units * units
            if whole:
                yield cells.first(whole)
            left = cells.rest(whole)
        if left.size:
            raise broken("it ends in the middle of a row")

    def _plain_words(self) -> Iterator[Words]:
        found = self.dictionary
        each = 8 * found.units
        if (len(self.data) - found.data_offset) % each:
            raise broken("it ends in the middle of a row")
        size = max(1, BLOCK // each) * each
        for start in range(found.data_offset, len(self.data), size):
            yield swap_missing(as_words(bytes(self.data[start : start + size]), found.order))
            let_go(self.data, start + size)

    def _chunk(self, cells: Packed | Words, rows: int) -> Chunk:
        size, units = rows * self.dictionary.units, self.dictionary.units
        if isinstance(cells, Packed):
            return self._chunk_of_commands(cells.first(size), rows)
        words = cells[:size].reshape(rows, units)
        return self._chunk_of_words(words, np.arange(units), {}, rows)

    def _chunk_of_commands(self, cells: Packed, rows: int) -> Chunk:
        """Columns whose every cell is a number in its command stay bytes; the others become words."""
        commands = cells.commands.reshape(rows, -1)
        is_wide = self._text_units() | ((commands == LITERAL) | (commands == SPACES)).any(axis=0)
        bias = self.dictionary.bias
        if not bias.is_integer() or abs(bias) > 1 << 20:
            is_wide[:] = True
        wide, narrow = np.flatnonzero(is_wide), np.flatnonzero(~is_wide)
        some = commands[:, wide]
        words = meanings(bias)[some]
        words[some == LITERAL] = cells.literals
        turned = np.ascontiguousarray(commands[:, narrow].T)
        small = {int(unit): Whole(turned[i], -int(bias), EMPTY) for i, unit in enumerate(narrow)}
        return self._chunk_of_words(words, wide, small, rows)

    def _text_units(self) -> NDArray[np.bool_]:
        is_text = np.zeros(self.dictionary.units, dtype=np.bool_)
        for slot in self.dictionary.slots:
            is_text[slot.unit : slot.unit + _units(slot.width)] |= bool(slot.width)
        return is_text

    def _chunk_of_words(
        self, words: Words, units: NDArray[np.int64], small: dict[int, Whole], rows: int
    ) -> Chunk:
        """``words`` are (rows, units) of the units named; ``small`` are columns that are ready."""
        place = {int(unit): i for i, unit in enumerate(units)}
        numbers = [s.unit for s in self.dictionary.slots if not s.width and s.unit in place]
        turned = np.ascontiguousarray(words[:, [place[unit] for unit in numbers]].T).view(np.float64)
        large = dict(zip(numbers, turned, strict=True))
        columns: list[object] = []
        for slot in self.dictionary.slots:
            if slot.width:
                columns.append(_texts(words, place[slot.unit], slot.width, self.dictionary.order))
            else:
                columns.append(small[slot.unit] if slot.unit in small else large[slot.unit])
        return Chunk(rows, columns)  # type: ignore[arg-type]


def _units(width: int) -> int:
    """How many words a text variable takes up; very long ones are kept in segments of 255 bytes."""
    whole, rest = divmod(width, 255)
    return whole * 32 + -(-rest // 8)


def _texts(words: Words, unit: int, width: int, order: str) -> pl.Series:
    """One text variable's cells without the spaces that fill them up."""
    parts, left = [], width
    while left > 0:
        bytes_here = min(left, 255)
        units = -(-bytes_here // 8)
        block = np.ascontiguousarray(words[:, unit : unit + units])
        if order == ">":
            block = block.byteswap()
        parts.append(block.view(np.uint8).reshape(len(words), -1)[:, :bytes_here])
        unit, left = unit + units, left - bytes_here
    cells = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
    backwards = np.ascontiguousarray(cells[:, ::-1]) != ord(" ")
    lengths = np.where(backwards.any(axis=1), cells.shape[1] - backwards.argmax(axis=1), 0)
    return texts(cells, lengths)
