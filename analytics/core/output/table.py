"""The table of a result: cells that keep their unrounded figures, headings, sections and notes.

Every renderer takes this one object.  What makes tables (:mod:`analytics.core.tables`) knows no format, and
what writes formats knows no kind of analysis.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from surveys.core.spreadsheets import GUARDABLE

MINUS = "−"
_HYPHEN = re.compile(r"(?<![\w.)\]])-(?=[\d.])|(?<=\de)-(?=\d)")
_PLAIN = r"[-+]?(\d[\d,]*(\.\d*)?|\.\d+)(e[-+]?\d+)?"
_NUMBER = re.compile(_PLAIN, re.ASCII)
_BOUNDS = rf"{_PLAIN}( to |, | – | 至 ){_PLAIN}"
_FIGURE = re.compile(rf"{_PLAIN}[†*]*( \(({_PLAIN}|{_BOUNDS})\))?( \[{_PLAIN}\])?|{_BOUNDS}", re.ASCII)


@dataclass(frozen=True)
class TableCell:
    """``text`` as shown; ``value`` and ``error`` unrounded where the cell holds a number.

    With an ``error`` the text is the figure, its stars, and the error in parentheses; stars may follow
    instead, as the letters of a comparison do.  ``marks`` are footnotes: positions in the table's
    ``footnotes``, from 1.  A cell that shows several numbers, as “363 (10.1) [0.68]” does, is one text;
    ``parts`` has each number unrounded under its name (count, percent, mean, sd, std_error).
    """

    text: str
    value: float | None = None
    error: float | None = None
    stars: str = ""
    marks: tuple[int, ...] = ()
    parts: tuple[tuple[str, float], ...] = ()

    @property
    def figure(self) -> str:
        """The figure alone, as shown: no stars, no error; a cell of several numbers whole."""
        head = self.text.partition(" (")[0] if self._has_error_below else self.text
        return head.removesuffix(self.stars).rstrip()

    @property
    def below(self) -> str:
        """The error in parentheses, as shown; empty where the cell has none, or shows it beside others."""
        if not self._has_error_below:
            return ""
        return f"({self.text.partition(' (')[2].removesuffix(self.stars).rstrip()}"

    @property
    def after(self) -> str:
        """What stands behind the figure: its stars, apart from it where they are letters."""
        return f" {self.stars}" if self.stars and self.text.endswith(f" {self.stars}") else self.stars

    @property
    def _has_error_below(self) -> bool:
        return self.error is not None and not self.parts


@dataclass(frozen=True)
class TableRow:
    """``section``: terms, absorbed, random, fit or base; ``cells`` in the columns' order, None if empty."""

    key: str
    label: str
    cells: tuple[TableCell | None, ...]
    section: str = "terms"


@dataclass(frozen=True)
class Span:
    """A heading over ``width`` columns from column ``start`` (from 0) on."""

    text: str
    start: int
    width: int


@dataclass(frozen=True)
class Table:
    """``columns`` are headings, ``spans`` stand over them; ``notes`` below name every convention.

    ``sections`` are headings of sections that have one; ``footnotes`` are what the marks of cells mean;
    ``about`` says for programs where the figures come from (run, version, hashes).
    """

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()
    title: str = ""
    spans: tuple[Span, ...] = ()
    sections: Mapping[str, str] = field(default_factory=dict)
    footnotes: tuple[str, ...] = ()
    language: str = "en"
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_chinese(self) -> bool:
        return self.language.startswith("zh")

    @property
    def parts(self) -> list[tuple[str, list[TableRow]]]:
        """(heading or nothing, rows) of each run of rows of one section; rules stand between them."""
        return [
            (self.sections.get(name, ""), list(rows)) for name, rows in groupby(self.rows, _section_of_row)
        ]

    @property
    def has_errors(self) -> bool:
        """Whether any cell has an error to stand below its figure."""
        return any(cell is not None and cell.error is not None for row in self.rows for cell in row.cells)

    def heads(self) -> list[tuple[str, int]]:
        """(text, width) over all columns: the spans, and gaps of one column without text between them."""
        found: list[tuple[str, int]] = []
        place = 0
        for span in sorted(self.spans, key=lambda one: one.start):
            found += [("", 1)] * (span.start - place)
            found.append((span.text, span.width))
            place = span.start + span.width
        return found + [("", 1)] * (len(self.columns) - place)

    def below(self) -> Iterator[tuple[str, str]]:
        """(mark, sentence) of everything under the table: footnotes with their letters, then notes."""
        yield from ((letter(at), text) for at, text in enumerate(self.footnotes, start=1))
        yield from (("", note) for note in self.notes)

    def as_lists(self, figure: Callable[[str], str] = str) -> list[list[str]]:
        """Headings, those of sections in lines of their own, and rows as texts; cells as ``figure`` says."""
        body: list[list[str]] = []
        for heading, rows in self.parts:
            body += [[heading, *("" for _ in self.columns)]] if heading else []
            body += [[row.label, *(figure(cell.text) if cell else "" for cell in row.cells)] for row in rows]
        over = [["", *spread(self.heads())]] if self.spans else []
        return [*over, ["", *self.columns], *body]

    def as_csv(self) -> str:
        """Comma-separated text with the shown figures, notes below; texts like formulas are made harmless.

        Figures with stars, an error or an interval begin with a minus sign in place of a hyphen, which a
        spreadsheet would take for a formula (-0.5* (0.1) is a product).  Lines end with carriage return and
        line feed, so that cells that hold either are quoted.
        """
        lines = self.as_lists(figure=_signed)
        lines += [[text] for text in self.lines_below()]
        out = io.StringIO()
        csv.writer(out).writerows([_harmless(text) for text in line] for line in lines)
        return out.getvalue()

    def as_text(self) -> str:
        """Columns aligned for a terminal, wide characters counted as two."""
        lines = self.as_lists()
        widths = [max(_width(line[i]) for line in lines) for i in range(len(lines[0]))]
        padded = ("  ".join(_padded(text, widths[i], i > 0) for i, text in enumerate(line)) for line in lines)
        return "\n".join([*(line.rstrip() for line in padded), *self.lines_below()])

    def lines_below(self) -> list[str]:
        """Footnotes and notes, each a line of its own."""
        return [f"{mark} {text}".strip() for mark, text in self.below()]


def letter(number: int) -> str:
    """The mark of a footnote: a, b, …, z, aa."""
    text = ""
    while number:
        number, place = divmod(number - 1, 26)
        text = chr(ord("a") + place) + text
    return text


def is_number(text: str) -> bool:
    """Whether a shown text is a number and nothing else."""
    return bool(_NUMBER.fullmatch(text))


def typeset(text: str) -> str:
    """A figure, also one beside others, with minus signs for hyphens; those between letters stay."""
    return _HYPHEN.sub(MINUS, text)


def _section_of_row(row: TableRow) -> str:
    return row.section


def spread(heads: list[tuple[str, int]]) -> list[str]:
    return [cell for text, width in heads for cell in (text, *[""] * (width - 1))]


def number_cell(value: float | int | None, spec: str) -> TableCell | None:
    """A number as a cell, nothing for none."""
    return TableCell(format(value, spec), float(value)) if value is not None else None


def _signed(text: str) -> str:
    """A cell that holds a figure and more than a plain number, with minus signs for hyphens."""
    return typeset(text) if _FIGURE.fullmatch(text) and not is_number(text) else text


def _harmless(text: str) -> str:
    """A text that starts like a formula is prefixed, so that no spreadsheet runs it; numbers stay numbers."""
    return f"'{text}" if re.match(GUARDABLE, text) and not is_number(text) else text


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
