"""Two versions of one wave, cell by cell: rows are matched by the key, columns are looked at one by one.

Only columns whose content hash or missing codes differ are read, in one pass, and of those only the rows
that differ are parted into values and absences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.codebook import Variable
from surveys.core.disclosure import FEWEST
from surveys.core.problems import Problem
from surveys.core.said import say
from surveys.core.table import physical, read_columns, split, tags_of

BATCH = 32  # columns in memory at a time
MOST_MOVES = 60  # from-to pairs kept per variable
SIDES = ("before", "before_reason", "after", "after_reason")


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
class Move:
    """Rows of one variable that went from one cell to another; of each side exactly one of value and reason
    is set.  ``n`` is None where it may not be told (under ten), and the values are left out then."""

    before: Any
    before_reason: str | None
    after: Any
    after_reason: str | None
    n: int | None


@dataclass(frozen=True)
class ColumnDifference:
    """How many cells of one variable changed, and how: value to value, value to absence, absence to value,
    one absence to another.  ``moves`` lists the most frequent changes; ``is_complete`` when it lists all."""

    name: str
    changed: int
    values: int = 0
    to_absent: int = 0
    from_absent: int = 0
    reasons: int = 0
    moves: tuple[Move, ...] = ()
    is_complete: bool = True


@dataclass(frozen=True)
class CellDifference:
    """Rows that came and went by key, and the variables with changed cells in the order of the file.

    With a ``problem`` (no key, or one that is empty or repeated somewhere) nothing was compared.
    """

    key: str = ""
    rows_added: int = 0
    rows_removed: int = 0
    rows_both: int = 0
    columns: tuple[ColumnDifference, ...] = ()
    problem: Problem | None = None

    @property
    def cells_changed(self) -> int:
        return sum(one.changed for one in self.columns)


def cell_difference(before: StoredRows, after: StoredRows, key: str) -> CellDifference:
    """Everything counted; nothing told of single rows but the values in ``moves``, see :func:`told`."""
    matched = match_rows(before, after, key)
    if isinstance(matched, Problem):
        return CellDifference(key, problem=matched)
    found = (
        _counted(name, changed)
        for name, changed in _changed(before, after, matched, differing_columns(before, after, key))
    )
    return CellDifference(
        key=key,
        rows_added=len(matched.added),
        rows_removed=len(matched.removed),
        rows_both=matched.both,
        columns=tuple(one for one in found if one.changed),
    )


def told(found: CellDifference) -> CellDifference:
    """What may be told to those who may not download the data: changes shared by ten rows and more."""
    columns = tuple(
        ColumnDifference(
            one.name,
            one.changed,
            one.values,
            one.to_absent,
            one.from_absent,
            one.reasons,
            tuple(move for move in one.moves if (move.n or 0) >= FEWEST),
            one.is_complete and all((move.n or 0) >= FEWEST for move in one.moves),
        )
        for one in found.columns
    )
    return CellDifference(
        found.key, found.rows_added, found.rows_removed, found.rows_both, columns, found.problem
    )


def differing_columns(before: StoredRows, after: StoredRows, key: str) -> list[str]:
    """Shared columns, but for the key, that hold or are read as something else."""
    return [
        name
        for name, column in after.columns.items()
        if name != key
        and (old := before.columns.get(name)) is not None
        and (old.content_hash != column.content_hash or old.reading != column.reading)
    ]


def changed_cells(
    before: StoredRows, after: StoredRows, key: str, names: Iterable[str] | None = None
) -> Iterator[pl.DataFrame]:
    """The changed cells themselves, variable by variable: key, variable, then value and reason of each side
    as text.  For those with the right to the data."""
    matched = match_rows(before, after, key)
    if isinstance(matched, Problem):
        return
    wanted = differing_columns(before, after, key)
    if names is not None:
        asked = set(names)
        wanted = [name for name in wanted if name in asked]
    for name, changed in _changed(before, after, matched, wanted):
        if changed.height:
            cells = [pl.lit(name).alias("variable"), *(pl.col(side).cast(pl.String) for side in SIDES)]
            keys = matched.keys.gather(changed["row"]).cast(pl.String).rename("key")
            yield changed.select(cells).insert_column(0, keys)


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
    values, reasons = _parted(*_raw(read_columns(rows.path, [column.position]), column), column)
    if empty := reasons.len() - reasons.null_count():
        return Problem(
            "empty_key", say("The key is empty in {n} rows of {side}.", n=empty, side=side), where=key
        )
    if doubles := values.len() - values.n_unique():
        return Problem(
            "repeated_key",
            say("The key repeats itself in {n} rows of {side}.", n=doubles, side=side),
            where=key,
        )
    return values


def _alike_keys(old: pl.Series, new: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Keys in one type; a number that became text keeps its digits."""
    if old.dtype == new.dtype:
        return old, new
    if old.dtype.is_numeric() and new.dtype.is_numeric():
        return old.cast(pl.Float64), new.cast(pl.Float64)
    return _as_text(old), _as_text(new)


