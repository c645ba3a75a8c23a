"""Writes SPSS system files byte by byte, so that tests can ask for what no library would write."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

SYSMIS = -1.7976931348623157e308
F8 = 5 << 16 | 8 << 8


@dataclass
class Var:
    """A variable record: ``width`` 0 is a number; ``missing`` is (n, 8-byte values)."""

    name: bytes
    width: int = 0
    label: bytes = b""
    format: int = F8
    missing: tuple[int, Sequence[float | bytes]] = (0, ())
    codes: Sequence[tuple[float | bytes, bytes]] = ()


@dataclass
class Sav:
    """A whole file; the defaults are honest, each field can be made to lie."""

    variables: Sequence[Var]
    rows: Sequence[Sequence[float | bytes | None]]
    cases: int | None = None
    compression: int = 1
    encoding: bytes | None = b"UTF-8"
    page: int | None = None
    order: str = "<"
    extensions: Sequence[tuple[int, int, bytes]] = field(default_factory=tuple)
    weight: int = 0

    def bytes(self) -> bytes:
        return self._head() + self._dictionary() + self._data(len(self._head() + self._dictionary()))

    def _pack(self, kind: str, *values: object) -> bytes:
        return struct.pack(self.order + kind, *values)

    def _units(self) -> int:
        return sum(max(1, -(-v.width // 8)) for v in self.variables)

    def _head(self) -> bytes:
        cases = len(self.rows) if self.cases is None else self.cases
        magic = b"$FL3" if self.compression == 2 else b"$FL2"
        return (
            magic
            + b"@(#) SPSS DATA FILE wavebook tests".ljust(60)
            + self._pack("iiiii", 2, self._units(), self.compression, self.weight, cases)
            + self._pack("d", 100.0)
            + b"01 Jan 2600:00:00"
            + b"".ljust(64)
            + bytes(3)
        )

    def _dictionary(self) -> bytes:
        parts, unit, labelled = [], 1, []
        for var in self.variables:
            count, values = var.missing
            parts.append(self._pack("iiiiii", 2, var.width, bool(var.label), count, var.format, var.format))
            parts.append(var.name.ljust(8))
            if var.label:
                parts.append(self._pack("i", len(var.label)) + var.label + bytes(-len(var.label) % 4))
            parts += [self._word(value) for value in values]
            units = max(1, -(-var.width // 8))
            parts += [self._pack("iiiiii", 2, -1, 0, 0, 0, 0) + b" " * 8] * (units - 1)
            if var.codes:
                labelled.append((unit, var.codes))
            unit += units
        for index, codes in labelled:
            parts.append(self._pack("ii", 3, len(codes)))
            for value, label in codes:
                parts.append(self._word(value) + bytes([len(label)]) + label + b" " * (-(len(label) + 1) % 8))
            parts.append(self._pack("iii", 4, 1, index))
        if self.page is not None:
            info = self._pack("8i", 1, 0, 0, -1, 1, 1, 2, self.page)
            parts.append(self._pack("iiii", 7, 3, 4, 8) + info)
        for subtype, size, content in self.extensions:
            parts.append(self._pack("iiii", 7, subtype, size, len(content) // size) + content)
        if self.encoding is not None:
            parts.append(self._pack("iiii", 7, 20, 1, len(self.encoding)) + self.encoding)
        return b"".join(parts) + self._pack("ii", 999, 0)

    def _word(self, value: float | bytes) -> bytes:
        return value.ljust(8)[:8] if isinstance(value, bytes) else self._pack("d", value)

    def _words(self) -> list[bytes]:
        words = []
        for row in self.rows:
            for var, cell in zip(self.variables, row, strict=True):
                if var.width:
                    padded = (cell or b"").ljust(-(-var.width // 8) * 8)  # type: ignore[union-attr]
                    words += [padded[i : i + 8] for i in range(0, len(padded), 8)]
                else:
                    words.append(self._pack("d", SYSMIS if cell is None else cell))
        return words

    def _data(self, offset: int) -> bytes:
        words = self._words()
        if self.compression == 0:
            return b"".join(words)
        packed = self._commands(words)
        if self.compression == 1:
            return packed
        block = zlib.compress(packed)
        trailer = offset + 24 + len(block)
        head = self._pack("qqq", offset, trailer, 48)
        table = self._pack("qqii", -100, 0, 0x3FF000, 1)
        return head + block + table + self._pack("qqii", offset, offset + 24, len(packed), len(block))

    def _commands(self, words: Sequence[bytes]) -> bytes:
        out, commands, literals = [], b"", b""
        for word in words:
            command = self._command(word)
            commands += bytes([command])
            literals += word if command == 253 else b""
            if len(commands) == 8:
                out.append(commands + literals)
                commands = literals = b""
        if commands:
            out.append(commands.ljust(8, b"\0") + literals)
        return b"".join(out)

    def _command(self, word: bytes) -> int:
        if word == b" " * 8:
            return 254
        number = struct.unpack(self.order + "d", word)[0]
        if number == SYSMIS:
            return 255
        if number == number and 1 <= number + 100 <= 251 and number == int(number):
            return int(number) + 100
        return 253
