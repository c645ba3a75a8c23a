"""The flat table of a crosstab: percentages with their errors, bases, comparisons and change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from string import ascii_uppercase
from typing import Any

from analytics.core.crosstab_notes import crosstab_notes
from analytics.core.output.table import Table, TableCell, TableRow, number_cell
from surveys.core.codebook import text_in

One = Mapping[str, Any]

FORCED = "‡"
WORDS: Mapping[str, Mapping[str, str]] = {
    "base": {"en": "N", "zh": "样本量"},
    "rows": {"en": "N (rows)", "zh": "样本量（行）"},
    "weighted": {"en": "N (weighted)", "zh": "样本量（加权）"},
    "all": {"en": "All", "zh": "全部"},
    "change": {"en": "Net change", "zh": "净变化"},
}


def crosstab_table(result: One, language: str) -> Table:
    """The table of a result of kind ``crosstab`` in the language asked for."""
    table = result["table"]
    percent = table.get("percent", "column")
    headings = [text_in(labels, language) for labels in result["column_labels"]]
    rows = [
        TableRow(code, text_in(labels, language), _cells(row, table))
        for code, labels, row in zip(result["codes"], result["row_labels"], table["rows"], strict=True)
    ]
    if percent != "column":
        rows.append(_all_row(table, language))
        rows = [_with_base(row, n) for row, n in zip(rows, _row_bases(table), strict=True)]
    rows += _base_rows(table, language, wide=percent != "column")
    rows += [*_difference_rows(result, language), *_change_rows(result, language)]
    if any(row.get("letters") for row in table["rows"]):
        headings = [f"{head} ({ascii_uppercase[at]})" for at, head in enumerate(headings[:-1])] + headings[
            -1:
        ]
    if percent != "column":
        headings.append(text_in(WORDS["base"], language))
    width = len(headings)
    return Table(tuple(headings), tuple(_padded(row, width) for row in rows), tuple(crosstab_notes(result)))


def _cells(row: One, table: One) -> tuple[TableCell | None, ...]:
    """``52.30‡ (1.20) B``: the percentage, its mark, its standard error and its letters."""
    decimals = table["decimals"]
    fine = max(decimals, 1)  # of errors, which whole numbers would show as 0
    made: list[TableCell | None] = []
    for at, value in enumerate(row["percents"]):
        if value is None:
            made.append(None)
            continue
        error = _at(row, "errors", at)
        text = f"{value:.{decimals}f}" + (FORCED if _at(row, "forced", at) else "")
        text += "" if error is None else f" ({error:.{fine}f})"
        letters = _at(row, "letters", at) or ""
        exact = value if _at(row, "forced", at) else _unrounded(row, table, at)
        exact = float(value if exact is None else exact)
        made.append(TableCell(f"{text} {letters}".rstrip(), exact, error, letters))
    return tuple(made)


def _unrounded(row: One, table: One, at: int) -> float | None:
    """The percentage as it was before rounding; None where its counts are not told."""
    if row.get("exact"):
        exact: float | None = _at(row, "exact", at)
        return exact
    if table.get("weighted_bases"):  # of a table too large for errors only sums of rows are kept
        return None
    bases = {"row": row["counts"][-1], "total": table["bases"][-1]}
    return _share(_at(row, "counts", at), bases.get(table.get("percent", "column"), table["bases"][at]))


def _share(part: float | None, base: float | None) -> float | None:
    return 100 * part / base if part is not None and base else None


def _at(row: One, name: str, at: int) -> Any:
    """A figure that stands beside a percentage, None where the result has none."""
    listed = row.get(name) or ()
    return listed[at] if at < len(listed) else None


def _all_row(table: One, language: str) -> TableRow:
    bases = table.get("weighted_bases") or table["bases"]
    cells = []
    for value, base in zip(table["all_percents"], bases, strict=True):
        cell, exact = number_cell(value, f".{table['decimals']}f"), _share(base, bases[-1])
        cells.append(cell if cell is None or exact is None else replace(cell, value=exact))
    return TableRow("all", text_in(WORDS["all"], language), tuple(cells))


def _row_bases(table: One) -> list[int | None]:
    return [*(row["counts"][-1] for row in table["rows"]), table["bases"][-1]]


def _with_base(row: TableRow, n: int | None) -> TableRow:
    return TableRow(row.key, row.label, (*row.cells, number_cell(n, ",")), row.section)


def _base_rows(table: One, language: str, *, wide: bool) -> list[TableRow]:
    """The rows that percentages stand on, unweighted always, and the sums of weights."""
    weighted = table.get("weighted_bases") or ()
    word = "rows" if weighted else "base"
    cells = tuple(number_cell(n, ",") for n in table["bases"])
    rows = [TableRow("n", text_in(WORDS[word], language), cells, "base")]
    if weighted:
        sums = tuple(number_cell(n, ",.1f") for n in weighted)
        rows.append(TableRow("weighted_n", text_in(WORDS["weighted"], language), sums, "base"))
    return rows


def _difference_rows(result: One, language: str) -> Iterator[TableRow]:
    columns = [text_in(labels, language) for labels in result["column_labels"]]
    names = [text_in(labels, language) for labels in result["row_labels"]]
    for one in result["table"].get("differences") or ():
        label = f"{names[one['row']]}: {columns[one['first']]} − {columns[one['second']]}"
        cell = _with_interval(one["value"], one["low"], one["high"])
        yield TableRow(label, label, (cell,), "differences")


def _change_rows(result: One, language: str) -> Iterator[TableRow]:
    change = result["table"].get("paired") or {}
    names = [text_in(labels, language) for labels in result["row_labels"]]
    for name, one in zip(names, change.get("categories") or (), strict=False):
        label = f"{text_in(WORDS['change'], language)}: {name}"
        yield TableRow(label, label, (_with_interval(one["change"], one["low"], one["high"]),), "change")


def _with_interval(value: float | None, low: float | None, high: float | None) -> TableCell | None:
    if value is None:
        return None
    if low is None or high is None:
        return number_cell(value, "z.2f")
    parts = (("difference", value), ("low", low), ("high", high))
    return TableCell(f"{value:z.2f} ({low:z.2f} – {high:z.2f})", value, parts=parts)


def _padded(row: TableRow, width: int) -> TableRow:
    cells = (*row.cells, *(None,) * (width - len(row.cells)))
    return TableRow(row.key, row.label, cells, row.section)
