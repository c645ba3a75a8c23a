"""Percentages by a group variable plus All, with their bases and a test of independence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.core.crosstab.asked import Asked
from analytics.core.crosstab.comparisons import differences_of, letters_of
from analytics.core.crosstab.counted import Counted, Levels, Values, counted
from analytics.core.crosstab.independence import nothing_to_test, pearson
from analytics.core.crosstab.paired import paired_change
from analytics.core.crosstab.rounded import forced, rounded
from analytics.core.crosstab.shares import base_of, errors, shares
from analytics.core.results import Check
from analytics.core.survey_design.declared import SurveyDesign
from analytics.core.survey_design.rao_scott import rao_scott
from analytics.core.table_results import ChiSquare, CrosstabResult, CrosstabRow, RaoScott
from surveys.core.said import say

ALL = "All"
PERCENT_OF = {"column": "of the column's base", "row": "of the row's base", "total": "of all rows"}


def crosstab(
    values: Values,
    groups: Values,
    absent: npt.NDArray[np.bool_],
    *,
    variable: str,
    by: str,
    levels: Levels = (),
    columns: Levels = (),
    asked: Asked | None = None,
    reasons: Mapping[str, int] | None = None,
    design: SurveyDesign | None = None,
) -> CrosstabResult:
    """Counts and percentages of ``values`` (n,) by ``groups`` (n,), over rows not ``absent`` (n,).

    ``levels`` and ``columns`` give (code, label) and their order; codes found beyond them follow, sorted.
    Categories without rows are shown with 0 and left out of the test. Percentages are rounded half up; they
    need not add up to 100 unless that is asked for. With a ``design`` (of the same n rows) percentages are
    weighted and have standard errors, and rows that are absent keep their sampling unit.
    """
    asked = asked or Asked()
    table = counted(values, groups, ~absent, levels, columns, design, is_square=asked.paired)
    if design is not None and table.sums is None:  # too large: without errors nothing is compared
        asked = replace(asked, letters="", differences="", paired=False)
    test, corrected, checks = _tests(table, design, variable, by)
    rows, bases = _rows(table, asked), table.counts.sum(axis=0)
    return CrosstabResult(
        variable=variable,
        by=by,
        columns=(*table.column_labels, ALL),
        bases=(*bases.tolist(), int(bases.sum())),
        rows=tuple(rows[:-1]),
        decimals=asked.decimals,
        n=int(bases.sum()),
        chi_square=test,
        absent=dict(reasons or {}),
        checks=checks,
        conventions=_conventions(asked, table.sums is not None),
        percent=asked.percent,
        weighted_bases=tuple(_with_margins(table.weighted)[-1].tolist()) if design else (),
        all_percents=rows[-1].percents,
        rao_scott=corrected,
        differences=differences_of(table, asked.differences) if asked.differences else (),
        paired=paired_change(table) if asked.paired else None,
    )


def _tests(
    table: Counted, design: SurveyDesign | None, variable: str, by: str
) -> tuple[ChiSquare | None, RaoScott | None, tuple[Check, ...]]:
    """Pearson's test, or under a design Rao and Scott's; weighted counts have no Pearson test."""
    if design is None:
        test, checks = pearson(table.counts, variable, by)
        return test, None, checks
    if table.sums is None:
        return None, None, (_too_large(table),)
    corrected = rao_scott(table.sums, table.shape)
    if corrected is not None:
        return None, corrected, ()
    if min((table.counts.sum(axis=side) > 0).sum() for side in (0, 1)) < 2:
        return None, None, (nothing_to_test(variable, by),)
    message = say(
        "{variable} by {by} has too many empty cells, or too few sampling units, for a test; "
        "merge categories.",
        variable=variable,
        by=by,
    )
    return None, None, (Check("warning", "no_test", message, (variable, by)),)


def _rows(table: Counted, asked: Asked) -> list[CrosstabRow]:
    """Every row with its figures, All last."""
    weighted = _with_margins(table.weighted)
    shape = weighted.shape
    base = weighted.reshape(-1)[base_of(table.shape, asked.percent)].reshape(shape)
    rows = [
        CrosstabRow(label, tuple(counts.tolist()), rounded(own.tolist(), below.tolist(), asked.decimals))
        for label, counts, own, below in zip(
            (*table.row_labels, ALL), _with_margins(table.counts), weighted, base, strict=True
        )
    ]
    if asked.force_total:
        rows = _forced(rows, weighted, asked)
    if table.sums is not None:
        rows = _with_errors(rows, table, asked.percent)
    if asked.letters:
        rows = [
            replace(row, letters=own)
            for row, own in zip(rows, (*letters_of(table, asked.letters), ()), strict=True)
        ]
    return rows


def _forced(rows: list[CrosstabRow], weighted: npt.NDArray[np.float64], asked: Asked) -> list[CrosstabRow]:
    """Percentages of every column (row) of parts made to add to 100, the changed ones marked."""
    wide = weighted.shape[1]
    if asked.percent == "row":
        made = [forced(own.tolist(), float(own.sum()), asked.decimals) for own in weighted[:, :-1]]
        return [
            replace(row, percents=(*shown, row.percents[-1]), forced=(*marks, False))
            for row, (shown, marks) in zip(rows, made, strict=True)
        ]
    made = [forced(own.tolist(), float(own.sum()), asked.decimals) for own in weighted[:-1].T]
    body = [
        replace(row, percents=tuple(one[0][at] for one in made), forced=tuple(one[1][at] for one in made))
        for at, row in enumerate(rows[:-1])
    ]
    return [*body, replace(rows[-1], forced=(False,) * wide)]


def _with_errors(rows: list[CrosstabRow], table: Counted, percent: str) -> list[CrosstabRow]:
    assert table.sums is not None
    found = shares(table.sums.weighted, table.shape, percent)
    error, bounds = errors(found, table.sums)
    wide = table.shape[1] + 1
    weighted = _with_margins(table.weighted)
    return [
        replace(
            row,
            weighted=tuple(weighted[at].tolist()),
            exact=_percents(found.value[at * wide : (at + 1) * wide]),
            errors=_percents(error[at * wide : (at + 1) * wide]),
            lows=tuple(None if b[0] is None else 100 * b[0] for b in bounds[at * wide : (at + 1) * wide]),
            highs=tuple(None if b[1] is None else 100 * b[1] for b in bounds[at * wide : (at + 1) * wide]),
        )
        for at, row in enumerate(rows)
    ]


def _percents(shares_: npt.NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(one) else 100 * one for one in shares_.tolist())


def _with_margins(table: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(R + 1, C + 1): the sums of rows and columns, All last."""
    wide = np.column_stack([table, table.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


def _too_large(table: Counted) -> Check:
    """That a table is too large for standard errors."""
    message = say(
        "With {cells:,} cells this table has no standard errors and no test; merge categories.",
        cells=table.counts.size,
    )
    return Check("warning", "too_large_for_errors", message)


def _conventions(asked: Asked, is_designed: bool) -> dict[str, str]:
    told = {"percent": PERCENT_OF[asked.percent]}
    if is_designed:
        told |= {
            "test": "Rao-Scott second-order F",
            "errors": "Taylor linearisation, PSUs with replacement inside strata",
            "interval": "t interval on the logit scale, 95 %",
        }
    else:
        told["test"] = "Pearson chi-square without correction"
    if asked.letters:
        told["letters"] = "5 %, " + asked.letters
    if asked.differences:
        told["differences"] = asked.differences
    if asked.force_total:
        told["rounding"] = "forced to 100"
    return told
