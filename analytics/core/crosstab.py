"""Column percentages by a group variable plus All, with their bases and a test of independence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.core.estimators.moments import IntArray
from analytics.core.results import Check
from analytics.core.results_tables import ChiSquare, CrosstabResult, CrosstabRow
from surveys.core.said import say

ALL = "All"
SMALL = 5.0  # Cochran: no more than a fifth of the expected counts under five, none under one
SMALL_SHARE = 0.2

Levels = tuple[tuple[Any, str], ...]

CONVENTIONS = {"percent": "of the column's base", "test": "Pearson chi-square without correction"}


def crosstab(
    values: npt.NDArray[Any],
    groups: npt.NDArray[Any],
    absent: npt.NDArray[np.bool_],
    *,
    variable: str,
    by: str,
    levels: Levels = (),
    columns: Levels = (),
    decimals: int = 2,
    reasons: Mapping[str, int] | None = None,
) -> CrosstabResult:
    """Counts and column percentages of ``values`` (n,) by ``groups`` (n,), over rows not ``absent`` (n,).

    ``levels`` and ``columns`` give (code, label) and their order; codes found beyond them follow, sorted.
    Categories without rows are shown with 0 and left out of the test. Percentages are rounded half up to
    ``decimals``; they need not add up to 100.
    """
    kept = ~absent
    row_codes, row_labels = _codes(values[kept], levels)
    column_codes, column_labels = _codes(groups[kept], columns)
    counts = _count(values[kept], groups[kept], row_codes, column_codes)
    shown = np.column_stack([counts, counts.sum(axis=1)])
    bases = shown.sum(axis=0)
    test, checks = _test(counts, variable, by)
    return CrosstabResult(
        variable=variable,
        by=by,
        columns=(*column_labels, ALL),
        bases=tuple(bases.tolist()),
        rows=tuple(
            CrosstabRow(label, tuple(row.tolist()), _percents(row, bases, decimals))
            for label, row in zip(row_labels, shown, strict=True)
        ),
        decimals=decimals,
        n=int(kept.sum()),
        chi_square=test,
        absent=dict(reasons or {}),
        checks=checks,
        conventions=CONVENTIONS,
    )


def percent(count: int, base: int, decimals: int) -> float | None:
    """100 count / base rounded half up in exact whole-number arithmetic; ``None`` on an empty base."""
    if base == 0:
        return None
    scale: int = 10**decimals
    rounded: int = (2 * 100 * scale * count + base) // (2 * base)
    return rounded / scale


def _percents(row: IntArray, bases: IntArray, decimals: int) -> tuple[float | None, ...]:
    pairs = zip(row.tolist(), bases.tolist(), strict=True)
    return tuple(percent(count, base, decimals) for count, base in pairs)


def _codes(values: npt.NDArray[Any], levels: Levels) -> tuple[list[Any], list[str]]:
    listed = [code for code, _ in levels]
    found = [code for code in np.unique(values).tolist() if code not in set(listed)]
    return [*listed, *found], [*(label for _, label in levels), *(str(code) for code in found)]


def _count(
    values: npt.NDArray[Any], groups: npt.NDArray[Any], rows: list[Any], columns: list[Any]
) -> IntArray:
    row_at = {code: position for position, code in enumerate(rows)}
    column_at = {code: position for position, code in enumerate(columns)}
    found, code = np.unique(values, return_inverse=True)
    found_groups, group_code = np.unique(groups, return_inverse=True)
    row_of = np.array([row_at[item] for item in found.tolist()], dtype=np.int64)
    column_of = np.array([column_at[item] for item in found_groups.tolist()], dtype=np.int64)
    counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
    if len(values):
        np.add.at(counts, (row_of[code.reshape(-1)], column_of[group_code.reshape(-1)]), 1)
    return counts


def _test(counts: IntArray, variable: str, by: str) -> tuple[ChiSquare | None, tuple[Check, ...]]:
    """Pearson's chi-square and Cramer's V on the categories that occur; none for a single row or column."""
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0].astype(np.float64)
    if min(table.shape, default=0) < 2:
        message = say(
            "{variable} or {by} takes a single value in the rows used; there is nothing to test.",
            variable=variable,
            by=by,
        )
        return None, (Check("info", "no_test", message, (variable, by)),)
    total = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    statistic = float(((table - expected) ** 2 / expected).sum())
    df = (table.shape[0] - 1) * (table.shape[1] - 1)
    v = math.sqrt(statistic / (total * (min(table.shape) - 1)))
    smallest = float(expected.min())
    from scipy.special import chdtrc  # takes long to import: only for who tests

    test = ChiSquare(statistic, df, float(chdtrc(df, statistic)), v, smallest)
    few = float((expected < SMALL).mean())
    if smallest >= 1 and few <= SMALL_SHARE:
        return test, ()
    message = say(
        "{few:.0%} of the cells of {variable} by {by} expect fewer than {small:.0f} rows (the least "
        "{smallest:.1f}): the p value is approximate; merge rare categories.",
        few=few,
        variable=variable,
        by=by,
        small=SMALL,
        smallest=smallest,
    )
    return test, (Check("warning", "small_expected", message, (variable, by)),)
