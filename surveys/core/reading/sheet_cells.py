"""The cells of one worksheet as a stream of rows, kinds told apart, nothing kept but the row at hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from surveys.core.reading.number_formats import DATE, DATETIME, TIME
from surveys.core.reading.package import Attributes, bomb
from surveys.core.reading.raw import broken
from surveys.core.reading.workbook import MOST_TEXT, Sheet, TextRuns, Workbook, unescaped
from surveys.core.said import say

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a worksheet
_REFERENCE = re.compile(r"^([A-Z]{1,3})([1-9][0-9]{0,6})$")


class Kind(IntEnum):
    """What a cell holds; EMPTY is never told of."""

    EMPTY = 0
    NUMBER = 1
    TEXT = 2
    BOOLEAN = 3
    DATE = 4  # as a serial number, as all that follow
    DATETIME = 5
    TIME = 6
    ERROR = 7


_TEMPORAL = {None: Kind.NUMBER, DATE: Kind.DATE, DATETIME: Kind.DATETIME, TIME: Kind.TIME}
Cell = tuple[Kind, str]


@dataclass(slots=True)
class Row:
    """The filled cells of a row; columns count from 0.  ``formulas`` lists columns with a computed cell."""

    number: int
    is_hidden: bool = False
    cells: dict[int, Cell] = field(default_factory=dict)
    formulas: list[int] = field(default_factory=list)


class SheetCells:
    """Reads a sheet once; ``merged`` is complete when all rows have been taken.

    Rows without a cell are left out, which is what a spreadsheet program leaves where somebody styled a
    row; these have a number.  One without a number, as our own writer makes them, is a record.
    Texts of numbers are taken as they stand: whoever makes columns of them finds out whether they are any.
    """

    def __init__(self, workbook: Workbook, sheet: Sheet) -> None:
        self.workbook, self.sheet = workbook, sheet
        self.shared = workbook.shared_texts()
        self.styles = {str(i): _TEMPORAL[form] for i, form in enumerate(workbook.formats)}
        self.tellers: dict[str, Callable[[str], Cell]] = {
            "s": self._of_shared,
            "str": lambda text: (Kind.TEXT, unescaped(text)),
            "inlineStr": lambda _: (Kind.TEXT, self.runs.taken()),
            "b": lambda text: (Kind.BOOLEAN, text.strip()),
            "e": lambda text: (Kind.ERROR, text.strip()),
            "d": self._iso,
        }
        self.columns: dict[str, int] = {}
        self.merged: list[tuple[int, int, int, int]] = []  # first row, first column, last row, last column
        self.done: list[Row] = []
        self.row = Row(0)
        self.column, self.kind, self.style = -1, "n", Kind.NUMBER
        self.has_formula = self.in_value = self.is_begun = self.is_record = False
        self.value = ""
        self.runs = TextRuns()

    def rows(self) -> Iterator[Row]:
        """Rows with a filled cell or a formula without a result, and records that answer nothing."""
        for _ in self.workbook.package.parsed(self.sheet.member, self._start, self._end, self._text):
            ready, self.done = self.done, []
            yield from ready

    def _start(self, tag: str, about: Attributes) -> None:
        if tag == "c":
            self.column = self._column(about.get("r"))
            self.kind, self.has_formula, self.value = about.get("t", "n"), False, ""
            self.style = self.styles.get(about.get("s", ""), Kind.NUMBER)
        elif tag == "v":
            self.in_value = True
        elif tag == "f":
            self.has_formula = True
        elif tag == "row":
            self._open_row(about)
        elif tag == "mergeCell":
            self._merge(about.get("ref", ""))
        else:
            self.runs.start(tag, about)

    def _end(self, tag: str) -> None:
        if tag == "v":
            self.in_value = False
        elif tag == "c":
            told = self.tellers.get(self.kind)
            cell = (self.style, self.value.strip()) if told is None else told(self.value)
            if self.has_formula:
                self.row.formulas.append(self.column)
            if cell[1] != "":
                self.row.cells[self.column] = cell
        elif tag == "row":
            if self.row.cells or self.row.formulas or self.is_record:
                self.done.append(self.row)
                self.is_begun = True
        else:
            self.runs.end(tag)

    def _text(self, text: str) -> None:
        if self.in_value:
            self.value += text
            if len(self.value) > MOST_TEXT:
                raise bomb("a text is longer than a cell can hold")
        else:
            self.runs.add(text)

    def _open_row(self, about: Attributes) -> None:
        told = about.get("r", "")
        self.is_record = self.is_begun and not told
        number = int(told) if told.isdecimal() and len(told) < 9 else self.row.number + 1
        if number <= self.row.number:
            raise broken("the rows of its sheet are out of order")
        if number > MOST_ROWS:
            raise bomb(say("its sheet has more than {most_rows:,} rows", most_rows=MOST_ROWS))
        self.row, self.column = Row(number, about.get("hidden") in ("1", "true")), -1

    def _column(self, reference: str | None) -> int:
        if reference is None:
            column = self.column + 1
        else:
            letters = reference.rstrip("0123456789")
            if letters not in self.columns:
                self.columns[letters] = _position(letters)
            column = self.columns[letters]
        if column <= self.column:
            raise broken("the cells of its sheet are out of order")
        if column >= MOST_COLUMNS:
            raise bomb(say("its sheet has more than {most_columns:,} columns", most_columns=MOST_COLUMNS))
        return column

    def _of_shared(self, text: str) -> Cell:
        if not text:
            return Kind.EMPTY, ""
        if not text.isdecimal() or len(text) > 9 or int(text) >= len(self.shared):
            raise broken("a cell of its sheet names a text that is not there")
        return Kind.TEXT, self.shared[int(text)]

    def _iso(self, text: str) -> Cell:
        """A date in ISO form as the serial number it stands for."""
        try:
            moment = datetime.fromisoformat(text.strip()).replace(tzinfo=None)
        except ValueError:
            return Kind.TEXT, text
        start = datetime(1904, 1, 1) if self.workbook.is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        days = (moment - start).total_seconds() / 86_400
        return (Kind.DATETIME if days % 1 else Kind.DATE), repr(days)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        corners = [_REFERENCE.match(corner) for corner in (first, last or first)]
        if all(corners):
            (a, b), (c, d) = (found.groups() for found in corners if found)
            self.merged.append((int(b), _position(a), int(d), _position(c)))


def _position(letters: str) -> int:
    """``A`` -> 0, ``XFD`` -> 16383."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z" or number > MOST_COLUMNS:
            raise broken("a cell of its sheet has no place")
        number = number * 26 + ord(letter) - 64
    if not letters:
        raise broken("a cell of its sheet has no place")
    return number - 1


def column_name(position: int) -> str:
    """0 -> ``A``, as spreadsheet programs call their columns."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
