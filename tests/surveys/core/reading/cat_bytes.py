"""Writes SAS catalogues of formats byte by byte: both word sizes and byte orders."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

HEAD, PAGE = 1024, 4096
MAGIC = bytes(12) + bytes.fromhex("c2ea8163b31411cfbd92080009c7318c181f1011")
Value = float | str | bytes | tuple[float, float]


@dataclass
class Catalogue:
    """Formats by name: (value, label) pairs.  A value is a number, a range, a letter as in ".A", or bytes."""

    formats: dict[bytes, Sequence[tuple[Value, bytes]]]
    word: int = 4
    order: str = "<"
    encoding: int = 20

    def bytes(self) -> bytes:
        blocks = [self._block(name, pairs) for name, pairs in self.formats.items()]
        pages = [bytearray(PAGE) for _ in range(4)]
        listed = 856 + 8 + (144 if self.word == 8 else 0)
        page, at = 4, 16
        for block in blocks:
            pieces = [block[i : i + 1000] for i in range(0, len(block), 1000)]
            entry = self._entry(page, at)
            pages[1][listed : listed + len(entry)] = entry
            listed += len(entry)
            for n, piece in enumerate(pieces):
                size = (32 if self.word == 8 else 16) + len(piece)
                follows = (page, at + size) if at + 2 * size + 1100 < PAGE else (page + 1, 64)
                if follows[0] > len(pages):
                    pages.append(bytearray(PAGE))
                link = self._link(follows if n + 1 < len(pieces) else (0, 0), len(piece)) + piece
                pages[page - 1][at : at + len(link)] = link
                page, at = follows
        return self._head(len(pages)) + b"".join(pages)

    def _pack(self, kinds: str, *values: object) -> bytes:
        return struct.pack(self.order + kinds.replace("W", "Q" if self.word == 8 else "I"), *values)

    def _head(self, pages: int) -> bytes:
        head = bytearray(HEAD)
        head[:32] = MAGIC
        head[32], head[35] = 0x33 if self.word == 8 else 0x22, 0x33
        head[37], head[70] = self.order == "<", self.encoding
        sizes = self._pack("IIW", HEAD, PAGE, pages)
        head[200 : 200 + len(sizes)] = sizes
        return bytes(head)

    def _entry(self, page: int, at: int) -> bytes:
        wide = self.word == 8
        entry = bytearray(216 + (72 if wide else 0))
        entry[:4] = b"XLSR"
        place = self._pack("III", page, 0, at) if wide else self._pack("HHH", page, 0, at)
        start = 8 if wide else 4
        entry[start : start + len(place)] = place
        entry[54 + (24 if wide else 0)] = ord("O")
        return bytes(entry)

    def _link(self, follows: tuple[int, int], size: int) -> bytes:
        if self.word == 8:
            return (self._pack("IIHH", follows[0], 0, follows[1], size)).ljust(32, b"\0")
        return (self._pack("IHH", follows[0], follows[1], size)).ljust(16, b"\0")

    def _block(self, name: bytes, pairs: Sequence[tuple[Value, bytes]]) -> bytes:
        wide, is_long = self.word == 8, len(name) > 8
        block = bytearray(106 + (32 if wide else 0) + 20)
        block[2] = 0x08 | ((0x20 if wide else 0x80) if is_long else 0)
        block[8:16] = name[:8].ljust(8)
        counts = self._pack("QQ" if wide else "II", len(pairs), len(pairs))
        at = 4 + (42 if wide else 38)
        block[at : at + len(counts)] = counts
        block += name.ljust(32) if is_long else b""
        # values stand in their own order; labels in the order in which the values name them
        for n, (value, _) in reversed(list(enumerate(pairs))):
            content = bytes(14 - 6) + self._pack("I", n) + bytes(4) + _value(value)
            block += self._pack("HH", 4, len(content)) + bytes(2) + content
        for _, label in pairs:
            block += bytes(8) + self._pack("H", len(label)) + label + b"\0"
        return bytes(block)


def _value(value: Value) -> bytes:
    if isinstance(value, bytes):
        return value.ljust(16)
    if isinstance(value, str):
        tag = 1 if value == "." else 0 if value == "._" else 2 + ord(value[1]) - ord("A")
        return struct.pack(">Q", tag << 40 | (1 << 40) - 1) * 2
    low, high = value if isinstance(value, tuple) else (value, value)
    return struct.pack(">dd", -low, -high) + bytes(16)
