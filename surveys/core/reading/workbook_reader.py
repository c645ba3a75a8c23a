"""Excel workbooks (.xlsx): one sheet as a table, read once as a stream within limits of rows and cells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.reading.headings import MOST_ROWS, Headings, headings
from surveys.core.reading.raw import Chunk, RawFile
from surveys.core.reading.sheet_cells import Kind, Row, SheetCells, column_name
from surveys.core.reading.workbook import Workbook
from surveys.core.reading.workbook_columns import SheetColumn, shown_plainly
from surveys.core.said import say, say_n

MOST_CELLS = 50_000_000  # empty ones among them; Excel itself opens no more
MOST_TOLD = 20
MOST_TITLES = 20  # rows above the headings
BLOCK_CELLS, BLOCK_ROWS = 500_000, 1_000  # whichever is more makes a block


class WorkbookReader:
    """The sheet called ``sheet`` (the first one without a name) of an .xlsx file.

    An empty row between others is left out and told of.  With ``with_empty`` (a file of our own, perhaps
    saved by another program since) it is a row like any other, and that is told.
    """

    def __init__(
        self, path: Path, sheet: str = "", header_rows: int = 0, *, with_empty: bool = False
    ) -> None:
        self.with_empty = with_empty
        self.workbook = Workbook(path)
        self.sheet = self.workbook.sheet(sheet)
        self.header_rows = header_rows
        self.findings: list[Finding] = []

    def describe(self) -> RawFile:
        """Reads the whole sheet; every fault of its shape is told at once, by row."""
        self.source = SheetCells(self.workbook, self.sheet)
        rows = self.source.rows()
        head = list(islice(rows, MOST_TITLES + MOST_ROWS))
        titles = _titles(head)
        self.head = _Head(head[titles:], self.header_rows, self.workbook.is_1904)
        notes = [text for row in head[:titles] for _, text in row.cells.values()]
        self._remark(notes)
        self.columns = [SheetColumn() for _ in self.head.headings.variables]
        self._gather(iter([*head[titles + self.head.headings.rows :]]), rows)
        variables = self.head.headings.variables
        self.cells = []
        for variable, column in zip(variables, self.columns, strict=True):
            cells, findings = column.settled(variable, self.workbook.is_1904)
            variable.is_text = variable.guess = False
            self.cells.append(cells)
            self.findings += findings
        self.workbook.package.close()
        return RawFile(
            "xlsx", variables, self.rows, "UTF-8", is_decoded=True, findings=self.findings,
            notes=[note.encode() for note in notes],
        )  # fmt: skip

    def chunks(self) -> Iterator[Chunk]:
        yield Chunk(self.rows, list(self.cells))

    def _remark(self, notes: list[str]) -> None:
        others = [sheet.name for sheet in self.workbook.sheets if sheet is not self.sheet]
        if others:
            told = say(
                "The sheet {name} was read; the workbook also holds {names}. Name another one to read it "
                "(the field “Sheet” of the upload page, --sheet of the command).",
                name=self.sheet.name,
                names=others[:20],
            )
            self.findings.append(Finding(Severity.INFO, "other_sheets", told))
        if notes:
            told = (
                "The texts above the headings are no part of the table; they were kept as notes of the file."
            )
            self.findings.append(Finding(Severity.INFO, "title_rows", told))
        self.findings += self.head.headings.findings

    def _gather(self, *streams: Iterator[Row]) -> None:
        """All rows of data into the columns; refuses cells that stand under no heading."""
        problems, self.rows, hidden = list(self.head.headings.problems), 0, 0
        outside: list[Problem] = []
        width, first = len(self.columns), self.head.first
        block, gaps = _Block(self.columns, first), _Gaps(self.head.last)
        for stream in streams:
            for row in stream:
                empty = gaps.before(row.number) * self.with_empty
                self.rows += 1 + empty
                hidden += row.is_hidden
                if self.rows * width > MOST_CELLS:
                    raise _too_many(self.rows, width)
                for _ in range(empty):
                    block.add(Row(0))
                stray = next((c for c in row.cells if not first <= c < first + width), None)
                if stray is not None and len(outside) <= MOST_TOLD:
                    outside.append(_outside(row, stray))
                block.add(row)
        block.flush()
        if problems or outside:
            raise Refused([*problems, *outside[:MOST_TOLD]])
        self._after(hidden, gaps)

    def _after(self, hidden: int, gaps: _Gaps) -> None:
        """What is known at the end of the sheet only."""
        if gaps.count:
            told = say(
                "Empty rows between others were read as rows without an answer: {count:,} (the first: {row})."
                if self.with_empty
                else "Empty rows between others were left out: {count:,} (the first: row {row}).",
                count=gaps.count,
                row=gaps.first,
            )
            self.findings.append(Finding(Severity.WARNING, "empty_rows", told))
        if hidden:
            told = say_n(
                hidden,
                "1 row is hidden in the workbook; it was read like the others.",
                "{hidden:,} rows are hidden in the workbook; they were read like the others.",
                hidden=hidden,
            )
            self.findings.append(Finding(Severity.INFO, "hidden_rows", told))
        variables = self.head.headings.variables
        spoken: dict[int, int] = {}
        for top, left, bottom, right in self.source.merged:
            if bottom > self.head.last and (bottom > top or right > left):
                for column in range(left, right + 1):
                    spoken[column - self.head.first] = spoken.get(column - self.head.first, 0) + 1
        for place, count in sorted(spoken.items()):
            if 0 <= place < len(variables):
                told = say(
                    "{count:,} merged cells: the first cell of each was read, what it covers is empty.",
                    count=count,
                )
                name = variables[place].name.decode()
                self.findings.append(Finding(Severity.WARNING, "merged_cells", told, name))


class _Gaps:
    """Rows that nobody filled, between rows that somebody did."""

    def __init__(self, above: int) -> None:
        self.last, self.count, self.first = above, 0, 0

    def before(self, number: int) -> int:
        """How many empty rows lie before the next one that is filled."""
        empty = number - self.last - 1
        if empty:
            self.first = self.first or self.last + 1
        self.count, self.last = self.count + empty, number
        return empty


class _Head:
    """The heading rows of a sheet: where the table begins, and what its columns are called."""

    def __init__(self, rows: list[Row], declared: int, is_1904: bool) -> None:
        if not rows:
            raise refuse(
                "no_rows",
                "The sheet is empty.",
                hint="Name another one (the field “Sheet” of the upload page, --sheet of the command).",
            )
        filled = [min(row.cells) for row in rows if row.cells]
        self.first = min(filled, default=0)
        last = max(rows[0].cells, default=0)
        first = [_shown(row, self.first, last, is_1904) for row in rows[:MOST_ROWS]]
        self.headings: Headings = headings(first, say("row {row}", row=rows[0].number), declared)
        self.last = rows[min(self.headings.rows, len(rows)) - 1].number


class _Block:
    """Rows put side by side until there are enough of them to become columns."""

    def __init__(self, columns: list[SheetColumn], first: int) -> None:
        self.columns, self.first = columns, first
        self.texts: list[list[str | None]] = []
        self.kinds: list[bytearray] = []
        self.most = max(BLOCK_ROWS, BLOCK_CELLS // max(1, len(columns)))

    def add(self, row: Row) -> None:
        width = len(self.columns)
        texts: list[str | None] = [None] * width
        kinds = bytearray(width)
        for column, (kind, text) in row.cells.items():
            place = column - self.first
            if not 0 <= place < width:
                continue
            if kind == Kind.ERROR:
                self.columns[place].errors[_known_error(text)] += 1
            else:
                texts[place], kinds[place] = text, kind
        for column in row.formulas:
            if 0 <= column - self.first < width:
                self.columns[column - self.first].formulas += 1
                self.columns[column - self.first].unsolved += column not in row.cells
        self.texts.append(texts)
        self.kinds.append(kinds)
        if len(self.texts) >= self.most:
            self.flush()

    def flush(self) -> None:
        if self.texts or not self.columns or not self.columns[0].texts:
            kinds = list(zip(*self.kinds, strict=True)) or [()] * len(self.columns)
            texts = list(zip(*self.texts, strict=True)) or [()] * len(self.columns)
            for column, cells, kind in zip(self.columns, texts, kinds, strict=True):
                column.add(cells, kind)
        self.texts, self.kinds = [], []


def _titles(head: list[Row]) -> int:
    """How many rows at the top hold a title: one text alone, and below them a row of different texts."""
    for place, row in enumerate(head):
        told = [(kind, text) for kind, text in row.cells.values()]
        if len(told) == 1 and told[0][0] is Kind.TEXT and place < MOST_TITLES:
            continue
        texts = {text for kind, text in told if kind is Kind.TEXT}
        return place if len(texts) == len(told) > 1 else 0
    return 0


def _shown(row: Row, first: int, last: int, is_1904: bool) -> list[str]:
    """A row as the texts that a spreadsheet program shows, from column ``first`` to ``last``."""
    cells = [row.cells.get(column, (Kind.EMPTY, "")) for column in range(first, last + 1)]
    texts = pl.Series("c", [text for _, text in cells], dtype=pl.String)
    kinds = pl.Series([int(kind) for kind, _ in cells], dtype=pl.UInt8).to_numpy()
    return [text or "" for text in shown_plainly(texts, kinds, is_1904)]


def _known_error(text: str) -> str:
    return text if text in _ERRORS else say("of an unknown kind")


_ERRORS = {
    "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!",
}  # fmt: skip


def _outside(row: Row, column: int) -> Problem:
    return Problem(
        "ragged_row",
        say(
            "There is a cell in column {column}, where there is no heading.",
            column=column_name(column),
        ),
        where=say("row {row}", row=row.number),
        hint="Give the column a heading, or clear the cells beside the table.",
    )


def _too_many(rows: int, columns: int) -> Refused:
    return refuse(
        "too_large",
        say("The sheet holds more than {rows:,} rows by {columns:,} columns.", rows=rows, columns=columns),
        hint=say(
            "At most {most_cells:,} cells of a workbook are read; save the sheet as .csv.",
            most_cells=MOST_CELLS,
        ),
    )
