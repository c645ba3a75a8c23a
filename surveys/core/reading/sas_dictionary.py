"""The dictionary of a SAS data set (.sas7bdat): records scattered over its pages, put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from surveys.core.findings import Finding, Severity
from surveys.core.problems import refuse
from surveys.core.reading.raw import Bytes, RawFile, RawVariable, broken
from surveys.core.reading.sas_formats import calendar_of, format_text
from surveys.core.reading.sas_header import SasHeader, read_header
from surveys.core.reading.sas_packing import ROSS, RUNS
from surveys.core.reading.sas_pages import (
    DELETED_COUNT,
    PLAIN,
    RECORDS,
    ROW_COUNT,
    ROW_SIZE,
    Page,
    pages,
    pieces,
)
from surveys.core.said import say_n

_METHOD_AT, _LABEL_AT = 40, 22  # the method stands within the first bytes of the first texts


@dataclass(frozen=True)
class Place:
    """Where a variable's bytes lie in a row."""

    offset: int
    width: int
    is_text: bool


@dataclass
class SasDictionary:
    """What the cells' decoder needs beside the :class:`RawFile`."""

    header: SasHeader
    row_size: int
    rows: int  # deleted ones among them
    deleted: int
    method: bytes  # of packed rows; empty where rows lie open
    described_by: int  # the page with the last description of a variable
    places: list[Place]
    file: RawFile


@dataclass(frozen=True)
class _Text:
    """A text by the record it stands in, and its place there."""

    record: int
    start: int
    size: int


@dataclass
class _Records:
    """The records of a file, in the order of its pages."""

    header: SasHeader
    rows: list[int] = field(default_factory=list)
    columns: int | None = None
    texts: list[bytes] = field(default_factory=list)
    names: list[_Text] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    formats: list[tuple[int, int, _Text, _Text]] = field(default_factory=list)  # width, decimals, name, label
    label: _Text = _Text(0, 0, 0)
    last_page: int = 0

    @property
    def is_whole(self) -> bool:
        return self.columns is not None and len(self.formats) >= self.columns

    def text(self, text: _Text) -> bytes:
        if not text.size:
            return b""
        if text.record >= len(self.texts) or text.start + text.size > len(self.texts[text.record]):
            raise broken("a name or label points outside its texts")
        return self.texts[text.record][text.start : text.start + text.size].rstrip(b" \0")


def read_dictionary(data: memoryview) -> SasDictionary:
    """Everything but the cells.  Refuses a file that contradicts itself."""
    header = read_header(data)
    if header.is_catalogue:
        raise refuse(
            "is_a_catalogue",
            "The file is a SAS catalogue: it holds value labels, but no rows.",
            hint="Give the .sas7bdat file as the data, and this one beside it as its codebook (--codebook).",
        )
    records = _Records(header)
    for page in pages(data, header):
        if page.has_pieces and (page.is_amended or not records.is_whole):
            _read_page(data, records, page)
    if not records.rows or records.columns is None or not records.texts:
        raise broken("the description of its rows and variables is missing")
    _check(records)
    found = SasDictionary(
        header,
        records.rows[ROW_SIZE],
        records.rows[ROW_COUNT],
        records.rows[DELETED_COUNT],
        next((method for method in (RUNS, ROSS) if method in records.texts[0][:_METHOD_AT]), b""),
        records.last_page,
        records.places,
        _file(records),
    )
    return found


def _read_page(data: memoryview, records: _Records, page: Page) -> None:
    found = pieces(data, records.header, page)
    for i in ((found.records != 0) & (found.packing == PLAIN)).nonzero()[0].tolist():
        content = bytes(data[found.starts[i] : found.starts[i] + found.sizes[i]])
        if _read_record(RECORDS[int(found.records[i])], content, records):
            records.last_page = page.number


def _read_record(kind: str, content: bytes, records: _Records) -> bool:
    """Takes one record in; False for those that say nothing of variables."""
    word = records.header.word
    cursor = Bytes(content, records.header.order)
    if kind == "rows":
        records.rows = cursor.numbers(f"u{word}", 16)
        if len(content) >= 82 * word + _LABEL_AT + 6:
            cursor.position = 82 * word + _LABEL_AT
            records.label = _text(cursor)
        return True
    cursor.position = word
    if kind == "columns":
        records.columns = cursor.number(f"u{word}")
    elif kind in ("texts", "names", "attributes") and cursor.number("u2") != len(content) - 2 * word - 4:
        raise broken("a record of it is not as long as it says")
    elif kind == "texts":
        records.texts.append(content[word:])
    elif kind == "names":
        cursor.take(6)
        for _ in range((len(content) - 2 * word - 12) // 8):
            records.names.append(_text(cursor))
            cursor.take(2)
    elif kind == "attributes":
        _attributes(cursor, records, (len(content) - 2 * word - 12) // (word + 8))
    elif kind == "format":
        cursor.position = 3 * word
        width, decimals = cursor.numbers("u2", 2)
        cursor.position = 3 * word + 22
        records.formats.append((width, decimals, _text(cursor), _text(cursor)))
    else:
        return False
    return True


def _text(cursor: Bytes) -> _Text:
    return _Text(*cursor.numbers("u2", 3))


def _attributes(cursor: Bytes, records: _Records, count: int) -> None:
    cursor.take(6)
    for _ in range(count):
        offset = cursor.number(f"u{records.header.word}")
        width = cursor.number("u4")
        cursor.take(2)
        kind = cursor.number("u1")
        cursor.take(1)
        if kind not in (1, 2) or not (2 <= width <= 8 if kind == 1 else 1 <= width <= 32_767):
            raise broken("a variable's description is impossible")
        records.places.append(Place(offset, width, kind == 2))


def _check(records: _Records) -> None:
    """The parts of the description must speak of the same variables, and of rows that can be."""
    counts = {len(records.names), len(records.places), len(records.formats), records.columns}
    if len(counts) > 1:
        raise broken("its names, types and formats are not of the same number of variables")
    row_size = records.rows[ROW_SIZE]
    end = 0
    for place in sorted(records.places, key=lambda place: place.offset):
        if place.offset < end:
            raise broken("its variables overlap in a row")
        end = place.offset + place.width
    if end > row_size or row_size > records.header.page_size:
        raise broken("its rows have an impossible size")
    if records.rows[DELETED_COUNT] > records.rows[ROW_COUNT]:
        raise broken("its number of rows is impossible")


def _file(records: _Records) -> RawFile:
    file = RawFile("sas7bdat", [], None, records.header.encoding, label=records.text(records.label))
    for name, place, shown in zip(records.names, records.places, records.formats, strict=True):
        width, decimals, format_name, label = shown
        word = records.text(format_name)
        variable = RawVariable(
            name=records.text(name),
            is_text=place.is_text,
            label=records.text(label),
            format=format_text(word, width, decimals),
            calendar=None if place.is_text else calendar_of(word.decode("ascii", "replace")),
        )
        if any(byte < 32 for byte in variable.name):
            raise broken("a name holds bytes that no name holds")
        file.variables.append(variable)
    return file


def deleted_finding(count: int) -> Finding:
    text = say_n(
        count,
        "1 row that was deleted in SAS still lies in the file; it was left out.",
        "{count:,} rows that were deleted in SAS still lie in the file; they were left out.",
        count=count,
    )
    return Finding(Severity.INFO, "deleted_rows", text)
