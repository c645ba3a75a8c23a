"""Writes SPSS portable files record by record, in ASCII or any other character set."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRST"
SIGNS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+|&[]!$*);^-/|,%_>?`:#@'=\""
F8, DATE, DATETIME, TIME = 5, 20 + 82, 22 + 82, 21 + 82
Cell = float | bytes | None


@dataclass
class Var:
    """A variable; ``missing`` holds (record, values) such as ("9", [-1.0])."""

    name: bytes
    width: int = 0
    label: bytes = b""
    format: tuple[int, int, int] = (F8, 8, 2)
    missing: Sequence[tuple[str, Sequence[Cell]]] = ()


def number(value: float | None) -> bytes:
    """A number to the base 30, exactly."""
    if value is None:
        return b"*."
    if value == sys.float_info.max:
        return b"A9E17IR6IG+6J/"  # as PSPP writes it, rounded up
    whole, power = abs(Fraction(value)), 0
    while whole.denominator > 1:
        whole, power = whole * 30, power - 1
    digits, rest = "", int(whole)
    while rest:
        digits, rest = DIGITS[rest % 30] + digits, rest // 30
    shown = digits or "0"
    if power:
        exponent, rest = "", -power
        while rest:
            exponent, rest = DIGITS[rest % 30] + exponent, rest // 30
        shown += "-" + exponent
    return ("-" if value < 0 else "").encode() + shown.encode() + b"/"


def text(content: bytes) -> bytes:
    return number(float(len(content))) + content


@dataclass
class Por:
    """A whole file; the defaults are honest.  ``codec`` is the set that its own signs are written in."""

    variables: Sequence[Var]
    rows: Sequence[Sequence[Cell]]
    labels: Sequence[tuple[Sequence[bytes], Sequence[tuple[Cell, bytes]]]] = ()
    documents: Sequence[bytes] = ()
    weight: bytes = b""
    codec: str = "ascii"
    end: bytes = b"Z"
    line_end: bytes = b"\r\n"
    declared: int | None = None

    def bytes(self) -> bytes:
        body = b"".join([self._head(), *self._records(), b"F", *self._rows(), self.end])
        body = body.decode("latin-1").encode(self.codec) if self.codec != "ascii" else body
        body += self._foreign(b"Z" if self.end else b" ") * (-len(body) % 80)
        lines = [body[i : i + 80] for i in range(0, len(body), 80)]
        return self.line_end.join(lines) + self.line_end

    def _foreign(self, sign: bytes) -> bytes:
        return sign.decode().encode(self.codec)

    def _head(self) -> bytes:
        table = b"0" * 64 + SIGNS.ljust(192, b"0")
        return b"ASCII SPSS PORT FILE".ljust(40) * 5 + table + b"SPSSPORT"

    def _cell(self, value: Cell) -> bytes:
        return text(value) if isinstance(value, bytes) else number(value)

    def _records(self) -> list[bytes]:
        count = len(self.variables) if self.declared is None else self.declared
        records = [b"A" + text(b"20260102") + text(b"030405"), b"1" + text(b"wavebook tests")]
        records += [b"4" + number(count), b"5" + number(11)]
        records += [b"6" + text(self.weight)] if self.weight else []
        for variable in self.variables:
            shown = b"".join(number(part) for part in variable.format)
            records.append(b"7" + number(variable.width) + text(variable.name) + shown * 2)
            for kind, values in variable.missing:
                records.append(kind.encode() + b"".join(self._cell(value) for value in values))
            records += [b"C" + text(variable.label)] if variable.label else []
        for names, pairs in self.labels:
            record = b"D" + number(len(names)) + b"".join(text(name) for name in names)
            record += number(len(pairs)) + b"".join(self._cell(v) + text(t) for v, t in pairs)
            records.append(record)
        if self.documents:
            lines = b"".join(text(line) for line in self.documents)
            records.append(b"E" + number(len(self.documents)) + lines)
        return records

    def _rows(self) -> list[bytes]:
        return [self._cell(value) for row in self.rows for value in row]
