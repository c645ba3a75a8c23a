"""Descriptive tables of a mixed list of variables, as the first table of a paper prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.core.results import Check
from analytics.core.results_tables import DescriptiveRow, DescriptivesResult
from surveys.core.said import say

MOST_LEVELS = 100  # a variable with more categories is an identifier or free text, not a line of a table

CONVENTIONS = {"sd": "n - 1", "percent": "of valid rows of the variable"}


@dataclass(frozen=True)
class Described:
    """One variable: ``values`` (n,), ``absent`` (n,) true where there is none, and the reasons counted.

    ``levels`` (code, label) asks for one line per category, in that order; codes found beyond them follow,
    sorted. Without ``levels`` numbers are described by share (0/1) or mean, text by its categories.
    """

    name: str
    values: npt.NDArray[Any]
    absent: npt.NDArray[np.bool_]
    reasons: Mapping[str, int] = field(default_factory=dict)
    levels: tuple[tuple[Any, str], ...] = ()


def describe(variables: Iterable[Described]) -> DescriptivesResult:
    """One row per number or 0/1 variable, one per category of a categorical one.

    Percentages are of the valid rows of the variable; standard deviations use n - 1. Raises ``ValueError``
    for variables of different lengths.
    """
    listed = tuple(variables)
    lengths = {len(variable.values) for variable in listed}
    if len(lengths) > 1:
        raise ValueError("Variables of one table must have the same rows.")
    rows: list[DescriptiveRow] = []
    checks: list[Check] = []
    for variable in listed:
        made, found = _rows(variable)
        rows.extend(made)
        checks.extend(found)
    return DescriptivesResult(
        n=lengths.pop() if lengths else 0, rows=tuple(rows), checks=tuple(checks), conventions=CONVENTIONS
    )


def _rows(variable: Described) -> tuple[list[DescriptiveRow], list[Check]]:
    valid = variable.values[~variable.absent]
    if not len(valid):
        message = say("{name} has no valid value in the rows used.", name=variable.name)
        empty = DescriptiveRow(variable.name, "mean", 0, absent=dict(variable.reasons))
        return [empty], [Check("warning", "no_valid_values", message, (variable.name,))]
    if variable.levels or valid.dtype.kind not in "biuf":
        return _level_rows(variable, valid)
    numbers = valid.astype(np.float64)
    if bool(np.all((numbers == 0) | (numbers == 1))):
        return [_share(variable, numbers)], []
    return [_mean(variable, numbers)], []


def _share(variable: Described, numbers: npt.NDArray[np.float64]) -> DescriptiveRow:
    n, ones = len(numbers), int(numbers.sum())
    share = ones / n
    spread = float(np.sqrt(share * (1 - share) * n / (n - 1))) if n > 1 else None
    return DescriptiveRow(
        variable.name, "share", n, count=ones, percent=100 * share, mean=share, sd=spread,
        **_extremes(numbers), absent=dict(variable.reasons),
    )  # fmt: skip


def _mean(variable: Described, numbers: npt.NDArray[np.float64]) -> DescriptiveRow:
    n = len(numbers)
    sd = float(numbers.std(ddof=1)) if n > 1 else None
    return DescriptiveRow(
        variable.name, "mean", n, mean=float(numbers.mean()), sd=sd,
        **_extremes(numbers), absent=dict(variable.reasons),
    )  # fmt: skip


def _extremes(numbers: npt.NDArray[np.float64]) -> dict[str, Any]:
    """The smallest and the largest number, and how many rows hold each."""
    low, high = float(numbers.min()), float(numbers.max())
    return {
        "minimum": low,
        "maximum": high,
        "minimum_rows": int((numbers == low).sum()),
        "maximum_rows": int((numbers == high).sum()),
    }


def _level_rows(variable: Described, valid: npt.NDArray[Any]) -> tuple[list[DescriptiveRow], list[Check]]:
    found, numbers = np.unique(valid, return_counts=True)
    counts: dict[Any, int] = dict(zip(found.tolist(), numbers.tolist(), strict=True))
    labels = dict(variable.levels)
    codes = [*labels, *(code for code in counts if code not in labels)]
    if len(codes) > MOST_LEVELS:
        message = say(
            "{name} has {n:,} categories; a descriptive table lists up to {most}.",
            name=variable.name,
            n=len(codes),
            most=MOST_LEVELS,
        )
        row = DescriptiveRow(variable.name, "level", len(valid), absent=dict(variable.reasons))
        return [row], [Check("warning", "too_many_categories", message, (variable.name,))]
    rows = [
        DescriptiveRow(
            variable.name, "level", len(valid), count=counts.get(code, 0),
            percent=100 * counts.get(code, 0) / len(valid), level=labels.get(code, str(code)),
            absent=dict(variable.reasons),
        )
        for code in codes
    ]  # fmt: skip
    return rows, []
