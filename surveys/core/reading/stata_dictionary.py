"""The dictionary of a Stata file (.dta), formats 108 and 110 to 119, read as bytes.

Layout: Stata's "help dta" of each release; missing values by its table of codes per type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from surveys.core.findings import Finding, Severity
from surveys.core.problems import refuse
from surveys.core.reading.raw import SECONDS_1960, Bytes, Calendar, RawFile, RawVariable, broken
from surveys.core.reading.stata_notes import Characteristic, give_characteristics
from surveys.core.said import say, say_n

_KNOWN = {108, 110, 111, 112, 113, 114, 115, 117, 118, 119}
_NEW_TYPES = {65526: "f8", 65527: "f4", 65528: "i4", 65529: "i2", 65530: "i1", 32768: "strl"}
_OLD_TYPES = {255: "f8", 254: "f4", 253: "i4", 252: "i2", 251: "i1"}
_OLDEST_TYPES = {ord("d"): "f8", ord("f"): "f4", ord("l"): "i4", ord("i"): "i2", ord("b"): "i1"}
LABEL_MISSING = 2_147_483_621  # value-label keys from here on are ., .a, .b ...
MOST_COLUMNS = 120_000


@dataclass
class StataDictionary:
    """What the cells' decoder needs beside the :class:`RawFile`."""

    release: int
    order: str
    rows: int
    types: list[str] = field(default_factory=list)  # numpy kind, "S<width>" or "strl"
    data_offset: int = 0
    strls_offset: int = 0
    file: RawFile = field(default_factory=lambda: RawFile("dta", [], None))

    @property
    def is_tagged(self) -> bool:
        """Whether the file is in sections between tags."""
        return self.release >= 117

    def row_type(self) -> np.dtype[np.void]:
        """One row as it lies in the file."""
        kinds = ["V8" if t == "strl" else t if t[0] == "S" else self.order + t for t in self.types]
        return np.dtype([(f"c{i}", kind) for i, kind in enumerate(kinds)])


@dataclass
class _Names:
    """Sizes of fixed fields, by release."""

    name: int
    format: int
    label: int


def _sizes(release: int) -> _Names:
    if release >= 118:
        return _Names(129, 57, 321)
    if release == 117 or release >= 114:
        return _Names(33, 49, 81)
    return _Names(33 if release >= 110 else 9, 12, 81)


def read_dictionary(data: memoryview) -> StataDictionary:
    """Everything but the cells.  Refuses a file that contradicts its own layout."""
    found = _tagged(data) if bytes(data[:11]) == b"<stata_dta>" else _plain(data)
    found.file.rows = found.rows
    found.file.encoding = "UTF-8" if found.release >= 118 else ""
    for variable in found.file.variables:
        variable.calendar = _calendar(variable.format)
    return found


def _release(number: int) -> int:
    if number not in _KNOWN:
        raise refuse(
            "unknown_release",
            say("The file is in Stata format {number}, which is not read here.", number=number),
            hint="Save it again in Stata with saveold, version 13 or newer.",
        )
    return number


def _tagged(data: memoryview) -> StataDictionary:
    """Formats 117 to 119: sections between tags, their places in a map."""
    cursor = Bytes(data)
    _expect(cursor, b"<stata_dta><header><release>")
    digits = cursor.take(3)
    release = _release(int(digits) if digits.isdigit() else 0)
    _expect(cursor, b"</release><byteorder>")
    cursor.order = "<" if cursor.take(3) == b"LSF" else ">"
    _expect(cursor, b"</byteorder><K>")
    columns = cursor.number("u4" if release == 119 else "u2")
    _expect(cursor, b"</K><N>")
    rows = cursor.number("u4" if release == 117 else "u8")
    _expect(cursor, b"</N><label>")
    label = cursor.take(cursor.number("u1" if release == 117 else "u2"))
    _expect(cursor, b"</label><timestamp>")
    cursor.take(cursor.number("u1"))
    _expect(cursor, b"</timestamp></header><map>")
    places = cursor.numbers("u8", 14)
    if columns > MOST_COLUMNS or any(place > len(data) for place in places):
        raise broken("its table of sections points outside the file")
    found = StataDictionary(release, cursor.order, rows)
    found.file.label = label.rstrip(b"\0")
    found.data_offset = places[9] + len(b"<data>")
    found.strls_offset = places[10] + len(b"<strls>")
    _sections(found, data, places, columns)
    _tell_trailing(found, data, places[12])
    return found


