"""The cells of a SAS transport file: rows of fixed size, IBM floating point, special missing values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from surveys.core.findings import Finding, Severity
from surveys.core.reading.raw import Chunk, Numbers, RawFile, broken
from surveys.core.reading.xport_dictionary import RECORD, Place, read_dictionary
from surveys.core.said import say

BLOCK = 16 << 20
_BLANK = 0x20
_SPECIAL = {0x5F: "_", **{byte: chr(byte) for byte in range(0x41, 0x5B)}}
_SIGNS = np.array([_SPECIAL.get(byte) for byte in range(256)], dtype=object)
_IS_MISSING = np.array([byte == 0x2E or byte in _SPECIAL for byte in range(256)])


class XportReader:
    """A .xpt file.  ``rows_are_known``: the uploader says how many there must be."""

    def __init__(self, data: memoryview, *, rows_are_known: bool = False) -> None:
        self.data = data
        self.dictionary = read_dictionary(data)
        self.rows_are_known = rows_are_known
        self.rows: int | None = None

    def describe(self) -> RawFile:
        """The dictionary, with the number of rows found by the size of the file, or held against it."""
        found = self.dictionary
        if found.row_size == 0:
            return found.file
        found.file.rows = self._declared() if found.rows is not None else self._counted()
        if found.rows is None and not self.rows_are_known:
            found.file.findings = [_unsaid(found.file.rows)]
        return found.file

    def _declared(self) -> int:
        found = self.dictionary
        assert found.rows is not None
        rest = len(self.data) - found.data_offset
        size = found.rows * found.row_size
        if size > rest:
            raise broken(say("it declares {rows:,} rows but is too small to hold them", rows=found.rows))
        if rest - size >= RECORD or not _is_blank(self.data[found.data_offset + size :]):
            raise broken(say("it holds more rows than the {rows:,} it declares", rows=found.rows))
        return found.rows

    def _counted(self) -> int:
        """Rows up to the blanks that fill the last record; what is left over must be such blanks."""
        found = self.dictionary
        rest = len(self.data) - found.data_offset
        rows, left = divmod(rest, found.row_size)
        if left >= RECORD or not _is_blank(self.data[len(self.data) - left :]):
            raise broken("it ends in the middle of a row")
        while rows and (left := left + found.row_size) < RECORD and _is_blank(self.data[-left:]):
            rows -= 1
        return rows

    def chunks(self) -> Iterator[Chunk]:
        found, rows = self.dictionary, self.dictionary.file.rows or 0
        each = max(1, BLOCK // max(1, found.row_size))
        for start in range(0, rows, each):
            count = min(each, rows - start)
            position = found.data_offset + start * found.row_size
            table = np.frombuffer(self.data, np.uint8, count * found.row_size, position)
            yield _chunk(table.reshape(count, found.row_size), found.places)


def _is_blank(data: memoryview) -> bool:
    return not bytes(data).strip(b" ")


def _unsaid(rows: int | None) -> Finding:
    text = say(
        "Files of this kind do not say how many rows they hold: {rows:,} were found. One that was cut "
        "exactly between two rows looks whole: hold the number against the one its source gives "
        "(--rows of the command import_wave checks it).",
        rows=rows or 0,
    )
    return Finding(Severity.WARNING, "rows_not_declared", text)


def _chunk(table: NDArray[np.uint8], places: list[Place]) -> Chunk:
    columns: list[Numbers | list[bytes]] = []
    tags: dict[int, list[str | None]] = {}
    for i, place in enumerate(places):
        cells = table[:, place.offset : place.offset + place.width]
        if place.is_text:
            columns.append(np.ascontiguousarray(cells).view(f"S{place.width}").ravel().tolist())
            continue
        numbers, letters = ibm_numbers(cells)
        columns.append(numbers)
        if letters is not None:
            tags[i] = letters
    return Chunk(len(table), columns, tags)


def ibm_numbers(cells: NDArray[np.uint8]) -> tuple[Numbers, list[str | None] | None]:
    """IBM hexadecimal floating point of 2 to 8 bytes, (n, width), as doubles; tags or None without any.

    A sign bit, seven bits of exponent to the base 16 with an excess of 64, and a fraction of up to 56
    bits.  A missing value is its letter followed by zero bytes, which no normalised number looks like.
    """
    wide = np.zeros((len(cells), 8), dtype=np.uint8)
    wide[:, : cells.shape[1]] = cells
    words = wide.view(">u8").ravel().astype(np.uint64)
    first, fraction = wide[:, 0], words & np.uint64(0x00FF_FFFF_FFFF_FFFF)
    numbers = np.ldexp(fraction.astype(np.float64), 4 * ((first & 0x7F).astype(np.int32) - 64) - 56)
    numbers[first >= 0x80] *= -1.0
    gone = (fraction == 0) & _IS_MISSING[first]
    if not gone.any():
        return numbers, None
    numbers[gone] = np.nan
    if not (gone & (first != 0x2E)).any():
        return numbers, None
    letters = np.full(len(cells), None, dtype=object)
    letters[gone] = _SIGNS[first[gone]]
    return numbers, letters.tolist()
