"""The lines of a codebook sheet, from a .csv or a workbook, in the words that :mod:`sheet` understands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.reading import redcap
from surveys.core.reading.delimited import find_delimiter
from surveys.core.reading.sheet_cells import MOST_COLUMNS, Kind, SheetCells
from surveys.core.reading.sheet_text import NOTHING, Named, SheetText, text_of
from surveys.core.reading.workbook import Workbook
from surveys.core.reading.workbook_columns import shown_plainly
from surveys.core.said import say
from surveys.core.spreadsheets import unguarded

MOST_LINES = 200_000
MOST_TOLD = 20  # lines that are told of
_ALIASES = {
    "name": "variable", "variable_name": "variable", "var": "variable", "variable_label": "label",
    "question_text": "question", "values": "codes", "value_labels": "codes", "choices": "codes",
    "missing_codes": "missing", "measure": "level", "measurement_level": "level", "block": "group",
    "notes": "note", "sets": "set",
}  # fmt: skip
_KNOWN = {
    "variable", "type", "missing", "missing_ranges", "missing_tags", "universe", "level", "role", "unit",
    "group", "format", "set", "split", "empty", "reasons_of", "note", "valid_min", "valid_max",
}  # fmt: skip
_SPOKEN = ("label", "question", "codes")
_SHEET = "codebook"  # the sheet of a workbook, as our own exports call it

Row = tuple[int, list[str]]  # (line, cells)


@dataclass(frozen=True)
class Table:
    """The rows of a sheet that are not empty, and what is to be said of how it was read."""

    rows: list[Row]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Line:
    """What a sheet says of one variable; ``cells`` by heading, ``is_optional``: no remark if it is absent."""

    number: int
    cells: Mapping[str, str]
    is_optional: bool = False

    @property
    def name(self) -> str:
        return self.cells["variable"]

    @property
    def where(self) -> str:
        return say("codebook sheet, line {line}", line=self.number)


@dataclass(frozen=True)
class SheetLines:
    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_lines(path: Path, language: str, missing: Mapping[str, str], named: Named = NOTHING) -> SheetLines:
    """The sheet at ``path``; ``language`` is meant by columns without one, ``named`` are character sets.

    ``missing`` are the study's missing codes, which a REDCap project has for all its fields alike.
    Refuses a sheet that does not name its variables.
    """
    table = table_of(path, named)
    rows = table.rows
    headings = [_plain(cell) for cell in rows[0][1]] if rows else []
    lines = [(number, dict(zip(headings, cells, strict=False))) for number, cells in rows[1:]]
    if redcap.is_dictionary(headings):
        told = redcap.translated(lines, language, missing)
        found = tuple(Line(number, cells, optional) for number, cells, optional in told)
        return SheetLines(found, table.findings)
    headings = [_heading(word, language) for word in headings]
    if "variable" not in headings:
        raise refuse(
            "unreadable_sheet",
            "The codebook sheet does not say which variables it is about.",
            hint="Its first line needs a column called variable.",
        )
    lines = [(number, dict(zip(headings, cells, strict=False))) for number, cells in rows[1:]]
    found = tuple(Line(number, cells) for number, cells in lines if cells.get("variable"))
    return SheetLines(found, (*table.findings, *_unknown(headings)))


def _unknown(headings: list[str]) -> list[Finding]:
    unknown = [word for word in headings if word and word not in _KNOWN and not _is_spoken(word)]
    if not unknown:
        return []
    text = say(
        "Columns of the codebook sheet that are not understood were left out: {names}.", names=unknown[:20]
    )
    return [Finding(Severity.WARNING, "sheet_column_unknown", text)]


def _is_spoken(word: str) -> bool:
    kind, _, language = word.partition("_")
    return kind in _SPOKEN and bool(language)


def _plain(cell: str) -> str:
    return re.sub(r"\s+", "_", cell.strip().lower())


def _heading(word: str, language: str) -> str:
    word = _ALIASES.get(word, word)
    return f"{word}_{language}" if word in _SPOKEN else word


def table_of(path: Path, named: Named = NOTHING) -> Table:
    """The rows of a sheet that are not empty, marks against formulas taken away."""
    with path.open("rb") as file:
        is_workbook = file.read(4) == b"PK\x03\x04"
    told = SheetText("") if is_workbook else text_of(path.read_bytes(), named)
    rows = workbook_rows(path) if is_workbook else _of_text(told.text)
    if len(rows) > MOST_LINES:
        raise refuse(
            "unreadable_sheet",
            say("The codebook sheet has more than {most_lines:,} lines.", most_lines=MOST_LINES),
        )
    _refuse_longer(rows)
    return Table(_filled_up(rows) if is_workbook else rows, told.findings)


def _refuse_longer(rows: list[Row]) -> None:
    """Refuses cells that stand under no heading: a text with an unquoted comma would lose what follows it."""
    columns = _last_filled(rows[0][1]) if rows else 0  # spreadsheets write commas after the last heading, too
    longer = [(number, n) for number, cells in rows if (n := _last_filled(cells)) > columns]
    if longer:
        hint = "Put texts that hold a comma or semicolon between quotes, or give each column a heading."
        raise Refused(
            Problem(
                "ragged_row",
                say("The line has {n} cells, but there are {columns} headings.", n=n, columns=columns),
                where=say("codebook sheet, line {line}", line=number),
                hint=hint,
            )
            for number, n in longer[:MOST_TOLD]
        )


def _last_filled(cells: list[str]) -> int:
    """The place of the last cell that holds something, counted from 1."""
    return max((place for place, cell in enumerate(cells, 1) if cell), default=0)


def _filled_up(rows: list[Row]) -> list[Row]:
    """A workbook's lines as wide as its headings: it does not keep the empty cells at the end of a line.

    A line of text that ends early stays as it is: what it does not hold, it says nothing of.
    """
    columns = len(rows[0][1]) if rows else 0
    return [(number, cells + [""] * (columns - len(cells))) for number, cells in rows]


def _of_text(text: str) -> list[Row]:
    text = text.replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text))
    found, line = [], 1
    try:
        for row in reader:
            if any(row):
                found.append((line, [unguarded(cell).strip() for cell in row]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise refuse(
            "unreadable_sheet", say("The codebook sheet cannot be read ({error}).", error=error)
        ) from error
    return found


def workbook_rows(path: Path) -> list[Row]:
    """The lines of the sheet called ``codebook``, else of the first: number and cells, as texts."""
    workbook = Workbook(path)
    named = [sheet for sheet in workbook.sheets if sheet.name.strip().lower() == _SHEET]
    found: list[Row] = []
    for row in SheetCells(workbook, (named or workbook.sheets)[0]).rows():
        width = min(MOST_COLUMNS, max(row.cells, default=-1) + 1)
        cells = [row.cells.get(column, (Kind.EMPTY, "")) for column in range(width)]
        shown = [_shown(kind, text, workbook.is_1904).strip() for kind, text in cells]
        found.append((row.number, shown))
        if len(found) > MOST_LINES:
            break
    workbook.package.close()
    return found


def _shown(kind: Kind, text: str, is_1904: bool) -> str:
    """A cell of a sheet: numbers as people write them, dates in ISO form, no errors."""
    if kind is Kind.ERROR:
        return ""
    if kind in (Kind.DATE, Kind.DATETIME, Kind.TIME):
        return str(shown_plainly(pl.Series([text]), np.array([kind], dtype=np.uint8), is_1904)[0])
    if kind is Kind.TEXT or kind is Kind.BOOLEAN:
        return text
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text
