"""A published table as somebody pastes it: rows and columns of text, read into cells.

The first row heads the columns, the first column names the rows.  A cell is read by its column's pattern:
``percent``, ``mean (sd)``, ``estimate (se)``; stars behind an estimate are told apart.  A table may also come
one figure a line, under the headings column, term, statistic, printed (and label).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.pasted_patterns import BOUNDS, INTERVAL, PAIR, Column, interval, settled
from analytics.core.pasted_words import ABSORBED, CONSTANT, FIT_ROWS, STATISTICS, TOTALS, statistic_named
from analytics.core.printed import read
from analytics.core.target_notes import note_problems
from analytics.core.targets import ABSORBED as IN
from analytics.core.targets import Cell, PublishedTable, check_cells
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say

MOST_CHARACTERS, MOST_CELLS = 200_000, 10_000
LONGEST = {"column": 60, "term": 255, "printed": 40, "label": 255}
LONG = ("column", "term", "statistic", "printed")
ALL = "all"
MODEL_KINDS = ("linear", "logit", "multilevel_linear", "multilevel_logit")
PATTERNS = {
    "models": "estimate (se)",
    "crosstab": "percent",
    "ranked": "percent",
    "descriptives": "mean (sd)",
}
_STARS = re.compile(r"^(?P<number>.*?)\s*(?P<stars>[*†+]*)$")


@dataclass
class _Reading:
    """Cells read so far, and every problem met."""

    kind: str
    columns: list[Column | None]
    notes: dict[str, Any]
    cells: list[Cell] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    before: str = ""  # the row above, which a row of errors in parentheses belongs to

    def wrong(self, message: str, where: str, hint: str = "", near: tuple[str, ...] = ()) -> None:
        self.problems.append(Problem("bad_table", message, where=where, hint=hint, near=near))


def read_pasted(
    text: str,
    kind: str,
    *,
    columns: str = "",
    n: str = "",
    notes: Mapping[str, Any] | None = None,
    slug: str = "",
) -> PublishedTable:
    """The table in ``text``; Refused with every problem at once.

    ``columns`` says line by line what a column holds (``Model 1: estimate (se), logit``); ``n`` is one
    number, or ``formal = 300, informal = 300``.
    """
    rows = _rows(text)
    reading = _Reading(kind, [], dict(notes or {}))
    reading.problems += note_problems(reading.notes, strict=True)
    if reading.problems:
        raise Refused(reading.problems)  # what the notes say is read along with the cells
    _read_n(reading, n)
    if tuple(word.strip().casefold() for word in rows[0][:4]) == LONG:
        _read_long(reading, rows[1:])
    else:
        said = _said(reading, columns, rows[0])
        reading.columns = _columns(reading, rows[0], said)
        reading.columns = settled(reading.kind, reading.columns, rows, said)
        for number, row in enumerate(rows[1:], start=2):
            _read_row(reading, number, row)
    _check_sizes(reading)
    try:
        check_cells(kind, tuple(reading.cells))
    except Refused as refused:
        reading.problems += refused.problems
    if reading.problems:
        raise Refused(reading.problems)
    if not any(cell.statistic == "stars" and cell.printed for cell in reading.cells):
        reading.cells = [cell for cell in reading.cells if cell.statistic != "stars"]  # it prints none at all
    return PublishedTable(slug, kind, tuple(reading.cells), reading.notes)


def _rows(text: str) -> list[list[str]]:
    """The rows of the text, of as many cells each; tabs part cells where there are any."""
    if len(text) > MOST_CHARACTERS:
        message = say("The table has more than {most:,} characters.", most=MOST_CHARACTERS)
        raise Refused(Problem("too_large", message, hint=say("Paste one table at a time.")))
    plain = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    separator = "\t" if "\t" in plain else ","
    try:
        rows = [
            row for row in csv.reader(io.StringIO(plain), delimiter=separator) if any(c.strip() for c in row)
        ]
    except csv.Error:
        raise Refused(Problem("bad_table", say("The text cannot be read as rows of cells."))) from None
    if len(rows) < 2 or max(map(len, rows)) < 2:
        message = say("A table needs a row of headings, and rows with a name and a figure.")
        raise Refused(Problem("empty_target", message, hint=say("Part the cells by tabs or commas.")))
    width = max(map(len, rows))
    return [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]


def _read_n(reading: _Reading, n: str) -> None:
    if not n.strip():
        return
    parts = [part.partition("=") for part in re.split(r"[;\n]|,\s*(?=\D)", n) if part.strip()]
    found: dict[str, int] = {}
    for name, sign, value in parts:
        number = read(value if sign else name)
        if number is None or number.value < 1 or number.decimals:
            message = say("“{text}” is no number of respondents.", text=n.strip()[:40])
            reading.wrong(message, "n", say("Write 600, or formal = 300, informal = 300."))
            return
        found[name.strip() if sign else ""] = round(number.value)
    reading.notes["n"] = found[""] if set(found) == {""} else found


def _said(reading: _Reading, columns: str, heads: list[str]) -> dict[str, Column]:
    """What the person says of columns, by heading."""
    found = {}
    for line in filter(None, map(str.strip, columns.splitlines())):
        head, _, told = (part.strip() for part in line.partition(":"))
        pattern, _, model = (part.strip() for part in told.partition(","))
        if head not in heads[1:]:
            near = near_misses(head, heads[1:])
            reading.wrong(say("There is no column headed “{head}”.", head=head), "columns", near=near)
            continue
        if model and model not in MODEL_KINDS:
            near = near_misses(model, MODEL_KINDS)
            message = say("“{model}” is no kind of model.", model=model)
            reading.wrong(message, head, say("One of {known}.", known=MODEL_KINDS), near)
        found[head] = Column(head, _parts(reading, pattern, head), model)
    return found


def _parts(reading: _Reading, pattern: str, head: str) -> tuple[str, ...]:
    """``mean (sd)`` as its statistics."""
    words = [word for word in re.split(r"[()\[\]]|\s+and\s+", pattern) if word.strip()]
    named = [statistic_named(word) for word in words]
    for word, statistic in zip(words, named, strict=True):
        if statistic is None:
            near = near_misses(word.strip(), STATISTICS)
            reading.wrong(say("“{word}” is no statistic.", word=word.strip()), head, near=near)
    return tuple(statistic for statistic in named if statistic is not None)


def _columns(reading: _Reading, heads: list[str], said: Mapping[str, Column]) -> list[Column | None]:
    """Per heading what the person says, else what the heading itself names, else the pattern of the kind."""
    columns = []
    for place, head in enumerate(heads[1:], start=2):
        column = said.get(head) or _by_heading(reading, head)
        if column is None:
            where = say("column {place}", place=place)
            hint = say("Say it in the field for columns, as in “{head}: percent”.", head=head or "…")
            reading.wrong(say("What the column “{head}” holds is not said.", head=head), where, hint)
        elif column.model:
            noted = reading.notes.setdefault("models", {})
            noted[column.name] = {"label": column.name, "kind": column.model} | noted.get(column.name, {})
        columns.append(column)
    return columns


def _by_heading(reading: _Reading, head: str) -> Column | None:
    name, _, word = head.rpartition(":")
    if name and (statistic := statistic_named(word)):
        return Column(name.strip(), (statistic,))
    pair = PAIR.match(head)
    words = (pair["first"], pair["second"]) if pair else (head,)
    named = tuple(statistic_named(word) for word in words)
    if all(named) and reading.kind != "models":
        return Column(ALL, tuple(one for one in named if one))
    if all(named):
        return Column("model", tuple(one for one in named if one))
    pattern = PATTERNS.get(reading.kind, "")
    return Column(head, _parts(reading, pattern, head)) if pattern and head else None


def _read_row(reading: _Reading, number: int, row: list[str]) -> None:
    label = row[0]
    statistic = statistic_named(label) if label else None
    if reading.kind in ("crosstab", "ranked") and label.casefold() in TOTALS:
        _read_total(reading, row)
        return
    for column, text in zip(reading.columns, row[1:], strict=True):
        if column is None or text in ("", "-", "–", "—", "..."):
            continue
        where = say("row {number}, {column}", number=number, column=column.name)
        if statistic in FIT_ROWS:
            reading.cells.append(Cell(column.name, str(statistic), str(statistic), text, label))
        elif not label:
            _read_beneath(reading, column, text, where)
        else:
            reading.cells += _cells(reading, column, label, text, where)
    reading.before = label or reading.before


def _read_total(reading: _Reading, row: list[str]) -> None:
    """A row of totals is kept as what the columns are said to add to."""
    totals = {text for text in row[1:] if read(text) is not None}
    if len(totals) == 1:
        reading.notes.setdefault("total", totals.pop())


def _read_beneath(reading: _Reading, column: Column, text: str, where: str) -> None:
    """A figure without a name of its own: the second part of the cell above it."""
    second = column.parts[1] if len(column.parts) > 1 else "se"
    if not reading.before or read(text) is None:
        reading.wrong(say("A row without a name holds “{text}”.", text=text[:20]), where)
        return
    term = _term(reading.before)
    reading.cells.append(Cell(column.name, term, second, text.strip("()[] "), reading.before))


def _cells(reading: _Reading, column: Column, label: str, text: str, where: str) -> Iterator[Cell]:
    """The figures of one cell, by the pattern of its column."""
    term = _term(label)
    if reading.kind == "models" and text.casefold() in ABSORBED:
        yield Cell(column.name, term, IN, text, label)
        return
    pair = PAIR.match(text) if len(column.parts) > 1 else None
    texts = (pair["first"] + pair["after"], pair["second"]) if pair else (text,)
    for statistic, part in zip(column.parts, texts, strict=False):
        if statistic == INTERVAL:
            bounds = interval(part)
            if bounds is None:
                reading.wrong(
                    say("“{text}” is no interval.", text=part[:30]), where, say("Write it as 0.11 to 0.89.")
                )
                continue
            yield from (
                Cell(column.name, term, name, text, label) for name, text in zip(BOUNDS, bounds, strict=True)
            )
            continue
        stars = _STARS.match(part) if statistic in ("estimate", "odds_ratio") else None
        figure = stars["number"] if stars else part
        if _must_be_number(reading.kind, statistic) and read(figure) is None:
            reading.wrong(say("“{text}” is no figure.", text=part[:20]), where)
            continue
        yield Cell(column.name, term, statistic, figure.strip(), label)
        if stars and (stars["stars"] or statistic == "estimate"):
            yield Cell(column.name, term, "stars", stars["stars"], label)


def _must_be_number(kind: str, statistic: str) -> bool:
    return kind != "claims" and statistic not in ("p", "stars", "step", "sign", "moderates", IN)


def _term(label: str) -> str:
    return "constant" if label.casefold() in CONSTANT else label


def _read_long(reading: _Reading, rows: list[list[str]]) -> None:
    for number, row in enumerate(rows, start=2):
        column, term, statistic, printed, *more = row
        if statistic not in STATISTICS:
            near = near_misses(statistic, STATISTICS)
            where = say("row {number}", number=number)
            reading.wrong(say("“{word}” is no statistic.", word=statistic[:30]), where, near=near)
        reading.cells.append(Cell(column, term, statistic, printed, more[0] if more else ""))


def _check_sizes(reading: _Reading) -> None:
    if len(reading.cells) > MOST_CELLS:
        reading.wrong(say("The table has more than {most:,} figures.", most=MOST_CELLS), "")
    for number, cell in enumerate(reading.cells, start=1):
        for name, most in LONGEST.items():
            if len(getattr(cell, name)) > most:
                where = say("cell {number}", number=number)
                reading.wrong(say("“{name}” is longer than {most} characters.", name=name, most=most), where)
