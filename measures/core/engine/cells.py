"""Cells as they come out of the engine, in the plain types that JSON has."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from measures.core.engine.interface import Cell
from surveys.core.codebook import Scalar


def cells_of(values: pl.Series, reasons: pl.Series) -> tuple[Cell, ...]:
    return tuple(Cell(plain_or_none(v), r) for v, r in zip(values, reasons, strict=True))


def plain_or_none(value: Any) -> Scalar | None:
    return None if value is None else plain(value)


def plain(value: Any) -> Scalar:
    """A cell as JSON has it; dates and timestamps as ISO text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    assert isinstance(value, int | float | str)
    return value
