"""The dictionary of an SPSS system file (.sav, .zsav), read record by record as bytes.

Own code rather than a library's, because it must give the bytes (the declared character set may lie), the
weight, extended response sets and exact offsets, and because a damaged file must end in a sentence.
Layout: PSPP developers' guide, "System File Format".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from surveys.core.codebook import Level
from surveys.core.findings import Finding, Severity
from surveys.core.problems import refuse
from surveys.core.reading.raw import (
    Bytes,
    RawFile,
    RawMissing,
    RawVariable,
    broken,
)
from surveys.core.reading.spss_attributes import file_attributes, give_attributes
from surveys.core.reading.spss_formats import calendar_of, format_name
from surveys.core.reading.spss_long_texts import long_codes
from surveys.core.reading.spss_sets import response_sets
from surveys.core.said import say

SYSMIS = -1.7976931348623157e308
LOWEST = -1.7976931348623155e308
HIGHEST = 1.7976931348623157e308
SEGMENT = 252  # a very long string is declared as one variable per 252 bytes
MOST_UNITS = 2_000_000  # 8-byte units per case: 32,767 variables, some of them long strings

_LEVELS = {1: Level.NOMINAL, 2: Level.ORDINAL, 3: Level.SCALE}
_CODE_PAGES = {
    2: "ascii", 3: "ascii", 65001: "UTF-8", 54936: "GB18030", 936: "GBK", 950: "Big5", 932: "cp932",
    949: "cp949", 1252: "windows-1252", 28591: "ISO-8859-1",
}  # fmt: skip


@dataclass
class Slot:
    """Where a variable's bytes lie in a case: first 8-byte unit, and the string width (0: a number)."""

    unit: int
    width: int = 0
    segments: int = 1


@dataclass
class SpssDictionary:
    """What the cells' decoder needs beside the :class:`RawFile`."""

    order: str
    compression: int
    bias: float
    units: int  # 8-byte units per case
    data_offset: int
    slots: list[Slot] = field(default_factory=list)
    file: RawFile = field(default_factory=lambda: RawFile("sav", [], None))


@dataclass
class _Record:
    """A variable record (type 2) before very long strings are put together."""

    short: bytes
    width: int
    unit: int
    label: bytes
    missing: list[RawMissing]
    format: int
    codes: list[tuple[bytes, bytes]] = field(default_factory=list)


@dataclass
class _Extensions:
    """Record 7 by subtype, last one wins, except response sets, which add up."""

    parts: dict[int, bytes] = field(default_factory=dict)
    sets: list[bytes] = field(default_factory=list)


def read_dictionary(data: memoryview) -> SpssDictionary:
    """Everything before the first cell.  Refuses a file that contradicts its own layout."""
    order = _byte_order(data)
    cursor = Bytes(data, order, position=64)
    _, _, compression, weight_index, cases = cursor.numbers("i4", 5)
    bias = cursor.number("f8")
    cursor.take(17)
    label = cursor.take(64).rstrip(b" \0")
    cursor.take(3)
    if compression not in (0, 1, 2):
        raise broken("it names a compression that does not exist")
    records, notes, extensions, units = _records(cursor)
    found = SpssDictionary(order, compression, bias, units, cursor.position)
    file = found.file
    file.format = "zsav" if compression == 2 else "sav"
    file.label, file.notes = label, notes
    file.rows = _cases(cases, extensions, order)
    file.encoding = _encoding(extensions, order)
    _assemble(found, records, extensions)
    file.weight = _weight(records, weight_index, extensions)
    _add_sets(file, records, extensions)
    _add_attributes(file, extensions)
    return found


def _byte_order(data: memoryview) -> str:
    if len(data) < 176:
        raise broken("it is shorter than the head of an SPSS file")
    layout = bytes(data[64:68])
    for order, name in (("<", "little"), (">", "big")):
        if int.from_bytes(layout, name) in (2, 3):  # type: ignore[arg-type]
            return order
    raise broken("its head is not that of an SPSS file")


def _records(cursor: Bytes) -> tuple[list[_Record], list[bytes], _Extensions, int]:
    by_unit: dict[int, _Record] = {}
    notes: list[bytes] = []
    extensions = _Extensions()
    units = 0
    while (kind := cursor.number("i4")) != 999:
        if kind == 2:
            record = _variable(cursor, units)
            if record is not None:
                by_unit[units] = record
            units += 1
        elif kind == 3:
            _value_labels(cursor, by_unit)
        elif kind == 6:
            notes += [cursor.take(80).rstrip(b" \0") for _ in range(cursor.count())]
        elif kind == 7:
            _extension(cursor, extensions)
        else:
            raise broken(say("it holds a record of unknown kind {kind}", kind=kind))
        if units > MOST_UNITS:
            raise broken("it declares more variables than SPSS can hold")
    cursor.take(4)
    return list(by_unit.values()), [note for note in notes if note], extensions, units


