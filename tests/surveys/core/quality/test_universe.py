"""Universes as conditions: what is read as one, and what it says of each row."""

from __future__ import annotations

import polars as pl
import pytest

from surveys.core.codebook import ValueType
from surveys.core.quality.universe import Condition, asked, names_in, read_universe

TYPES = dict.fromkeys(("job", "age", "问题"), ValueType.INTEGER) | {"town": ValueType.TEXT}
ROWS = pl.DataFrame(
    {
        "job": [1, 2, None, 1],
        "age": [17, 30, 40, None],
        "town": ["a", "b", "", None],
        "问题": [1, 0, 1, None],
    },
    schema={"job": pl.Int64, "age": pl.Int64, "town": pl.String, "问题": pl.Int64},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("job == 1", [True, False, None, True]),
        ("job = 1 and age >= 18", [False, False, None, None]),
        ("job == 2 or age > 20", [False, True, True, None]),
        ("not job in (1, 3)", [False, True, None, False]),
        ("job not in (1, 3)", [False, True, None, False]),
        ("not missing(age)", [True, True, True, False]),
        ("(job == 1 or job == 2) and not (age < 18)", [False, True, None, None]),
        ("town == 'a'", [True, False, False, None]),
        ("[job] = '1'", [True, False, None, True]),
        ("`问题` ≠ 0", [True, False, True, None]),
        ("问题 == 1", [True, False, True, None]),
    ],
)
def test_a_condition_tells_of_each_row(text: str, expected: list[bool | None]) -> None:
    universe = read_universe(text)
    assert universe is not None
    test = asked(universe, TYPES)
    assert test is not None
    assert ROWS.select(test.alias("t"))["t"].to_list() == expected


@pytest.mark.parametrize("text", ["", "everyone interviewed", "all", "job ==", "job == 1 and", "x" * 3000])
def test_plain_words_are_no_condition(text: str) -> None:
    assert read_universe(text) is None


def test_deep_nesting_is_no_condition() -> None:
    for depth in (5, 900):
        read = read_universe("(" * depth + "job == 1" + ")" * depth)
        assert read in (None, Condition("job", "==", (1.0,)))


def test_a_checkbox_names_its_column() -> None:
    universe = read_universe("[races(3)] = '1'")
    assert universe is not None
    assert names_in(universe) == {"races___3"}


def test_a_value_of_another_type_does_not_fit() -> None:
    universe = read_universe("job == 'clerk'")
    assert universe is not None
    assert asked(universe, TYPES) is None
