"""Dates that no calendar of ours holds: a few among others are absences, labelled with the file's number."""

from __future__ import annotations

import math
import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from surveys.core.absence import OUT_OF_RANGE, code_reason
from surveys.core.codebook import Labels, MissingRule
from surveys.core.findings import Finding, Severity
from surveys.core.reading.dates import beyond
from surveys.core.reading.raw import Calendar, RawMissing
from surveys.core.said import say_n

MOST_NUMBERS = 10  # different ones in one column: more are no slips but another calendar
MOST_SHARE = 0.5  # of the cells that hold a number


@dataclass(frozen=True)
class Near:
    """A column whose numbers all are dates; ``rules`` say what the tags in the other places are."""

    values: pl.Series
    tags: pl.Series
    rules: tuple[MissingRule, ...]
    finding: Finding


def without_far(
    cells: pl.Series,
    calendar: Calendar,
    tags: pl.Series | None,
    taken: Collection[str],
    missing: Sequence[RawMissing],
    reasons: Mapping[str, str],
    name: str,
) -> Near | None:
    """Tags in place of numbers outside the years 1 to 9999; None where they are too many, or too many kinds.

    Letters in ``taken`` mean something else already.  ``missing`` are the codes that the file declares:
    such a number keeps the reason it has by ``reasons``, any other is out of range.
    """
    is_far = beyond(cells, calendar)
    numbers = sorted(map(_plain, cells.filter(is_far).cast(pl.Float64).unique()))
    used = {*taken, *(tags.drop_nulls().unique() if tags is not None else ())}
    letters = [letter for letter in string.ascii_lowercase if letter not in used]
    count, held = int(is_far.sum()), cells.len() - cells.null_count()
    if len(numbers) > min(MOST_NUMBERS, len(letters)) or count >= MOST_SHARE * held:
        return None
    given = dict(zip(numbers, letters, strict=False))
    plain = pl.Series([None], dtype=pl.String).new_from_index(0, cells.len())
    there = pl.DataFrame({"c": cells, "n": cells.cast(pl.Float64), "t": plain if tags is None else tags})
    found = pl.col("t")
    for number, letter in given.items():
        found = pl.when(pl.col("n") == float(number)).then(pl.lit(letter)).otherwise(found)
    parted = there.with_columns(far=is_far).select(
        pl.when(~pl.col("far")).then("c").alias("c"), found.alias("t")
    )
    rules = tuple(
        MissingRule(_reason(number, missing, reasons), tag=letter, labels=_labels(number))
        for number, letter in given.items()
    )
    return Near(parted["c"], parted["t"], rules, _told(count, name))


def _told(count: int, name: str) -> Finding:
    text = say_n(
        count,
        "1 cell holds a number that is no date of the years 1 to 9999: it became an absence, whose label "
        "tells the number.",
        "{count:,} cells hold numbers that are no dates of the years 1 to 9999: they became absences, whose "
        "labels tell the numbers.",
        count=count,
    )
    return Finding(Severity.WARNING, "far_dates", text, name)


def _plain(number: float) -> int | float:
    return int(number) if math.isfinite(number) and number == int(number) and abs(number) <= 2**53 else number


def _labels(number: int | float) -> Labels:
    return {"en": f"no date: {number}", "zh": f"不是日期：{number}"}


def _reason(number: int | float, missing: Sequence[RawMissing], reasons: Mapping[str, str]) -> str:
    if any(one.value == number for one in missing):
        return reasons.get(str(number)) or code_reason(number)
    return OUT_OF_RANGE
