"""Dates that no calendar of ours holds: a few among others are absences, labelled with the file's number."""

from __future__ import annotations

import math
import string
from dataclasses import dataclass

import polars as pl

from surveys.core.absence import OUT_OF_RANGE, USER_MISSING, code_reason
from surveys.core.codebook import Labels, MissingRule
from surveys.core.findings import Finding, Severity
from surveys.core.reading.dates import beyond
from surveys.core.reading.encodings import decoded
from surveys.core.reading.labels import clean, split_labels
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.raw import RawMissing, RawVariable
from surveys.core.said import say_n

MOST_NUMBERS = 10  # different ones that nobody declared: more are no slips but another calendar
MOST_SHARE = 0.5  # of the cells that hold a number which is not declared missing


@dataclass(frozen=True)
class Near:
    """A column whose numbers all are dates; ``rules`` say what the tags in the other places are."""

    values: pl.Series
    tags: pl.Series
    rules: tuple[MissingRule, ...]
    finding: Finding


def without_far(
    cells: pl.Series,
    variable: RawVariable,
    name: str,
    tags: pl.Series | None,
    codec: str,
    options: ReadOptions,
) -> Near | None:
    """Tags in place of numbers outside the years 1 to 9999; None where they are too many, or too many kinds.

    A number that the file declares missing is one of its absences, however often it occurs: it keeps the
    label and the reason it has.  Any other is out of range.
    """
    assert variable.calendar is not None
    is_far = beyond(cells, variable.calendar)
    numbers = sorted(map(_plain, cells.filter(is_far).cast(pl.Float64).unique()))
    used = {tag for tag, _ in variable.tags} | set(() if tags is None else tags.drop_nulls().unique())
    letters = [letter for letter in string.ascii_lowercase if letter not in used]
    if len(numbers) > len(letters) or _are_many(cells, is_far, numbers, variable):
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
    labelled = _labelled(variable, codec, options)
    rules = tuple(_rule(number, letter, variable, labelled, options) for number, letter in given.items())
    return Near(parted["c"], parted["t"], rules, _told(int(is_far.sum()), name))


def _are_many(cells: pl.Series, is_far: pl.Series, numbers: list[int | float], variable: RawVariable) -> bool:
    """Whether the far numbers that nobody declared are too many, or too many different ones, to be slips."""
    odd = [float(number) for number in numbers if not _is_declared(number, variable.missing)]
    count = int(cells.filter(is_far).cast(pl.Float64).is_in(odd).sum())
    declared = int(is_far.sum()) - count
    held = cells.len() - cells.null_count() - declared
    return len(odd) > MOST_NUMBERS or (count > 0 and count >= MOST_SHARE * held)


def _is_declared(number: float, missing: list[RawMissing]) -> bool:
    return any(one.value == number or _is_inside(number, one) for one in missing)


def _is_inside(number: float, one: RawMissing) -> bool:
    return (
        one.value is None
        and (one.low is None or one.low <= number)
        and (one.high is None or number <= one.high)
    )


def _labelled(variable: RawVariable, codec: str, options: ReadOptions) -> dict[float, Labels]:
    """What the file calls its codes."""
    return {
        float(value): split_labels(clean(decoded(label, codec)), options.languages, options.label_separator)
        for value, label in variable.codes
        if not isinstance(value, bytes)
    }


def _rule(
    number: int | float,
    letter: str,
    variable: RawVariable,
    labelled: dict[float, Labels],
    options: ReadOptions,
) -> MissingRule:
    """What a far number is; one inside a declared range has a reason of its own only with a label, too."""
    labels = labelled.get(float(number)) or _labels(number)
    if not _is_declared(number, variable.missing):
        return MissingRule(OUT_OF_RANGE, tag=letter, labels=labels)
    is_named = number in labelled or any(one.value == number for one in variable.missing)
    reason = options.missing_reasons.get(str(number)) or (code_reason(number) if is_named else USER_MISSING)
    return MissingRule(reason, tag=letter, labels=labels)


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
