"""Tables without models: descriptives of a mixed list of variables, and crosstabs by group."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.core.crosstab import crosstab
from analytics.core.descriptives import Described, describe
from analytics.core.frame import (
    MAX_LEVELS,
    Column,
    Frame,
    Mask,
    in_order,
    level_label,
    level_text,
    levels_used,
)
from analytics.core.kinds.outcome import DONE, Outcome
from analytics.core.sample import Sample, listwise
from analytics.core.table_specs import CrosstabSpec, DescriptivesSpec
from surveys.core.codebook import Scalar, Variable
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say

LANGUAGES = ("en", "zh")


def run_descriptives(spec: DescriptivesSpec, frame: Frame) -> Outcome:
    """Count and percent, mean and SD, or one line per category, as values and ``show`` suggest."""
    problems = [
        problem for name in spec.variables if (problem := _unfit(name, spec.show.get(name, ""), frame))
    ]
    if problems:
        raise Refused(problems)
    needed = spec.variables if spec.missing == "listwise" else ()
    sample = _sample(frame, needed, spec)
    described = [
        _described(name, spec.show.get(name, ""), frame[name], sample.mask) for name in spec.variables
    ]
    table = describe(described)
    labels = {name: _labels(frame[name].variable) for name in spec.variables}
    result = {"kind": spec.kind, "table": table.as_json(), "labels": labels, "missing": spec.missing}
    return Outcome(DONE, result, sample.n, sample.lost, table.checks)


def run_crosstab(spec: CrosstabSpec, frame: Frame) -> Outcome:
    """Column percentages with their bases, All, and Pearson's test."""
    row, column = frame[spec.variable], frame[spec.by]
    sample = _sample(frame, (spec.variable, spec.by), spec)
    codes, groups = _codes(row, sample.mask), levels_used(column, sample.mask)
    for name, levels in ((spec.variable, codes), (spec.by, groups)):
        if len(levels) > MAX_LEVELS:
            message = say(
                "{name} has {n:,} categories; a crosstab may have {most}.",
                name=name,
                n=len(levels),
                most=MAX_LEVELS,
            )
            raise refuse("too_many_levels", message, hint="Derive a measure with fewer categories first.")
    kept = pl.Series(sample.mask)
    table = crosstab(
        _plain(row.values.filter(kept)),
        _plain(column.values.filter(kept)),
        np.zeros(sample.n, dtype=np.bool_),
        variable=spec.variable,
        by=spec.by,
        levels=tuple((code, level_label(row.variable, code)) for code in codes),
        columns=tuple((code, level_label(column.variable, code)) for code in groups),
        decimals=spec.decimals,
        reasons=sample.lost,
    )
    result = {
        "kind": spec.kind,
        "table": table.as_json(),
        "codes": [level_text(code) for code in codes],
        "column_codes": [*(level_text(code) for code in groups), "all"],
        "row_labels": [_level_labels(row.variable, code) for code in codes],
        "column_labels": [*(_level_labels(column.variable, c) for c in groups), {"en": "All", "zh": "全部"}],
        "labels": {spec.variable: _labels(row.variable), spec.by: _labels(column.variable)},
    }
    return Outcome(DONE, result, sample.n, sample.lost, table.checks)


def _sample(frame: Frame, needed: tuple[str, ...], spec: DescriptivesSpec | CrosstabSpec) -> Sample:
    sample = listwise(frame, needed, (), spec.where)
    if sample.n == 0:
        most = max(sample.lost, key=lambda key: sample.lost[key], default="")
        hint = say("Most rows were lost to {most}.", most=most) if most else ""
        raise refuse("no_rows", "No row has all the variables of this analysis.", hint=hint)
    return sample


def _described(name: str, show: str, column: Column, mask: Mask) -> Described:
    kept = pl.Series(mask)
    values, reasons = column.values.filter(kept), column.reasons.filter(kept)
    lost = {str(reason): int(n) for reason, n in reasons.drop_nulls().value_counts(sort=True).iter_rows()}
    absent = values.is_null().to_numpy()
    if column.is_number and show != "levels" and (show or not column.is_factor):
        return Described(name, column.numbers()[mask], absent, lost)
    levels = tuple((code, level_label(column.variable, code)) for code in _codes(column, mask))
    filler: Scalar = "" if not column.is_number else 0
    return Described(name, _plain(values.fill_null(filler)), absent, lost, levels)


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


def _codes(column: Column, mask: Mask) -> tuple[Scalar, ...]:
    """The codes of the codebook that are no absences, also where nobody has them, then the others found."""
    found = levels_used(column, mask)
    known = [code.value for code in column.variable.codes if not _is_missing(code.value, column.variable)]
    if not column.is_factor and not set(found) <= set(known):
        return found
    return in_order(column.variable, dict.fromkeys((*known, *found)))


def _is_missing(value: Scalar, variable: Variable) -> bool:
    for rule in variable.missing:
        if rule.value is not None and rule.value == value:
            return True
        if rule.low is not None or rule.high is not None:
            low = -np.inf if rule.low is None else rule.low
            high = np.inf if rule.high is None else rule.high
            if not isinstance(value, str) and low <= value <= high:
                return True
    return False


def _plain(values: pl.Series) -> npt.NDArray[Any]:
    """Codes as numpy keeps them apart: numbers as numbers, texts as texts."""
    return values.to_numpy() if values.dtype.is_numeric() else np.array(values.to_list(), dtype=np.str_)


def _labels(variable: Variable) -> dict[str, str]:
    return {language: variable.label(language) for language in LANGUAGES}


def _level_labels(variable: Variable, code: Scalar) -> dict[str, str]:
    return {language: level_label(variable, code, language) for language in LANGUAGES}
