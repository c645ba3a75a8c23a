"""Two columns side by side: which rows differ, and from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from surveys.core.comparison.matching import as_text

Pair = tuple[pl.Series, pl.Series]  # values, reasons: exactly one of the two is null in every row
MOST = 400  # combinations listed


@dataclass(frozen=True)
class Cross:
    """Joint counts: (left value, left reason, right value, right reason, rows), most frequent first.

    ``is_complete`` is False when there are more combinations than are listed.
    """

    counts: tuple[tuple[Any, str | None, Any, str | None, int], ...]
    is_complete: bool


@dataclass(frozen=True)
class Changes:
    """How one column differs from an earlier one, row by row."""

    rows: int
    changed: int
    cross: Cross  # of the rows that changed

    def as_json(self) -> dict[str, Any]:
        """Plain types; what is stored with a published version."""
        return {
            "rows": self.rows,
            "changed": self.changed,
            "from_to": [list(count) for count in self.cross.counts],
            "is_complete": self.cross.is_complete,
        }


def _frame(left: Pair, right: Pair) -> pl.DataFrame:
    named = zip(("lv", "lr", "rv", "rr"), (*left, *right), strict=True)
    return pl.DataFrame([series.rename(name) for name, series in named])


def _cross(frame: pl.DataFrame, most: int) -> Cross:
    columns = ("lv", "lr", "rv", "rr")  # they settle the order of what is equally frequent
    falling = [True, *(False for _ in columns)]
    counted = frame.group_by(*columns).len().sort("len", *columns, descending=falling)
    return Cross(tuple(counted.head(most).iter_rows()), counted.height <= most)


def changes(before: Pair, after: Pair) -> Changes:
    """The rows whose value or reason differs between two columns of equal length.

    A whole number and the same decimal are equal; a number and a text never are.
    """
    if before[0].dtype.is_numeric() != after[0].dtype.is_numeric():
        before, after = _as_text(before), _as_text(after)
    frame = _frame(before, after)
    same = pl.col("lv").eq_missing(pl.col("rv")) & pl.col("lr").eq_missing(pl.col("rr"))
    differing = frame.filter(~same)
    return Changes(frame.height, differing.height, _cross(differing, MOST))


def _as_text(pair: Pair) -> Pair:
    return pair[0].cast(pl.String), pair[1]


def tally(reasons: pl.Series) -> dict[str, int]:
    """{"valid": n, reason: n, …}: adds up to the number of rows."""
    told = dict(reasons.drop_nulls().value_counts().iter_rows()) if reasons.len() else {}
    return {"valid": reasons.null_count()} | {str(reason): int(told[reason]) for reason in sorted(told)}


@dataclass(frozen=True)
class ByKey:
    """Two tables whose rows were matched by a key.

    ``changed``: column -> rows of both tables whose cell differs, zero where only rows came, went or moved.
    """

    changed: dict[str, int]
    added: int
    removed: int


def changed_by_key(before: Mapping[str, Pair], after: Mapping[str, Pair], key: str) -> ByKey | None:
    """What differs between two tables by ``key``; None where it is empty or repeated in one of them.

    A whole number, the same decimal and the text that somebody would type for it are equal.
    Both mappings hold the key and the same columns.
    """
    left, right = _keyed(before, key), _keyed(after, key)
    if any(side["key"].null_count() or side["key"].n_unique() < side.height for side in (left, right)):
        return None
    both = left.join(right, on="key", how="inner", suffix="_after")
    names = [name for name in before if name != key]
    changed = {
        name: both.filter(
            pl.col(f"v{i}").ne_missing(pl.col(f"v{i}_after"))
            | pl.col(f"r{i}").ne_missing(pl.col(f"r{i}_after"))
        ).height
        for i, name in enumerate(names)
    }
    return ByKey(changed, right.height - both.height, left.height - both.height)


def _keyed(columns: Mapping[str, Pair], key: str) -> pl.DataFrame:
    names = [name for name in columns if name != key]
    series = [as_text(columns[key][0]).rename("key")]
    for i, name in enumerate(names):
        series += [as_text(columns[name][0]).rename(f"v{i}"), columns[name][1].rename(f"r{i}")]
    return pl.DataFrame(series)
