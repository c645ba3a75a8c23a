"""What frequencies tell everyone: codes in full, single answers never."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from surveys.core.codebook import Code, MissingRule, Role, ValueType, Variable
from surveys.core.disclosure import FEWEST, disclosed
from surveys.core.frequencies import count_raw
from surveys.core.frequency_table import frequency_table

TEXT = Variable("why", ValueType.TEXT)
INCOME = Variable("income", ValueType.INTEGER)
SEX = Variable("sex", ValueType.INTEGER, codes=(Code(1, {"en": "man"}), Code(2, {"en": "woman"})))


def told(variable: Variable, cells: list[Any]) -> dict[str, Any]:
    return disclosed(variable, count_raw(pl.Series(cells), None, variable))


def test_sentences_given_once_are_not_listed_beside_an_answer_that_recurs() -> None:
    cells = ["none"] * 60 + [f"My own story, number {i}." for i in range(40)]
    assert count_raw(pl.Series(cells), None, TEXT)["values"] == [["none", 60]]  # not even stored
    table = frequency_table(TEXT, count_raw(pl.Series(cells), None, TEXT))
    assert [(row.value, row.n) for row in table.valid] == [("none", 60)]
    assert (table.unlisted, table.is_withheld) == (40, False)


def test_numbers_without_a_label_need_enough_rows() -> None:
    shown = told(INCOME, [0] * FEWEST + [1234, 5678])
    assert shown["values"] == [[0, FEWEST]]
    assert "max" not in shown["stats"] and shown["stats"]["min"] == 0
    assert shown["withheld"]


def test_a_key_is_never_listed() -> None:
    key = replace(INCOME, name="rid", role=Role.KEY)
    shown = told(key, list(range(1, 41)) * FEWEST)
    assert (shown["values"], shown["stats"], shown["histogram"]) == ([], {}, [])
    assert (shown["n"], shown["valid"], shown["distinct"]) == (400, 400, 40)


def test_coded_variables_are_told_in_full() -> None:
    shown = told(SEX, [1, 1, 2])
    assert shown["values"] == [[1, 2], [2, 1]]
    assert (shown["stats"]["min"], shown["stats"]["max"], shown["withheld"]) == (1, 2, False)


def test_an_undeclared_code_is_among_the_other_values() -> None:
    table = frequency_table(SEX, count_raw(pl.Series([1] * 20 + [2] * 20 + [7]), None, SEX))
    assert [row.value for row in table.valid] == [1, 2]
    assert table.unlisted == 1 and "max" not in table.stats


def test_percentiles_stand_in_for_extremes_of_many_rows() -> None:
    cells = [18_017, *range(20_000, 60_000, 40), 9_999_999]
    shown = told(INCOME, cells)
    assert "min" not in shown["stats"] and "max" not in shown["stats"]
    assert shown["stats"]["p5"] == 22_000 - 40 and 57_000 < shown["stats"]["p95"] < 59_000
    assert all(n >= FEWEST for _, _, n in (shown["histogram"][0], shown["histogram"][-1]))
    assert not {18_017, 9_999_999} & {end for low, high, _ in shown["histogram"] for end in (low, high)}


def test_classes_of_few_rows_are_joined_with_their_neighbours() -> None:
    ages = [cell for age in range(21, 70) for cell in [age] * (3 if age < 60 else 12)] + [95]
    counted = count_raw(pl.Series(ages), None, INCOME)
    shown = disclosed(INCOME, counted)
    assert any(0 < n < FEWEST for _, _, n in counted["histogram"])
    assert all(n == 0 or n >= FEWEST for _, _, n in shown["histogram"])
    edges = [edge for low, high, _ in shown["histogram"] for edge in (low, high)]
    assert edges[1:-1:2] == edges[2::2]  # no gap between classes
    assert sum(n for _, _, n in shown["histogram"]) >= len(ages) - 1 - 2 * FEWEST
    assert shown["withheld"]


def test_a_handful_of_numbers_has_no_statistics() -> None:
    assert told(INCOME, [1, 2, 3])["stats"] == {}


def test_single_values_inside_a_missing_range_fall_under_their_reason() -> None:
    ranged = replace(INCOME, missing=(MissingRule("refused", low=-99, high=-1),))
    table = frequency_table(ranged, count_raw(pl.Series([5] * 20 + [-7] * 12 + [-42]), None, ranged))
    assert [(row.value, row.n) for row in table.absent] == [(-7, 12), (None, 1)]


def test_a_mean_beside_all_other_answers_is_not_told() -> None:
    """Of 399 noughts and one 7 the mean tells the 7."""
    few = told(INCOME, [0] * 399 + [7])
    assert "mean" not in few["stats"] and "sd" not in few["stats"] and few["withheld"]
    assert "mean" in told(INCOME, [0] * 390 + list(range(1, FEWEST + 1)))["stats"]
