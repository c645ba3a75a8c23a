"""Values outside the range that the codebook declares: a slip at entry, or a codebook that is not right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.codebook import Codebook, Limits, Scalar, ValueType
from surveys.core.findings import Finding, Severity
from surveys.core.limits import in_words
from surveys.core.quality.rows import first_rows
from surveys.core.said import say_n
from surveys.core.table import missing_value, read_each_split

_DAY = 10  # characters of an ISO date
_BREACHES: dict[str, Callable[[pl.Series, Any], pl.Series]] = {
    "low": pl.Series.lt, "above": pl.Series.le, "high": pl.Series.gt, "below": pl.Series.ge,
}  # fmt: skip


def outside_limits(codebook: Codebook, parquet: Path) -> Iterator[Finding]:
    """One finding per variable with valid values outside its limits; absences lie nowhere."""
    limited = [(place, one) for place, one in enumerate(codebook.variables) if one.limits is not None]
    columns = read_each_split(parquet, limited)
    for (_, variable), (values, _) in zip(limited, columns, strict=True):
        assert variable.limits is not None
        wrong = _outside(values, variable.limits, variable.type)
        if wrong.any():
            text = say_n(
                int(wrong.sum()),
                "1 row holds a value outside its declared range, {range} (row {rows}).",
                "{n:,} rows hold a value outside the declared range, {range} (first: {rows}).",
                n=int(wrong.sum()), range=in_words(variable.limits), rows=first_rows(wrong),
            )  # fmt: skip
            yield Finding(Severity.WARNING, "outside_limits", text, variable.name)


def _outside(values: pl.Series, limits: Limits, kind: ValueType) -> pl.Series:
    ends = ((getattr(limits, name), breaks) for name, breaks in _BREACHES.items())
    found = [_breaches(values, end, kind, breaks) for end, breaks in ends if end is not None]
    return reduce(or_, found).fill_null(False)


def _breaches(
    values: pl.Series, end: Scalar, kind: ValueType, breaks: Callable[[pl.Series, Any], pl.Series]
) -> pl.Series:
    if kind is ValueType.DATETIME and len(str(end)) == _DAY:  # the whole day is meant
        values, kind = values.cast(pl.Date), ValueType.DATE
    return breaks(values, missing_value(end, kind))
