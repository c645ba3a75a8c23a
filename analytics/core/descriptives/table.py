"""A descriptive table: what kind of line each variable gets."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from analytics.core.descriptives.categories import level_rows, share_row
from analytics.core.descriptives.described import Described, Groups, Mask, numbers_of, weight_of
from analytics.core.descriptives.numbers import is_zero_or_one, mean_row
from analytics.core.results import Check
from analytics.core.survey_design.declared import SurveyDesign
from analytics.core.table_results import DescriptiveRow, DescriptivesResult, Group
from surveys.core.said import say

MOST_LEVELS = 100  # a variable with more categories is an identifier or free text, not a line of a table

CONVENTIONS = {"sd": "n - 1", "percent": "of valid rows of the variable"}
OF_DESIGN = {
    "errors": "Taylor linearisation, PSUs with replacement inside strata",
    "interval": "t interval, of percentages on the logit scale, 95 %",
}
OF_GROUPS = {
    "difference": "(m1 - m2) / sqrt((s1^2 + s2^2) / 2); of categories Mahalanobis' distance of the shares"
}


def describe(
    variables: Iterable[Described],
    *,
    used: Mask | None = None,
    groups: Groups | None = None,
    design: SurveyDesign | None = None,
) -> DescriptivesResult:
    """One row per number or 0/1 variable, one per category of a categorical one.

    Percentages are of the valid rows of the variable; standard deviations use n - 1. With ``groups`` every
    line also has the figures of each; with a ``design`` figures are weighted and have standard errors, and n
    counts rows. ``used`` (n,) are the rows of the table, all when not said. Raises ``ValueError`` for
    variables of different lengths.
    """
    listed = tuple(variables)
    lengths = {len(variable.values) for variable in listed}
    if len(lengths) > 1:
        raise ValueError("Variables of one table must have the same rows.")
    used = np.ones(lengths.pop() if lengths else 0, dtype=np.bool_) if used is None else used
    made = [_rows(variable, groups, design) for variable in listed]
    return DescriptivesResult(
        n=int(used.sum()),
        rows=tuple(row for rows, _ in made for row in rows),
        checks=tuple(check for _, checks in made for check in checks),
        conventions=CONVENTIONS | (OF_DESIGN if design else {}) | (OF_GROUPS if groups else {}),
        by=groups.by if groups else "",
        groups=_sizes(groups, used, design) if groups else (),
        weighted_n=weight_of(design, used),
    )


def _sizes(groups: Groups, used: Mask, design: SurveyDesign | None) -> tuple[Group, ...]:
    return tuple(
        Group(label, int(mask.sum()), weight_of(design, mask))
        for (_, label), mask in zip(groups.levels, groups.masks(used), strict=True)
    )


def _rows(
    variable: Described, groups: Groups | None, design: SurveyDesign | None
) -> tuple[list[DescriptiveRow], list[Check]]:
    valid = ~variable.absent
    if not valid.any():
        message = say("{name} has no valid value in the rows used.", name=variable.name)
        empty = DescriptiveRow(variable.name, "mean", 0, absent=dict(variable.reasons))
        return [empty], [Check("warning", "no_valid_values", message, (variable.name,))]
    if variable.levels or not pl.Series(variable.values).dtype.is_numeric():
        return _level_rows(variable, groups, design)
    if is_zero_or_one(numbers_of(variable.values)[valid]):
        return [share_row(variable, groups, design)], []
    return [mean_row(variable, groups, design)], []


def _level_rows(
    variable: Described, groups: Groups | None, design: SurveyDesign | None
) -> tuple[list[DescriptiveRow], list[Check]]:
    found = pl.Series(variable.values).filter(pl.Series(~variable.absent)).unique().to_list()
    codes = {code for code, _ in variable.levels} | set(found)
    if len(codes) <= MOST_LEVELS:
        rows = level_rows(variable, groups, design)
        return rows, _without_errors(variable, rows) if design else []
    message = say(
        "{name} has {n:,} categories; a descriptive table lists up to {most}.",
        name=variable.name,
        n=len(codes),
        most=MOST_LEVELS,
    )
    row = DescriptiveRow(variable.name, "level", int((~variable.absent).sum()), absent=dict(variable.reasons))
    return [row], [Check("warning", "too_many_categories", message, (variable.name,))]


def _without_errors(variable: Described, rows: list[DescriptiveRow]) -> list[Check]:
    """That the lines of a variable with very many categories (times groups) have no standard errors."""
    if any(row.std_error is not None for row in rows):
        return []
    message = say("{name} has too many categories for standard errors; merge some.", name=variable.name)
    return [Check("warning", "too_large_for_errors", message, (variable.name,))]
