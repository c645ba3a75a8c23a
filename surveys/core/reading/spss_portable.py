"""The text of an SPSS portable file (.por): lines joined, characters translated, numbers to the base 30.

Layout: PSPP developers' guide, "Portable File Format".
"""

from __future__ import annotations

import math
import re
import sys

from surveys.core.reading.raw import broken

LINE, HEAD, TABLE = 80, 464, 200  # bytes of a line, of the head, and before its table of characters
SIGNATURE = b"SPSSPORT"
_END = b"/"
_NUMBER = re.compile(rb"(-?)([0-9A-T]*)(?:\.([0-9A-T]*))?(?:([+-])([0-9A-T]+))?")
_LONGEST_NUMBER = 120
_LARGEST_POWER = 300  # of thirty; doubles end at 208
# The places of the format's own character set, in order, from the digits on.
_FIRST = 64
_CHARACTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+|&[]!$*);^-/|,%_>?`:#@'=\""
_TWICE = 143  # the broken bar, where the whole one stood before


def is_portable(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a portable file in any character set."""
    joined = _joined(head[: 8 * (LINE + 2)])
    return len(joined) >= HEAD and _translated(joined[HEAD - 8 : HEAD], _table(joined)) == SIGNATURE


def text_of(data: bytes) -> bytes:
    """Everything after the head, in ASCII where the format has signs of its own.  Refuses another file."""
    joined = _joined(data)
    if len(joined) < HEAD:
        raise broken("it is shorter than the head of an SPSS portable file")
    table = _table(joined)
    if _translated(joined[HEAD - 8 : HEAD], table) != SIGNATURE:
        raise broken("its head is not that of an SPSS portable file")
    return _translated(joined[HEAD:], table)


def _joined(data: bytes) -> bytes:
    """Lines without their ends; each is 80 bytes, and spaces at its end may have been lost."""
    lines = data.replace(b"\r\n", b"\n").split(b"\n") if b"\n" in data else data.split(b"\r")
    if len(lines) == 1:
        return data
    last = lines.pop()
    return b"".join(line.ljust(LINE) for line in lines) + last


def _table(joined: bytes) -> bytes | None:
    """What each byte of the file means; None where letters and digits mean themselves already."""
    declared = joined[TABLE + _FIRST : TABLE + _FIRST + len(_CHARACTERS)]
    if declared[:63] == _CHARACTERS[:63]:
        return None
    table = list(range(256))
    unused = declared[0]  # places without a character are filled with the one for zero
    for place, (foreign, own) in enumerate(zip(declared, _CHARACTERS, strict=True)):
        if (foreign != unused or place == 0) and _FIRST + place != _TWICE:
            table[foreign] = own
    return bytes(table)


def _translated(text: bytes, table: bytes | None) -> bytes:
    return text if table is None else text.translate(table)


class PortableText:
    """A cursor over the text: numbers end with a stroke, strings begin with their length."""

    def __init__(self, text: bytes) -> None:
        self.text, self.position = text, 0
        self._known: dict[bytes, float] = {}

    def tag(self) -> bytes:
        """The next character; empty at the end of the file."""
        self.position += 1
        return self.text[self.position - 1 : self.position]

    def is_next(self, tag: bytes) -> bool:
        """Whether the next character is ``tag``."""
        return self.text[self.position : self.position + 1] == tag

    def number(self) -> float:
        """NaN for the system-missing value, which is written ``*.``."""
        text, start = self.text, self.position
        while text[start : start + 1] == b" ":
            start += 1
        if text[start : start + 1] == b"*":
            self.position = start + 2
            return math.nan
        end = text.find(_END, start, start + _LONGEST_NUMBER)
        if end < 0:
            raise broken("it ends in the middle of a number, or holds none where one should be")
        self.position = end + 1
        token = text[start:end]
        value = self._known.get(token)
        if value is None:
            value = self._known[token] = number_of(token)
            if len(self._known) > 1 << 20:
                self._known.clear()
        return value

    def whole(self, most: int) -> int:
        """A whole number from 0 to ``most``."""
        value = self.number()
        if not (value >= 0 and value <= most and value == int(value)):
            raise broken("a count in its description is impossible")
        return int(value)

    def string(self) -> bytes:
        size = self.whole(len(self.text))
        start = self.position
        self.position = start + size
        if self.position > len(self.text):
            raise broken("it ends in the middle of a text")
        return self.text[start : self.position]


def number_of(token: bytes) -> float:
    """``-1A.F+2`` to the base 30, as the nearest double."""
    match = _NUMBER.fullmatch(token)
    if match is None or not (match[2] or match[3]):
        raise broken("it holds something else where a number should be")
    fraction = match[3] or b""
    digits = int(match[2] + fraction, 30)
    power = int((match[4] or b"+") + (match[5] or b"0"), 30) - len(fraction)
    if abs(power) > _LARGEST_POWER:
        raise broken("a number of it is out of all bounds")
    try:
        value = float(digits * 30**power) if power >= 0 else digits / 30**-power
    except OverflowError:
        value = sys.float_info.max  # how SPSS writes "highest", rounded up on its way
    return -value if match[1] else value
