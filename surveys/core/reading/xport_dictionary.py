"""The dictionary of a SAS transport file (.xpt), versions 5 to 9: records of 80 bytes, read as bytes.

Layout: SAS technical support, "Record layout of a SAS version 5 or 6 data set in SAS transport format"
(TS-140), and the paper of the same title on versions 8 and 9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from surveys.core.problems import Refused, refuse
from surveys.core.reading.raw import Bytes, RawFile, RawVariable, broken
from surveys.core.reading.sas_formats import calendar_of, format_text
from surveys.core.said import say

RECORD = 80
MOST_NAMED = 20
SLICE = 100_000  # records looked through at a time for the head of another data set
_MARK = b"HEADER RECORD*******"
_HEAD = re.compile(rb"HEADER RECORD\*{7}([A-Z0-9]+) *HEADER RECORD!{7}(.{30}).{2}", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """Where a variable's bytes lie in a row."""

    offset: int
    width: int
    is_text: bool


@dataclass
class XportDictionary:
    """What the cells' decoder needs beside the :class:`RawFile`; ``rows`` is None where not stored."""

    data_offset: int
    places: list[Place] = field(default_factory=list)
    rows: int | None = None
    file: RawFile = field(default_factory=lambda: RawFile("xpt", [], None))

    @property
    def row_size(self) -> int:
        return max((place.offset + place.width for place in self.places), default=0)


@dataclass(frozen=True)
class _Name:
    """One variable's description before long labels are laid over it."""

    place: Place
    variable: RawVariable


def read_dictionary(data: memoryview) -> XportDictionary:
    """Everything but the cells.  Refuses a file that contradicts its layout or holds several data sets."""
    if len(data) % RECORD:
        raise broken("its length is no multiple of 80 bytes, as that of every whole transport file is")
    cursor = Bytes(data, ">")
    kind, _ = _head(cursor)
    is_long = kind == b"LIBV8"
    if kind not in (b"LIBRARY", b"LIBV8"):
        raise broken("its first record is not that of a transport file")
    cursor.take(2 * RECORD)
    names, label = _member(cursor, is_long=is_long)
    kind, rest = _head(cursor)
    while kind in (b"LABELV8", b"LABELV9"):
        _long_texts(cursor, names, _count(rest), with_formats=kind == b"LABELV9")
        kind, rest = _head(cursor)
    if kind not in (b"OBS", b"OBSV8"):
        raise broken("its rows do not begin where they belong")
    found = XportDictionary(cursor.position, [name.place for name in names])
    digits = rest[:15].strip()
    if is_long and digits.isdigit() and digits.strip(b"0"):
        found.rows = int(digits)
    found.file.label = label
    found.file.variables = [name.variable for name in names]
    _check_places(found.places)
    _check_alone(data, found, is_long=is_long)
    return found


def _head(cursor: Bytes) -> tuple[bytes, bytes]:
    """(what a header record begins, the 30 characters after its mark)."""
    match = _HEAD.fullmatch(cursor.take(RECORD))
    if match is None:
        raise broken("a section of it is not where it belongs")
    return match[1], match[2]


def _count(rest: bytes) -> int:
    digits = rest.strip()
    if not digits.isdigit():
        raise broken("a count in its description is impossible")
    return int(digits)


def _member(cursor: Bytes, *, is_long: bool) -> tuple[list[_Name], bytes]:
    """The variables of the data set that starts here, and its label."""
    kind, rest = _head(cursor)
    size = int(rest[26:]) if rest[26:].isdigit() else 0
    if kind not in (b"MEMBER", b"MEMBV8") or size not in (136, 140):
        raise broken("it holds no data set where the first should be")
    kind, _ = _head(cursor)
    if kind not in (b"DSCRPTR", b"DSCPTV8"):
        raise broken("its data set is not described")
    cursor.take(RECORD)
    label = cursor.take(RECORD)[32:72].rstrip(b" \0")
    kind, rest = _head(cursor)
    if kind not in (b"NAMESTR", b"NAMSTV8"):
        raise broken("its variables are not described")
    count = int(rest[6:10]) if rest[6:10].isdigit() else 0
    if is_long and rest[:10].strip().isdigit():
        count = int(rest[:10])
    if count * size > len(cursor.data):
        raise broken(say("it declares {count:,} variables but is too small to describe them", count=count))
    names = [_variable(cursor.take(size), is_long=is_long) for _ in range(count)]
    cursor.take(-count * size % RECORD)
    return names, label


