"""A run beside a published table: printed figure, computed figure and verdict, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.core.audit.implied import parameters
from analytics.core.audit.stars import p_value, stars_of
from analytics.core.compared import (
    CONTRADICTS,
    DIFFERS,
    EQUAL,
    NOT_COMPUTED,
    SAME_CLASS,
    SAMPLING,
    Compared,
    ComparedRow,
    Comparison,
    Z,
    compare_figure,
    summaries,
)
from analytics.core.compared_figures import (
    compare_figures,
    crosstab_figures,
    descriptive_figures,
    ranked_figures,
)
from analytics.core.printed import Printed
from analytics.core.targets import (
    ABSORBED,
    FIT_STATISTICS,
    STARS,
    PublishedTable,
    row_key,
)
from surveys.core.said import say

COEFFICIENT_RULE = (
    "Equal: the same at the printed digits. Within sampling error: |computed − printed| ≤ 1.96 "
    "of the run's own "
    "standard errors. Same class: beyond that, with the same sign and the same stars. "
    "Contradicts: none of these."
)


def compare(
    table: PublishedTable, result: Mapping[str, Any], column: str = "", *, is_synthetic: bool = False
) -> Comparison | None:
    """``result`` (of a run) beside ``table``; ``column`` restricts a single model to one column of it.

    Means and percentages of synthetic rows, which are another draw, are allowed the sampling error of both.
    None where the two are of kinds that cannot stand beside each other.
    """
    if "models" in result and table.kind == "models":
        return _compare_models(table, result["models"], column)
    if result.get("kind") == "descriptives" and table.kind == "descriptives":
        return compare_figures(table, descriptive_figures(result), is_synthetic)
    if result.get("kind") == "crosstab" and table.kind == "crosstab":
        return compare_figures(table, crosstab_figures(table, result), is_synthetic)
    if result.get("kind") == "ranked_response" and table.kind == "ranked":
        return compare_figures(table, ranked_figures(table, result), is_synthetic)
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
    return Comparison(heads, tuple(rows), COEFFICIENT_RULE, summaries(columns, rows))


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
            return compare_figure(cell, fitted.statistic(cell.statistic))
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
