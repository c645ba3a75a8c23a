"""Crosstabs by group, plain or under a sampling design."""

from __future__ import annotations

import polars as pl

from analytics.core.crosstab import crosstab
from analytics.core.crosstab.asked import MOST_COMPARED
from analytics.core.frame import MAX_LEVELS, Column, Frame, level_label, level_text, levels_used
from analytics.core.kinds.drawn import drawn, population
from analytics.core.kinds.labelled import codes_of, labels_of, level_labels
from analytics.core.kinds.outcome import DONE, Outcome
from analytics.core.table_specs import CrosstabSpec
from surveys.core.codebook import Scalar
from surveys.core.problems import refuse
from surveys.core.said import say

ALL_LABELS = {"en": "All", "zh": "全部"}
Codes = tuple[Scalar, ...]


def run_crosstab(spec: CrosstabSpec, frame: Frame) -> Outcome:
    """Percentages with their bases, All, and the test: Pearson's, or Rao and Scott's under a design."""
    row, column = frame[spec.variable], frame[spec.by]
    rows = drawn(frame, (spec.variable, spec.by), spec)
    codes, groups = codes_of(row, rows.sample.mask), levels_used(column, rows.sample.mask)
    if spec.asked.paired:
        codes = groups = _of_both(row, column, codes, codes_of(column, rows.sample.mask))
    _check_size(spec, codes, groups)
    kept = pl.Series(rows.rows)
    table = crosstab(
        row.values.filter(kept),
        column.values.filter(kept),
        ~rows.used,
        variable=spec.variable,
        by=spec.by,
        levels=tuple((code, level_label(row.variable, code)) for code in codes),
        columns=tuple((code, level_label(column.variable, code)) for code in groups),
        asked=spec.asked,
        reasons=rows.sample.lost,
        design=rows.design,
    )
    result = {
        "kind": spec.kind,
        "table": table.as_json(),
        "codes": [level_text(code) for code in codes],
        "column_codes": [*(level_text(code) for code in groups), "all"],
        "row_labels": [level_labels(row.variable, code) for code in codes],
        "column_labels": [*(level_labels(column.variable, code) for code in groups), ALL_LABELS],
        "labels": {spec.variable: labels_of(row.variable), spec.by: labels_of(column.variable)},
        **population(spec, frame, rows),
    }
    if spec.design:
        result["design"] = spec.design.as_json() | {"df": rows.design.df if rows.design else None}
    return Outcome(DONE, result, rows.sample.n, rows.sample.lost, (*rows.checks, *table.checks))


def _of_both(row: Column, column: Column, codes: Codes, others: Codes) -> Codes:
    """The categories of two items that ask the same; Refused where one holds texts and the other numbers."""
    if row.values.dtype.is_numeric() != column.values.dtype.is_numeric():
        message = say(
            "{variable} and {by} have different types; the same item asked twice has one.",
            variable=row.variable.name,
            by=column.variable.name,
        )
        raise refuse("wrong_type", message, hint="Leave paired out, or derive measures of one type.")
    return (*codes, *(code for code in others if code not in codes))


def _check_size(spec: CrosstabSpec, codes: Codes, groups: Codes) -> None:
    for name, levels in ((spec.variable, codes), (spec.by, groups)):
        if len(levels) > MAX_LEVELS:
            message = say(
                "{name} has {n:,} categories; a crosstab may have {most}.",
                name=name,
                n=len(levels),
                most=MAX_LEVELS,
            )
            raise refuse("too_many_levels", message, hint="Derive a measure with fewer categories first.")
    if (spec.asked.letters or spec.asked.differences) and len(groups) > MOST_COMPARED:
        message = say(
            "{name} has {n} categories; up to {most} columns are compared with one another.",
            name=spec.by,
            n=len(groups),
            most=MOST_COMPARED,
        )
        raise refuse(
            "too_many_levels", message, hint="Leave letters and differences out, or merge categories."
        )
