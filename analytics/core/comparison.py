"""A run beside a published table: printed figure, computed figure and verdict, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.core.audit.implied import parameters
from analytics.core.audit.stars import p_value, stars_of
from analytics.core.printed import Printed
from analytics.core.targets import (
    ABSORBED,
    FIT_STATISTICS,
    STARS,
    Cell,
    PublishedTable,
    row_key,
)
from surveys.core.said import say

EQUAL, SAMPLING, SAME_CLASS, CONTRADICTS = "equal", "within_sampling_error", "same_class", "contradicts"
DIFFERS, NOT_COMPUTED = "differs", "not_computed"
VERDICTS = (EQUAL, SAMPLING, SAME_CLASS, CONTRADICTS, DIFFERS, NOT_COMPUTED)
Z = 1.96

COEFFICIENT_RULE = (
    "Equal: the same at the printed digits. Within sampling error: |computed − printed| ≤ 1.96 "
    "of the run's own "
    "standard errors. Same class: beyond that, with the same sign and the same stars. "
    "Contradicts: none of these."
)
FIGURE_RULE = "Equal: the computed figure prints as published. Differs: it does not."


@dataclass(frozen=True)
class Compared:
    """One cell: the texts printed, the numbers computed (shown with the printed decimals), the verdict.

    ``z`` is (computed - printed) / own standard error, for coefficients.
    """

    column: str
    printed: Mapping[str, str]
    shown: Mapping[str, str]
    verdict: str
    z: float | None = None


@dataclass(frozen=True)
class ComparedRow:
    """One row of the published table; ``cells`` in the order of the columns, None where empty."""

    term: str
    label: str
    cells: tuple[Compared | None, ...]
    section: str = "terms"  # or absorbed, fit
    coding: Mapping[str, str] = field(default_factory=dict)  # by language


@dataclass(frozen=True)
class Comparison:
    """``columns``: what each column is called and what stands beside it; ``summary`` counts verdicts."""

    columns: tuple[Mapping[str, str], ...]
    rows: tuple[ComparedRow, ...]
    rule: str
    summary: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        """Plain types only, ready for a page or a command."""
        return {
            "rule": self.rule,
            "columns": [dict(column) for column in self.columns],
            "rows": [
                {
                    "term": row.term,
                    "label": row.label,
                    "coding": dict(row.coding),
                    "section": row.section,
                    "cells": [_cell_json(cell) for cell in row.cells],
                }
                for row in self.rows
            ],
            "summary": [dict(one) for one in self.summary],
        }


def compare(table: PublishedTable, result: Mapping[str, Any], column: str = "") -> Comparison | None:
    """``result`` (of a run) beside ``table``; ``column`` restricts a single model to one column of it.

    None where the two are of kinds that cannot stand beside each other.
    """
    if "models" in result and table.kind == "models":
        return _compare_models(table, result["models"], column)
    if result.get("kind") == "descriptives" and table.kind == "descriptives":
        return _compare_figures(table, _descriptive_figures(result))
    if result.get("kind") == "crosstab" and table.kind == "crosstab":
        return _compare_figures(table, _crosstab_figures(table, result))
    return None


def _compare_models(table: PublishedTable, models: Sequence[Mapping[str, Any]], only: str) -> Comparison:
    beside = {only or str(one.get("column") or one["name"]): _Fitted(one) for one in models}
    columns = [column for column in table.columns if column in beside]
    rule = {str(mark): float(p) for mark, p in table.notes.get("stars", STARS).items()}
    rows = []
    for term in table.terms:
        cells = tuple(_model_cell(table, column, term, beside[column], rule) for column in columns)
        if any(cells):
            section = next(
                _section(table, term, column) for column, cell in zip(columns, cells, strict=True) if cell
            )
            rows.append(ComparedRow(term, table.label(term), cells, section, table.coding(term)))
    rows += _parameter_row(table, columns, beside)
    labels = {model.column: model for model in table.models()}
    heads = tuple(
        {
            "column": column,
            "label": labels[column].label,
            "printed_as": labels[column].kind,
            "run_as": beside[column].kind,
            "run_label": beside[column].label,
        }
        for column in columns
    )
    return Comparison(heads, tuple(rows), COEFFICIENT_RULE, _summaries(columns, rows))


class _Fitted:
    """A fitted model of a result, its estimates by row of a table."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        self.kind, self.label = str(model["kind"]), str(model["label"])
        self.result = model["result"]
        keys = {column["name"]: row_key(column["key"]) for column in model["columns"]}
        self.terms = {column["term"] for column in model["columns"]}
        self.estimates = {keys[one["term"]]: one for one in self.result["estimates"]}
        self.fit: Mapping[str, Any] = self.result["fit"] or {}
        self.absorbed = frozenset(model.get("absorbed", ()))

    def statistic(self, name: str) -> float | None:
        if name == "icc":
            icc = self.result.get("icc")
            return icc["value"] if icc else None
        value = self.fit.get(name)
        return float(value) if value is not None else None


def _section(table: PublishedTable, term: str, column: str) -> str:
    if table.cell(column, term, ABSORBED) is not None:
        return "absorbed"
    return "terms" if table.cell(column, term, "estimate") is not None else "fit"


