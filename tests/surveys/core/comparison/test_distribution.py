"""Answers of two sides as those without the data may see them."""

from __future__ import annotations

import polars as pl

from surveys.core.codebook import ValueType, Variable
from surveys.core.comparison.distribution import Side, distribution
from surveys.core.frequencies import count_raw


def side(counts: dict[int, int]) -> Side:
    variable = Variable("b", ValueType.INTEGER)
    cells = [value for value, n in counts.items() for _ in range(n)]
    return Side(variable, count_raw(pl.Series(cells), None, variable))


def test_a_value_that_few_gave_on_one_side_is_not_told_as_nobody() -> None:
    """7 of 60 and 10 of 64: hidden on both sides, and no part of the distance but with other hidden ones."""
    before, after = side({1: 30, 2: 7, 3: 23}), side({1: 30, 2: 10, 3: 24})
    whole = distribution(before, after, is_told=True)
    told = distribution(before, after, is_told=False)
    assert whole is not None and told is not None
    pairs = {one.value: (one.before, one.after) for one in told.counts}
    assert pairs[2] == (None, None) and (30, 30) in pairs.values()
    assert told.distance is not None and whole.distance is not None and told.distance <= whole.distance


def test_what_few_gave_is_one_class_with_what_is_not_listed() -> None:
    before, after = side({1: 40, 2: 4, 5: 3}), side({1: 40, 2: 4, 5: 13})
    told = distribution(before, after, is_told=False)
    assert told is not None
    assert all((one.before, one.after) == (None, None) for one in told.counts if one.value != 1)
    assert told.distance == round(abs(40 / 47 - 40 / 57), 6)
