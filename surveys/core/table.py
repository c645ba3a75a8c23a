"""The form in which a wave version's cells lie on disk, and how cells part into values and absences.

A wave version is one Parquet file.  Column ``i`` of the codebook is the physical column ``c{i}``: declared
missing codes stand in place as the raw values they are, an empty cell is null, NaN never occurs.  Where a
file had tagged missings, ``t{i}`` holds the tag (``a``-``z``, ``A``-``Z``, ``_``) and is null elsewhere.
Physical names are positions, so that no user's text ever becomes SQL and names may differ by case alone.

A derived column is a Parquet file of its own with ``value`` and ``reason``; exactly one of them is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.absence import SYSTEM
from surveys.core.codebook import MissingRule, Scalar, ValueType, Variable

VALUE, REASON = "value", "reason"
AT_ONCE = 16  # columns read at a time: each reading costs a look at the whole footer of the file

PHYSICAL: dict[ValueType, pl.DataType] = {
    ValueType.INTEGER: pl.Int64(),
    ValueType.DECIMAL: pl.Float64(),
    ValueType.TEXT: pl.String(),
    ValueType.DATE: pl.Date(),
    ValueType.DATETIME: pl.Datetime("us"),
    ValueType.TIME: pl.Float64(),  # seconds; may exceed 24 hours
}


def physical(position: int) -> str:
    """The physical name of the codebook's column at ``position`` (0-based)."""
    return f"c{position}"


def tags_of(position: int) -> str:
    """The physical name of the tags beside column ``position``; exists only where tags occur."""
    return f"t{position}"


def columns_in(path: Path) -> tuple[str, ...]:
    """The physical names in a wave version's file; reads the footer only."""
    return tuple(pl.read_parquet_schema(path))


def read_columns(path: Path, positions: Iterable[int]) -> pl.DataFrame:
    """The physical columns at ``positions``, each with its tags where it has any."""
    there = set(columns_in(path))
    wanted = [name for i in positions for name in (physical(i), tags_of(i)) if name in there]
    return pl.read_parquet(path, columns=wanted)


def read_split(path: Path, position: int, variable: Variable) -> tuple[pl.Series, pl.Series]:
    """Column ``position`` of a wave version as (values, reasons); see :func:`split`."""
    return next(read_each_split(path, [(position, variable)]))


def read_each_split(
    path: Path, wanted: Sequence[tuple[int, Variable]]
) -> Iterator[tuple[pl.Series, pl.Series]]:
    """:func:`read_split` of one (position, variable) after the other; whoever stops early reads few more."""
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        frame = read_columns(path, [position for position, _ in some])
        for position, variable in some:
            tags = frame[tags_of(position)] if tags_of(position) in frame.columns else None
            yield split(frame[physical(position)], tags, variable)


def split(values: pl.Series, tags: pl.Series | None, variable: Variable) -> tuple[pl.Series, pl.Series]:
    """Parts raw cells into (values with every absence nulled, reasons); both as long as ``values``.

    ``reasons`` is a String series, null exactly where the cell is valid.  A tag outranks the cell, a single
    missing code outranks a range, and a null cell without a tag is a ``system`` absence.
    """
    tests = list(_tests(values, tags, variable))
    if not tests:
        return values.rename(VALUE), no_text(values.len())
    frame = pl.DataFrame([values.alias(VALUE), *([] if tags is None else [tags.alias("tag")])])
    chain: Any = pl
    for is_absent, reason in tests:  # one chain: putting columns of words together costs far more
        chain = chain.when(is_absent).then(reason)
    kept = pl.when(pl.col(REASON).is_null()).then(pl.col(VALUE)).alias(VALUE)
    parted = frame.lazy().with_columns(chain.alias(REASON)).select(kept, REASON).collect()
    return parted[VALUE], parted[REASON]


def _tests(
    values: pl.Series, tags: pl.Series | None, variable: Variable
) -> Iterator[tuple[pl.Expr, pl.Expr]]:
    """What makes a cell absent, with the reason, the strongest first; only what can occur in the column."""
    for rule in _in_order(variable.missing):
        if rule.tag is None or tags is not None:
            yield _matches(rule, variable.type), pl.lit(rule.reason)
    if tags is not None:
        yield pl.col("tag").is_not_null(), pl.concat_str(pl.lit("tag:"), pl.col("tag"))
    if values.null_count():
        yield pl.col(VALUE).is_null(), pl.lit(SYSTEM)


def missing_value(value: Scalar, kind: ValueType) -> Any:
    """A missing code as the cell it stands for: dates and timestamps are kept as ISO text in a codebook."""
    if kind is ValueType.DATE:
        return date.fromisoformat(str(value))
    if kind is ValueType.DATETIME:
        return datetime.fromisoformat(str(value))
    return value


def read_derived(path: Path) -> tuple[pl.Series, pl.Series]:
    """A derived column as (values, reasons)."""
    frame = pl.read_parquet(path, columns=[VALUE, REASON])
    return frame[VALUE], frame[REASON]


def _in_order(rules: Iterable[MissingRule]) -> list[MissingRule]:
    """Tags first, then single codes, then ranges."""
    return sorted(rules, key=lambda rule: (rule.tag is None, rule.value is None))


def _matches(rule: MissingRule, kind: ValueType) -> pl.Expr:
    cell = pl.col(VALUE)
    if rule.tag is not None:
        return pl.col("tag") == rule.tag
    if rule.value is not None:
        return cell == pl.lit(missing_value(rule.value, kind))
    low = pl.lit(True) if rule.low is None else cell >= _bound(rule.low, kind)
    high = pl.lit(True) if rule.high is None else cell <= _bound(rule.high, kind)
    return cell.is_not_null() & low & high


def _bound(bound: float, kind: ValueType) -> pl.Expr:
    """A range's end; of dates and timestamps it is kept as seconds since 1970."""
    if kind is ValueType.DATE:
        return pl.lit(bound * 1e6).cast(pl.Datetime("us")).cast(pl.Date)
    if kind is ValueType.DATETIME:
        return pl.lit(bound * 1e6).cast(pl.Datetime("us"))
    return pl.lit(bound)


def no_text(length: int) -> pl.Series:
    """As many nulls as there are rows."""
    return pl.Series(REASON, [None], dtype=pl.String).new_from_index(0, length)
