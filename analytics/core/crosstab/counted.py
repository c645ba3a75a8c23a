"""Rows sorted into the cells of a table, and counted, in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.core.coding import positions_among
from analytics.core.crosstab.shares import is_small
from analytics.core.survey_design.cells import OUTSIDE, CellSums, cell_sums
from analytics.core.survey_design.declared import FloatArray, IntArray, SurveyDesign

Levels = tuple[tuple[Any, str], ...]
Values = npt.NDArray[Any] | pl.Series


@dataclass(frozen=True)
class Counted:
    """``counts`` (R, C) of rows and ``weighted`` (R, C), the same where there are no weights.

    ``sums`` holds what standard errors need, None without a design or for a table too large for them.
    """

    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    counts: IntArray
    weighted: FloatArray
    sums: CellSums | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.row_labels), len(self.column_labels)


def counted(
    values: Values,
    groups: Values,
    used: npt.NDArray[np.bool_],
    levels: Levels,
    columns: Levels,
    design: SurveyDesign | None = None,
    *,
    is_square: bool = False,
) -> Counted:
    """Cells of ``values`` (n,) by ``groups`` (n,) over the rows ``used`` (n,).

    Codes beyond ``levels`` and ``columns`` (code, label) follow, sorted. A square table has the categories of
    both on either side.
    """
    rows, across = _with_found(values, used, levels), _with_found(groups, used, columns)
    if is_square:
        rows = across = _together(rows, across)
    cell = positions_among(values, [code for code, _ in rows]) * len(across)
    cell = cell + positions_among(groups, [code for code, _ in across])
    cell = np.where(used, cell, OUTSIDE)
    shape = (len(rows), len(across))
    labels = tuple(label for _, label in rows), tuple(label for _, label in across)
    counts = np.bincount(cell[used], minlength=shape[0] * shape[1]).astype(np.int64)
    if design is None:
        table = counts.reshape(shape)
        return Counted(*labels, table, table.astype(np.float64))
    if not is_small(shape, design.n_strata if design.psu is None else design.n_psu):
        weighted = np.bincount(cell[used], weights=design.weights[used], minlength=len(counts))
        return Counted(*labels, counts.reshape(shape), weighted.astype(np.float64).reshape(shape))
    sums = cell_sums(design, cell, len(counts))
    return Counted(*labels, counts.reshape(shape), sums.weighted.reshape(shape), sums)


def _with_found(values: Values, used: npt.NDArray[np.bool_], levels: Levels) -> Levels:
    listed = {code for code, _ in levels}
    found = pl.Series(values).filter(pl.Series(used)).unique().sort().to_list()
    return (*levels, *((code, str(code)) for code in found if code not in listed))


def _together(rows: Levels, columns: Levels) -> Levels:
    """The categories of both, in the order of the rows and then of the columns."""
    known = {code for code, _ in rows}
    return (*rows, *((code, label) for code, label in columns if code not in known))
