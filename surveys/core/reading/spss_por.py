"""An SPSS portable file (.por): its records, and its cells one after the other.

The format knows neither its number of rows nor its character set; a mark at the end tells that it is whole.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from surveys.core.findings import Finding, Severity
from surveys.core.reading.raw import Chunk, Numbers, RawFile, RawMissing, RawVariable, broken
from surveys.core.reading.spss_formats import calendar_of, format_name
from surveys.core.reading.spss_portable import PortableText, text_of
from surveys.core.reading.spss_stream import trailing

BLOCK = 500_000  # cells handed on at a time
_TEMPORAL = 82  # SPSS adds this to the numbers of date and time formats in portable files
_MOST_VARIABLES, _WIDEST, _LARGEST = 32_767, 32_767, 1 << 31


@dataclass
class _Portable:
    """What the records say, before the rows."""

    file: RawFile = field(default_factory=lambda: RawFile("por", [], None))
    widths: list[int] = field(default_factory=list)  # 0: a number
    places: dict[bytes, int] = field(default_factory=dict)
    declared: int | None = None

    @property
    def last(self) -> RawVariable:
        if not self.file.variables:
            raise broken("it describes a variable before it names one")
        return self.file.variables[-1]


class PortableReader:
    """A .por file."""

    def __init__(self, data: memoryview) -> None:
        self.text = PortableText(text_of(bytes(data)))
        self.found = _dictionary(self.text)

    def describe(self) -> RawFile:
        return self.found.file

    def chunks(self) -> Iterator[Chunk]:
        """All rows; refuses a file without its end mark, which was cut."""
        text, widths = self.text, self.found.widths
        if not widths:
            return
        rows_each = max(1, BLOCK // len(widths))
        cells: list[list[float | bytes]] = [[] for _ in widths]
        rows = 0
        readers = [text.string if width else text.number for width in widths]
        while not _is_over(text):
            for column, reader in zip(cells, readers, strict=True):
                column.append(reader())
            rows += 1
            if rows == rows_each:
                yield _chunk(cells, widths, rows)
                cells, rows = [[] for _ in widths], 0
        if rows:
            yield _chunk(cells, widths, rows)
        if behind := len(text.text[text.position :].strip(b"Z \r\n\0\x1a")):
            self.found.file.findings.append(trailing(behind))


def _is_over(text: PortableText) -> bool:
    """Whether the end mark comes next: the rows are followed by a Z, which begins neither number nor text."""
    if text.is_next(b"Z"):
        return True
    if text.position >= len(text.text) or not text.text[text.position :].strip():
        raise broken("its end is missing: it was cut, or its last rows are gone")
    return False


def _chunk(cells: list[list[float | bytes]], widths: list[int], rows: int) -> Chunk:
    columns: list[Numbers | list[bytes]] = []
    for column, width in zip(cells, widths, strict=True):
        columns.append([cell for cell in column if isinstance(cell, bytes)] if width else np.array(column))
    return Chunk(rows, columns)


def _dictionary(text: PortableText) -> _Portable:
    """All records up to the rows."""
    found = _Portable()
    if text.tag() != b"A":
        raise broken("its version is not known")
    text.string(), text.string()  # date and time
    while (tag := text.tag()) != b"F":
        reader = _RECORDS.get(tag)
        if reader is None:
            raise broken("it holds a record of unknown kind" if tag else "it ends before its rows")
        reader(text, found)
    if found.declared not in (None, len(found.widths)):
        raise broken("it declares another number of variables than it describes")
    return found


def _skip_text(text: PortableText, found: _Portable) -> None:
    """Product, author and other words of the program that wrote the file."""
    text.string()


def _count_variables(text: PortableText, found: _Portable) -> None:
    found.declared = text.whole(_MOST_VARIABLES)


def _skip_precision(text: PortableText, found: _Portable) -> None:
    text.whole(_LARGEST)


def _weight(text: PortableText, found: _Portable) -> None:
    found.file.weight = text.string().rstrip(b" ")


def _variable(text: PortableText, found: _Portable) -> None:
    width = text.whole(_WIDEST)
    name = text.string().rstrip(b" ")
    kind, shown, decimals = (text.whole(_LARGEST) for _ in range(3))
    kind -= _TEMPORAL if kind > _TEMPORAL else 0
    for _ in range(3):
        text.whole(_LARGEST)  # the format for writing
    if name in found.places or len(found.widths) >= _MOST_VARIABLES:
        raise broken("a name stands twice, or there are more variables than SPSS can hold")
    found.places[name] = len(found.widths)
    found.widths.append(width)
    variable = RawVariable(name, bool(width))
    variable.format = format_name(kind, width or shown, decimals, is_text=bool(width))
    variable.calendar = None if width else calendar_of(kind)
    found.file.variables.append(variable)


def _value(text: PortableText, width: int) -> float | bytes:
    return text.string().rstrip(b" ") if width else text.number()


def _missing_value(text: PortableText, found: _Portable) -> None:
    found.last.missing.append(RawMissing(value=_value(text, found.widths[-1])))


def _missing_up_to(text: PortableText, found: _Portable) -> None:
    found.last.missing.append(RawMissing(high=text.number()))


def _missing_from(text: PortableText, found: _Portable) -> None:
    low = text.number()
    if low < sys.float_info.max:
        found.last.missing.append(RawMissing(low=low))
        return
    told = "The program that wrote the file lost where a range of missing values up to the highest begins."
    name = found.last.name.decode("ascii", "replace")
    found.file.findings.append(Finding(Severity.WARNING, "missing_range_lost", told, name))


def _missing_between(text: PortableText, found: _Portable) -> None:
    found.last.missing.append(RawMissing(low=text.number(), high=text.number()))


def _label(text: PortableText, found: _Portable) -> None:
    found.last.label = text.string().rstrip(b" ")


def _value_labels(text: PortableText, found: _Portable) -> None:
    names = [text.string().rstrip(b" ") for _ in range(text.whole(_MOST_VARIABLES))]
    if not names or any(name not in found.places for name in names):
        raise broken("value labels belong to a variable that does not exist")
    width = found.widths[found.places[names[0]]]
    if any(bool(found.widths[found.places[name]]) != bool(width) for name in names):
        raise broken("value labels belong to numbers and to text at once")
    codes = [(_value(text, width), text.string().rstrip(b" ")) for _ in range(text.whole(len(text.text)))]
    for name in names:
        found.file.variables[found.places[name]].codes = list(codes)


def _documents(text: PortableText, found: _Portable) -> None:
    lines = [text.string().rstrip(b" ") for _ in range(text.whole(len(text.text)))]
    found.file.notes += [line for line in lines if line]


_RECORDS = {
    b"1": _skip_text, b"2": _skip_text, b"3": _skip_text, b"4": _count_variables, b"5": _skip_precision,
    b"6": _weight, b"7": _variable, b"8": _missing_value, b"9": _missing_up_to, b"A": _missing_from,
    b"B": _missing_between, b"C": _label, b"D": _value_labels, b"E": _documents,
}  # fmt: skip
