"""Which values a rule can give, and that no other of a derived measure needs an outcome."""

from __future__ import annotations

from dataclasses import replace

import pytest

from measures.core.coverage import coverage
from measures.core.possible import MOST_LISTED, Possible, possible
from surveys.core.codebook import Code, Variable
from tests.measures.small_survey import SCOPE, rule

THREE = {"older": possible(rule("band(age, 30, 60)").root, {})}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("count_of(union == 1, party == 1, club == 1)", {0, 1, 2, 3}),
        ("union == 1 and party == 1", {0, 1}),
        ("band(age, 18, 30, 45)", {1, 2, 3, 4}),
        ("quantile_band(income, 3)", {1, 2, 3}),
        ("reverse(a)", {1, 2, 3, 4, 5}),
        ("recode(sex, {1: 1}, other=2)", {1, 2}),
        ('recode(sex, {1: 1}, other=missing("refused"))', {1}),
        ('recode(sex, {1: "m", 2: "f"})', {"m", "f"}),
        ("case((age < 18, 5), otherwise=reverse(a))", {1, 2, 3, 4, 5}),
        ("max(reverse(a), reverse(b))", {1, 2, 3, 4, 5}),
        ("1 + count_of(union == 1, party == 1)", {1, 2, 3}),
        ("-(count_of(union == 1, party == 1))", {-2, -1, 0}),
        ("sum_of(union == 1, party == 1)", {0, 1, 2}),
    ],
)
def test_values_that_can_be_listed(text: str, values: set[int | str]) -> None:
    assert possible(rule(text).root, {}).values == values


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("share_of(union == 1, party == 1)", 0, 1),
        ("mean_of(reverse(a), reverse(b))", 1, 5),
        ("percentile_rank(income)", 0, 1),
        ("recode(sex, {1: 7}, other=share_of(union == 1, party == 1))", 0, 7),
    ],
)
def test_bounds_of_numbers(text: str, low: float, high: float) -> None:
    found = possible(rule(text).root, {})
    assert found.values is None and (found.bounds.low, found.bounds.high) == (low, high)
    assert found.holds(low) and found.holds(high) and not found.holds(high + 1)


@pytest.mark.parametrize("text", ["a", "income / 2", "sum_of(a, b)", "standardise(income)", "age + 1"])
def test_what_the_words_do_not_tell_may_be_anything(text: str) -> None:
    assert possible(rule(text).root, {}) == Possible()


def test_many_whole_numbers_are_not_listed() -> None:
    found = possible(rule(f"reverse(age, low=0, high={MOST_LISTED})").root, {})
    assert found.values is None and (found.bounds.low, found.bounds.high) == (0, MOST_LISTED)


def test_measures_that_rest_on_one_another() -> None:
    scope = replace(SCOPE, measures={"older": Variable("older", rule("reverse(a)").type)})
    assert possible(rule("older", scope).root, THREE).values == {1, 2, 3}
    assert possible(rule("1 + older", scope).root, THREE).values == {2, 3, 4}


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("recode(older, {1: 0, 2..3: 1})", []),
        ("recode(older, {1: 0, 2: 1})", ["Code 3 of older has no outcome."]),
        ("case((older == 1, 0), (older == 2 or older == 3, 1))", []),
        ("case((older == 1 and sex == 1, 0), (older > 1, 1), (sex == 2, 2))", []),
    ],
)
def test_only_values_that_a_measure_can_give_need_an_outcome(text: str, problems: list[str]) -> None:
    """Neither numbers beside its limits nor labels of values it cannot give."""
    labelled = Variable("older", rule("reverse(a)").type, codes=(Code(9), Code(1)))
    for variable in (labelled, replace(labelled, codes=())):
        scope = replace(SCOPE, measures={"older": variable})
        found = coverage(rule(text, scope), derived=THREE)
        assert [problem.message for problem in found.problems] == problems


def test_limits_beyond_the_bounds_of_a_measure_are_not_tried() -> None:
    share = Variable("share", rule("share_of(union, party)").type)
    scope = replace(SCOPE, measures={"share": share})
    derived = {"share": possible(rule("share_of(union, party)").root, {})}
    assert coverage(rule("recode(share, {0..0.4: 0, 0.41..1: 1})", scope), derived=derived).is_total
    assert not coverage(rule("recode(share, {0.1..0.4: 0, 0.41..1: 1})", scope), derived=derived).is_total
