"""What a flat table is, for terminals, CSV files and pages."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass

from surveys.core.spreadsheets import GUARDABLE

_NUMBER = re.compile(r"[-+]?(\d[\d,]*(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class TableCell:
    """``text`` as shown; ``value`` and ``error`` unrounded where the cell holds a number."""

    text: str
    value: float | None = None
    error: float | None = None
    stars: str = ""


@dataclass(frozen=True)
class TableRow:
    """``section``: terms, absorbed, random, fit or base; ``cells`` in the columns' order, None if empty."""

    key: str
    label: str
    cells: tuple[TableCell | None, ...]
    section: str = "terms"


@dataclass(frozen=True)
class Table:
    """``columns`` are headings; ``notes`` stand under the table and name every convention."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()

    def as_lists(self) -> list[list[str]]:
        """Headings and rows as texts."""
        body = [[row.label, *(cell.text if cell else "" for cell in row.cells)] for row in self.rows]
        return [["", *self.columns], *body]

    def as_csv(self) -> str:
        """Comma-separated text with the shown figures, notes below; texts like formulas are made harmless.

        Lines end with carriage return and line feed, so that cells that hold either are quoted.
        """
        out, lines = io.StringIO(), [*self.as_lists(), *([note] for note in self.notes)]
        csv.writer(out).writerows([_harmless(cell) for cell in line] for line in lines)
        return out.getvalue()

    def as_text(self) -> str:
        """Columns aligned for a terminal, wide characters counted as two."""
        lines = self.as_lists()
        widths = [max(_width(line[i]) for line in lines) for i in range(len(lines[0]))]
        padded = ("  ".join(_padded(text, widths[i], i > 0) for i, text in enumerate(line)) for line in lines)
        return "\n".join([*(line.rstrip() for line in padded), *self.notes])


def number_cell(value: float | int | None, spec: str) -> TableCell | None:
    """A number as a cell, nothing for none."""
    return TableCell(format(value, spec), float(value)) if value is not None else None


def _harmless(text: str) -> str:
    """A text that starts like a formula is prefixed, so that no spreadsheet runs it; numbers stay numbers."""
    return f"'{text}" if re.match(GUARDABLE, text) and not _NUMBER.fullmatch(text) else text


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
