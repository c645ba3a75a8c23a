"""The rows of two versions of one wave, matched by the wave's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.codebook import Variable
from surveys.core.problems import Problem
from surveys.core.said import say, say_n
from surveys.core.table import physical, read_columns, split, tags_of


@dataclass(frozen=True)
class StoredColumn:
    """A variable and where its cells lie."""

    variable: Variable
    position: int
    content_hash: str

    @property
    def reading(self) -> Any:
        """How raw cells become values and absences; labels do not matter."""
        rules = ((r.reason, r.value, r.low, r.high, r.tag) for r in self.variable.missing)
        return self.variable.type, sorted(rules, key=str)


@dataclass(frozen=True)
class StoredRows:
    """A wave version's file and its columns by name."""

    path: Path
    columns: Mapping[str, StoredColumn]


@dataclass(frozen=True)
class Matched:
    """Rows of both sides by key: ``left`` and ``right`` are their places, None where both sides hold the
    same keys in the same order.  ``keys`` belong to the matched rows."""

    keys: pl.Series
    left: pl.Series | None
    right: pl.Series | None
    added: pl.Series = field(default_factory=pl.Series)
    removed: pl.Series = field(default_factory=pl.Series)

    @property
    def both(self) -> int:
        return len(self.keys)


def match_rows(before: StoredRows, after: StoredRows, key: str) -> Matched | Problem:
    """The rows of both sides matched by ``key``, or why they cannot be."""
    sides = []
    for rows, words in ((before, say("the version before")), (after, say("the version after"))):
        found = _key(rows, key, words)
        if isinstance(found, Problem):
            return found
        sides.append(found)
    old, new = _alike_keys(*sides)
    if old.equals(new):
        return Matched(new, None, None, new.clear(), new.clear())
    left = pl.DataFrame({"key": old}).with_row_index("left")
    right = pl.DataFrame({"key": new}).with_row_index("right")
    both = left.join(right, on="key", how="inner").sort("right")
    return Matched(
        both["key"],
        both["left"],
        both["right"],
        right.join(left, on="key", how="anti").sort("right")["key"],
        left.join(right, on="key", how="anti").sort("left")["key"],
    )


def _key(rows: StoredRows, key: str, side: str) -> pl.Series | Problem:
    if not key:
        hint = "Name the key of the wave; then changed cells are found row by row."
        return Problem("no_key", "The wave names no key, so rows cannot be matched.", hint=hint)
    column = rows.columns.get(key)
    if column is None:
        return Problem(
            "no_key",
            say("There is no variable {key} in {side}, so rows cannot be matched.", key=key, side=side),
            where=key,
        )
    values, reasons = parted(*raw_cells(read_columns(rows.path, [column.position]), column), column)
    if empty := reasons.len() - reasons.null_count():
        return Problem(
            "empty_key",
            say_n(
                empty,
                "The key is empty in 1 row of {side}.",
                "The key is empty in {n} rows of {side}.",
                n=empty,
                side=side,
            ),
            where=key,
        )
    if doubles := values.len() - values.n_unique():
        return Problem(
            "repeated_key",
            say_n(
                doubles,
                "The key repeats itself in 1 row of {side}.",
                "The key repeats itself in {n} rows of {side}.",
                n=doubles,
                side=side,
            ),
            where=key,
        )
    return values


def _alike_keys(old: pl.Series, new: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Keys in one type; a number that became text keeps its digits."""
    if old.dtype == new.dtype:
        return old, new
    if old.dtype.is_numeric() and new.dtype.is_numeric():
        return old.cast(pl.Float64), new.cast(pl.Float64)
    return as_text(old), as_text(new)


def as_text(values: pl.Series) -> pl.Series:
    """Whole decimals without their ``.0``, as somebody would type them."""
    if values.dtype == pl.Float64:
        whole = values.cast(pl.Int64, strict=False)
        is_whole = whole.cast(pl.Float64) == values
        return pl.select(
            pl.when(is_whole).then(whole.cast(pl.String)).otherwise(values.cast(pl.String))
        ).to_series()
    return values.cast(pl.String)


Raw = tuple[pl.Series, pl.Series | None]


def raw_cells(frame: pl.DataFrame, column: StoredColumn) -> Raw:
    tags = tags_of(column.position)
    return frame[physical(column.position)], frame[tags] if tags in frame.columns else None


def parted(values: pl.Series, tags: pl.Series | None, column: StoredColumn) -> tuple[pl.Series, pl.Series]:
    return split(values, tags, column.variable)
