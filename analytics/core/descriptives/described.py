"""What a descriptive table is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.core.coding import positions_among
from analytics.core.survey_design.declared import FloatArray, SurveyDesign

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Described:
    """One variable: ``values`` (n,), ``absent`` (n,) true where there is none, and the reasons counted.

    ``levels`` (code, label) asks for one line per category, in that order; codes found beyond them follow,
    sorted. Without ``levels`` numbers are described by share (0/1) or mean, text by its categories. Under a
    design a row that the table leaves out is absent.
    """

    name: str
    values: npt.NDArray[Any] | pl.Series
    absent: Mask
    reasons: Mapping[str, int] = field(default_factory=dict)
    levels: tuple[tuple[Any, str], ...] = ()


@dataclass(frozen=True)
class Groups:
    """The groups of a table: ``values`` (n,) of the variable ``by`` and its ``levels`` (code, label)."""

    by: str
    values: npt.NDArray[Any] | pl.Series
    levels: tuple[tuple[Any, str], ...]

    def masks(self, used: Mask) -> tuple[Mask, ...]:
        """(n,) the rows of each group among those ``used``."""
        at = self._place
        return tuple((at == place) & used for place in range(len(self.levels)))

    @cached_property
    def _place(self) -> npt.NDArray[np.int64]:
        """(n,) the group of each row; of a row without one it says nothing, and no table uses it."""
        return positions_among(self.values, [code for code, _ in self.levels])


def weight_of(design: SurveyDesign | None, rows: Mask) -> float | None:
    """The sum of weights of ``rows`` (n,), None without a design."""
    return float(design.weights[rows].sum()) if design is not None else None


def numbers_of(values: npt.NDArray[Any] | pl.Series) -> FloatArray:
    """Numbers as floats, NaN where there is none."""
    return values.cast(pl.Float64).to_numpy() if isinstance(values, pl.Series) else values.astype(np.float64)