def _tell_trailing(found: StataDictionary, data: memoryview, place: int) -> None:
    """Tells of bytes behind the tag that closes the file, where its map says where that is."""
    closing = b"</stata_dta>"
    count = len(data) - place - len(closing)
    if count > 0 and bytes(data[place : place + len(closing)]) == closing:
        text = say_n(
            count,
            "1 byte stands behind the end of the file's contents and was not read: hold the file against its "
            "source.",
            "{count:,} bytes stand behind the end of the file's contents and were not read: hold the file "
            "against its source.",
            count=count,
        )
        found.file.findings.append(Finding(Severity.WARNING, "trailing_bytes", text))


def _expect(cursor: Bytes, tag: bytes) -> None:
    if cursor.take(len(tag)) != tag:
        raise broken("a section of it is not where it belongs")


def _sections(found: StataDictionary, data: memoryview, places: list[int], columns: int) -> None:
    sizes, order = _sizes(found.release), found.order

    def at(section: int, tag: bytes) -> Bytes:
        cursor = Bytes(data, order, places[section])
        _expect(cursor, tag)
        return cursor

    kinds = at(2, b"<variable_types>").numbers("u2", columns)
    found.types = [_new_type(kind) for kind in kinds]
    names = _fields(at(3, b"<varnames>"), columns, sizes.name)
    formats = _fields(at(5, b"<formats>"), columns, sizes.format)
    label_names = _fields(at(6, b"<value_label_names>"), columns, sizes.name)
    after = at(6, b"<value_label_names>")  # Stata 13 itself writes 0 as the place of the variable labels
    after.take(columns * sizes.name)
    _expect(after, b"</value_label_names><variable_labels>")
    labels = _fields(after, columns, sizes.label)
    _expect(Bytes(data, order, places[9]), b"<data>")
    told = _characteristics(at(8, b"<characteristics>"), sizes.name)
    tables = _label_tables(at(11, b"<value_labels>"), sizes.name, tagged=True)
    _variables(found, names, formats, label_names, labels, tables)
    give_characteristics(found.file, told)


def _new_type(kind: int) -> str:
    if 1 <= kind <= 2045:
        return f"S{kind}"
    if kind not in _NEW_TYPES:
        raise broken("a variable has a type that does not exist")
    return _NEW_TYPES[kind]


def _fields(cursor: Bytes, count: int, size: int) -> list[bytes]:
    return [cursor.text(size) for _ in range(count)]


def _plain(data: memoryview) -> StataDictionary:
    """Formats 108 to 115: everything in a fixed order, the value labels after the cells."""
    cursor = Bytes(data)
    release = _release(cursor.number("u1"))
    cursor.order = ">" if cursor.number("u1") == 1 else "<"
    cursor.take(2)
    columns, rows = cursor.number("u2"), cursor.number("i4")
    if rows < 0:
        raise broken("its number of rows is impossible")
    found = StataDictionary(release, cursor.order, rows)
    found.file.label = cursor.text(81)
    cursor.take(18)
    sizes = _sizes(release)
    found.types = [_old_type(kind, release) for kind in cursor.numbers("u1", columns)]
    names = _fields(cursor, columns, sizes.name)
    cursor.take(2 * (columns + 1))
    formats = _fields(cursor, columns, sizes.format)
    label_names = _fields(cursor, columns, sizes.name)
    labels = _fields(cursor, columns, sizes.label)
    told = _expansion(cursor, release, sizes.name)
    found.data_offset = cursor.position
    end = found.data_offset + rows * found.row_type().itemsize
    if end > len(data):
        raise broken(say("it declares {rows:,} rows but is too small to hold them", rows=rows))
    tables = _label_tables(Bytes(data, cursor.order, end), sizes.name, tagged=False)
    _variables(found, names, formats, label_names, labels, tables)
    give_characteristics(found.file, told)
    return found


