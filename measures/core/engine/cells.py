"""Counts over computed columns: previews and joint tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from measures.core.engine.interface import Cell, ColumnPreview, CrossCount, Crosstab, Rule
from measures.core.engine.prepare import Prepared
from surveys.core.codebook import Scalar

MOST_VALUES = 200


def preview_of(rule: Rule, values: pl.Series, reasons: pl.Series, prepared: Prepared) -> ColumnPreview:
    """The counts of one rule's column."""
    absent = reasons.drop_nulls().value_counts(sort=True)
    counts = values.drop_nulls().value_counts(sort=True).head(MOST_VALUES)
    tally = {"valid": values.len() - values.null_count(), **dict(absent.iter_rows())}
    return ColumnPreview(
        name=rule.name,
        type=rule.checked.type,
        rows=values.len(),
        tally=tally,
        left_out=prepared.left_out,
        fitted=prepared.fitted[rule.name],
        values=tuple((plain(value), n) for value, n in counts.iter_rows()),
        stats=_stats(values) if rule.checked.type.is_number else {},
    )


def _stats(values: pl.Series) -> dict[str, float]:
    named: dict[str, Any] = {
        "mean": values.mean(),
        "sd": values.std(),
        "min": values.min(),
        "max": values.max(),
    }
    return {name: float(value) for name, value in named.items() if value is not None}


def crosstab_of(frame: pl.DataFrame, limit: int) -> Crosstab:
    """Joint counts of v0/r0 by v1/r1, the ``limit`` most frequent combinations, in order of the cells."""
    columns = ["v0", "r0", "v1", "r1"]
    counts = (
        frame.group_by(columns).len("n").sort("n", *columns, descending=[True] + [False] * 4, nulls_last=True)
    )
    kept = counts.head(limit).sort(columns, nulls_last=True)
    rows = tuple(
        CrossCount(Cell(plain_or_none(v0), r0), Cell(plain_or_none(v1), r1), n)
        for v0, r0, v1, r1, n in kept.iter_rows()
    )
    return Crosstab(rows, counts.height <= limit)


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
