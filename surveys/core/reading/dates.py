"""Raw numbers of temporal columns into dates and timestamps; never a wrapped hour, never a lost fraction."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from surveys.core.codebook import Scalar, ValueType
from surveys.core.reading.raw import Calendar, Numbers

DAY = 86_400.0
FIRST = -62_135_596_800.0  # the years 1 to 9999, in seconds since 1970
LAST = math.nextafter(253_402_300_800.0, 0.0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def converted(series: pl.Series, calendar: Calendar) -> tuple[pl.Series, ValueType] | None:
    """The column as dates, timestamps or seconds; None when it reaches outside the years 1 to 9999.

    Durations stay seconds, also beyond 24 hours.  A "date" that holds a time of day becomes a timestamp.
    """
    cells, seconds = _in_seconds(series, calendar)
    valid = ~np.isnan(seconds)
    if calendar.kind == "time":
        return _with_nulls(pl.Series("c", seconds), valid), ValueType.TIME
    if _are_far(seconds).any():
        return None
    safe = np.where(valid, seconds, 0.0)
    if calendar.kind == "date" and (safe % DAY == 0).all():
        days = pl.Series("c", (safe // DAY).astype(np.int32)).cast(pl.Date)
        return _with_nulls(days, valid), ValueType.DATE
    stamps = pl.Series("c", _microseconds(cells, valid, calendar)).cast(pl.Datetime("us"))
    return _with_nulls(stamps, valid), ValueType.DATETIME


def beyond(series: pl.Series, calendar: Calendar) -> pl.Series:
    """Which cells hold a number outside the years 1 to 9999."""
    return pl.Series("far", _are_far(_in_seconds(series, calendar)[1]))


def _in_seconds(series: pl.Series, calendar: Calendar) -> tuple[Numbers, Numbers]:
    """(the numbers of the file, seconds since the calendar of ours starts), NaN where there is none."""
    cells = series.cast(pl.Float64).fill_null(np.nan).to_numpy()
    with np.errstate(over="ignore"):  # no date, but it may stand in a damaged file
        return cells, cells * calendar.unit + calendar.origin


def _are_far(seconds: Numbers) -> NDArray[np.bool_]:
    return (seconds < FIRST) | (seconds > LAST)


def _microseconds(cells: Numbers, valid: NDArray[np.bool_], calendar: Calendar) -> NDArray[np.int64]:
    """Whole seconds and their fraction apart: together they do not fit a double to the microsecond."""
    numbers = np.where(valid, cells, -calendar.origin / calendar.unit)
    per_second = round(1 / calendar.unit) if calendar.unit < 1 else 1
    whole = np.floor(numbers / per_second)
    rest = np.rint((numbers - whole * per_second) / per_second * 1e6).astype(np.int64)
    seconds = whole.astype(np.int64) * (round(calendar.unit) if calendar.unit >= 1 else 1)
    stamps: NDArray[np.int64] = (seconds + round(calendar.origin)) * 1_000_000 + rest
    return stamps


def _with_nulls(series: pl.Series, valid: NDArray[np.bool_]) -> pl.Series:
    if valid.all():
        return series
    return pl.select(pl.when(pl.Series(valid)).then(series).alias("c"))["c"]


def moment(value: float, calendar: Calendar, kind: ValueType) -> Scalar | None:
    """A missing code or labelled value of a temporal column: ISO text, or seconds; None if it is neither."""
    seconds = value * calendar.unit + calendar.origin
    if kind is ValueType.TIME:
        return seconds
    if not math.isfinite(seconds) or not FIRST <= seconds <= LAST:
        return None
    stamp = _EPOCH + timedelta(seconds=seconds)
    if kind is ValueType.DATE:
        return stamp.date().isoformat() if seconds % DAY == 0 else None
    return stamp.replace(tzinfo=None).isoformat()


def within(
    low: float | None, high: float | None, calendar: Calendar
) -> tuple[float | None, float | None] | None:
    """The ends of a missing range of days or timestamps in seconds since 1970, an open one as None.

    Ends outside the years 1 to 9999 are moved to these; None when no date lies in the range.
    """
    ends = [None if end is None else end * calendar.unit + calendar.origin for end in (low, high)]
    if (ends[0] is not None and ends[0] > LAST) or (ends[1] is not None and ends[1] < FIRST):
        return None
    first, last = (None if end is None else min(max(end, FIRST), LAST) for end in ends)
    return first, last
