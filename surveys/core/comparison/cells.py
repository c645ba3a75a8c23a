"""Two versions of one wave, cell by cell: rows are matched by the key, columns are looked at one by one.

Only columns whose content hash or missing codes differ are read, in one pass, and of those only the rows
that differ are parted into values and absences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from surveys.core.comparison.matching import (
    Matched,
    StoredColumn,
    StoredRows,
    as_text,
    match_rows,
    parted,
    raw_cells,
)
from surveys.core.disclosure import FEWEST
from surveys.core.problems import Problem
from surveys.core.table import read_columns

BATCH = 32  # columns in memory at a time
MOST_MOVES = 60  # from-to pairs kept per variable
PARTS = ("values", "to_absent", "from_absent", "reasons")
SIDES = ("before", "before_reason", "after", "after_reason")


@dataclass(frozen=True)
class Move:
    """Rows of one variable that went from one cell to another; of each side exactly one of value and reason
    is set."""

    before: Any
    before_reason: str | None
    after: Any
    after_reason: str | None
    n: int

    @property
    def part(self) -> str:
        """The count of :class:`ColumnDifference` that these rows are in."""
        if self.before_reason is None:
            return "values" if self.after_reason is None else "to_absent"
        return "from_absent" if self.after_reason is None else "reasons"


@dataclass(frozen=True)
class ColumnDifference:
    """How many cells of one variable changed, and how: value to value, value to absence, absence to value,
    one absence to another.  ``moves`` lists the most frequent changes; ``is_complete`` when it lists all.

    A count of None is one that may not be told."""

    name: str
    changed: int | None
    values: int | None = 0
    to_absent: int | None = 0
    from_absent: int | None = 0
    reasons: int | None = 0
    moves: tuple[Move, ...] = ()
    is_complete: bool = True


@dataclass(frozen=True)
class CellDifference:
    """Rows that came and went by key, and the variables with changed cells in the order of the file.

    With a ``problem`` (no key, or one that is empty or repeated somewhere) nothing was compared.  Rows of
    None are so few that they may not be told (:func:`told`).
    """

    key: str = ""
    rows_added: int | None = 0
    rows_removed: int | None = 0
    rows_both: int = 0
    columns: tuple[ColumnDifference, ...] = ()
    problem: Problem | None = None

    @property
    def cells_changed(self) -> int | None:
        """All of them; None where it would give away a count that may not be told."""
        counts = [one.changed for one in self.columns]
        return None if None in counts else sum(n for n in counts if n is not None)


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
    """What may be told to those who may not download the data: counts and changes of ten cells and more.

    Left out is also what would give away a smaller one by subtraction.
    """
    added, removed = told_rows(found.rows_added, found.rows_removed)
    columns = tuple(_told(one) for one in found.columns)
    return replace(found, rows_added=added, rows_removed=removed, columns=columns)


def told_rows(added: int | None, removed: int | None) -> tuple[int | None, int | None]:
    """Rows added and removed as everybody may know them: neither where one is small but not nothing.

    Everybody knows the sizes of both sides, and so the difference of the two numbers.
    """
    is_small = any(0 < (n or 0) < FEWEST for n in (added, removed))
    return (None, None) if is_small else (added, removed)


def _told(one: ColumnDifference) -> ColumnDifference:
    counts = {name: getattr(one, name) or 0 for name in PARTS}
    hidden = _hidden(counts)
    is_few = 0 < sum(counts[name] for name in hidden) < FEWEST  # all there is: the total would tell it
    moves = [move for move in one.moves if move.part not in hidden and move.n >= FEWEST]
    for name in PARTS:
        moves = _without_few_others(moves, name, counts[name])
    return ColumnDifference(
        one.name,
        None if is_few else one.changed,
        **{name: None if name in hidden else n for name, n in counts.items()},
        moves=tuple(moves),
        is_complete=one.is_complete and len(moves) == len(one.moves),
    )


def _hidden(counts: dict[str, int]) -> set[str]:
    """Parts that may not be told; with the smallest others, until what the total leaves for them is ten cells
    or more and no single part."""
    hidden = {name for name, n in counts.items() if 0 < n < FEWEST}
    others = sorted((n, name) for name, n in counts.items() if n >= FEWEST)
    while hidden and others and (len(hidden) == 1 or sum(counts[name] for name in hidden) < FEWEST):
        hidden.add(others.pop(0)[1])
    return hidden


def _without_few_others(moves: list[Move], part: str, n: int) -> list[Move]:
    """The moves without the smallest of a part, where the others of its ``n`` cells are under ten."""
    mine = [move for move in moves if move.part == part]
    if not mine or not 0 < n - sum(move.n for move in mine) < FEWEST:
        return moves
    least = min(mine, key=lambda move: move.n)
    return [move for move in moves if move is not least]


def differing_columns(before: StoredRows, after: StoredRows, key: str) -> list[str]:
    """Shared columns, but for the key, that may hold or be read as something else for the same people.

    Where the key's own column differs, rows came, went or changed places: an equal column then holds other
    people's answers, so all of them may.
    """
    keys = before.columns.get(key), after.columns.get(key)
    is_moved = keys[0] is None or keys[1] is None or keys[0].content_hash != keys[1].content_hash
    return [
        name
        for name, column in after.columns.items()
        if name != key
        and (old := before.columns.get(name)) is not None
        and (is_moved or old.content_hash != column.content_hash or old.reading != column.reading)
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
    left = [_placed(series, matched.left) for series in raw_cells(old, was)]
    right = [_placed(series, matched.right) for series in raw_cells(new, is_now)]
    rows: pl.Series | None = None
    if was.reading == is_now.reading:  # cells that are stored alike are the same; the others are parted
        mask = _unlike(left[0], right[0]) | _unlike(left[1], right[1])
        assert mask is not None
        rows = mask.arg_true()
        left, right = ([_placed(series, rows) for series in side] for side in (left, right))
    values, reasons = parted(left[0], left[1], was)
    new_values, new_reasons = parted(right[0], right[1], is_now)
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


def _placed(series: Any, places: pl.Series | None) -> Any:
    return series if series is None or places is None else series.gather(places)


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
    return as_text(old).ne_missing(as_text(new))


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
