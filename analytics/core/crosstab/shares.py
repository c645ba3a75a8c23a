"""The weighted percentages of a table as linear combinations of its cells, for their standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.survey_design.cells import CellSums
from analytics.core.survey_design.declared import FloatArray, IntArray
from analytics.core.survey_design.estimates import logit_interval

MOST_CELLS = 400  # of a table whose percentages get standard errors
MOST_NUMBERS = 5_000_000  # sampling units times cells that are held at once


@dataclass(frozen=True)
class Shares:
    """Of every cell shown, margins included (m,): the share of its base, and ``combine`` (k, m) for errors.

    Cells are numbered row by row; the last row and the last column are All.
    """

    value: FloatArray
    combine: FloatArray
    base: IntArray


def shown_cells(shape: tuple[int, int]) -> FloatArray:
    """(m, k) which of the k cells each of the m shown ones adds up."""
    rows, columns = (np.vstack([np.eye(size), np.ones((1, size))]) for size in shape)
    return np.asarray(np.kron(rows, columns), dtype=np.float64)


def base_of(shape: tuple[int, int], percent: str) -> IntArray:
    """(m,) the position of the base of each shown cell: its column's, its row's, or the whole."""
    rows, columns = shape[0] + 1, shape[1] + 1
    row, column = np.divmod(np.arange(rows * columns), columns)
    if percent == "column":
        return np.asarray(shape[0] * columns + column)
    if percent == "row":
        return np.asarray(row * columns + shape[1])
    return np.full(rows * columns, rows * columns - 1)


def shares(weighted: FloatArray, shape: tuple[int, int], percent: str) -> Shares:
    """Shares N_c / N_b of the bases that ``percent`` names; their linearisation is (e_c - p e_b) / N_b."""
    indicators, base = shown_cells(shape), base_of(shape, percent)
    size = indicators @ weighted
    below = size[base]
    value = np.divide(size, below, out=np.full(len(size), np.nan), where=below > 0)
    share = np.nan_to_num(value)[:, None]
    combine = (indicators - share * indicators[base]) / np.where(below > 0, below, 1.0)[:, None]
    return Shares(value, combine.T, base)


def errors(found: Shares, sums: CellSums) -> tuple[FloatArray, list[tuple[float | None, float | None]]]:
    """Standard errors of the shares (m,), and 95 % t intervals on the logit scale."""
    error = np.sqrt(np.maximum(sums.variances(found.combine), 0.0))
    error[np.isnan(found.value)] = np.nan
    df = sums.design.df
    bounds = [
        (None, None) if np.isnan(value) else logit_interval(value, own, df)
        for value, own in zip(found.value.tolist(), error.tolist(), strict=True)
    ]
    return error, bounds


def is_small(sums_of: tuple[int, int], units: int) -> bool:
    """Whether a table of this shape gets standard errors."""
    cells = sums_of[0] * sums_of[1]
    return cells <= MOST_CELLS and cells * units <= MOST_NUMBERS
