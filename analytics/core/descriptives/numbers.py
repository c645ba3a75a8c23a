"""The line of a variable that is described by its mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from analytics.core.descriptives.described import Described, Groups, Mask, numbers_of, weight_of
from analytics.core.descriptives.standardised import of_means
from analytics.core.survey_design.declared import FloatArray, SurveyDesign
from analytics.core.survey_design.estimates import mean
from analytics.core.table_results import DescriptiveRow, GroupFigures


def mean_row(variable: Described, groups: Groups | None, design: SurveyDesign | None) -> DescriptiveRow:
    """Mean and SD over the valid rows, and in every group.

    The weighted SD is the root of n / (n - 1) sum w (x - mean)^2 / sum w, n counting rows: with equal weights
    the ordinary one.
    """
    numbers, valid = numbers_of(variable.values), ~variable.absent
    whole = _figures(numbers, valid, design)
    parts = tuple(_figures(numbers, one, design) for one in groups.masks(valid)) if groups else ()
    return DescriptiveRow(
        variable.name,
        "mean",
        **{name: getattr(whole, name) for name in whole.__dataclass_fields__},
        **extremes(numbers[valid]),
        absent=dict(variable.reasons),
        groups=parts,
        difference=of_means(parts),
    )


def _figures(numbers: FloatArray, rows: Mask, design: SurveyDesign | None) -> GroupFigures:
    own = numbers[rows]
    n = len(own)
    if not n:
        return GroupFigures(0, weight_of(design, rows))
    if design is None:
        return GroupFigures(n, mean=float(own.mean()), sd=float(own.std(ddof=1)) if n > 1 else None)
    weights, found = design.weights[rows], mean(design, numbers, rows)
    size = float(weights.sum())
    sd = None
    if n > 1 and found.value is not None:
        sd = math.sqrt(float(weights @ (own - found.value) ** 2) / size * n / (n - 1))
    return GroupFigures(
        n, size, mean=found.value, sd=sd, std_error=found.error, low=found.low, high=found.high
    )


def extremes(numbers: FloatArray) -> dict[str, Any]:
    """The smallest and the largest number, and how many rows hold each."""
    low, high = float(numbers.min()), float(numbers.max())
    return {
        "minimum": low,
        "maximum": high,
        "minimum_rows": int((numbers == low).sum()),
        "maximum_rows": int((numbers == high).sum()),
    }


def is_zero_or_one(numbers: FloatArray) -> bool:
    """Whether numbers are the answers of a 0/1 variable."""
    return bool(np.all((numbers == 0) | (numbers == 1)))
