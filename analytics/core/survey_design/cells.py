"""Weighted counts of the cells of a table with all that their variances need, from one pass over the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.survey_design.declared import FloatArray, IntArray, SurveyDesign

OUTSIDE = -1  # the cell of a row that the table leaves out; its PSU stays in the design


@dataclass(frozen=True)
class CellSums:
    """``weighted`` (k,) and ``counts`` (k,) by cell.

    Of clusters ``totals`` (PSUs, k); where every row is a PSU of its own ``stratum_totals`` (H, k) and
    ``squares`` (H, k), the sums of weights and of squared weights by stratum.
    """

    design: SurveyDesign
    weighted: FloatArray
    counts: IntArray
    totals: FloatArray | None = None
    stratum_totals: FloatArray | None = None
    squares: FloatArray | None = None

    def covariance(self, combine: FloatArray) -> FloatArray:
        """(m, m) covariance of the m sums of weighted counts that ``combine`` (k, m) asks for."""
        if self.totals is not None:
            return self.design.covariance(self.totals @ combine)
        return self._of_rows(combine)

    def variances(self, combine: FloatArray) -> FloatArray:
        """(m,) variances of the same sums."""
        if self.totals is not None:
            return self.design.variances(self.totals @ combine)
        return np.asarray(np.diag(self._of_rows(combine)))

    def _of_rows(self, combine: FloatArray) -> FloatArray:
        """The same formula where a PSU is a row: its total is w times the coefficients of its cell."""
        assert self.stratum_totals is not None and self.squares is not None
        design, own = self.design, self.stratum_totals @ combine
        factors, n, alone = design.factors, design.stratum_psus, design.is_lonely
        centred = np.where(alone & (design.lonely == "centre"), 0.0, factors / n)
        spread = combine.T @ ((factors @ self.squares)[:, None] * combine)
        spread = spread - own.T @ (centred[:, None] * own)
        if design.lonely == "centre" and alone.any():
            middle = own.sum(axis=0) / design.n_psu
            lonely = (factors * alone) @ own
            crossed = np.outer(lonely, middle)
            spread = spread - crossed - crossed.T + float(factors @ alone) * np.outer(middle, middle)
        return np.asarray(spread)


def cell_sums(design: SurveyDesign, cell: IntArray, k: int) -> CellSums:
    """Sums of ``design`` by ``cell`` (n,), a position below ``k`` or ``OUTSIDE``."""
    rows = cell != OUTSIDE
    unit = design.psu_stratum if design.psu is None else design.psu
    height = design.n_strata if design.psu is None else design.n_psu
    within, weights = cell[rows], design.weights[rows]
    place = unit[rows] * k + within
    counts = np.bincount(within, minlength=k).astype(np.int64)
    table = _added(place, weights, height, k)
    weighted = table.sum(axis=0)
    if design.psu is not None:
        return CellSums(design, weighted, counts, totals=table)
    squares = _added(place, weights**2, height, k)
    return CellSums(design, weighted, counts, stratum_totals=table, squares=squares)


def _added(place: IntArray, numbers: FloatArray, height: int, k: int) -> FloatArray:
    """(height, k) sums of ``numbers`` by their place in the table."""
    sums = np.bincount(place, weights=numbers, minlength=height * k)
    return sums.astype(np.float64, copy=False).reshape(height, k)
