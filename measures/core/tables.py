"""Source x derived: what becomes of every code and absence of an item, counted."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from measures.core.axes import Axis, Side, crossed, labels_of, shown
from measures.core.language import CodeMap
from measures.core.transitions import Pair
from surveys.core.absence import OUT_OF_RANGE
from surveys.core.codebook import Variable

MOST_LISTED = 30  # source values without labels listed one by one
MOST_OUTCOMES = 12  # outcomes that get a column of their own


@dataclass(frozen=True)
class Labelled:
    """A value, its label and how many rows hold it."""

    value: Any
    label: str
    rows: int


@dataclass(frozen=True)
class ItemRow:
    side: Side
    rows: int
    cells: tuple[int, ...]  # one per outcome
    is_covered: bool
    mean: str = ""  # of the derived values, where these are too many for columns of their own


@dataclass(frozen=True)
class ItemTable:
    """One item against the derived column."""

    item: str
    label: str
    outcomes: tuple[Side, ...]
    rows: tuple[ItemRow, ...]
    has_means: bool = False


def mapped(source: Pair, code_map: CodeMap) -> Pair:
    """Stored cells as the item's: codes mapped, codes without a counterpart out of range."""
    if not code_map:
        return source
    values, reasons = source
    known = {before: after for before, after in code_map if after is not None}
    kind = pl.String if any(isinstance(v, str) for v in known.values()) else values.dtype
    after = values.replace_strict(list(known), list(known.values()), default=None, return_dtype=kind)
    lost = values.is_not_null() & after.is_null()
    told = pl.select(pl.when(lost).then(pl.lit(OUT_OF_RANGE)).otherwise(reasons)).to_series()
    return after, told


def mapped_counts(counts: Sequence[Sequence[Any]], code_map: CodeMap) -> dict[Any, int]:
    """[[value, n], …] of stored codes as the item's codes; those without a counterpart are left out."""
    becomes = {before: after for before, after in code_map if after is not None}
    found: dict[Any, int] = {}
    for value, n in counts:
        if code_map and value not in becomes:
            continue
        item_code = becomes.get(value, value)
        found[item_code] = found.get(item_code, 0) + n
    return found


def labelled(counts: Sequence[Sequence[Any]], variable: Variable, language: str) -> tuple[Labelled, ...]:
    """[[value, n], …] with the labels of ``variable``."""
    labels = labels_of(variable, language)
    return tuple(Labelled(plain(value), labels.get(value, ""), n) for value, n in counts)


def item_table(
    item: Variable, source: Axis, derived: Axis, uncovered: Container[tuple[Any, str | None]], language: str
) -> ItemTable:
    """Joint counts of an item and a derived column, ready to be shown.

    Codes of the codebook come first and are shown even when nobody gave them; absences come last.
    """
    cells = crossed(source, derived)
    has_means = derived.is_lumped and derived.column[0].dtype.is_numeric() and not source.is_lumped
    means = _means(source, derived, cells[:, 0]) if has_means else [""] * len(cells)
    lines = tuple(
        ItemRow(side, sum(line), tuple(line), _key(side) not in uncovered, mean)
        for side, line, mean in zip(source.sides, cells.tolist(), means, strict=True)
    )
    return ItemTable(item.name, item.label(language), derived.sides, lines, has_means)


def _means(source: Axis, derived: Axis, valid: NDArray[np.int64]) -> list[str]:
    """The mean of the ``valid`` derived values under each head of the source; empty where there is none."""
    sums = np.bincount(source.places, weights=derived.numbers, minlength=len(source.sides))
    return [shown(float(total) / int(n)) if n else "" for total, n in zip(sums, valid, strict=True)]


def _key(side: Side) -> tuple[Any, str | None]:
    return (None, side.text) if side.is_absence else (side.value, None)


def plain(value: Any) -> Any:
    """A value as JSON knows it: dates become text."""
    return value if isinstance(value, int | float | str) or value is None else str(value)
