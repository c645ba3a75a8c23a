"""The test of independence of a table from a complex sample (Rao and Scott 1984)."""

from __future__ import annotations

import numpy as np

from analytics.core.survey_design.cells import CellSums
from analytics.core.survey_design.declared import FloatArray, IntArray
from analytics.core.table_results import RaoScott

MOST_CONTRASTS = 400  # (rows - 1)(columns - 1); beyond, the matrices cost more than the test is worth


def rao_scott(sums: CellSums, shape: tuple[int, int]) -> RaoScott | None:
    """Second-order corrected F of a table of ``shape`` whose cells are numbered row by row.

    X2 is Pearson's on the weighted shares times the rows.  With V the covariance of the shares p,
    D = diag(p) and C the contrasts orthogonal to both margins, Delta = (C' D^-1 C / n)^-1 (C' D^-1 V D^-1 C);
    F = X2 / tr(Delta) has tr(Delta)^2 / tr(Delta^2) degrees of freedom, and those times the design's.
    None where fewer than two rows or columns are left, more contrasts than ``MOST_CONTRASTS``, too many
    empty cells for all contrasts, or no degrees of freedom.
    """
    table = sums.weighted.reshape(shape)
    rows, columns = np.flatnonzero(table.sum(axis=1) > 0), np.flatnonzero(table.sum(axis=0) > 0)
    contrasts = (len(rows) - 1) * (len(columns) - 1)
    if min(len(rows), len(columns)) < 2 or contrasts > MOST_CONTRASTS or sums.design.df < 1:
        return None
    kept = (rows[:, None] * shape[1] + columns[None, :]).reshape(-1)
    n, size = int(sums.counts.sum()), float(table.sum())
    p = sums.weighted[kept] / size
    phi2 = squared_contingency(p.reshape(len(rows), len(columns)))
    statistic = n * phi2
    delta = _delta(sums, kept, p, (len(rows), len(columns)), n)
    if delta is None:
        return None
    trace, square = float(np.trace(delta)), float(np.trace(delta @ delta))
    if trace <= 0 or square <= 0:
        return None
    from scipy.special import fdtrc  # takes long to import: only for who tests

    df1 = trace**2 / square
    df2 = df1 * sums.design.df
    f = statistic / trace
    v = (phi2 / (min(len(rows), len(columns)) - 1)) ** 0.5
    return RaoScott(f, df1, df2, float(fdtrc(df1, df2, f)), statistic, trace / contrasts, v)


def squared_contingency(p: FloatArray) -> float:
    """phi^2 = sum (p - e)^2 / e of a table of shares; Pearson's statistic is n times it."""
    expected = np.outer(p.sum(axis=1), p.sum(axis=0))
    return float(((p - expected) ** 2 / expected).sum())


def _delta(
    sums: CellSums, kept: IntArray, p: FloatArray, shape: tuple[int, int], n: int
) -> FloatArray | None:
    """The design effects of the contrasts; an empty cell has no part in them, and many leave none."""
    contrasts = np.kron(_differences(shape[0]), _differences(shape[1]))
    inverse = np.divide(1.0, p, out=np.zeros_like(p), where=p > 0)
    scaled = inverse[:, None] * contrasts
    # the linearised shares: (e_k - p) / size; p' scaled is zero but for cells without rows
    combine = np.zeros((len(sums.weighted), contrasts.shape[1]))
    combine[kept] = (scaled - (p @ scaled)[None, :]) / float(sums.weighted[kept].sum())
    simple = contrasts.T @ scaled / n
    if np.linalg.matrix_rank(simple) < len(simple):
        return None
    return np.asarray(np.linalg.solve(simple, sums.covariance(combine)))


def _differences(size: int) -> FloatArray:
    """(size, size - 1) contrasts that each add to zero."""
    made = np.zeros((size, size - 1))
    made[0] = -1.0
    made[1:] = np.eye(size - 1)
    return made
