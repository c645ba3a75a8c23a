"""Rows that are the same in every variable but the key: entered twice, or exported twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from surveys.core.codebook import Codebook, Role
from surveys.core.findings import Finding, Severity
from surveys.core.quality.rows import first_rows
from surveys.core.said import say
from surveys.core.table import columns_in, physical, tags_of

ROWS = 100_000  # hashed at a time
FEWEST_COLUMNS = 3  # two columns repeat by nature


def duplicate_rows(codebook: Codebook, parquet: Path) -> Iterator[Finding]:
    """Says how many rows repeat an earlier one in all variables that are not keys."""
    keys = {i for i, variable in enumerate(codebook.variables) if variable.role is Role.KEY}
    left_out = {name for i in keys for name in (physical(i), tags_of(i))}
    wanted = [name for name in columns_in(parquet) if name not in left_out]
    if len(codebook.variables) - len(keys) < FEWEST_COLUMNS:
        return
    marks = pl.concat(_marks(parquet, wanted))
    again = ~marks.is_first_distinct()
    if again.any():
        text = say(
            "{n:,} rows repeat an earlier row in every variable (first: {rows}).",
            n=int(again.sum()), rows=first_rows(again),
        )  # fmt: skip
        yield Finding(Severity.WARNING, "duplicate_rows", text)


def _marks(parquet: Path, columns: list[str]) -> Iterator[pl.Series]:
    """64 bits for each row; by chance two different rows of a million share them once in 37 million files."""
    lazy = pl.scan_parquet(parquet).select(columns)
    rows = int(lazy.select(pl.len()).collect().item())
    for start in range(0, rows, ROWS):
        yield lazy.slice(start, ROWS).collect().hash_rows(seed=0)
