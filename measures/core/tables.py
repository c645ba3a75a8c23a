"""Source x derived: what becomes of every code and absence of an item, counted."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from measures.core.language import CodeMap
from measures.core.transitions import Pair, cross
from surveys.core.absence import LABELS, OUT_OF_RANGE, precedence
from surveys.core.codebook import Variable, text_in

MOST_LISTED = 30  # source values without labels listed one by one
MOST_OUTCOMES = 12  # outcomes that get a column of their own
MOST_CROSSED = 20_000


@dataclass(frozen=True)
class Labelled:
    """A value, its label and how many rows hold it."""

    value: Any
    label: str
    rows: int


@dataclass(frozen=True)
class Side:
    """A row or column head: a value, many values lumped together, or an absence."""

    text: str
    label: str
    is_absence: bool = False
    value: Any = None


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


def reason_label(reason: str, language: str) -> str:
    """An absence in words."""
    return text_in(LABELS.get(reason, {}), language) or reason.replace("_", " ")


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
    labels = _labels(variable, language)
    return tuple(Labelled(plain(value), labels.get(value, ""), n) for value, n in counts)


def item_table(
    source: Pair,
    item: Variable,
    derived: Pair,
    variable: Variable,
    uncovered: Container[tuple[Any, str | None]],
    language: str,
) -> ItemTable:
    """Joint counts of an item and a derived column, ready to be shown.

    Codes of the codebook come first and are shown even when nobody gave them; absences come last.
    """
    rows = _Axis(item, source, MOST_LISTED, language)
    heads = _Axis(variable, derived, MOST_OUTCOMES, language)
    counts = cross(rows.gathered(source), heads.gathered(derived), MOST_CROSSED).counts
    cells = [[0] * len(heads.sides) for _ in rows.sides]
    for lv, lr, rv, rr, n in counts:
        cells[rows.place(lv, lr)][heads.place(rv, rr)] += n
    has_means = heads.lumped and derived[0].dtype.is_numeric() and not rows.lumped
    means = _means(source, derived) if has_means else {}
    lines = tuple(
        ItemRow(side, sum(line), tuple(line), _key(side) not in uncovered, means.get(_key(side), ""))
        for side, line in zip(rows.sides, cells, strict=True)
    )
    return ItemTable(item.name, item.label(language), heads.sides, lines, has_means)


def _means(source: Pair, derived: Pair) -> dict[tuple[Any, str | None], str]:
    """The mean of the derived values behind each value and absence of the source."""
    frame = pl.DataFrame(
        [source[0].rename("value"), source[1].rename("reason"), derived[0].cast(pl.Float64).rename("y")]
    )
    found = frame.group_by("value", "reason").agg(pl.col("y").mean()).iter_rows()
    return {(value, reason): shown(mean) for value, reason, mean in found if mean is not None}


def _key(side: Side) -> tuple[Any, str | None]:
    return (None, side.text) if side.is_absence else (side.value, None)


class _Axis:
    """The heads of one side of a table, and which head a cell belongs to."""

    def __init__(self, variable: Variable, column: Pair, most: int, language: str) -> None:
        labels = _labels(variable, language)
        found = column[0].drop_nulls().unique()
        # values beyond all labels are never made Python objects: there may be one per row
        others = set() if found.len() > most + len(labels) else set(found) - set(labels)
        self.lumped = found.len() > most + len(labels) or len(others) > most
        listed = [] if self.lumped else [*labels, *sorted(others)]
        sides = [Side(shown(value), labels.get(value, ""), value=value) for value in listed]
        if self.lumped:
            sides.append(Side(f"{shown(found.min())} … {shown(found.max())}", ""))
        reasons = sorted(column[1].drop_nulls().unique(), key=precedence)
        self.values = {value: place for place, value in enumerate(listed)}
        self.reasons = {reason: len(sides) + place for place, reason in enumerate(reasons)}
        sides += [Side(reason, reason_label(reason, language), is_absence=True) for reason in reasons]
        self.sides = tuple(sides)

    def gathered(self, column: Pair) -> Pair:
        """The column as the table tells it apart: without its values where these are lumped together."""
        if not self.lumped:
            return column
        return pl.Series(column[0].name, [None], dtype=pl.Int8).new_from_index(0, column[0].len()), column[1]

    def place(self, value: Any, reason: str | None) -> int:
        if reason is not None:
            return self.reasons[reason]
        return 0 if self.lumped else self.values[value]


def _labels(variable: Variable, language: str) -> Mapping[Any, str]:
    missing = {rule.value for rule in variable.missing if rule.value is not None}
    return {c.value: text_in(c.labels, language) for c in variable.codes if c.value not in missing}


def shown(value: Any) -> str:
    """A value as people write it: no trailing zeros, four decimals at most."""
    if isinstance(value, float):
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return str(value)


def plain(value: Any) -> Any:
    """A value as JSON knows it: dates become text."""
    return value if isinstance(value, int | float | str) or value is None else str(value)
