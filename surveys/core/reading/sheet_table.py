"""The lines of a codebook sheet as it was downloaded here: .csv, told by its headings."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from surveys.core.problems import Problem, Refused, refuse
from surveys.core.reading.delimited import find_delimiter
from surveys.core.reading.encodings import decide
from surveys.core.reading.workbook import is_workbook, sheet_rows
from surveys.core.said import say
from surveys.core.spreadsheets import unguarded

_OURS = re.compile(
    r"variable|type|(label|codes|question)_[\w-]+|missing(_ranges|_tags)?|universe|level|role|unit|group|format"
    r"|set|note"
)
_BARE = ("label", "question", "codes")


def is_known(heading: str) -> bool:
    """Whether a heading is one that the sheets written here have."""
    return _OURS.fullmatch(heading) is not None


@dataclass(frozen=True)
class SheetLine:
    """One variable's line: heading -> text, and where it stands."""

    where: str
    cells: dict[str, str]


def own_lines(path: Path, language: str) -> list[SheetLine] | None:
    """The lines about variables of a sheet with our own headings; None when it is some other sheet.

    ``language`` is meant by ``label``, ``question`` and ``codes`` without one.
    """
    rows = _rows(path)
    headings = [_heading(cell, language) for cell in (rows[0][1] if rows else [])]
    named = [heading for heading in headings if heading]
    if "variable" not in named:
        return None
    lines = []
    for number, row in rows[1:]:
        cells = {h: unguarded(c).strip() for h, c in zip(headings, row, strict=False) if h}
        if cells.get("variable"):
            lines.append(SheetLine(say("codebook sheet, line {line}", line=number), cells))
    _refuse_twice(lines)
    return lines


def _heading(cell: str, language: str) -> str:
    plain = re.sub(r"\s+", "_", cell.strip())
    return f"{plain}_{language}" if plain in _BARE else plain


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    data = path.read_bytes()
    if is_workbook(data):
        return sheet_rows(data, "variable")
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = data.decode(decide([data], utf8_is_expected=True).codec).replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text[: 256 << 10]))
    try:
        return [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as error:
        told = say("The codebook sheet cannot be read ({error}).", error=error)
        raise refuse("unreadable_sheet", told) from error


def _refuse_twice(lines: list[SheetLine]) -> None:
    seen: dict[str, str] = {}
    problems = []
    for line in lines:
        name = line.cells["variable"]
        first = seen.setdefault(name, line.where)
        if first != line.where:
            problems.append(
                Problem(
                    "variable_twice",
                    say("{name} stands here and in {first}.", name=name, first=first),
                    where=line.where,
                )
            )
    if problems:
        raise Refused(problems)