def _old_type(kind: int, release: int) -> str:
    if release <= 110:
        return _OLDEST_TYPES.get(kind) or f"S{max(1, kind - 127)}"
    if 1 <= kind <= 244:
        return f"S{kind}"
    if kind not in _OLD_TYPES:
        raise broken("a variable has a type that does not exist")
    return _OLD_TYPES[kind]


def _expansion(cursor: Bytes, release: int, size: int) -> list[Characteristic]:
    """Characteristics of the old formats; fields of other kinds are skipped, as Stata says one must."""
    found: list[Characteristic] = []
    while True:
        kind = cursor.number("u1")
        length = cursor.number("i4" if release > 108 else "i2")
        if kind == 0:
            return found
        content = Bytes(cursor.take(length), cursor.order)
        if kind == 1:
            found.append(_characteristic(content, length, size))


def _characteristics(cursor: Bytes, size: int) -> list[Characteristic]:
    found = []
    while cursor.take(4) == b"<ch>":
        found.append(_characteristic(cursor, cursor.number("u4"), size))
        _expect(cursor, b"</ch>")
    return found


def _characteristic(cursor: Bytes, length: int, size: int) -> Characteristic:
    whose, what = cursor.text(size), cursor.text(size)
    return whose, what, cursor.take(length - 2 * size).rstrip(b"\0")


def _label_tables(cursor: Bytes, size: int, *, tagged: bool) -> dict[bytes, list[tuple[int, bytes]]]:
    tables: dict[bytes, list[tuple[int, bytes]]] = {}
    while cursor.position < len(cursor.data):
        if tagged and cursor.take(5) != b"<lbl>":
            break
        cursor.number("i4")
        name = cursor.text(size)
        cursor.take(3)
        count, length = cursor.numbers("i4", 2)
        offsets, values = cursor.numbers("u4", count), cursor.numbers("i4", count)
        texts = cursor.take(length)
        if any(offset >= max(length, 1) for offset in offsets):
            raise broken("a value label points outside its table")
        tables[name] = [(v, texts[o:].split(b"\0", 1)[0]) for o, v in zip(offsets, values, strict=True)]
        if tagged:
            _expect(cursor, b"</lbl>")
    return tables


def _variables(
    found: StataDictionary,
    names: list[bytes],
    formats: list[bytes],
    label_names: list[bytes],
    labels: list[bytes],
    tables: dict[bytes, list[tuple[int, bytes]]],
) -> None:
    for i, name in enumerate(names):
        table = tables.get(label_names[i], [])
        variable = RawVariable(
            name=name,
            is_text=found.types[i][0] in "Ss",
            label=labels[i],
            format=formats[i].decode("ascii", "replace"),
            codes=[(value, text) for value, text in table if value < LABEL_MISSING],
            tags=[(_tag(value), text) for value, text in table if value > LABEL_MISSING],
        )
        found.file.variables.append(variable)


def _tag(key: int) -> str:
    """The letter of a value label's missing key (``.a`` is 2147483622)."""
    return chr(ord("a") + min(key - LABEL_MISSING - 1, 25))


def _calendar(shown: str) -> Calendar | None:
    """Days and milliseconds since 1960; weeks, months and quarters stay the numbers they are."""
    if re.match(r"%-?t?d", shown) and not re.match(r"%-?\d", shown):
        return Calendar("date", 86_400.0, SECONDS_1960)
    if re.match(r"%-?t[cC]", shown):
        return Calendar("datetime", 0.001, SECONDS_1960)
    return None
