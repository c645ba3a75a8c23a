"""Rows that are the same in every variable but the key: entered twice, or exported twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.codebook import Codebook, Role
from surveys.core.findings import Finding, Severity
from surveys.core.quality.rows import MOST_ROWS
from surveys.core.said import say_n
from surveys.core.table import columns_in, physical, tags_of

FEWEST_COLUMNS = 3  # two columns repeat by nature
FIRST, MORE = 8, 64  # columns read at first, and at a time after that


def duplicate_rows(
    codebook: Codebook, parquet: Path, frequencies: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """Says how many rows repeat an earlier one in all variables that are not keys.

    The columns that tell most rows apart are looked at first; of the others only the rows that are still
    alike, so that a wave without such rows costs a few columns.
    """
    wanted = [i for i, variable in enumerate(codebook.variables) if variable.role is not Role.KEY]
    if len(wanted) < FEWEST_COLUMNS:
        return
    wanted.sort(key=lambda i: -frequencies[i].get("distinct", 0))
    alike, marks = _alike(parquet, wanted[:FIRST], None, None)
    for start in range(FIRST, len(wanted), MORE):
        if not alike.len():
            return
        alike, marks = _alike(parquet, wanted[start : start + MORE], alike, marks)
    again = alike.filter(~marks.is_first_distinct())
    if again.len():
        text = say_n(
            again.len(),
            "1 row repeats an earlier row in every variable but a key (row {rows}).",
            "{n:,} rows repeat an earlier row in every variable but a key (first: {rows}).",
            n=again.len(), rows=[row + 1 for row in again.sort()[:MOST_ROWS]],
        )  # fmt: skip
        yield Finding(Severity.WARNING, "duplicate_rows", text)


def _alike(
    parquet: Path, positions: list[int], rows: pl.Series | None, marks: pl.Series | None
) -> tuple[pl.Series, pl.Series]:
    """The numbers of the rows (of ``rows``) that another one equals in these columns too, and their marks.

    A mark is 64 bits of all cells looked at so far; by chance two different rows of a million share one once
    in 37 million files.
    """
    there = set(columns_in(parquet))
    names = [name for i in positions for name in (physical(i), tags_of(i)) if name in there]
    frame = pl.read_parquet(parquet, columns=names)
    if rows is not None and marks is not None:
        frame = frame[rows].with_columns(marks.alias("mark"))
    marks = frame.hash_rows(seed=0)
    repeated = marks.is_duplicated()
    numbers = pl.select(pl.int_range(frame.height)).to_series() if rows is None else rows
    return numbers.filter(repeated), marks.filter(repeated)
