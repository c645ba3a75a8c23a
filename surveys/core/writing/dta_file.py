"""The bytes of a Stata file of release 118, from columns that are already what Stata can hold.

Layout after Stata's published description of the format ("help dta", release 118): tagged sections,
a map of their offsets, then variables' descriptions, notes as characteristics, rows, long strings, labels.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from surveys.core.writing.narrow import WideTexts

STRL = 32768
LONGEST_STR = 2045
_AT_ONCE = 1 << 23  # bytes of rows put together at a time
_NAME, _FORMAT, _LABEL = 129, 57, 321


@dataclass(frozen=True)
class DtaColumn:
    """One variable; ``cells`` has one entry per row: a number in its storage type with missings as Stata's
    own bit patterns, or a text."""

    name: str
    cells: npt.NDArray[np.generic] | WideTexts
    format: str
    label: str = ""
    value_labels: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    characteristics: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """Stata's number for the storage type."""
        if isinstance(self.cells, WideTexts):
            return STRL if self.cells.width > LONGEST_STR else max(self.cells.width, 1)
        return {"<f8": 65526, "<i4": 65528, "<i2": 65529, "|i1": 65530}[self.cells.dtype.str]

    @property
    def stored(self) -> str:
        """The numpy type of what stands in a row."""
        if isinstance(self.cells, WideTexts):
            return "<u8" if self.code == STRL else f"S{self.code}"
        return self.cells.dtype.str


def write_file(
    file: BinaryIO, columns: Sequence[DtaColumn], rows: int, label: str, stamp: str, notes: Sequence[str]
) -> None:
    """Writes the whole file; ``label`` at most 80 characters, ``stamp`` as ``01 Jan 2000 00:00``."""
    offsets = [0]
    _put(file, b"<stata_dta>" + _header(len(columns), rows, label, stamp))
    offsets.append(file.tell())
    map_at = file.tell()
    _put(file, _section("map", b"\0" * 112))
    for section in _descriptions(columns):
        offsets.append(file.tell())
        _put(file, section)
    offsets.append(file.tell())
    _put(file, _section("characteristics", _characteristics(columns, notes)))
    offsets.append(file.tell())
    _rows(file, columns, rows)
    offsets.append(file.tell())
    _long_strings(file, columns)
    offsets.append(file.tell())
    _put(file, _section("value_labels", b"".join(_label_table(c) for c in columns if c.value_labels)))
    offsets.append(file.tell())
    _put(file, b"</stata_dta>")
    offsets.append(file.tell())
    file.seek(map_at)
    _put(file, _section("map", struct.pack("<14Q", *offsets)))


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _section(name: str, body: bytes) -> bytes:
    return b"<%b>%b</%b>" % (name.encode(), body, name.encode())


def _header(variables: int, rows: int, label: str, stamp: str) -> bytes:
    text = label.encode()
    return _section(
        "header",
        _section("release", b"118")
        + _section("byteorder", b"LSF")
        + _section("K", struct.pack("<H", variables))
        + _section("N", struct.pack("<Q", rows))
        + _section("label", struct.pack("<H", len(text)) + text)
        + _section("timestamp", struct.pack("<B", len(stamp)) + stamp.encode()),
    )


def _descriptions(columns: Sequence[DtaColumn]) -> list[bytes]:
    def fixed(texts: Sequence[str], width: int) -> bytes:
        return b"".join(text.encode().ljust(width, b"\0") for text in texts)

    return [
        _section("variable_types", struct.pack(f"<{len(columns)}H", *(c.code for c in columns))),
        _section("varnames", fixed([c.name for c in columns], _NAME)),
        _section("sortlist", b"\0\0" * (len(columns) + 1)),
        _section("formats", fixed([c.format for c in columns], _FORMAT)),
        _section("value_label_names", fixed([c.name if c.value_labels else "" for c in columns], _NAME)),
        _section("variable_labels", fixed([c.label for c in columns], _LABEL)),
    ]


def _characteristics(columns: Sequence[DtaColumn], notes: Sequence[str]) -> bytes:
    about = [("_dta", notes, {}), *((c.name, c.notes, c.characteristics) for c in columns)]
    found = []
    for name, texts, others in about:
        numbered = [("note0", str(len(texts))), *((f"note{i}", text) for i, text in enumerate(texts, 1))]
        for key, text in (*(numbered if texts else ()), *others.items()):
            body = (
                name.encode().ljust(_NAME, b"\0") + key.encode().ljust(_NAME, b"\0") + text.encode() + b"\0"
            )
            found.append(_section("ch", struct.pack("<I", len(body)) + body))
    return b"".join(found)


def _rows(file: BinaryIO, columns: Sequence[DtaColumn], rows: int) -> None:
    layout = np.dtype([(f"c{i}", column.stored) for i, column in enumerate(columns)])
    _put(file, b"<data>")
    step = max(_AT_ONCE // layout.itemsize, 1)
    for start in range(0, rows, step):
        stop = min(start + step, rows)
        block = np.zeros(stop - start, dtype=layout)
        for i, column in enumerate(columns):
            if not isinstance(column.cells, WideTexts):
                block[f"c{i}"] = column.cells[start:stop]
            elif column.code == STRL:
                block[f"c{i}"] = _pointers(column.cells.lengths[start:stop], i + 1, start + 1)
            elif column.cells.width:
                block[f"c{i}"] = column.cells.block(start, stop, b"\0").view(column.stored)[:, 0]
        file.write(block.view(np.uint8).data)
    _put(file, b"</data>")


def _pointers(lengths: npt.NDArray[np.uint32], variable: int, first: int) -> npt.NDArray[np.uint64]:
    """Where each long string lies: variable in two bytes, observation in six; zero for empty text."""
    numbers = np.arange(first, first + len(lengths), dtype=np.uint64)
    found = (numbers << np.uint64(16)) | np.uint64(variable)
    return np.where(lengths > 0, found, np.uint64(0))


def _long_strings(file: BinaryIO, columns: Sequence[DtaColumn]) -> None:
    _put(file, b"<strls>")
    long = {
        number: column.cells.texts
        for number, column in enumerate(columns, 1)
        if isinstance(column.cells, WideTexts) and column.code == STRL
    }
    rows = max((texts.len() for texts in long.values()), default=0)
    for row in range(rows):  # the format wants them by observation, then by variable
        for variable, texts in long.items():
            if text := texts[row].encode():
                head = b"GSO" + struct.pack("<IQBI", variable, row + 1, 130, len(text) + 1)
                _put(file, head + text + b"\0")
    _put(file, b"</strls>")


def _label_table(column: DtaColumn) -> bytes:
    values = sorted(column.value_labels)
    texts = [column.value_labels[value].encode() + b"\0" for value in values]
    offsets = np.cumsum([0, *(len(text) for text in texts[:-1])])
    body = struct.pack("<2I", len(values), sum(len(text) for text in texts))
    body += (
        struct.pack(f"<{len(values)}I", *offsets) + struct.pack(f"<{len(values)}i", *values) + b"".join(texts)
    )
    head = struct.pack("<I", len(body)) + column.name.encode().ljust(_NAME, b"\0") + b"\0\0\0"
    return _section("lbl", head + body)
