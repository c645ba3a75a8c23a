"""The lines of variables that are described by counts and percentages."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from analytics.core.crosstab.counted import Counted, counted
from analytics.core.crosstab.shares import errors, shares
from analytics.core.descriptives.described import Described, Groups, numbers_of
from analytics.core.descriptives.numbers import extremes
from analytics.core.descriptives.standardised import of_categories, of_shares
from analytics.core.survey_design.declared import SurveyDesign
from analytics.core.table_results import DescriptiveRow, GroupFigures


def share_row(variable: Described, groups: Groups | None, design: SurveyDesign | None) -> DescriptiveRow:
    """Count and percent of ones of a 0/1 variable; mean and SD are those of the 0 and 1."""
    numbers, valid = numbers_of(variable.values), ~variable.absent
    codes = np.where(valid, numbers, 0.0).astype(np.int64)
    table = _table(
        Described(variable.name, codes, variable.absent, levels=((0, "0"), (1, "1"))), groups, design
    )
    *parts, whole = [_spread(one) for one in _lines(table, design)[1]]
    difference = of_shares([one.mean for one in parts]) if groups else None
    return DescriptiveRow(
        variable.name,
        "share",
        **_fields(whole),
        **extremes(numbers[valid]),
        absent=dict(variable.reasons),
        groups=tuple(parts) if groups else (),
        difference=difference,
    )


def level_rows(
    variable: Described, groups: Groups | None, design: SurveyDesign | None
) -> list[DescriptiveRow]:
    """One line per category, in percent of the valid rows; the first bears the standardised difference."""
    table = _table(variable, groups, design)
    rows = [
        DescriptiveRow(
            variable.name,
            "level",
            **_fields(own[-1]),
            level=label,
            absent=dict(variable.reasons),
            groups=tuple(own[:-1]) if groups else (),
        )
        for label, own in zip(table.row_labels, _lines(table, design), strict=True)
    ]
    if groups and rows:
        base = table.weighted.sum(axis=0)
        known = np.where(base > 0, base, np.nan)
        difference = of_categories(table.weighted / known)
        rows[0] = DescriptiveRow(**{**_fields(rows[0]), "difference": difference})
    return rows


def _table(variable: Described, groups: Groups | None, design: SurveyDesign | None) -> Counted:
    """Categories by group; without groups a single column."""
    if groups is None:
        one = np.zeros(len(variable.values), dtype=np.int64)
        return counted(variable.values, one, ~variable.absent, variable.levels, ((0, ""),), design)
    return counted(variable.values, groups.values, ~variable.absent, variable.levels, groups.levels, design)


def _lines(table: Counted, design: SurveyDesign | None) -> list[list[GroupFigures]]:
    """Of each category the figures of every group, the whole last."""
    counts = np.column_stack([table.counts, table.counts.sum(axis=1)])
    weighted = np.column_stack([table.weighted, table.weighted.sum(axis=1)])
    n, size = counts.sum(axis=0).tolist(), weighted.sum(axis=0).tolist()
    error = np.full(counts.size, np.nan)
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * counts.size
    if table.sums is not None:  # of the cells shown, row by row, All last
        error, bounds = errors(shares(table.sums.weighted, table.shape, "column"), table.sums)
    lines = []
    for row in range(table.shape[0]):
        line = []
        for column in range(counts.shape[1]):
            at = row * counts.shape[1] + column
            of, below = weighted[row, column], size[column]
            low, high = bounds[at]
            line.append(
                GroupFigures(
                    n[column],
                    below if design else None,
                    int(counts[row, column]),
                    float(of) if design else None,
                    100 * float(of) / below if below else None,
                    std_error=None if math.isnan(error[at]) else 100 * float(error[at]),
                    low=None if low is None else 100 * low,
                    high=None if high is None else 100 * high,
                )
            )
        lines.append(line)
    return lines


def _spread(one: GroupFigures) -> GroupFigures:
    """With the mean and the SD (n - 1) of ones and zeros."""
    if one.percent is None:
        return one
    share = one.percent / 100
    sd = math.sqrt(share * (1 - share) * one.n / (one.n - 1)) if one.n > 1 else None
    return GroupFigures(**{**_fields(one), "mean": share, "sd": sd})


def _fields(record: GroupFigures | DescriptiveRow) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