def _model_cell(
    table: PublishedTable, column: str, term: str, fitted: _Fitted, rule: Mapping[str, float]
) -> Compared | None:
    mine = [cell for cell in table.cells if cell.column == column and cell.term == term]
    texts = {cell.statistic: cell.printed for cell in mine}
    if ABSORBED in texts:
        verdict = EQUAL if term in fitted.absorbed else NOT_COMPUTED
        return Compared(column, texts, {ABSORBED: "in"} if verdict == EQUAL else {}, verdict)
    for cell in mine:
        if cell.statistic in FIT_STATISTICS:
            return _figure(cell, fitted.statistic(cell.statistic))
    printed = table.figure(column, term, "estimate")
    if printed is None:
        return None
    found = fitted.estimates.get(row_key(term))
    if found is None or found["std_error"] is None:
        return Compared(column, texts, {}, NOT_COMPUTED)
    return _coefficient(column, texts, printed, table.figure(column, term, "se"), found, rule)


def _coefficient(
    column: str,
    texts: Mapping[str, str],
    printed: Printed,
    printed_error: Printed | None,
    found: Mapping[str, Any],
    rule: Mapping[str, float],
) -> Compared:
    estimate, error = found["estimate"], found["std_error"]
    computed_stars = stars_of(found["p_value"], rule)
    z = (estimate - printed.value) / error if error else None
    if printed.agrees(estimate):
        verdict = EQUAL
    elif z is not None and abs(z) <= Z:
        verdict = SAMPLING
    else:
        stars = texts.get("stars")
        if stars is None and printed_error is not None and printed_error.value:
            stars = stars_of(p_value(printed.value / printed_error.value), rule)
        same = (estimate < 0) == (printed.value < 0) and computed_stars == (stars or "").strip()
        verdict = SAME_CLASS if same else CONTRADICTS
    shown = {"estimate": printed.like(estimate), "stars": computed_stars}
    shown["se"] = (printed_error or printed).like(error)
    return Compared(column, texts, shown, verdict, z)


def _figure(cell: Cell, computed: float | None) -> Compared:
    texts, printed = {cell.statistic: cell.printed}, cell.number
    if computed is None or printed is None:
        return Compared(cell.column, texts, {}, NOT_COMPUTED)
    verdict = EQUAL if printed.agrees(computed) else DIFFERS
    return Compared(cell.column, texts, {cell.statistic: printed.like(computed)}, verdict)


def _parameter_row(
    table: PublishedTable, columns: list[str], beside: Mapping[str, _Fitted]
) -> list[ComparedRow]:
    """The parameters that the printed AIC implies beside those the run estimated."""
    cells: list[Compared | None] = []
    printed = {model.column: parameters(model)[1] for model in table.models()}
    for column in columns:
        implied, computed = printed[column], beside[column].statistic("df")
        if implied is None:
            cells.append(None)
            continue
        text = "" if computed is None else f"{computed:.0f}"
        verdict = NOT_COMPUTED if computed is None else (EQUAL if implied == computed else DIFFERS)
        cells.append(Compared(column, {"df": str(implied)}, {"df": text}, verdict))
    return [ComparedRow("df", say("Parameters (implied by AIC)"), tuple(cells), "fit")] if any(cells) else []


def _compare_figures(table: PublishedTable, computed: Callable[[Cell], float | None]) -> Comparison:
    """Tables whose every figure stands for itself: counts, percentages, means, standard deviations."""
    columns = list(table.columns)
    rows = []
    for term in table.terms:
        cells = []
        for column in columns:
            mine = [cell for cell in table.cells if cell.column == column and cell.term == term]
            cells.append(_together([_figure(cell, computed(cell)) for cell in mine]))
        rows.append(
            ComparedRow(term, table.label(term), tuple(cells), "fit" if term in FIT_STATISTICS else "terms")
        )
    heads = tuple({"column": column, "label": column} for column in columns)
    return Comparison(heads, tuple(rows), FIGURE_RULE, _summaries(columns, rows))


def _together(figures: list[Compared]) -> Compared | None:
    """Several figures of one cell (count and percent): the worst verdict stands for all."""
    if not figures:
        return None
    worst = max(figures, key=lambda one: VERDICTS.index(one.verdict))
    printed = {name: text for one in figures for name, text in one.printed.items()}
    shown = {name: text for one in figures for name, text in one.shown.items()}
    return Compared(worst.column, printed, shown, worst.verdict)


def _descriptive_figures(result: Mapping[str, Any]) -> Callable[[Cell], float | None]:
    rows = {row["variable"]: row for row in result["table"]["rows"]}

    def computed(cell: Cell) -> float | None:
        row = rows.get(cell.term)
        value = row.get(cell.statistic) if row else None
        return float(value) if value is not None else None

    return computed


def _crosstab_figures(table: PublishedTable, result: Mapping[str, Any]) -> Callable[[Cell], float | None]:
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


def _summaries(columns: list[str], rows: Sequence[ComparedRow]) -> tuple[Mapping[str, Any], ...]:
    summaries = []
    for position, column in enumerate(columns):
        cells = [(row.section, cell) for row in rows if (cell := row.cells[position]) is not None]
        terms = [cell for section, cell in cells if section == "terms"]
        counts = Counter(cell.verdict for cell in terms)
        largest = max((abs(cell.z) for cell in terms if cell.z is not None), default=None)
        agreeing = sum(counts[verdict] for verdict in (EQUAL, SAMPLING))
        summaries.append(
            {
                "column": column,
                "cells": len(terms),
                "agreeing": agreeing,
                "share": agreeing / len(terms) if terms else None,
                "largest_z": largest,
                "fit_equal": sum(cell.verdict == EQUAL for section, cell in cells if section == "fit"),
                "fit_cells": sum(section == "fit" for section, _ in cells),
                "verdicts": {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]},
            }
        )
    return tuple(summaries)


def _cell_json(cell: Compared | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {
        "column": cell.column,
        "printed": dict(cell.printed),
        "computed": dict(cell.shown),
        "verdict": cell.verdict,
        "z": cell.z,
    }
