"""Columns compared with one another: differences of percentages, and letters of significant ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from string import ascii_uppercase

import numpy as np

from analytics.core.crosstab.counted import Counted
from analytics.core.crosstab.shares import shares
from analytics.core.survey_design.declared import FloatArray
from analytics.core.survey_design.estimates import LEVEL, t_quantile
from analytics.core.table_results import Difference

ALPHA = 0.05
Pairs = list[tuple[int, int]]


def differences_of(table: Counted, interval: str) -> tuple[Difference, ...]:
    """Every pair of columns in every row, in percentage points with 95 % intervals.

    Unweighted ``newcombe`` (hybrid of Wilson's score intervals; Newcombe 1998, method 10) or ``wald``; under
    a design Wald with the linearised standard error and t.
    """
    pairs = list(combinations(range(table.shape[1]), 2))
    if table.sums is None:
        return tuple(
            _unweighted(table, row, pair, interval) for row in range(table.shape[0]) for pair in pairs
        )
    value, error = _designed(table, pairs)
    reach = t_quantile(table.sums.design.df) if table.sums.design.df > 0 else math.nan
    return tuple(
        _around(row, pair, float(value[row, at]), reach * float(error[row, at]))
        for row in range(table.shape[0])
        for at, pair in enumerate(pairs)
    )


def letters_of(table: Counted, adjustment: str) -> tuple[tuple[str, ...], ...]:
    """For each cell the letters of the columns whose percentage is significantly smaller; All has none.

    Two-sided, 5 %, over all pairs of columns of a row adjusted as named. Unweighted: z with the pooled share;
    under a design: t of the linearised difference. Columns without a base are not compared.
    """
    pairs = list(combinations(range(table.shape[1]), 2))
    value, p = _p_values(table, pairs)
    rows = []
    for row in range(table.shape[0]):
        won: list[list[str]] = [[] for _ in range(table.shape[1] + 1)]
        for pair, difference, is_apart in zip(pairs, value[row], _apart(p[row], adjustment), strict=True):
            if is_apart:
                larger, smaller = pair if difference > 0 else pair[::-1]
                won[larger].append(ascii_uppercase[smaller])
        rows.append(tuple("".join(sorted(own)) for own in won))
    return tuple(rows)


def _apart(p: FloatArray, adjustment: str) -> list[bool]:
    """Which of the tests of a row stay significant; those that could not be made are not counted."""
    made = [at for at in range(len(p)) if not math.isnan(p[at])]
    if adjustment != "holm":
        limit = ALPHA / max(len(made), 1) if adjustment == "bonferroni" else ALPHA
        return [bool(one < limit) for one in p]
    found = [False] * len(p)
    for rank, at in enumerate(sorted(made, key=lambda one: float(p[one]))):
        if p[at] >= ALPHA / (len(made) - rank):
            break
        found[at] = True
    return found


def _p_values(table: Counted, pairs: Pairs) -> tuple[FloatArray, FloatArray]:
    """(R, pairs) differences of shares and two-sided p values, NaN where there is no test."""
    from scipy.special import ndtr, stdtr  # takes long to import: only for who tests

    if table.sums is not None:
        value, error = _designed(table, pairs)
        t = np.divide(value, error, out=np.full_like(value, np.nan), where=error > 0)
        return value, np.asarray(2 * stdtr(table.sums.design.df, -np.abs(t)))
    n = table.counts.sum(axis=0).astype(np.float64)
    first, second = ([pair[i] for pair in pairs] for i in (0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = table.counts / n
        pooled = (table.counts[:, first] + table.counts[:, second]) / (n[first] + n[second])
        error = np.sqrt(pooled * (1 - pooled) * (1 / n[first] + 1 / n[second]))
        value = share[:, first] - share[:, second]
        z = np.where(error > 0, value / error, np.nan)
    return np.nan_to_num(value), np.asarray(2 * ndtr(-np.abs(z)))


def _designed(table: Counted, pairs: Pairs) -> tuple[FloatArray, FloatArray]:
    """(R, pairs) weighted differences and their linearised standard errors, NaN without a base."""
    assert table.sums is not None
    found, wide = shares(table.sums.weighted, table.shape, "column"), table.shape[1] + 1
    value, error = (np.full((table.shape[0], len(pairs)), np.nan) for _ in range(2))
    for row in range(table.shape[0]):
        first, second = ([row * wide + pair[i] for pair in pairs] for i in (0, 1))
        value[row] = found.value[first] - found.value[second]
        combine = found.combine[:, first] - found.combine[:, second]
        error[row] = np.sqrt(np.maximum(table.sums.variances(combine), 0.0))
    error[np.isnan(value)] = np.nan
    return value, error


def _unweighted(table: Counted, row: int, pair: tuple[int, int], interval: str) -> Difference:
    bases = [int(table.counts[:, column].sum()) for column in pair]
    if not all(bases):
        return Difference(row, *pair, None)
    p, q = (int(table.counts[row, column]) / n for column, n in zip(pair, bases, strict=True))
    if interval == "wald":
        reach = _z() * math.sqrt(p * (1 - p) / bases[0] + q * (1 - q) / bases[1])
        return _around(row, pair, p - q, reach)
    low, high = newcombe((p, q), bases)
    return Difference(row, *pair, 100 * (p - q), 100 * low, 100 * high)


def newcombe(shares_: tuple[float, float], bases: Sequence[int]) -> tuple[float, float]:
    """Newcombe's hybrid score interval of the first share minus the second."""
    (low, high), (other_low, other_high) = (wilson(p, n) for p, n in zip(shares_, bases, strict=True))
    p, q = shares_
    below = math.sqrt((p - low) ** 2 + (other_high - q) ** 2)
    above = math.sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return p - q - below, p - q + above


def wilson(p: float, n: int) -> tuple[float, float]:
    """Wilson's score interval of a share ``p`` of ``n`` rows, 95 %."""
    z = _z()
    middle, reach = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n)


def _around(row: int, pair: tuple[int, int], value: float, reach: float) -> Difference:
    if math.isnan(value):
        return Difference(row, *pair, None)
    if math.isnan(reach):
        return Difference(row, *pair, 100 * value)
    return Difference(row, *pair, 100 * value, 100 * (value - reach), 100 * (value + reach))


def _z() -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + LEVEL / 2))
