"""The pages of a SAS data set: which hold descriptions, which hold rows, and where on a page each lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveys.core.reading.raw import broken
from surveys.core.reading.sas_header import SasHeader

PLAIN, LEFT_OUT, PACKED = 0, 1, 4  # how a piece of a page is stored
_DELETED, _DATA, _MIX, _AMENDED, _KIND = 0x80, 0x100, 0x200, 0x400, 0xF00
_SPECIAL = 0x9000  # bits of pages that hold neither
ROW_SIZE, ROW_COUNT, DELETED_COUNT = 5, 6, 7  # words of the row-size record

# The first four bytes of a record, as a number in the file's byte order.
RECORDS = {
    0xF7F7F7F7: "rows", 0xF6F6F6F6: "columns", 0xFFFFFC00: "counts", 0xFFFFFFFD: "texts",
    0xFFFFFFFF: "names", 0xFFFFFFFC: "attributes", 0xFFFFFBFE: "format", 0xFFFFFFFE: "list",
}  # fmt: skip
_KNOWN = np.array(sorted(RECORDS), dtype=np.uint32)


@dataclass(frozen=True)
class Page:
    """``blocks`` counts rows and pieces together on pages that hold both."""

    number: int
    start: int
    kind: int
    blocks: int
    pieces: int

    @property
    def has_pieces(self) -> bool:
        return not self.kind & 0xF000 & ~0x4000 and self.kind & _KIND in (0, _MIX, _AMENDED)

    @property
    def has_rows(self) -> bool:
        return not self.kind & 0xF000 and self.kind & _KIND in (_DATA, _MIX)

    @property
    def is_amended(self) -> bool:
        return self.kind & _KIND == _AMENDED

    @property
    def has_deleted(self) -> bool:
        return bool(self.kind & _DELETED)

    @property
    def rows(self) -> int:
        return self.blocks - self.pieces if self.kind & _KIND == _MIX else self.blocks


@dataclass(frozen=True)
class Pieces:
    """The pieces that a page's pointers name: where in the file, how long, how stored, of which record."""

    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    packing: NDArray[np.uint8]
    kinds: NDArray[np.uint8]  # 1 for what may repeat: rows and lists
    records: NDArray[np.uint32]  # key of RECORDS, 0 where it is none of them


def pages(data: memoryview, header: SasHeader) -> Iterator[Page]:
    """Every page in file order."""
    at = 32 if header.word == 8 else 16
    body = np.frombuffer(data, np.uint8)[header.head_size :].reshape(header.pages, header.page_size)
    heads = np.ascontiguousarray(body[:, at : at + 6]).view(header.order + "u2").astype(np.int64)
    for number, (kind, blocks, pieces) in enumerate(heads.tolist()):
        yield Page(number, header.head_size + number * header.page_size, kind, blocks, pieces)


def pieces(data: memoryview, header: SasHeader, page: Page) -> Pieces:
    """What a page's pointers name; refuses pointers out of the page."""
    word, order = header.word, header.order
    pointer = np.dtype(
        [
            ("start", f"{order}u{word}"),
            ("size", f"{order}u{word}"),
            ("packing", "u1"),
            ("kind", "u1"),
            ("rest", f"V{word - 2}"),
        ]
    )
    if header.page_head + page.pieces * pointer.itemsize > header.page_size:
        raise broken("a page of it names more pieces than it can hold")
    found = np.frombuffer(data, pointer, page.pieces, page.start + header.page_head)
    found = found[(found["size"] > 0) & (found["packing"] != LEFT_OUT)]
    limit = np.uint64(header.page_size)
    if (found["start"] > limit).any() or (found["size"] > limit).any():
        raise broken("a piece of a page lies outside it")
    starts, sizes = found["start"].astype(np.int64), found["size"].astype(np.int64)
    if (starts + sizes > header.page_size).any():
        raise broken("a piece of a page lies outside it")
    records = _records(data, header, page.start + starts, sizes)
    return Pieces(page.start + starts, sizes, found["packing"], found["kind"], records)


def _records(
    data: memoryview, header: SasHeader, starts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """The record each piece begins like; on 64-bit systems the mark is eight bytes, extended by its sign."""
    whole = np.frombuffer(data, np.uint8)
    places = np.minimum(starts[:, None] + np.arange(header.word), len(whole) - 1)
    words = whole[places].view(header.order + "u4").astype(np.uint32)
    marks = words[:, 0]
    if header.word == 8:
        low, high = (words[:, 0], words[:, 1]) if header.order == "<" else (words[:, 1], words[:, 0])
        is_plain = (high == 0) | (high == 0xFFFFFFFF)
        is_odd = (high == 0xF7F7F7F7) | (high == 0xF6F6F6F6)  # so in files of big 64-bit systems
        marks = np.where(is_plain, low, np.where(is_odd, high, 0)).astype(np.uint32)
    known = np.isin(marks, _KNOWN) & (sizes >= header.word)
    return np.where(known, marks, 0).astype(np.uint32)


@dataclass(frozen=True)
class RowPlaces:
    """Where rows lie in the file: one entry each, in order; ``left_out`` counts rows marked as deleted."""

    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    is_packed: NDArray[np.bool_]
    left_out: int = 0


def packed_rows(
    data: memoryview, header: SasHeader, page: Page, row_size: int, *, is_described: bool
) -> RowPlaces:
    """Rows that lie on a page as pieces of their own, most of them packed.

    A plain row may begin like a record by chance: once all variables are described (``is_described``),
    a piece as long as a row is one.
    """
    found = pieces(data, header, page)
    is_packed = (found.kinds == 1) & (found.packing == PACKED)
    is_row = (found.records == 0) | is_described
    is_plain = (found.kinds == 1) & (found.packing == PLAIN) & (found.sizes == row_size) & is_row
    chosen = is_packed | is_plain
    return RowPlaces(found.starts[chosen], found.sizes[chosen], is_packed[chosen])


def plain_rows(data: memoryview, header: SasHeader, page: Page, row_size: int) -> RowPlaces:
    """Rows that lie side by side behind a page's pointers, without those marked as deleted."""
    start = header.page_head + page.pieces * header.pointer_size
    start += start % 8 if header.is_aligned else 0
    if page.rows < 0 or start + page.rows * row_size > header.page_size:
        raise broken("a page of it declares more rows than it can hold")
    starts = page.start + start + np.arange(page.rows, dtype=np.int64) * row_size
    if page.has_deleted and page.rows:
        starts = starts[~_deleted(data, header, page, row_size)]
    sizes = np.full(len(starts), row_size, dtype=np.int64)
    return RowPlaces(starts, sizes, np.zeros(len(starts), dtype=np.bool_), page.rows - len(starts))


def _deleted(data: memoryview, header: SasHeader, page: Page, row_size: int) -> NDArray[np.bool_]:
    """The marks of deleted rows: one bit per row, the first row's highest, behind the rows of the page."""
    at = 24 if header.word == 8 else 12
    beyond = int(np.frombuffer(data, header.order + "u4", 1, page.start + at)[0])
    pointers = page.pieces * header.pointer_size
    start = header.page_head + beyond + (header.page_head + 8 + pointers) % 8 + pointers
    start += page.rows * row_size
    size = -(-page.rows // 8)
    if start + size > header.page_size:
        raise broken("the marks of its deleted rows lie outside their page")
    marks = np.frombuffer(data, np.uint8, size, page.start + start)
    return np.unpackbits(marks)[: page.rows].astype(np.bool_)