def _as_text(values: pl.Series) -> pl.Series:
    """Whole decimals without their ``.0``, as somebody would type them."""
    if values.dtype == pl.Float64:
        whole = values.cast(pl.Int64, strict=False)
        is_whole = whole.cast(pl.Float64) == values
        return pl.select(
            pl.when(is_whole).then(whole.cast(pl.String)).otherwise(values.cast(pl.String))
        ).to_series()
    return values.cast(pl.String)


def _changed(
    before: StoredRows, after: StoredRows, matched: Matched, names: Sequence[str]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Per column the matched rows whose cell differs: ``row`` (place among the matched) and both cells."""
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        old = read_columns(before.path, [before.columns[name].position for name in batch])
        new = read_columns(after.path, [after.columns[name].position for name in batch])
        for name in batch:
            yield name, _differing(old, new, before.columns[name], after.columns[name], matched)


def _differing(
    old: pl.DataFrame, new: pl.DataFrame, was: StoredColumn, is_now: StoredColumn, matched: Matched
) -> pl.DataFrame:
    left = [_placed(series, matched.left) for series in _raw(old, was)]
    right = [_placed(series, matched.right) for series in _raw(new, is_now)]
    rows: pl.Series | None = None
    if was.reading == is_now.reading:  # cells that are stored alike are the same; the others are parted
        mask = _unlike(left[0], right[0]) | _unlike(left[1], right[1])
        assert mask is not None
        rows = mask.arg_true()
        left, right = ([_placed(series, rows) for series in side] for side in (left, right))
    values, reasons = _parted(left[0], left[1], was)
    new_values, new_reasons = _parted(right[0], right[1], is_now)
    mask = _values_differ(values, new_values) | reasons.ne_missing(new_reasons)
    frame = pl.DataFrame(
        [
            (rows if rows is not None else pl.Series(range(values.len()), dtype=pl.UInt32)).rename("row"),
            *(
                s.rename(side)
                for s, side in zip((values, reasons, new_values, new_reasons), SIDES, strict=True)
            ),
        ]
    )
    return frame.filter(mask)


Raw = tuple[pl.Series, pl.Series | None]


def _raw(frame: pl.DataFrame, column: StoredColumn) -> Raw:
    tags = tags_of(column.position)
    return frame[physical(column.position)], frame[tags] if tags in frame.columns else None


def _placed(series: Any, places: pl.Series | None) -> Any:
    return series if series is None or places is None else series.gather(places)


def _parted(values: pl.Series, tags: pl.Series | None, column: StoredColumn) -> tuple[pl.Series, pl.Series]:
    return split(values, tags, column.variable)


def _unlike(one: pl.Series | None, other: pl.Series | None) -> Any:
    """Rows in which two columns (or their tags) differ; no column at all is one without a tag."""
    if one is None and other is None:
        return False
    if one is None or other is None:
        present = one if one is not None else other
        assert present is not None
        return present.is_not_null()
    return one.ne_missing(other)


def _values_differ(old: pl.Series, new: pl.Series) -> pl.Series:
    """Values of whatever types: numbers as numbers, a text that reads as the number is the same answer."""
    if old.dtype == new.dtype or (old.dtype.is_numeric() and new.dtype.is_numeric()):
        return old.ne_missing(new)
    for text, other in ((old, new), (new, old)):
        if text.dtype == pl.String and other.dtype.is_numeric():
            number = text.str.strip_chars().cast(pl.Float64, strict=False)
            return number.ne_missing(other.cast(pl.Float64)) | (text.is_not_null() & number.is_null())
    return _as_text(old).ne_missing(_as_text(new))


def _counted(name: str, changed: pl.DataFrame) -> ColumnDifference:
    if not changed.height:
        return ColumnDifference(name, 0)
    was, is_now = changed["before_reason"].is_null(), changed["after_reason"].is_null()
    counted = changed.group_by(*SIDES).len().sort("len", *SIDES, descending=[True, *[False] * 4])
    return ColumnDifference(
        name,
        changed.height,
        values=int((was & is_now).sum()),
        to_absent=int((was & ~is_now).sum()),
        from_absent=int((~was & is_now).sum()),
        reasons=int((~was & ~is_now).sum()),
        moves=tuple(Move(*(_plain(cell) for cell in row)) for row in counted.head(MOST_MOVES).iter_rows()),
        is_complete=counted.height <= MOST_MOVES,
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else value.isoformat()
