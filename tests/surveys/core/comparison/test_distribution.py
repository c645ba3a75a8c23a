"""Answers of two sides as those without the data may see them."""

from __future__ import annotations

import polars as pl
import pytest

from surveys.core.codebook import Code, ValueType, Variable
from surveys.core.comparison.difference import Kind
from surveys.core.comparison.distribution import Side, distribution
from surveys.core.comparison.variables import NOTICEABLE, variable_difference
from surveys.core.frequencies import count_raw


def texts(counts: dict[str, int]) -> Side:
    variable = Variable("t", ValueType.TEXT)
    cells = [value for value, n in counts.items() for _ in range(n)]
    return Side(variable, count_raw(pl.Series(cells), None, variable))


def side(counts: dict[int, int], codes: tuple[Code, ...] = ()) -> Side:
    variable = Variable("b", ValueType.INTEGER, codes=codes)
    cells = [value for value, n in counts.items() for _ in range(n)]
    return Side(variable, count_raw(pl.Series(cells), None, variable))


def test_a_value_that_few_gave_on_one_side_is_not_told_as_nobody() -> None:
    """7 of 60 and 10 of 64: hidden on both sides, and with them the distance, which they are a part of."""
    before, after = side({1: 30, 2: 7, 3: 23}), side({1: 30, 2: 10, 3: 24})
    whole = distribution(before, after, is_told=True)
    told = distribution(before, after, is_told=False)
    assert whole is not None and told is not None
    pairs = {one.value: (one.before, one.after) for one in told.counts}
    assert pairs[2] == (None, None) and (30, 30) in pairs.values()
    assert told.distance is None and whole.distance is not None


def test_what_few_gave_is_one_class_with_what_is_not_listed() -> None:
    before, after = side({1: 40, 2: 4, 5: 3}), side({1: 40, 2: 4, 5: 13})
    told = distribution(before, after, is_told=False)
    assert told is not None
    assert all((one.before, one.after) == (None, None) for one in told.counts if one.value != 1)
    assert told.distance is None
    before, after = side({1: 40, 2: 20}), side({1: 20, 2: 40})
    told = distribution(before, after, is_told=False)
    assert told is not None and told.distance == round(1 / 3, 6)


@pytest.mark.parametrize("is_told", [True, False])
def test_texts_of_few_rows_are_not_nobodys(is_told: bool) -> None:
    """Of 9 and 5 rows, which are not kept by name, against 100 and 20."""
    for one, other, distance in (((391, 9), (300, 100), 0.2275), ((395, 5), (380, 20), 0.0375)):
        sides = [texts({"aa": n[0], "bb": n[1]}) for n in (one, other)]
        found = distribution(*sides, is_told=is_told)
        assert found is not None and found.distance == (distance if is_told else None)
        pairs = {pair.value: (pair.before, pair.after) for pair in found.counts}
        assert pairs["bb"] == ((None, other[1]) if is_told else (None, None))


def test_what_is_not_told_to_differ_is_not_said_to_be_the_same() -> None:
    codes = (Code(1, {"en": "a"}), Code(2, {"en": "b"}))
    labelled = [side({1: 391, 2: 9}, codes), side({1: 300, 2: 100}, codes)]
    for before, after in (labelled, [texts({"aa": 391, "bb": 9}), texts({"aa": 300, "bb": 100})]):
        found = variable_difference(before, after, is_told=False, least=NOTICEABLE)
        assert found.kinds == (Kind.DISTRIBUTION,)
        assert found.distribution is not None and found.distribution.distance is None
