"""Pearson's test of independence of a table of counts, with Cramer's V."""

from __future__ import annotations

import math

import numpy as np

from analytics.core.estimators.moments import IntArray
from analytics.core.results import Check
from analytics.core.table_results import ChiSquare
from surveys.core.said import say

SMALL = 5.0  # Cochran: no more than a fifth of the expected counts under five, none under one
SMALL_SHARE = 0.2


def pearson(counts: IntArray, variable: str, by: str) -> tuple[ChiSquare | None, tuple[Check, ...]]:
    """Pearson's chi-square and Cramer's V on the categories that occur; none for a single row or column."""
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0].astype(np.float64)
    if min(table.shape, default=0) < 2:
        return None, (nothing_to_test(variable, by),)
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


def nothing_to_test(variable: str, by: str) -> Check:
    """That one of the two has a single category."""
    message = say(
        "{variable} or {by} takes a single value in the rows used; there is nothing to test.",
        variable=variable,
        by=by,
    )
    return Check("info", "no_test", message, (variable, by))
