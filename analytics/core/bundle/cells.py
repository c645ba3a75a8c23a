"""Columns of a bundle: cells as their hashes are taken over them, and the CSV that programs read."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from analytics.core.frame import Column, Frame
from surveys.core.codebook import ValueType, Variable
from surveys.core.hashing import column_hash
from surveys.core.table import PHYSICAL, no_text, split

Marks = Mapping[str, Sequence[int]]  # a reason or tag, and the rows (from 0) that have it


@dataclass(frozen=True)
class Cells:
    """One column: ``values`` as they are kept, beside them ``marks``: a dataset's reasons, a wave's tags."""

    variable: Variable
    values: pl.Series
    marks: pl.Series | None = None
    is_raw: bool = False  # of a wave: missing codes stand in place

    def hash(self) -> str:
        """The content hash, as it was taken when the version was made."""
        return column_hash(self.variable.type, self.values, self.marks)

    def column(self) -> Column:
        """The column as an analysis reads it."""
        if self.is_raw:
            return Column(self.variable, *split(self.values, self.marks, self.variable))
        reasons = self.marks if self.marks is not None else no_text(self.values.len())
        return Column(self.variable, self.values, reasons)

    def as_json(self) -> bytes:
        """Values as a list, marks by the rows that have them."""
        plain = self.values
        if self.variable.type in (ValueType.DATE, ValueType.DATETIME):
            plain = plain.dt.to_string("iso:strict")
        told = {"name": self.variable.name, "values": plain.to_list(), "marks": _rows_by_mark(self.marks)}
        return (json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()


def cells_from_json(told: Mapping[str, Any], variable: Variable, is_raw: bool) -> Cells:
    """The inverse of :meth:`Cells.as_json`; ``ValueError`` or ``TypeError`` where it is none."""
    kind = variable.type
    given: list[Any] = told["values"]
    if not isinstance(given, list):
        raise TypeError("the values of a column are a list")
    if kind is ValueType.DATE:
        given = [None if one is None else date.fromisoformat(one) for one in given]
    elif kind is ValueType.DATETIME:
        given = [None if one is None else datetime.fromisoformat(one) for one in given]
    elif kind in (ValueType.DECIMAL, ValueType.TIME):
        given = [None if one is None else float(one) for one in given]
    try:
        values = pl.Series("value", given, dtype=PHYSICAL[kind], strict=True)
    except (pl.exceptions.PolarsError, OverflowError) as error:
        raise ValueError("a value is of another type than its column") from error
    return Cells(variable, values, _marks(told["marks"], len(given)), is_raw)


def frame_of(cells: Sequence[Cells]) -> Frame:
    """The columns as an analysis reads them, by name."""
    return {one.variable.name: one.column() for one in cells}


def as_csv(frame: Frame) -> bytes:
    """The values, absences empty, names in the first line; UTF-8.  Reasons stand in the files of cells."""
    out = io.BytesIO()
    pl.DataFrame([one.values.alias(name) for name, one in frame.items()]).write_csv(out)
    return out.getvalue()


def _rows_by_mark(marks: pl.Series | None) -> dict[str, list[int]]:
    if marks is None or marks.null_count() == marks.len():
        return {}
    frame = pl.DataFrame({"mark": marks}).with_row_index("row").drop_nulls()
    groups = frame.group_by("mark", maintain_order=True).agg(pl.col("row"))
    return {str(mark): rows for mark, rows in sorted(groups.iter_rows())}


def _marks(told: Marks, rows: int) -> pl.Series | None:
    if not told:
        return None
    found: list[str | None] = [None] * rows
    for mark, places in told.items():
        for place in places:
            if place < 0:
                raise ValueError("rows are counted from 0")
            found[place] = mark
    return pl.Series("reason", found, dtype=pl.String)
