"""The cells of a SAS data set: open rows and packed ones, short numbers, letters of missing values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from surveys.core.charsets import codec_of
from surveys.core.problems import refuse
from surveys.core.reading.encodings import how_to_name
from surveys.core.reading.raw import Chunk, Numbers, RawFile, broken, swollen
from surveys.core.reading.sas_dictionary import SasDictionary, deleted_finding, read_dictionary
from surveys.core.reading.sas_packing import unpacked
from surveys.core.reading.sas_pages import RowPlaces, packed_rows, pages, plain_rows
from surveys.core.said import say, say_n

Buffer = NDArray[np.uint8]
BLOCK = 4 << 20  # bytes of rows handed on at a time
MOST_SWELLING, SWELLS_FROM = 400, 200 << 20  # bytes of rows per byte of file, looked at from here on


def _signs() -> NDArray[np.object_]:
    """What the tag byte of a missing value means: its letter, written as such or counted from "_"."""
    signs: list[str | None] = [None] * 256
    for letter in range(26):
        signs[2 + letter] = signs[ord("A") + letter] = chr(ord("A") + letter)
    signs[0] = signs[ord("_")] = "_"
    return np.array(signs, dtype=object)


_SIGNS = _signs()


class SasReader:
    """A .sas7bdat file.  ``encoding`` is the character set that was asked for, if any."""

    def __init__(self, data: memoryview, encoding: str = "") -> None:
        self.data = data
        self.dictionary = read_dictionary(data)
        self.encoding = encoding
        self.left_out = 0  # deleted rows met so far

    def describe(self) -> RawFile:
        """The dictionary; refuses what cannot be read, or would swell beyond all honest files."""
        found, file = self.dictionary, self.dictionary.file
        if file.encoding and not self.encoding and not codec_of(file.encoding):
            raise refuse(
                "unknown_encoding",
                say("The file says that its text is in {name}, which is not known here.", name=file.encoding),
                where=say("character set"),
                hint=how_to_name(),
            )
        size = found.rows * found.row_size
        if not found.method and size > len(self.data):
            raise broken(say("it declares {rows:,} rows but is too small to hold them", rows=found.rows))
        if size > SWELLS_FROM and size > MOST_SWELLING * len(self.data):
            raise swollen(size, MOST_SWELLING)
        file.rows = found.rows - found.deleted
        return file

    def chunks(self) -> Iterator[Chunk]:
        """All rows that are not deleted; refuses when there are fewer or more than the file declares."""
        found, seen, self.left_out = self.dictionary, 0, 0
        if found.row_size == 0 or not found.places:
            return
        for rows in self._blocks():
            seen += len(rows)
            if seen > found.rows:
                raise broken(say("it holds more rows than the {rows:,} it declares", rows=found.rows))
            yield _chunk(rows, found)
        self._agree(seen)

    def _agree(self, seen: int) -> None:
        found = self.dictionary
        if seen != found.rows - found.deleted or self.left_out not in (0, found.deleted):
            if found.deleted and seen + self.left_out == found.rows:
                raise refuse(
                    "deleted_rows",
                    say_n(
                        found.deleted,
                        "1 row of the file was deleted, but which one cannot be told.",
                        "{deleted:,} rows of the file were deleted, but which ones cannot be told.",
                        deleted=found.deleted,
                    ),
                    hint="Copy it in SAS (data new; set old; run;) and import the copy.",
                )
            raise broken(
                say(
                    "it declares {rows:,} rows but holds {seen:,}",
                    rows=found.rows,
                    seen=seen + self.left_out,
                )
            )
        if self.left_out:
            found.file.findings = [deleted_finding(self.left_out)]

    def _blocks(self) -> Iterator[Buffer]:
        """Rows in file order, (n, row_size), some megabytes at a time however the pages cut them."""
        each = max(1, BLOCK // self.dictionary.row_size)
        held: list[RowPlaces] = []
        waiting = 0
        for places in self._places():
            self.left_out += places.left_out
            held.append(places)
            waiting += len(places.starts)
            if waiting >= each:
                yield from self._read(held, each)
                held, waiting = [], 0
        yield from self._read(held, each)

    def _places(self) -> Iterator[RowPlaces]:
        found, header = self.dictionary, self.dictionary.header
        for page in pages(self.data, header):
            if found.method and page.has_pieces and not page.is_amended:
                is_described = page.number > found.described_by
                yield packed_rows(self.data, header, page, found.row_size, is_described=is_described)
            if page.has_rows:
                yield plain_rows(self.data, header, page, found.row_size)

    def _read(self, held: list[RowPlaces], each: int) -> Iterator[Buffer]:
        """The rows at these places, ``each`` at a time: one page may hold more of packed ones."""
        if not held:
            return
        found, whole = self.dictionary, np.frombuffer(self.data, np.uint8)
        starts = np.concatenate([one.starts for one in held])
        sizes = np.concatenate([one.sizes for one in held])
        is_packed = np.concatenate([one.is_packed for one in held])
        windows = np.lib.stride_tricks.sliding_window_view(whole, found.row_size)
        for first in range(0, len(starts), each):
            part = slice(first, first + each)
            packed = is_packed[part]
            if not packed.any():
                yield windows[starts[part]]
                continue
            rows = np.empty((len(packed), found.row_size), dtype=np.uint8)
            rows[~packed] = windows[starts[part][~packed]]
            ends = (starts[part] + sizes[part])[packed]
            texts = [
                unpacked(bytes(self.data[start:end]), found.row_size, found.method)
                for start, end in zip(starts[part][packed].tolist(), ends.tolist(), strict=True)
            ]
            rows[packed] = np.frombuffer(b"".join(texts), np.uint8).reshape(-1, found.row_size)
            yield rows


def _chunk(rows: Buffer, found: SasDictionary) -> Chunk:
    columns: list[Numbers | list[bytes]] = []
    tags: dict[int, list[str | None]] = {}
    for i, place in enumerate(found.places):
        cells = rows[:, place.offset : place.offset + place.width]
        if place.is_text:
            columns.append(np.ascontiguousarray(cells).view(f"S{place.width}").ravel().tolist())
            continue
        numbers, letters = numbers_of(cells, found.header.order)
        columns.append(numbers)
        if letters is not None:
            tags[i] = letters
    return Chunk(len(rows), columns, tags)


def numbers_of(cells: Buffer, order: str) -> tuple[Numbers, list[str | None] | None]:
    """Doubles cut to 2 to 8 bytes, (n, width); their lowest bytes are the ones that were left out.

    A missing value is a NaN whose third byte, turned over, says which: 1 for ".", 0 for "._", from 2 on
    for .A to .Z.  Returns (doubles with NaN where missing, tags or None where the column has none).
    """
    width = cells.shape[1]
    wide = np.zeros((len(cells), 8), dtype=np.uint8)
    if order == "<":
        wide[:, 8 - width :] = cells
    else:
        wide[:, :width] = cells
    words = wide.view(order + "u8").ravel().astype(np.uint64)
    numbers = words.view(np.float64).copy()
    gone = np.isnan(numbers)
    if not gone.any():
        return numbers, None
    numbers[gone] = np.nan
    signs = _SIGNS[(~words[gone] >> np.uint64(40) & np.uint64(0xFF)).astype(np.int64)]
    if not any(signs):
        return numbers, None
    letters = np.full(len(cells), None, dtype=object)
    letters[gone] = signs
    return numbers, letters.tolist()