def _variable(cursor: Bytes, unit: int) -> _Record | None:
    width, has_label, n_missing, shown, _ = cursor.numbers("i4", 5)
    short = cursor.take(8).rstrip(b" \0")
    label = b""
    if has_label == 1:
        size = cursor.count()
        label = cursor.take(-(-size // 4) * 4)[:size].rstrip(b" \0")
    if n_missing not in (-3, -2, 0, 1, 2, 3) or not -1 <= width <= 255:
        raise broken("a variable's description is impossible")
    cells = [cursor.take(8) for _ in range(abs(n_missing))]
    if width == -1:
        return None  # the continuation of the string before it
    missing = _text_missing(cells, width) if width else _number_missing(cells, n_missing, cursor.order)
    return _Record(short, width, unit, label, missing, shown)


def _text_missing(cells: list[bytes], width: int) -> list[RawMissing]:
    return [RawMissing(value=cell[: max(width, 1)].rstrip(b" \0")) for cell in cells]


def _number_missing(cells: list[bytes], n_missing: int, order: str) -> list[RawMissing]:
    numbers = [Bytes(cell, order).number("f8") for cell in cells]
    if n_missing >= 0:
        return [RawMissing(value=number) for number in numbers]
    low, high = numbers[0], numbers[1]
    span = RawMissing(low=None if low <= LOWEST else low, high=None if high >= HIGHEST else high)
    single = [RawMissing(value=number) for number in numbers[2:]]
    return single + ([span] if span.low is not None or span.high is not None else [])


def _value_labels(cursor: Bytes, by_unit: dict[int, _Record]) -> None:
    codes = []
    for _ in range(cursor.count()):
        value = cursor.take(8)
        size = cursor.number("u1")
        label = cursor.take(-(-(size + 1) // 8) * 8 - 1)[:size]
        codes.append((value, label.rstrip(b" \0")))
    if cursor.number("i4") != 4:
        raise broken("value labels do not say whose they are")
    for index in cursor.numbers("i4", cursor.count()):
        if index - 1 not in by_unit:
            raise broken("value labels belong to a variable that does not exist")
        by_unit[index - 1].codes = codes


def _extension(cursor: Bytes, extensions: _Extensions) -> None:
    subtype, size, count = cursor.numbers("i4", 3)
    if size < 0 or count < 0:
        raise broken("an extension record has an impossible size")
    content = cursor.take(size * count)
    if subtype in (5, 7, 19):
        extensions.sets.append(content)
    extensions.parts[subtype] = content


def _cases(cases: int, extensions: _Extensions, order: str) -> int | None:
    """The number of cases; the 64-bit record speaks where the head says that it does not know."""
    if 16 in extensions.parts and len(extensions.parts[16]) >= 16:
        long = int(Bytes(extensions.parts[16], order).numbers("i8", 2)[1])
        if cases >= 0 and long >= 0 and cases != long % 2**31 and cases != long:
            raise broken("it names two different numbers of cases")
        cases = long if cases < 0 else max(cases, long)
    return cases if cases >= 0 else None


def _encoding(extensions: _Extensions, order: str) -> str:
    if named := extensions.parts.get(20, b"").rstrip(b" \0"):
        return named.decode("ascii", "replace")
    info = extensions.parts.get(3, b"")
    if len(info) < 32:
        return ""
    page = Bytes(info, order).numbers("i4", 8)[7]
    return _CODE_PAGES.get(page, f"cp{page}" if 0 < page < 65536 else "")


def _assemble(found: SpssDictionary, records: list[_Record], extensions: _Extensions) -> None:
    """Puts very long strings together and gives every variable its long name, level and codes."""
    order = found.order
    _check_places(records, found.units)
    widths = _pairs(extensions.parts.get(14, b""), strip=b"\0")
    names = _pairs(extensions.parts.get(13, b""))
    display = _display(extensions.parts.get(11, b""), len(records), order)
    position = 0
    while position < len(records):
        record = records[position]
        width = int(widths.get(record.short, b"") or record.width) if record.width else 0
        segments = max(1, -(-width // SEGMENT)) if width > 255 else 1
        parts = records[position : position + segments]
        if len(parts) < segments or (segments > 1 and not all(part.width for part in parts)):
            raise broken("a long text variable misses a part")
        found.slots.append(Slot(record.unit, width, segments))
        variable = _raw_variable(record, names, display.get(position, 0), order)
        if segments > 1:
            variable.format = f"A{width}"
        found.file.variables.append(variable)
        position += segments
    long_codes(found.file, extensions.parts.get(21, b""), extensions.parts.get(22, b""), order)


def _check_places(records: list[_Record], units: int) -> None:
    """Each variable must be followed by as many continuations as its text needs."""
    ends = [*(record.unit for record in records[1:]), units][: len(records)]
    if any(
        end - record.unit != max(1, -(-record.width // 8)) for record, end in zip(records, ends, strict=True)
    ):
        raise broken("a text variable is wider or narrower than it says")


def _raw_variable(record: _Record, names: dict[bytes, bytes], level: int, order: str) -> RawVariable:
    kind, width, decimals = record.format >> 16 & 0xFF, record.format >> 8 & 0xFF, record.format & 0xFF
    return RawVariable(
        name=names.get(record.short, record.short),
        is_text=bool(record.width),
        label=record.label,
        codes=[(_code(value, record.width, order), label) for value, label in record.codes],
        missing=record.missing,
        level=_LEVELS.get(level, Level.UNKNOWN),
        format=format_name(kind, record.width or width, decimals, is_text=bool(record.width)),
        calendar=None if record.width else calendar_of(kind),
    )


def _code(value: bytes, width: int, order: str) -> float | bytes:
    if width:
        return value[:width].rstrip(b" \0")
    return float(Bytes(value, order).number("f8"))


def _display(content: bytes, variables: int, order: str) -> dict[int, int]:
    """Measure per variable record; two or three numbers each, depending on the writer's age."""
    numbers = Bytes(content, order).numbers("i4", len(content) // 4)
    each = len(numbers) // variables if variables else 0
    return dict(enumerate(numbers[::each])) if each in (2, 3) else {}


def _pairs(content: bytes, strip: bytes = b"") -> dict[bytes, bytes]:
    """``SHORT=value`` pairs separated by tabs."""
    parts = (part.partition(b"=") for part in content.split(b"\t") if b"=" in part)
    return {name.strip(b" \0"): value.strip(b"\0" + strip).rstrip(b" ") for name, _, value in parts}


def _weight(records: list[_Record], index: int, extensions: _Extensions) -> bytes:
    names = _pairs(extensions.parts.get(13, b""))
    short = next((record.short for record in records if record.unit == index - 1), b"")
    return names.get(short, short)


def _add_attributes(file: RawFile, extensions: _Extensions) -> None:
    """Custom attributes: of variables as such, of the file as notes; what is not kept is told."""
    by_name = {variable.name: variable for variable in file.variables}
    try:
        give_attributes(extensions.parts.get(18, b""), by_name)
        own, of_spss = file_attributes(extensions.parts.get(17, b""))
    except ValueError:
        for variable in file.variables:
            variable.attributes = []
        text = "Custom attributes cannot be read and are not kept; the original file has them."
        file.findings.append(Finding(Severity.WARNING, "attributes_not_kept", text))
        return
    file.notes += [name + b": " + text for name, texts in own for text in texts]
    if own:
        text = say("Custom attributes of the file became notes; how many: {n}.", n=len(own))
        file.findings.append(Finding(Severity.INFO, "file_attributes_as_notes", text))
    if of_spss:
        text = say("How SPSS itself shows the file is not kept; attributes concerned: {n}.", n=of_spss)
        file.findings.append(Finding(Severity.INFO, "attributes_not_kept", text))


def _add_sets(file: RawFile, records: list[_Record], extensions: _Extensions) -> None:
    """Response sets by long names; a record that cannot be read is told, never dropped in silence."""
    names = _pairs(extensions.parts.get(13, b""))
    long = {record.short.lower(): names.get(record.short, record.short) for record in records}
    long |= {variable.name.lower(): variable.name for variable in file.variables}
    try:
        file.sets = response_sets(extensions.sets, long)
    except (ValueError, IndexError) as error:
        raise refuse(
            "damaged_response_sets",
            say("The multiple-response sets of the file cannot be read ({why}).", why=error.args[0]),
            hint="Open the file in SPSS or PSPP, define the sets anew or drop them, and save it again.",
        ) from error
