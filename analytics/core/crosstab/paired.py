"""Change between two items of the same rows: the net change of every category and a test of no change."""

from __future__ import annotations

import math

import numpy as np

from analytics.core.crosstab.counted import Counted
from analytics.core.survey_design.declared import FloatArray, IntArray
from analytics.core.survey_design.estimates import LEVEL, t_quantile
from analytics.core.table_results import NetChange, PairedChange


def paired_change(table: Counted) -> PairedChange:
    """Net changes of a square table (before by after) with 95 % intervals, and the test of no change.

    Unweighted: Wald intervals of the paired difference; McNemar's chi-square without correction and its exact
    binomial p for two categories, Stuart and Maxwell's for more. Under a design the net changes are linear in
    the cells: t intervals, and the Wald F of them all, with df - q + 1 denominator degrees of freedom.
    """
    counts = table.counts
    changed = int(counts.sum() - np.trace(counts))
    size = float(table.weighted.sum())
    if not size:
        return PairedChange(changed, (), "")
    after, before = table.weighted.sum(axis=0) / size, table.weighted.sum(axis=1) / size
    covariance, reach = _covariance(table, after - before)
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    categories = tuple(
        _net(label, float(before[at]), float(after[at]), float(error[at]), reach)
        for at, label in enumerate(table.row_labels)
    )
    moved = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts) > 0)
    if len(moved) < 2:
        return PairedChange(changed, categories, "")
    if table.sums is not None:
        return _wald(
            changed, categories, (after - before)[moved[:-1]], covariance, moved, table.sums.design.df
        )
    if len(moved) == 2:
        return _mcnemar(changed, categories, counts[np.ix_(moved, moved)])
    return _stuart_maxwell(changed, categories, counts.astype(np.float64), moved)


def _net(label: str, before: float, after: float, error: float, reach: float) -> NetChange:
    change = after - before
    bounds = [None, None] if math.isnan(reach) else [100 * (change + s * reach * error) for s in (-1, 1)]
    return NetChange(label, 100 * before, 100 * after, 100 * change, 100 * error, *bounds)


def _covariance(table: Counted, change: FloatArray) -> tuple[FloatArray, float]:
    """(K, K) covariance of the net changes as shares, and the quantile of their intervals."""
    k = table.shape[0]
    net = np.kron(np.ones((k, 1)), np.eye(k)) - np.kron(np.eye(k), np.ones((k, 1)))  # (cells, K)
    if table.sums is not None:
        combine = (net - change[None, :]) / float(table.sums.weighted.sum())
        df = table.sums.design.df
        return table.sums.covariance(combine), t_quantile(df) if df > 0 else math.nan
    from scipy.special import ndtri  # takes long to import: only for who tests

    n = float(table.counts.sum())
    shares = table.counts.reshape(-1) / n
    spread = (net.T @ (shares[:, None] * net) - np.outer(change, change)) / n
    return np.asarray(spread), float(ndtri(0.5 + LEVEL / 2))


def _mcnemar(changed: int, categories: tuple[NetChange, ...], square: IntArray) -> PairedChange:
    """(b - c)^2 / (b + c), and twice the smaller binomial tail of b and c."""
    from scipy.special import bdtr, chdtrc

    there, back = int(square[0, 1]), int(square[1, 0])
    statistic = (there - back) ** 2 / (there + back)
    exact = min(1.0, 2 * float(bdtr(min(there, back), there + back, 0.5)))
    return PairedChange(
        changed, categories, "mcnemar", statistic, 1, None, float(chdtrc(1, statistic)), exact
    )


def _stuart_maxwell(
    changed: int, categories: tuple[NetChange, ...], counts: FloatArray, moved: IntArray
) -> PairedChange:
    """d' S^-1 d of the differences of the margins, the last category left out (Stuart 1955, Maxwell 1970)."""
    from scipy.special import chdtrc

    square = counts[np.ix_(moved, moved)]
    d = (square.sum(axis=1) - square.sum(axis=0))[:-1]
    spread = np.diag(square.sum(axis=1) + square.sum(axis=0)) - square - square.T
    statistic = float(d @ np.linalg.pinv(spread[:-1, :-1]) @ d)
    df = int(np.linalg.matrix_rank(spread[:-1, :-1]))
    p = float(chdtrc(df, statistic))
    return PairedChange(changed, categories, "stuart_maxwell", statistic, df, None, p)


def _wald(
    changed: int,
    categories: tuple[NetChange, ...],
    change: FloatArray,
    covariance: FloatArray,
    moved: IntArray,
    df: int,
) -> PairedChange:
    """F = (df - q + 1) / (df q) d' V^-1 d with q and df - q + 1 degrees of freedom."""
    from scipy.special import fdtrc

    spread = covariance[np.ix_(moved[:-1], moved[:-1])]
    q = int(np.linalg.matrix_rank(spread))
    df2 = df - q + 1
    if q < len(change) or df2 < 1:
        return PairedChange(changed, categories, "")
    f = df2 / (df * q) * float(change @ np.linalg.solve(spread, change))
    return PairedChange(changed, categories, "wald_f", f, q, df2, float(fdtrc(q, df2, f)))
