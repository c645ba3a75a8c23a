"""A codebook as rows of a table: one row per variable, then one per code and per missing rule."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl

from surveys.core.codebook import Labels, MissingRule, Variable, text_in
from surveys.core.writing.cells import reason_labels
from surveys.core.writing.table import ExportTable

HEADER = (
    "variable", "entry", "value", "high", "label", "reason",
    "type", "level", "role", "question", "universe", "unit", "labels",
)  # fmt: skip


def codebook_rows(
    table: ExportTable, language: str, companions: frozenset[str] = frozenset()
) -> Iterator[tuple[str, ...]]:
    """Rows under :data:`HEADER`; ``entry`` is file, variable, code, missing or set.

    ``label`` is in ``language``, ``labels`` holds all languages as JSON.  ``companions`` are variables
    whose reasons of absence stand in a column of their own.
    """
    yield _row(entry="file", value="title", label=table.heading)
    for remark in table.remarks:
        yield _row(entry="file", value="note", label=remark)
    yield _row(entry="file", value="rows", label=str(table.rows))
    for variable in table.codebook.variables:
        yield _variable(variable, language)
        for code in variable.codes:
            yield _labelled(variable.name, "code", str(code.value), code.labels, language)
        for rule in variable.missing:
            yield _missing(variable, rule, language)
        if variable.name in companions:
            label = f"Reasons of absence stand in the column {companion(variable.name)}."
            yield _row(variable=variable.name, entry="note", label=label)
    for one in table.codebook.sets:
        members = json.dumps(
            {"kind": one.kind, "counted": one.counted_value, "variables": one.variables}, ensure_ascii=False
        )
        yield _labelled(one.name, "set", members, one.labels, language)


def codebook_frame(table: ExportTable, language: str, companions: frozenset[str]) -> pl.DataFrame:
    """The same rows as a frame of text; empty cells are null."""
    rows = [tuple(cell or None for cell in row) for row in codebook_rows(table, language, companions)]
    return pl.DataFrame(rows, schema=dict.fromkeys(HEADER, pl.String), orient="row")


def companion(name: str) -> str:
    """The column that names why cells of ``name`` are empty."""
    return f"{name}__reason"


def _row(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(name, "") for name in HEADER)


def _json(labels: Labels) -> str:
    return json.dumps(dict(labels), ensure_ascii=False, sort_keys=True) if labels else ""


def _labelled(name: str, entry: str, value: str, labels: Labels, language: str) -> tuple[str, ...]:
    return _row(
        variable=name, entry=entry, value=value, label=text_in(labels, language), labels=_json(labels)
    )


def _variable(variable: Variable, language: str) -> tuple[str, ...]:
    return _row(
        variable=variable.name, entry="variable", label=text_in(variable.labels, language),
        type=variable.type.value, level=variable.level.value, role=variable.role.value,
        question=text_in(variable.question, language), universe=variable.universe,
        unit=variable.unit, labels=_json(variable.labels),
    )  # fmt: skip


def _missing(variable: Variable, rule: MissingRule, language: str) -> tuple[str, ...]:
    label = text_in(rule.labels, language) or text_in(reason_labels(variable, rule.reason), language)
    entry = "missing_range" if rule.value is None and rule.tag is None else "missing"
    if rule.tag is not None:
        value, high = f".{rule.tag}", ""
    elif rule.value is not None:
        value, high = str(rule.value), ""
    else:
        value, high = ("" if bound is None else f"{bound:g}" for bound in (rule.low, rule.high))
    return _row(
        variable=variable.name, entry=entry,
        value=value, high=high, label=label, reason=rule.reason, labels=_json(rule.labels),
    )  # fmt: skip
