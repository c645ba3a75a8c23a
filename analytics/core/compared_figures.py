"""Published tables whose every figure stands for itself, beside a run: descriptives and crosstabs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from analytics.core.compared import VERDICTS, Compared, ComparedRow, Comparison, compare_figure, summaries
from analytics.core.targets import FIT_STATISTICS, Cell, PublishedTable
from surveys.core.said import say

FIGURE_RULE = say("Equal: the computed figure prints as published. Differs: it does not.")
SAMPLING_RULE = say(
    "Equal: the computed figure prints as published. Within sampling error: |computed − printed| ≤ 1.96 "
    "standard errors of the difference of two samples (the rows here are synthetic). Differs: neither."
)


def compare_figures(
    table: PublishedTable, computed: Callable[[Cell], float | None], is_synthetic: bool = False
) -> Comparison:
    """Tables whose every figure stands for itself: counts, percentages, means, standard deviations."""
    columns = list(table.columns)
    rows = []
    for term in table.terms:
        cells = []
        for column in columns:
            mine = [cell for cell in table.cells if cell.column == column and cell.term == term]
            cells.append(_together([_figure(table, cell, computed(cell), is_synthetic) for cell in mine]))
        rows.append(
            ComparedRow(term, table.label(term), tuple(cells), "fit" if term in FIT_STATISTICS else "terms")
        )
    heads = tuple({"column": column, "label": column} for column in columns)
    rule = SAMPLING_RULE if is_synthetic else FIGURE_RULE
    return Comparison(heads, tuple(rows), rule, summaries(columns, rows))


def _figure(table: PublishedTable, cell: Cell, computed: float | None, is_synthetic: bool) -> Compared:
    return compare_figure(cell, computed, standard_error(table, cell) if is_synthetic else None)


def standard_error(table: PublishedTable, cell: Cell) -> float | None:
    """Of the difference between two samples of the printed size: √2 times that of one, from printed figures.

    Percentages √(p (100 − p) / n), counts n times that share, means SD / √n, SDs SD / √(2 n).
    """
    n, printed = table.base(cell.column), cell.number
    own = table.figure(cell.column, cell.term, "n")
    n = round(own.value) if own is not None else n
    if not n or n < 2 or printed is None:
        return None
    if cell.statistic in ("percent", "count"):
        share = printed.value / 100 if cell.statistic == "percent" else printed.value / n
        if not 0 <= share <= 1:
            return None
        return math.sqrt(2 * share * (1 - share) / n) * (100 if cell.statistic == "percent" else n)
    sd = table.figure(cell.column, cell.term, "sd")
    if sd is None or cell.statistic not in ("mean", "sd"):
        return None
    return sd.value * math.sqrt(2 / n if cell.statistic == "mean" else 1 / n)


def _together(figures: list[Compared]) -> Compared | None:
    """Several figures of one cell (count and percent): the worst verdict stands for all."""
    if not figures:
        return None
    worst = max(figures, key=lambda one: VERDICTS.index(one.verdict))
    printed = {name: text for one in figures for name, text in one.printed.items()}
    shown = {name: text for one in figures for name, text in one.shown.items()}
    return Compared(worst.column, printed, shown, worst.verdict)


def descriptive_figures(result: Mapping[str, Any]) -> Callable[[Cell], float | None]:
    rows = {row["variable"]: row for row in result["table"]["rows"]}

    def computed(cell: Cell) -> float | None:
        row = rows.get(cell.term)
        value = row.get(cell.statistic) if row else None
        return float(value) if value is not None else None

    return computed


def crosstab_figures(table: PublishedTable, result: Mapping[str, Any]) -> Callable[[Cell], float | None]:
    crosstab = result["table"]
    rows = _places(result["codes"], result["row_labels"])
    columns = _places(result["column_codes"], result["column_labels"])
    notes = table.notes.get("columns", {})

    def computed(cell: Cell) -> float | None:
        column = _place(columns, (str(notes.get(cell.column, "")), cell.column))
        if column is None:
            return None
        if cell.statistic == "n":
            base = crosstab["bases"][column]
            return float(base) if base is not None else None
        row = _place(rows, (cell.term, cell.label))
        if row is None or cell.statistic not in ("percent", "count"):
            return None
        value = crosstab["rows"][row]["percents" if cell.statistic == "percent" else "counts"][column]
        return float(value) if value is not None else None

    return computed


def ranked_figures(table: PublishedTable, result: Mapping[str, Any]) -> Callable[[Cell], float | None]:
    """Percentages of a ranked table are weighted shares: points times the share at each rank, added."""
    ranked, notes = result["table"], table.notes.get("columns", {})
    rows = _places((row["option"] for row in ranked["rows"]), result["option_labels"])
    columns = _places(result["column_codes"], result["column_labels"])

    def computed(cell: Cell) -> float | None:
        column = _place(columns, (str(notes.get(cell.column, "")), cell.column))
        if column is None:
            return None
        if cell.statistic == "n":
            base = ranked["columns"][column]["n"]
            return float(base) if base is not None else None
        row = _place(rows, (cell.term, cell.label))
        figures = ranked["rows"][row]["figures"] if row is not None else ()
        place = column - len(columns) + len(figures)  # figures of groups may be withheld
        if cell.statistic != "percent" or not 0 <= place < len(figures):
            return None
        value = figures[place]["shares"]["value"]
        return float(value) if value is not None else None

    return computed


def _places(codes: Iterable[str], labels: Iterable[Mapping[str, str]]) -> list[set[str]]:
    """For each row or column every name it may be called by, folded."""
    return [
        {code.casefold(), *(text.casefold() for text in named.values())}
        for code, named in zip(codes, labels, strict=True)
    ]


def _place(names: list[set[str]], wanted: Iterable[str]) -> int | None:
    for text in wanted:
        for position, known in enumerate(names):
            if text and text.casefold() in known:
                return position
    return None
