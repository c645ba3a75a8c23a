"""What a run has beside its table, for a terminal: effects, slopes, predictions and comparisons of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.core.output.table import Table, TableCell, TableRow

NONE = "–"
HEADS = ("Estimate", "Std. error", "p", "95% from", "95% to")


def lines_of(document: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a run's document, each part under its name; models of a series under theirs."""
    models = document.get("models") if isinstance(document.get("models"), list) else None
    if models is None:
        yield from _of_model(document, "")
        return
    for model in models:
        if not model["converged"]:
            why = next((one["message"] for one in model["checks"] if one["severity"] == "error"), "")
            yield f"{model['label']} gave no numbers: {why}".removesuffix(": ")
    for model in models:
        yield from _of_model(model, f"{model['label']}: ")
    for one in document.get("comparisons") or ():
        yield _compared(one)


def _of_model(model: Mapping[str, Any], name: str) -> Iterator[str]:
    parts = (
        ("average marginal effects", model.get("marginal_effects")),
        ("slopes", model.get("slopes")),
        ("predictions", model.get("predictions")),
    )
    for title, found in parts:
        if found:
            yield ""
            yield f"{name}{title}"
            yield Table(HEADS, tuple(_row(one) for one in found)).as_text()


def _row(one: Mapping[str, Any]) -> TableRow:
    at = ", ".join(f"{name} = {_place(value)}" for name, value in one.get("at", {}).items())
    what = " where ".join(part for part in (one.get("term", ""), at) if part)
    if one.get("category") is not None:
        what = f"{what} → {one['category']}"
    names = ("estimate", "std_error", "p_value", "conf_low", "conf_high")
    return TableRow(what, what, tuple(TableCell(_number(one.get(name))) for name in names))


def _compared(one: Mapping[str, Any]) -> str:
    head = f"{one['larger']} against {one['smaller']}: "
    if one.get("reason"):
        return f"{head}{one['reason']}{_wald(one.get('wald'))}"
    note = f" ({one['note']})" if one.get("note") else ""
    return f"{head}χ² = {one['statistic']:.2f}, df = {one['df']}, p = {_number(one['p_value'])}{note}"


def _wald(wald: Mapping[str, Any] | None) -> str:
    if not wald:
        return ""
    letter, more = ("F", f", {wald['df2']:.1f}") if wald["df2"] else ("χ²", "")
    tested = f"{letter} = {wald['statistic']:.2f}, df = {wald['df']}{more}, p = {_number(wald['p_value'])}"
    return f" Wald's test of the terms added: {tested}"


def _number(value: float | None) -> str:
    return NONE if value is None else f"{value:.4f}"


def _place(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
