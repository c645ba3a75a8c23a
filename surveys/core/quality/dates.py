"""Dates that no survey can have: before anybody alive was born, or after the day of the import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from surveys.core.codebook import Codebook, ValueType
from surveys.core.findings import Finding, Severity
from surveys.core.quality.rows import first_rows
from surveys.core.said import say_n
from surveys.core.table import read_split

EARLIEST = date(1880, 1, 1)


def impossible_dates(codebook: Codebook, parquet: Path) -> Iterator[Finding]:
    """One finding per date variable with values before 1880 or after tomorrow."""
    latest = datetime.now(UTC).date() + timedelta(days=1)  # a day of grace for zones ahead of ours
    for position, variable in enumerate(codebook.variables):
        if variable.type not in (ValueType.DATE, ValueType.DATETIME):
            continue
        days = read_split(parquet, position, variable)[0].cast(pl.Date)
        wrong = ((days < EARLIEST) | (days > latest)).fill_null(False)
        if wrong.any():
            text = say_n(
                int(wrong.sum()),
                "1 row holds a date before 1880 or in the future (row {rows}).",
                "{n:,} rows hold a date before 1880 or in the future (first: {rows}).",
                n=int(wrong.sum()), rows=first_rows(wrong),
            )  # fmt: skip
            yield Finding(Severity.WARNING, "impossible_date", text, variable.name)
