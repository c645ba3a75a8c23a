"""The cells of an .xlsx as text, bounded: enough to take back a codebook that was edited in a spreadsheet."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from surveys.core.problems import refuse
from surveys.core.said import say

MOST_BYTES = 128 << 20  # of one part, unpacked
MOST_ROWS = 200_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a workbook writes what XML cannot hold
_COLUMN = re.compile(r"[A-Z]+")


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a zip archive, as every .xlsx is."""
    return data[:4] == b"PK\x03\x04"


def sheet_rows(data: bytes, heading: str) -> list[tuple[int, list[str]]]:
    """(line, cells) of the rows that are not empty of the first sheet whose first row holds ``heading``.

    Refuses what is no workbook, is larger than any honest codebook, or has no such sheet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            shared = _shared(archive)
            for name in sorted(filter(_SHEET.fullmatch, archive.namelist()), key=_number):
                rows = [(number, row) for number, row in _rows(_part(archive, name), shared) if any(row)]
                if rows and heading in (cell.strip() for cell in rows[0][1]):
                    return rows
    except (zipfile.BadZipFile, ParseError, KeyError, ValueError, NotImplementedError) as error:
        raise refuse(
            "unreadable_sheet",
            "The workbook cannot be read.",
            hint="Save it again as .xlsx, or save the sheet of the codebook as .csv.",
        ) from error
    raise refuse(
        "unreadable_sheet",
        say("No sheet of the workbook has a column {heading} in its first row.", heading=heading),
        hint="Give the sheet that was downloaded as the codebook.",
    )


def _number(name: str) -> tuple[int, str]:
    digits = re.sub(r"\D", "", name)
    return int(digits or 0), name


class _NoDoctype(TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise ValueError("a workbook declares no document type")


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise refuse("too_large", "The workbook is larger than any codebook.", hint="Save its sheet as .csv.")
    parser = XMLParser(target=_NoDoctype())
    with archive.open(name) as part:
        for block in _blocks(part):
            parser.feed(block)
    root: Element = parser.close()
    return root


def _blocks(part: IO[bytes]) -> Iterator[bytes]:
    left = MOST_BYTES  # the archive's own word on a size may be a lie
    while block := part.read(1 << 20):
        left -= len(block)
        if left < 0:
            raise ValueError("larger than it says")
        yield block


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    root = _part(archive, "xl/sharedStrings.xml")
    return [_text(item) for item in root.findall(f"{_MAIN}si")]


def _text(item: Element) -> str:
    """All runs of a text, without the readings that stand above East Asian ones."""
    runs = [item, *item.findall(f"{_MAIN}r")]
    text = "".join(found.text or "" for run in runs for found in run.findall(f"{_MAIN}t"))
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _rows(root: Element, shared: list[str]) -> Iterator[tuple[int, list[str]]]:
    data = root.find(f"{_MAIN}sheetData")
    for place, row in enumerate(data if data is not None else (), 1):
        if place > MOST_ROWS:
            raise ValueError("more rows than any codebook has")
        cells: list[str] = []
        for cell in row.findall(f"{_MAIN}c"):
            at = _position(cell.get("r", ""), len(cells))
            cells += [""] * (at - len(cells))
            cells.append(_cell(cell, shared))
        yield int(row.get("r", place)), cells


def _position(reference: str, otherwise: int) -> int:
    match = _COLUMN.match(reference)
    if match is None:
        return otherwise
    position = 0
    for letter in match[0][:3]:
        position = position * 26 + ord(letter) - 64
    return position - 1


def _cell(cell: Element, shared: list[str]) -> str:
    inline = cell.find(f"{_MAIN}is")
    if inline is not None:
        return _text(inline)
    value = cell.find(f"{_MAIN}v")
    text = value.text or "" if value is not None else ""
    if cell.get("t") == "s":
        return shared[int(text)]
    return text.removesuffix(".0")
