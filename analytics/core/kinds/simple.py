"""Descriptives of a mixed list of variables, by group where that is asked for."""

from __future__ import annotations

from typing import Any

import polars as pl

from analytics.core.descriptives import Described, Groups, describe
from analytics.core.frame import MAX_LEVELS, Column, Frame, level_label, levels_used
from analytics.core.kinds.drawn import Drawn, drawn, population
from analytics.core.kinds.labelled import codes_of, labels_of, level_labels
from analytics.core.kinds.outcome import DONE, Outcome
from analytics.core.table_specs import DescriptivesSpec
from surveys.core.problems import Problem, Refused
from surveys.core.said import say

MOST_GROUPS = 20  # of a descriptive table; more columns than any page shows


def run_descriptives(spec: DescriptivesSpec, frame: Frame) -> Outcome:
    """Count and percent, mean and SD, or one line per category, as values and ``show`` suggest."""
    problems = [
        problem for name in spec.variables if (problem := _unfit(name, spec.show.get(name, ""), frame))
    ]
    if spec.by:
        problems += [problem for problem in (unfit_groups(spec.by, frame),) if problem]
    if problems:
        raise Refused(problems)
    by = (spec.by,) if spec.by else ()
    rows = drawn(frame, (*(spec.variables if spec.missing == "listwise" else ()), *by), spec)
    described = [_described(name, spec.show.get(name, ""), frame[name], rows) for name in spec.variables]
    groups = _groups(frame[spec.by], rows) if spec.by else None
    table = describe(described, used=rows.used, groups=groups, design=rows.design)
    result: dict[str, Any] = {
        "kind": spec.kind,
        "table": table.as_json(),
        "labels": {name: labels_of(frame[name].variable) for name in (*spec.variables, *by)},
        "level_labels": {name: _level_labels(frame[name]) for name in spec.variables},
        "missing": spec.missing,
        **population(spec, frame, rows),
    }
    if groups is not None:
        result["group_labels"] = [level_labels(frame[spec.by].variable, code) for code, _ in groups.levels]
    if rows.design is not None:
        result["design"] = spec.design.as_json() | {"df": rows.design.df}
    return Outcome(DONE, result, rows.sample.n, rows.sample.lost, (*rows.checks, *table.checks))


def _groups(column: Column, rows: Drawn) -> Groups:
    codes = levels_used(column, rows.sample.mask)
    levels = tuple((code, level_label(column.variable, code)) for code in codes)
    return Groups(column.variable.name, column.values.filter(pl.Series(rows.rows)), levels)


def _described(name: str, show: str, column: Column, rows: Drawn) -> Described:
    values = column.values.filter(pl.Series(rows.rows))
    reasons = column.reasons.filter(pl.Series(rows.sample.mask))
    lost = {str(reason): int(n) for reason, n in reasons.drop_nulls().value_counts(sort=True).iter_rows()}
    absent = values.is_null().to_numpy() | ~rows.used
    if column.is_number and show != "levels" and (show or not column.is_factor):
        return Described(name, column.numbers()[rows.rows], absent, lost)
    codes = codes_of(column, rows.sample.mask)
    levels = tuple((code, level_label(column.variable, code)) for code in codes)
    return Described(name, values, absent, lost, levels)


def _level_labels(column: Column) -> dict[str, dict[str, str]]:
    """What the labelled categories of a line are called in every language, by their English name."""
    variable = column.variable
    return {level_label(variable, code.value): level_labels(variable, code.value) for code in variable.codes}


def unfit_groups(name: str, frame: Frame) -> Problem | None:
    """What keeps a variable from making the groups of a table."""
    n = frame[name].values.drop_nulls().n_unique()
    if n <= MOST_GROUPS:
        return None
    message = say(
        "{name} has {n:,} categories; a table has up to {most} groups.", name=name, n=n, most=MOST_GROUPS
    )
    return Problem(
        "too_many_levels", message, where="by", hint="Derive a measure with fewer categories first."
    )


def _unfit(name: str, show: str, frame: Frame) -> Problem | None:
    """What keeps a variable from being shown as asked."""
    column = frame[name]
    if not column.is_number and not column.is_factor:
        message = say(
            "{name} is a {type}; a table needs numbers or categories.", name=name, type=column.variable.type
        )
        return Problem("wrong_type", message, where="variables", hint="Derive a measure from it first.")
    if show in ("share", "mean") and not column.is_number:
        return Problem(
            "wrong_type",
            say("{name} holds categories and has no {show}.", name=name, show=show),
            where="show",
        )
    if show == "share" and not set(column.values.drop_nulls().unique().to_list()) <= {0, 1}:
        return Problem(
            "wrong_type",
            say("{name} has values other than 0 and 1; it has no share.", name=name),
            where="show",
        )
    if column.is_factor and column.values.n_unique() > MAX_LEVELS and show != "mean":
        message = say("{name} has more than {most} categories.", name=name, most=MAX_LEVELS)
        return Problem(
            "too_many_levels", message, where="variables", hint="Derive a measure with fewer first."
        )
    return None
