"""One side of a table: its heads, and under which of them every row falls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from measures.core.transitions import Pair
from surveys.core.absence import LABELS, precedence
from surveys.core.codebook import Variable, text_in
from surveys.core.tally import tally

Places = NDArray[np.int32]
_LOOKED_AT = 10_000  # cells that often tell already that there are too many different ones
_SPAN = 1 << 16  # whole numbers that lie closer together than this are looked up in place


@dataclass(frozen=True)
class Side:
    """A row or column head: a value, many values lumped together, or an absence."""

    text: str
    label: str
    is_absence: bool = False
    value: Any = None


class Axis:
    """The heads of ``column`` in a table: the labels of ``variable`` in order, other values, then absences.

    Where more than ``most`` values have no label, all values stand under one head, ``is_lumped``.
    """

    def __init__(self, variable: Variable, column: Pair, most: int, language: str) -> None:
        labels = labels_of(variable, language)
        self.column = column
        # values beyond all labels are never made Python objects: there may be one per row
        found = _different(column[0], most + len(labels))
        others = set(found) - set(labels) if found is not None else set()
        self.is_lumped = found is None or len(others) > most
        self._found = None if self.is_lumped else found
        listed = [] if self.is_lumped else [*labels, *sorted(others)]
        sides = [Side(shown(value), labels.get(value, ""), value=value) for value in listed]
        if self.is_lumped:
            sides.append(Side(f"{shown(column[0].min())} … {shown(column[0].max())}", ""))
        reasons = sorted(column[1].drop_nulls().unique(), key=precedence)
        self._values = {value: place for place, value in enumerate(listed)}
        self._reasons = {reason: len(sides) + place for place, reason in enumerate(reasons)}
        sides += [Side(reason, reason_label(reason, language), is_absence=True) for reason in reasons]
        self.sides = tuple(sides)

    @cached_property
    def places(self) -> Places:
        """The number of its head for every row."""
        place = self._places_of_values()
        chain: Any = pl
        for reason, number in self._reasons.items():
            chain = chain.when(pl.col("reason") == reason).then(pl.lit(number, dtype=pl.Int32))
        if self._reasons:
            frame = pl.DataFrame([place.alias("place"), self.column[1].alias("reason")])
            place = frame.select(chain.otherwise(pl.col("place")).alias("place"))["place"]
        return place.to_numpy()

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The value of every row; 0 where it is absent."""
        return self.column[0].cast(pl.Float64).fill_null(0.0).to_numpy()

    def _places_of_values(self) -> pl.Series:
        """Numbers of heads, right where there is a value."""
        cells = self.column[0].to_physical()
        if self._found is None or not self._found.len():
            return pl.Series([0], dtype=pl.Int32).new_from_index(0, cells.len())
        numbers, found = [self._values[value] for value in self._found], self._found.to_physical()
        low, high = (cast(int, found.min()), cast(int, found.max()))
        if cells.dtype.is_integer() and high - low < _SPAN:
            table = np.zeros(high - low + 1, dtype=np.int32)
            table[found.to_numpy() - low] = numbers
            return pl.Series(table[cells.fill_null(low).to_numpy() - low])
        return cells.replace_strict(found, numbers, default=0, return_dtype=pl.Int32)


def crossed(rows: Axis, heads: Axis) -> NDArray[np.int64]:
    """How many rows fall under each pair of heads, (heads of rows, heads of columns)."""
    shape = len(rows.sides), len(heads.sides)
    cells = rows.places * np.int64(shape[1]) + heads.places
    return np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)


def _different(values: pl.Series, most: int) -> pl.Series | None:
    """The different values; None where there are more than ``most``."""
    if values.head(_LOOKED_AT).drop_nulls().n_unique() > most:
        return None
    is_whole = values.to_physical().dtype.is_integer()
    found = tally(values)[0].drop_nulls() if is_whole else values.drop_nulls().unique()
    return found if found.len() <= most else None


def labels_of(variable: Variable, language: str) -> Mapping[Any, str]:
    """The labels of a variable's codes, those of its missing codes left out."""
    missing = {rule.value for rule in variable.missing if rule.value is not None}
    return {c.value: text_in(c.labels, language) for c in variable.codes if c.value not in missing}


def reason_label(reason: str, language: str) -> str:
    """An absence in words."""
    return text_in(LABELS.get(reason, {}), language) or reason.replace("_", " ")


def shown(value: Any) -> str:
    """A value as people write it: no trailing zeros, four decimals at most."""
    if isinstance(value, float):
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return str(value)
