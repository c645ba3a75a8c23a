"""Writes SAS transport files record by record: versions 5 and 8, honest or lying."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

Cell = float | str | bytes | None


@dataclass
class Col:
    """A variable; ``width`` bytes of text, or of a number cut short."""

    name: bytes
    width: int = 8
    is_text: bool = False
    label: bytes = b""
    format: bytes = b""
    shown: tuple[int, int] = (0, 0)


def ibm(value: float) -> bytes:
    """Eight bytes of hexadecimal floating point."""
    if value == 0:
        return bytes(8)
    fraction, exponent = math.frexp(abs(value))
    power = -(-exponent // 4)
    whole = int(math.ldexp(fraction, 56 + exponent - 4 * power))
    return bytes([(power + 64) | (0x80 if value < 0 else 0)]) + whole.to_bytes(7)


@dataclass
class Xpt:
    """A whole file.  A cell is a number, None for ".", a letter as in ".A", or bytes."""

    columns: Sequence[Col]
    cells: Sequence[Sequence[Cell]]
    version: int = 5
    label: bytes = b""
    name: bytes = b"WAVE"
    declared: int | None = None  # rows; version 8 only

    def bytes(self) -> bytes:
        head = _head(b"LIBV8" if self.is_long else b"LIBRARY")
        return head + (b"SAS".ljust(8) * 2 + b"SASLIB").ljust(80) + b"".ljust(80) + self.member()

    @property
    def is_long(self) -> bool:
        return self.version >= 8

    def member(self) -> bytes:
        """One data set, from its head to the blanks behind its rows."""
        rows = b"".join(_cell(c, v) for row in self.cells for c, v in zip(self.columns, row, strict=True))
        seen = len(self.cells) if self.declared is None else self.declared
        obs = _head(b"OBSV8", b"%15d" % seen) if self.is_long else _head(b"OBS")
        return self.description() + obs + _filled(rows)

    def description(self) -> bytes:
        suffix = b"V8" if self.is_long else b""
        kinds = (b"MEMBV8", b"DSCPTV8", b"NAMSTV8") if suffix else (b"MEMBER", b"DSCRPTR", b"NAMESTR")
        width = 32 if self.is_long else 8
        return (
            _head(kinds[0], b"000000000000000001600000000140")
            + _head(kinds[1])
            + (b"SAS".ljust(8) + self.name.ljust(width) + b"SASDATA").ljust(80)
            + (b"".ljust(32) + self.label.ljust(40)).ljust(80)
            + _head(kinds[2], b"000000%04d" % len(self.columns) + b"0" * 20)
            + _filled(b"".join(self._variable(i) for i in range(len(self.columns))))
            + (self._long_labels() if self.is_long else b"")
        )

    def _variable(self, i: int) -> bytes:
        column = self.columns[i]
        offset = sum(c.width for c in self.columns[:i])
        shown = struct.pack(">hhhh", *column.shown, 0, 0)
        record = struct.pack(">hhhh", 2 if column.is_text else 1, 0, column.width, i + 1)
        record += column.name[:8].ljust(8) + column.label[:40].ljust(40) + column.format[:8].ljust(8) + shown
        record += b"".ljust(8) + bytes(4) + struct.pack(">i", offset)
        record += column.name.ljust(32) + struct.pack(">h", len(column.label)) if self.is_long else b""
        return record.ljust(140, b"\0")

    def _long_labels(self) -> bytes:
        long = [(i + 1, c) for i, c in enumerate(self.columns) if len(c.label) > 40 or len(c.format) > 8]
        if not long:
            return b""
        with_formats = self.version == 9
        parts = []
        for number, column in long:
            texts = [column.name, column.label]
            if with_formats:
                texts += [column.format + (b"%d.%d" % column.shown if column.shown[0] else b"."), b""]
            sizes = [len(text) for text in texts]
            parts.append(struct.pack(f">{1 + len(sizes)}h", number, *sizes) + b"".join(texts))
        head = _head(b"LABELV9" if with_formats else b"LABELV8", b"%d" % len(long))
        return head + _filled(b"".join(parts))


def _head(kind: bytes, rest: bytes = b"0" * 30) -> bytes:
    start = b"HEADER RECORD*******" + kind.ljust(8) + b"HEADER RECORD!!!!!!!"
    return (start + rest.ljust(30)).ljust(80)


def _filled(content: bytes) -> bytes:
    return content + b" " * (-len(content) % 80)


def _cell(column: Col, value: Cell) -> bytes:
    if column.is_text:
        assert isinstance(value, bytes)
        return value.ljust(column.width)
    if value is None or isinstance(value, str):
        return (b"." if value is None else value[1:].encode()).ljust(column.width, b"\0")
    assert isinstance(value, (int, float))
    return ibm(value)[: column.width]
