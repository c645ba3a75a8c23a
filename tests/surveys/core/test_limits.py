"""Ranges of valid values: valid from birth, read as people write them, told in words."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.core.codebook import Limits, ValueType, Variable
from surveys.core.limits import MAX, MIN, ends, fits, in_short, in_words
from surveys.core.reading.limits import lay_limits, limits_of

INTEGER, DECIMAL, TEXT = ValueType.INTEGER, ValueType.DECIMAL, ValueType.TEXT
DATE, DATETIME, TIME = ValueType.DATE, ValueType.DATETIME, ValueType.TIME


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"low": 1, "above": 0},
        {"high": 1, "below": 2},
        {"low": 2, "high": 1},
        {"above": 1, "high": 1},
        {"low": float("nan"), "high": 1},
        {"low": "2020-01-02", "high": "2020-01-01T10:00:00"},
    ],
)
def test_limits_that_hold_nothing_are_none(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="limits"):
        Limits(**given)


@pytest.mark.parametrize(
    ("low", "high", "kind", "expected"),
    [
        ("18", "120", INTEGER, Limits(low=18, high=120)),
        (">0", "≤ 1", DECIMAL, Limits(above=0, high=1)),
        (">= 0.5", "< 1e3", DECIMAL, Limits(low=0.5, below=1000)),
        ("", "-1", INTEGER, Limits(high=-1)),
        ("2020-01-01", "<2029-12-31", DATE, Limits(low="2020-01-01", below="2029-12-31")),
        ("2020-01-01 08:30", "2020-01-01", DATETIME, Limits(low="2020-01-01T08:30:00", high="2020-01-01")),
        ("08:30", "23:59:30", TIME, Limits(low=30_600, high=86_370)),
        ("", " ", INTEGER, None),
    ],
)
def test_ends_are_read_as_people_write_them(
    low: str, high: str, kind: ValueType, expected: Limits | None
) -> None:
    found = limits_of({MIN: low, MAX: high}, kind)
    assert found == expected
    assert limits_of(ends(found), kind) == found
    assert found is None or fits(found, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("18", DATE),
        ("a", TEXT),
        ("2020-01-01", INTEGER),
        ("2020-01-01T10:00", DATE),
        ("<18", INTEGER),
        ("inf", DECIMAL),
    ],
)
def test_what_no_cell_can_be_is_no_end(text: str, kind: ValueType) -> None:
    with pytest.raises(ValueError, match=MIN):
        limits_of({MIN: text}, kind)


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        (Limits(low="18"), INTEGER), (Limits(low=True), INTEGER), (Limits(low=18), DATE),
        (Limits(low=2**70), DECIMAL), (Limits(high=float("inf")), DECIMAL), (Limits(low=1), TEXT),
        (Limits(low="20200101"), DATE), (Limits(low="2020-01-01T10:00:00+00:00"), DATETIME),
    ],
)  # fmt: skip
def test_limits_of_another_type_do_not_fit(limits: Limits, kind: ValueType) -> None:
    assert not fits(limits, kind)


def test_they_are_told_in_short_and_in_words() -> None:
    some = (None, Limits(low=18, high=120.0), Limits(above=-1), Limits(below=0.5))
    assert [in_short(one) for one in some] == [
        "", "18 – 120", "> -1 – …", "… – < 0.5",
    ]  # fmt: skip
    assert in_words(Limits(low=18, high=120)) == "18 to 120"
    assert in_words(Limits(above=0, high=1)) == "more than 0 and at most 1"
    assert in_words(Limits(low=0)) == "at least 0"
    assert in_words(Limits(below="2020-01-01")) == "less than 2020-01-01"


def test_one_end_stays_where_the_other_is_told() -> None:
    age = Variable("age", INTEGER, limits=Limits(low=18, high=120))
    assert lay_limits(age, {MAX: "99"}, "line 2").limits == Limits(low=18, high=99)
    assert lay_limits(age, {MIN: ""}, "line 2").limits == Limits(high=120)
    assert lay_limits(age, {MIN: "", MAX: ""}, "line 2").limits is None
    assert lay_limits(age, {}, "line 2").limits is age.limits


def test_what_cannot_be_read_is_a_problem_and_another_type_a_finding() -> None:
    age = Variable("age", INTEGER, limits=Limits(high=120))
    found = lay_limits(age, {MIN: "young"}, "line 2")
    assert (found.limits, [str(one.message) for one in found.problems]) == (
        age.limits, ["“young” is no limit of valid values."],
    )  # fmt: skip
    (turned,) = lay_limits(age, {MIN: "121"}, "line 2").problems
    assert turned.message == "No value lies between its limits 121 and 120."
    dated = lay_limits(age, {MIN: "2020-01-01"}, "line 2")
    assert (dated.limits, dated.problems) == (age.limits, [])
    assert dated.findings[0].message == (
        "Its limits (2020-01-01) do not fit its type, integer; they were left out."
    )


def test_ends_of_one_moment_that_leave_no_room_are_no_limits() -> None:
    with pytest.raises(ValueError, match="nothing lies between"):
        Limits(low="2020-01-01T00:00:00.900000", high="2020-01-01T00:00:00")
    assert Limits(low="2020-01-01T08:00:00", high="2020-01-01").upper == "2020-01-01"  # the whole day
