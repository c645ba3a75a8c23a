"""Writes SAS data sets byte by byte: every word size, byte order and packing, honest or lying."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

HEAD = 1024
MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
RECORDS = {
    "rows": 0xF7F7F7F7, "columns": 0xF6F6F6F6, "texts": 0xFFFFFFFD, "names": 0xFFFFFFFF,
    "attributes": 0xFFFFFFFC, "format": 0xFFFFFBFE,
}  # fmt: skip


@dataclass
class Col:
    """A variable; ``width`` bytes of text, or of a number cut short."""

    name: bytes
    width: int = 8
    is_text: bool = False
    label: bytes = b""
    format: bytes = b""
    shown: tuple[int, int] = (0, 0)


def packed_by_runs(row: bytes) -> bytes:
    """Runs of blanks, zeros, at-signs and other bytes, and what lies between them."""
    out, literal, i = b"", b"", 0
    while i < len(row):
        size = 1
        while i + size < len(row) and row[i + size] == row[i] and size < 4100:
            size += 1
        if size < 3:
            literal += row[i : i + size]
        else:
            out, literal = out + _literal(literal), b""
            out += _run(row[i], size)
        i += size
    return out + _literal(literal)


def _run(byte: int, size: int) -> bytes:
    plain = {0x40: (0x50, 0xD0), 0x20: (0x60, 0xE0), 0: (0x70, 0xF0)}.get(byte)
    if plain and size >= 18:
        return bytes([plain[0] | (size - 17) >> 8, (size - 17) & 0xFF])
    if plain and size <= 17:
        return bytes([plain[1] | size - 2])
    if size <= 18:
        return bytes([0xC0 | size - 3, byte])
    return bytes([0x40 | (size - 18) >> 8, (size - 18) & 0xFF, byte])


def _literal(text: bytes) -> bytes:
    out = b""
    while text:
        for command, least, most in ((0x80, 1, 16), (0x90, 17, 32), (0xA0, 33, 48), (0xB0, 49, 64)):
            if least <= len(text) <= most:
                return out + bytes([command | len(text) - least]) + text
        size = min(len(text), 64 + 4095)
        out += bytes([(size - 64) >> 8, (size - 64) & 0xFF]) + text[:size]
        text = text[size:]
    return out


def packed_by_ross(row: bytes) -> bytes:
    """Bytes, short and long runs, and short and long repetitions of what came before."""
    items: list[tuple[bool, bytes]] = []
    i = 0
    while i < len(row):
        size = 1
        while i + size < len(row) and row[i + size] == row[i] and size < 4000:
            size += 1
        at, length = _earlier(row, i)
        if size >= 3:
            items.append((True, _ross_run(row[i], size)))
            i += size
        elif length >= 3:
            items.append((True, _ross_back(i - at, length)))
            i += length
        else:
            items.append((False, row[i : i + 1]))
            i += 1
    out = b""
    for start in range(0, len(items), 16):
        part = items[start : start + 16]
        bits = sum(1 << (15 - n) for n, (is_command, _) in enumerate(part) if is_command)
        out += struct.pack(">H", bits) + b"".join(content for _, content in part)
    return out


def _ross_run(byte: int, size: int) -> bytes:
    if size <= 18:
        return bytes([size - 3, byte])
    return bytes([0x10 | (size - 19) & 15, (size - 19) >> 4, byte])


def _earlier(row: bytes, i: int) -> tuple[int, int]:
    for size in (40, 16, 8, 3):
        at = row.rfind(row[i : i + size], max(0, i - 4000), i)
        if at >= 0 and i - at >= 3 and i + size <= len(row):
            return at, size
    return 0, 0


def _ross_back(back: int, size: int) -> bytes:
    offset = back - 3
    if size >= 16:
        return bytes([0x20 | offset & 15, offset >> 4, size - 16])
    return bytes([size << 4 | offset & 15, offset >> 4])


@dataclass
class Sas:
    """A whole file, by default honest.  A cell is a number, None for ".", a letter as in ".A", or bytes."""

    columns: Sequence[Col]
    cells: Sequence[Sequence[float | str | bytes | None]]
    word: int = 8
    order: str = "<"
    method: bytes = b""
    padding: int = 4
    encoding: int = 20
    page_size: int = 4096
    label: bytes = b""
    declared: int | None = None
    deleted: frozenset[int] = frozenset()
    declared_deleted: int | None = None
    release: bytes = b"9.0401M3"
    first: int = 0  # rows on the first page
    texts: bytearray = field(default_factory=bytearray)

    def bytes(self) -> bytes:
        pages = self._packed() if self.method else self._open()
        return self._head(len(pages)) + b"".join(pages)

    def _pack(self, kinds: str, *values: object) -> bytes:
        return struct.pack(self.order + kinds.replace("W", "Q" if self.word == 8 else "I"), *values)

    def _head(self, pages: int) -> bytes:
        head = bytearray(HEAD)
        head[:32] = MAGIC
        head[32] = 0x33 if self.word == 8 else 0x22
        head[35] = 0x33 if self.padding else 0x32
        head[37] = self.order == "<"
        head[70] = self.encoding
        sizes = self._pack("IIW", HEAD, self.page_size, pages)
        head[196 + self.padding : 196 + self.padding + len(sizes)] = sizes
        at = 216 + self.padding + self.word - 4
        head[at : at + 8] = self.release
        return bytes(head)

    @property
    def row_size(self) -> int:
        return sum(column.width for column in self.columns)

    def row(self, cells: Sequence[float | str | bytes | None]) -> bytes:
        return b"".join(self._cell(c, v) for c, v in zip(self.columns, cells, strict=True))

    def _cell(self, column: Col, value: float | str | bytes | None) -> bytes:
        if column.is_text:
            assert isinstance(value, bytes)
            return value.ljust(column.width)
        if value is None or isinstance(value, str):
            tag = 1 if value is None else 0 if value == "._" else 2 + ord(value[1]) - ord("A")
            whole = struct.pack(self.order + "Q", 0xFFFF << 48 | (~tag & 0xFF) << 40)
        else:
            assert isinstance(value, (int, float))
            whole = struct.pack(self.order + "d", value)
        return whole[8 - column.width :] if self.order == "<" else whole[: column.width]

    def _text(self, text: bytes) -> bytes:
        if not text:
            return self._pack("HHH", 0, 0, 0)
        at = len(self.texts)
        self.texts += text + bytes(-len(text) % 4)
        return self._pack("HHH", 0, at, len(text))

    def _record(self, kind: str, content: bytes) -> bytes:
        mark = RECORDS[kind]
        if self.word == 8 and mark >> 24 == 0xFF:
            mark |= 0xFFFFFFFF << 32
        content = self._pack("W", mark) + content
        if kind in ("texts", "names", "attributes"):
            size = self._pack("H", len(content) - 2 * self.word - 4)
            content = content[: self.word] + size + content[self.word + 2 :]
        return content

    def _format(self, column: Col) -> bytes:
        start = bytes(2 * self.word) + self._pack("HH", *column.shown) + bytes(18)
        return start + self._text(column.format) + self._text(column.label) + bytes(12)

    def pieces(self) -> list[tuple[bytes, int, int]]:
        """The description as (content, packing, kind)."""
        self.texts = bytearray(12) + (self.method or b" " * 8) + b"DATASTEP"
        word, n = self.word, len(self.columns)
        names = b"".join(self._text(c.name) + bytes(2) for c in self.columns)
        formats = [self._format(c) for c in self.columns]
        attributes, offset = b"", 0
        for c in self.columns:
            attributes += self._pack("WIHBB", offset, c.width, 0, 2 if c.is_text else 1, 0)
            offset += c.width
        rows = [0] * 82
        declared = len(self.cells) if self.declared is None else self.declared
        deleted = len(self.deleted) if self.declared_deleted is None else self.declared_deleted
        rows[4:7] = [self.row_size, declared, deleted]
        rows[8], rows[14] = n, self.first
        size = self._pack("W" * 81, *rows[:81]) + bytes(22) + self._text(self.label) + bytes(50)
        records = [
            self._record("rows", size),
            self._record("columns", self._pack("WW", n, 0)),
            self._record("texts", bytes(self.texts)),
            self._record("names", bytes(8) + names + bytes(word + 4)),
            self._record("attributes", bytes(8) + attributes + bytes(word + 4)),
            *(self._record("format", content) for content in formats),
        ]
        return [(record, 0, 0) for record in records]

    def page(
        self, kind: int, pieces: list[tuple[bytes, int, int]], rows: list[bytes], gone: str = ""
    ) -> bytes:
        """A page: pointers and rows from its front, pieces from its back; ``gone`` marks deleted rows."""
        page = bytearray(self.page_size)
        head, pointer = (40, 24) if self.word == 8 else (24, 12)
        page[head - 8 : head - 2] = self._pack("HHH", kind, len(rows) + len(pieces), len(pieces))
        end = self.page_size
        for i, (content, packing, repeated) in enumerate(pieces):
            end -= len(content)
            page[end : end + len(content)] = content
            at = head + i * pointer
            page[at : at + 2 * self.word + 2] = self._pack("WWBB", end, len(content), packing, repeated)
        start = head + len(pieces) * pointer
        first = start + (start % 8 if self.release != b"9.0000M0" else 0)
        body = b"".join(rows)
        assert first + len(body) + 64 < end
        page[first : first + len(body)] = body
        if gone:
            marks = int(gone.ljust(-(-len(gone) // 8) * 8, "0"), 2).to_bytes(-(-len(gone) // 8))
            at = start + (head + 8 + len(pieces) * pointer) % 8 + len(body) + 16
            page[at : at + len(marks)] = marks
            where = 24 if self.word == 8 else 12
            page[where : where + 4] = self._pack("I", 16)
        return bytes(page)

    def _open(self) -> list[bytes]:
        """Description and rows on a first, mixed page; the other rows on pages of their own."""
        rows = [self.row(cells) for cells in self.cells]
        used = 192 + sum(len(piece[0]) + 24 for piece in self.pieces())
        self.first = first = min(max(0, (self.page_size - used) // self.row_size), len(rows))
        pieces = self.pieces()
        each = (self.page_size - 256) // self.row_size
        starts = [0, *range(first, len(rows), each)] if first else [0, 0, *range(each, len(rows), each)]
        pages = []
        for n, (start, end) in enumerate(zip(starts, [*starts[1:], len(rows)], strict=True)):
            gone = "".join(str(int(i in self.deleted)) for i in range(start, end))
            flag = 0x80 if "1" in gone else 0
            kind = (0x200 if n == 0 else 0x100) | flag
            pages.append(self.page(kind, pieces if n == 0 else [], rows[start:end], gone if flag else ""))
        return pages

    def _packed(self) -> list[bytes]:
        """Rows as pieces: packed where that makes them shorter, plain where not."""
        pack = packed_by_runs if self.method == b"SASYZCRL" else packed_by_ross
        pages, pieces = [], self.pieces()
        for cells in self.cells:
            row = self.row(cells)
            short = pack(row)
            piece = (short, 4, 1) if len(short) < len(row) else (row, 0, 1)
            if sum(len(p[0]) + 24 for p in pieces) + len(row) + 200 > self.page_size:
                pages.append(self.page(0, pieces, []))
                pieces = []
            pieces.append(piece)
        return [*pages, self.page(0, pieces, [])]
