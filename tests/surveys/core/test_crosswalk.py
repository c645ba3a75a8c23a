"""What a decision may say: an absence gets another reason, but never becomes an answer."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from surveys.core.absence import NOT_ASKED
from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.core.crosswalk import check_maps, item_codes, recounted, unmapped, with_reasons
from surveys.core.frequencies import count_raw
from surveys.core.table import split

UNION = Variable(
    "q",
    ValueType.INTEGER,
    codes=(Code(1, {"en": "yes"}), Code(2, {"en": "no"}), Code(8, {"en": "not asked"})),
    missing=(MissingRule(NOT_ASKED, value=8), MissingRule("refused", low=-9, high=-1)),
)


def codes_of(code_map: list[list[object]], missing_map: list[list[object]] | None = None) -> list[str]:
    return [problem.code for problem in check_maps(UNION, code_map, missing_map or [])]


def test_a_plain_map_is_fine() -> None:
    assert codes_of([[1, 1], [2, 0], [3, None]], [[97, "dont_know"]]) == []


def test_what_was_not_asked_is_never_no() -> None:
    (problem,) = check_maps(UNION, [[1, 1], [2, 0], [8, 0]], [])
    assert problem.code == "absence_as_answer" and "was not asked" in problem.message
    assert "never “no”" in problem.hint
    assert codes_of([[-3, 0]]) == ["absence_as_answer"]
    assert codes_of([[8, None]]) == []


@pytest.mark.parametrize(
    ("code_map", "missing_map", "code"),
    [
        ([[1, 1], [1, 0]], [], "mapped_twice"),
        ([[1, 1]], [[1, "refused"]], "mapped_twice"),
        ([["1", 1]], [], "bad_code"),
        ([], [[97, "dunno"]], "unknown_reason"),
    ],
)
def test_a_map_that_cannot_be_meant_is_refused(code_map: list, missing_map: list, code: str) -> None:
    assert codes_of(code_map, missing_map) == [code]


@pytest.mark.parametrize(
    ("code_map", "missing_map", "code"),
    [
        ([[1, {"x": 1}]], [], "bad_code"),
        ([[1, [2]]], [], "bad_code"),
        ([[1, True]], [], "bad_code"),
        ([[10**400, 1]], [], "bad_code"),
        ([[1, 2**63]], [], "bad_code"),
        ([[{"x": 1}, 1]], [], "bad_code"),
        ([[None, 1]], [], "bad_code"),
        ([[1, float("nan")]], [], "bad_code"),
        ([[float("inf"), 1]], [], "bad_code"),
        ([[1]], [], "bad_map"),
        ([1], [], "bad_map"),
        ([], [[97, {"x": 1}]], "bad_reason"),
    ],
)
def test_what_is_no_code_is_refused_before_anything_else(
    code_map: list, missing_map: list, code: str
) -> None:
    assert codes_of(code_map, missing_map) == [code]


def test_codes_become_absences_in_the_cells_and_in_the_counts_alike() -> None:
    cells = pl.Series([1, 2, 2, 97, 8, -1, None])
    given = [[97, "dont_know"], [8, "not_applicable"]]
    read = with_reasons(UNION, given)
    values, reasons = split(cells, None, read)
    assert values.drop_nulls().to_list() == [1, 2, 2]
    assert reasons.to_list() == [None, None, None, "dont_know", "not_applicable", "refused", "system"]
    counted = recounted(count_raw(cells, None, UNION), given)
    again = count_raw(cells, None, read)
    assert counted["valid"] == again["valid"] and counted["absent"] == again["absent"]
    assert counted["distinct"] == again["distinct"]
    assert sorted(counted["missing_codes"]) == sorted(again["missing_codes"])


def test_a_mapped_code_that_is_not_listed_leaves_counts_unknown() -> None:
    income = Variable("income", ValueType.INTEGER, missing=(MissingRule("dont_know", value=998),))
    cells = pl.Series([*range(150), 998, 999, 999], dtype=pl.Int64)
    counted = count_raw(cells, None, income)
    assert counted["values"] == [] and counted["stats"]["max"] == 999
    read = recounted(counted, [[999, "refused"]])
    assert (read["valid"], read["stats"], read["histogram"]) == (None, {}, [])
    assert read["distinct"] == counted["distinct"]  # more than are listed: whoever reads it knows that
    known = recounted(counted, [[998, "refused"]])  # was counted as an absence
    assert known["valid"] == counted["valid"] and known["stats"] == counted["stats"]
    few = count_raw(pl.Series([1, 2, 2], dtype=pl.Int64), None, UNION)
    assert recounted(few, [[999, "refused"]])["valid"] == 3  # every value is listed: there is none


def test_a_tag_may_get_another_reason() -> None:
    tagged = replace(UNION, missing=(MissingRule("tag:a", tag="a"),))
    assert with_reasons(tagged, [[".a", "refused"]]).missing == (MissingRule("refused", tag="a"),)


def test_without_a_map_everything_stays() -> None:
    assert with_reasons(UNION, []) is UNION
    assert unmapped(UNION, [], []) == []


def test_codes_without_a_counterpart_are_named() -> None:
    assert unmapped(UNION, [[1, 1]], []) == [2]
    assert unmapped(UNION, [[1, 1]], [[2, "dont_know"]]) == []


def test_the_codes_of_an_item_are_those_after_the_map() -> None:
    assert list(item_codes(UNION, [])) == [1, 2]
    assert {value: code.labels for value, code in item_codes(UNION, [[1, 5], [2, 5]]).items()} == {
        5: {"en": "yes"}
    }