def _variable(record: bytes, *, is_long: bool) -> _Name:
    cursor = Bytes(record, ">")
    kind, _, width, _ = cursor.numbers("i2", 4)
    name, label, shown = (cursor.take(size).rstrip(b" \0") for size in (8, 40, 8))
    shown_width, decimals = cursor.numbers("i2", 2)
    cursor.take(16)
    offset = cursor.number("i4")
    if is_long:
        name = cursor.take(32).rstrip(b" \0") or name
    if kind not in (1, 2) or offset < 0 or not (2 <= width <= 8 if kind == 1 else width >= 1):
        raise broken("a variable's description is impossible")
    variable = RawVariable(name, kind == 2, label)
    _show(variable, format_text(shown, shown_width, decimals), shown)
    return _Name(Place(offset, width, kind == 2), variable)


def _show(variable: RawVariable, text: str, name: bytes) -> None:
    variable.format = text
    variable.calendar = None if variable.is_text else calendar_of(name.decode("ascii", "replace"))


def _long_texts(cursor: Bytes, names: list[_Name], count: int, *, with_formats: bool) -> None:
    """Labels longer than 40 bytes (and, from version 9 on, format names longer than 8)."""
    start = cursor.position
    for _ in range(count):
        sizes = cursor.numbers("u2", 5 if with_formats else 3)
        number, parts = sizes[0], [cursor.take(size) for size in sizes[1:]]
        if not 1 <= number <= len(names):
            raise broken("a long label belongs to a variable that does not exist")
        variable = names[number - 1].variable
        variable.name = parts[0].rstrip(b" \0") or variable.name
        variable.label = parts[1].rstrip(b" \0")
        if with_formats and parts[2].strip():
            text = parts[2].decode("ascii", "replace").strip().rstrip(".")
            _show(variable, text, re.sub(rb"[\d.]+$", b"", parts[2].strip()))
    cursor.take((start - cursor.position) % RECORD)


def _check_places(places: list[Place]) -> None:
    """Variables must lie side by side: what overlaps or leaves gaps was not written so."""
    end = 0
    for place in sorted(places, key=lambda place: place.offset):
        if place.offset != end:
            raise broken("its variables overlap or leave gaps in a row")
        end += place.width


def _check_alone(data: memoryview, found: XportDictionary, *, is_long: bool) -> None:
    """Refuses several data sets in one file by their names: which one is the wave, only its owner knows."""
    places = _member_places(data, found.data_offset)
    if not places:
        return
    first = 3 * RECORD
    width = 32 if is_long else 8
    names = []
    for place in [first, *places]:
        start = place + 2 * RECORD + 8
        names.append(bytes(data[start : start + width]).decode("ascii", "replace").strip(" \0"))
    raise _several(names)


def _member_places(data: memoryview, start: int) -> list[int]:
    """Byte offsets of further member headers among the records of the rows."""
    records = np.frombuffer(data, dtype=np.uint8)[start : len(data) // RECORD * RECORD].reshape(-1, RECORD)
    mark = np.frombuffer(_MARK + b"MEMB", dtype=np.uint8)
    places = []
    for first in range(0, len(records), SLICE):
        part = records[first : first + SLICE]
        likely = np.flatnonzero(part[:, 0] == mark[0])
        hits = likely[(part[likely, : len(mark)] == mark).all(axis=1)]
        places += [start + (first + int(hit)) * RECORD for hit in hits]
    return places


def _several(names: list[str]) -> Refused:
    return refuse(
        "several_data_sets",
        say("The file holds {number:,} data sets: {names}.", number=len(names), names=names[:MOST_NAMED]),
        hint="A wave is one of them: write the one that is meant to a file of its own.",
    )
