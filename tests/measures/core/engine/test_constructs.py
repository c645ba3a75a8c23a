"""Each function as a small readable table: the same tables are the manual."""

from __future__ import annotations

from typing import Any

import pytest

from measures.core.language import FUNCTIONS, Scope
from measures.core.worked import worked
from tests.measures.small_survey import ITEMS, gives, rule, shown, variable

REFUSED, DONT_KNOW, SKIPPED = {"missing": "refused"}, {"missing": "dont_know"}, {"missing": "not_applicable"}


def three(union: Any, party: Any, club: Any) -> dict[str, Any]:
    return {"union": union, "party": party, "club": club}


@pytest.mark.parametrize(
    ("text", "given", "then"),
    [
        ("any_of(union, party, club)", three(0, 0, 0), 0),
        ("any_of(union, party, club)", three(0, 1, 0), 1),
        ("any_of(union, party, club)", three(REFUSED, 1, DONT_KNOW), 1),
        ("any_of(union, party, club)", three(REFUSED, 0, DONT_KNOW), "[refused]"),
        ("any_of(union, party, club)", three(DONT_KNOW, SKIPPED, REFUSED), "[not_applicable]"),
        ("any_of(union, party, club, at_least=2)", three(REFUSED, 0, 0), 0),
        ("any_of(union, party, club, at_least=2)", three(REFUSED, DONT_KNOW, 0), "[refused]"),
        ("any_of(union, party, club, at_least=3)", three(REFUSED, 1, DONT_KNOW), 1),
        ("any_of(orgs)", three(0, 0, 1), 1),
        ("all_of(orgs)", three(1, 1, 1), 1),
        ("all_of(orgs)", three(1, REFUSED, 0), 0),
        ("all_of(orgs)", three(1, REFUSED, 1), "[refused]"),
        ("all_of(orgs, at_least=2)", three(1, REFUSED, 1), 1),
        ("count_of(orgs)", three(1, 0, 1), 2),
        ("count_of(orgs)", three(0, 0, 0), 0),
        ("count_of(orgs)", three(1, 0, REFUSED), "[refused]"),
        ("count_of(orgs, at_least=2)", three(1, 0, REFUSED), 1),
        ("count_of(orgs, at_least=2)", three(1, SKIPPED, REFUSED), "[not_applicable]"),
        ("5 - count_of(orgs)", three(1, 1, 0), 3),
        ("share_of(orgs, at_least=1)", three(1, 0, REFUSED), 0.5),
        ("any_of(union)", {"union": 1}, 1),
    ],
)
def test_sets_of_flags(text: str, given: dict[str, Any], then: Any) -> None:
    assert gives(text, given) == [then]


@pytest.mark.parametrize(
    ("text", "given", "then"),
    [
        ("sum_of(a, b, c)", (1, 2, 3), 6),
        ("sum_of(a, b, c)", (1, None, 3), "[system]"),
        ("sum_of(a, b, c, at_least=2)", (1, None, 3), 4),
        ("mean_of(a, b, c)", (1, 2, 5), 8 / 3),
        ("mean_of(a, b, c, at_least=1)", (None, REFUSED, 5), 5.0),
        ("mean_of(a, b, c, at_least=1)", (None, REFUSED, DONT_KNOW), "[refused]"),
        ("min(a, b, c)", (3, 2, 5), 2),
        ("max(a, b, c, at_least=2)", (3, REFUSED, 5), 5),
        ("max(a, b, c, at_least=3)", (3, REFUSED, 5), "[refused]"),
        ("first_answered(a, b, c)", (None, 2, 5), 2),
        ("first_answered(a, b, c)", (None, REFUSED, DONT_KNOW), "[refused]"),
    ],
)
def test_sets_of_numbers(text: str, given: tuple[Any, ...], then: Any) -> None:
    assert gives(text, dict(zip("abc", given, strict=True))) == [then]


@pytest.mark.parametrize(
    ("text", "community", "then"),
    [
        ("recode(community, {1..4: 1, 5..9: 0})", 4, 1),
        ("recode(community, {1..4: 1, 5..9: 0})", 5, 0),
        ("recode(community, {1..4: 1, 5..9: 0})", REFUSED, "[refused]"),
        ('recode(community, {1..4: 1, missing("refused"): 0}, other=2)', REFUSED, 0),
        ('recode(community, {1..4: 1, missing("refused"): 0}, other=2)', DONT_KNOW, "[dont_know]"),
        ('recode(community, {1..4: 1, missing("refused"): 0}, other=2)', 9, 2),
        ('recode(community, {(1, 3, 5..6): 1}, other=missing("not_asked"))', 2, "[not_asked]"),
        ('recode(community, {(1, 3, 5..6): 1}, other=missing("not_asked"))', 6, 1),
        ("recode(community, {1: 1})", 2, "[out_of_range]"),
        ('recode(community, {"type 3": 1, "类型4": 2}, other=community)', 4, 2),
        ('recode(community, {"type 3": 1, "类型4": 2}, other=community)', 7, 7),
        ("recode(community, {1: 0.5, 2: 2}, other=0)", 2, 2.0),
        ('recode(community, {1: "good"}, other="bad")', 1, "good"),
        ('recode(community, {1: missing("refused")}, other=0)', 1, "[refused]"),
        ("reverse(community)", 2, 8),
        ("reverse(community, low=1, high=4)", 5, "[out_of_range]"),
        ("band(community, 3, 6)", 2, 1),
        ("band(community, 3, 6)", 3, 2),
        ("band(community, 3, 6)", 6, 3),
        ("band(community, 3, 6)", None, "[system]"),
        ("community in (1, 3..4)", 3, 1),
        ("community in (1, 3..4)", 2, 0),
        ("community in (1, 3..4)", None, "[system]"),
        ("community not in (1, 3..4)", 2, 1),
        ("community not in (1, 3..4)", None, "[system]"),
        ("community between 2 and 4", 4, 1),
        ("community not between 2 and 4", 4, 0),
        ('community == "类型2"', 2, 1),
        ("is_missing(community)", REFUSED, 1),
        ("is_missing(community)", 2, 0),
        ('is_missing(community, "refused")', DONT_KNOW, 0),
        ("not is_missing(community)", DONT_KNOW, 0),
    ],
)
def test_values_into_values(text: str, community: Any, then: Any) -> None:
    assert gives(text, {"community": community}) == [then]


@pytest.mark.parametrize(
    ("text", "given", "then"),
    [
        ("case((a == 1, 1), (b == 1, 2), otherwise=0)", (1, None), 1),
        ("case((a == 1, 1), (b == 1, 2), otherwise=0)", (2, 1), 2),
        ("case((a == 1, 1), (b == 1, 2), otherwise=0)", (2, 2), 0),
        ("case((a == 1, 1), (b == 1, 2), otherwise=0)", (2, REFUSED), "[refused]"),
        ("case((a == 1, 1), (b == 1, 2), otherwise=0)", (REFUSED, 1), "[refused]"),
        ("case((is_missing(a), 9), (b == 1, 2), otherwise=0)", (REFUSED, 1), 9),
        ("case((a == 1 and b == 1, 1))", (1, 2), "[out_of_range]"),
        ('case((a == 1, missing("not_applicable")), otherwise=b)', (1, 3), "[not_applicable]"),
        ('case((a == 1, missing("not_applicable")), otherwise=b)', (2, 3), 3),
        ("case((a > b, a / b), otherwise=0)", (3, 2), 1.5),
        ("a == 1 and b == 1", (2, REFUSED), 0),
        ("a == 1 and b == 1", (1, REFUSED), "[refused]"),
        ("a == 1 or b == 1", (1, REFUSED), 1),
        ("a == 1 or b == 1", (2, REFUSED), "[refused]"),
        ("not (a == 1) and b != 2", (2, 1), 1),
        ("a + b * 2 - 1", (2, 3), 7),
        ("(a + b) * 2", (2, 3), 10),
        ("a / (b - 3)", (2, 3), "[out_of_range]"),
        ("-a", (2, 3), -2),
        ("a + b", (DONT_KNOW, REFUSED), "[refused]"),
        ("(a > 1) + (b > 1)", (2, 1), 1),
        ("round(a / b)", (5, 2), 3),
        ("round(-a / b)", (5, 2), -3),
        ("round(a / b, digits=2)", (2, 3), 0.67),
        ("floor(-a / b)", (5, 2), -3),
        ("abs(a - b)", (2, 5), 3),
        ("ln(a - b)", (2, 2), "[out_of_range]"),
        ("ln(a - b + 1)", (2, 2), 0.0),
        ("log10(a * 100)", (1, 2), 2.0),
        ("sqrt(a - b)", (1, 2), "[out_of_range]"),
        ("exp(a * 1000)", (5, 2), "[out_of_range]"),
    ],
)
def test_conditions_and_arithmetic(text: str, given: tuple[Any, Any], then: Any) -> None:
    answers = {name: value for name, value in zip("ab", given, strict=True) if name in rule(text).items}
    assert gives(text, answers) == [pytest.approx(then) if isinstance(then, float) else then]


@pytest.mark.parametrize(
    ("text", "given", "then"),
    [
        ("years_between(year, month, 2014, 5)", {"year": 1984, "month": 5}, 30),
        ("years_between(year, month, 2014, 5)", {"year": 1984, "month": 6}, 29),
        ("years_between(year, month, 2014, 5)", {"year": 1984, "month": REFUSED}, "[refused]"),
        ("years_between(year, month, 2014, 5)", {"year": 1984, "month": 13}, "[out_of_range]"),
        ("months_between(year, month, 2014, 5) / 12", {"year": 2014, "month": 11}, -0.5),
        ("year(interview) * 100 + month(interview)", {"interview": "2014-05-17"}, 201405),
        ("year(region) * 100 + month(region)", {"region": "1984-05"}, 198405),
        ("year(region) * 100 + month(region)", {"region": "1984-12-31"}, 198412),
        ("year(region)", {"region": "1984-13"}, "[out_of_range]"),
        ("month(region)", {"region": "1984-5"}, "[out_of_range]"),
        ("month(region)", {"region": ""}, "[out_of_range]"),
        ("month(region)", {"region": "(1984-05)"}, "[out_of_range]"),
        ("month(region)", {"region": REFUSED}, "[refused]"),
        ('interview >= "2014-05-17"', {"interview": "2014-05-17"}, 1),
        ('interview in ("2014-05-17", "2014-05-18")', {"interview": "2014-05-19"}, 0),
        ("lookup(cities.gdp, key=city)", {"city": 4403}, 1000.0),
        ("lookup(cities.name, key=city)", {"city": 1101}, "Beijing"),
        ("lookup(cities.rank, key=city)", {"city": 1101}, 2),
        ("lookup(cities.name, key=city)", {"city": 77}, "[out_of_range]"),
        ("lookup(cities.gdp, key=city)", {"city": 1}, "[system]"),
        ("lookup(cities.gdp, key=city)", {"city": SKIPPED}, "[not_applicable]"),
        ('region == "north"', {"region": "north"}, 1),
        ('region == "it\'s"', {"region": "it's"}, 1),
        ('recode(region, {"north": 1, ("south", "北"): 2}, other=0)', {"region": "北"}, 2),
        ("region", {"region": "south"}, "south"),
        ("interview", {"interview": "2014-05-17"}, "2014-05-17"),
    ],
)
def test_dates_texts_and_context(text: str, given: dict[str, Any], then: Any) -> None:
    assert gives(text, given) == [then]


@pytest.mark.parametrize(
    ("text", "given", "then"),
    [
        ("diversity(a, b, c)", (2, 1, 1), 0.625),
        ("diversity(a, b, c)", (5, 0, 0), 0.0),
        ("diversity(a, b, c)", (0, 0, 0), "[out_of_range]"),
        ("diversity(a, b, c)", (2, 2, REFUSED), "[refused]"),
        ("diversity(a, b, c, at_least=2)", (2, 2, REFUSED), 0.5),
        ("diversity(a - 3, b, c)", (2, 2, 1), "[out_of_range]"),
        ("deprivation(a < 2, b < 2, c < 2, cutoff=2)", (1, 1, 3), 2 / 3),
        ("deprivation(a < 2, b < 2, c < 2, cutoff=2)", (1, 2, 3), 0.0),
        ("deprivation(a < 2, b < 2, c < 2, cutoff=2)", (1, 1, REFUSED), "[refused]"),
        ("deprivation(a < 2, b < 2, c < 2, cutoff=2, at_least=2)", (1, 1, REFUSED), 1.0),
        ("deprivation(a < 2, b < 2, c < 2, cutoff=2, at_least=2)", (1, 2, REFUSED), 0.0),
        ("deprivation(a < 2, b < 2, c < 2, cutoff=2) > 0", (1, 1, 3), 1),
        ("weighted_mean((a, 0.5), (b, 0.3), (c, 0.2))", (4, 2, 1), 2.8),
        ("weighted_mean((a, 0.5), (b, 0.3), (c, 0.2))", (4, 2, DONT_KNOW), "[dont_know]"),
        ("weighted_mean((a, 3), (b, 1), (c, 0.2), at_least=2)", (4, 2, DONT_KNOW), 3.5),
        ("weighted_mean((a, 3), (b, 1), (c, 0.2), at_least=2)", (4, REFUSED, DONT_KNOW), "[refused]"),
        ('rank_weight("step 3", a, b, c, weights=(0.5, 0.3, 0.2))', (1, 3, 3), 0.3),
        ("rank_weight(3, a, b, c, weights=(0.5, 0.3, 0.2))", (REFUSED, None, 3), 0.2),
        ("rank_weight(3, a, b, c, weights=(0.5, 0.3, 0.2))", (1, None, None), 0.0),
        ("rank_weight(3, a, b, c, weights=(0.5, 0.3, 0.2))", (REFUSED, None, SKIPPED), "[not_applicable]"),
        ("rank_weight(3, a, b, c, weights=(0.5, 0.3, 0.2), at_least=2)", (1, None, None), "[system]"),
    ],
)
def test_indices_and_weights(text: str, given: tuple[Any, ...], then: Any) -> None:
    assert gives(text, dict(zip("abc", given, strict=True))) == [
        pytest.approx(then) if isinstance(then, float) else then
    ]


@pytest.mark.parametrize(
    ("birth", "day", "years", "days"),
    [
        ("1984-06-01", "2014-05-31", 29, 10956),
        ("1984-06-01", "2014-06-01", 30, 10957),
        ("1984-02-29", "2014-02-28", 29, 10957),
        ("1984-02-29", "2014-03-01", 30, 10958),
        ("1984-02-29", "2016-02-29", 32, 11688),
        ("2014-05-10", "2014-05-09", -1, -1),
        ("0001-01-01", "9999-12-31", 9998, 3652058),
        ("1900-02-28", "1900-03-01", 0, 1),
        ("2000-02-28", "2000-03-01", 0, 2),
        *((text, "2014-05-09", "[out_of_range]", "[out_of_range]") for text in (
            "2013-02-29", "1900-02-29", "2014-04-31", "0000-01-01", "2014-5-1", "2014-05", "2014-05-01 ", "",
        )),
        (REFUSED, "2014-05-09", "[refused]", "[refused]"),
        ("no", None, "[system]", "[system]"),
    ],
)  # fmt: skip
def test_ages_and_days(birth: Any, day: Any, years: Any, days: Any) -> None:
    given = {"born": birth, "place": day}
    assert gives("age(born, place)", given) == [years]
    assert gives("days_between(born, place)", given) == [days]
    if isinstance(day, str):
        assert gives("age(born, interview)", {"born": birth, "interview": day}) == [years]
        assert gives("days_between(born, started)", {"born": birth, "started": f"{day}T23:59:59"}) == [days]


@pytest.mark.parametrize(
    ("text", "place", "then"),
    [
        ('starts_with(place, "35", "36")', "360", 1),
        ('starts_with(place, "35", "36")', "135", 0),
        ('starts_with(place, "福")', "福建", 1),
        ('starts_with(place, "%")', "35", 0),
        ('starts_with(place, "35")', "3", 0),
        ('starts_with(place, "35")', REFUSED, "[refused]"),
        ('contains(place, "it\'s", "建")', "福建", 1),
        ('contains(place, "A")', "banana", 0),
        ('contains(place, "_")', "banana", 0),
        ("part_of(place, 1, 2)", "350102", "35"),
        ("part_of(place, 2, 2)", "福建省", "建省"),
        ("part_of(place, 3, 2)", "福建省", "[out_of_range]"),
        ("part_of(place, 3, 2)", None, "[system]"),
        ("as_number(place)", "-12.50", -12.5),
        ("as_number(place)", "007", 7.0),
        ("as_number(part_of(place, 5, 2)) + 1", "350102", 3.0),
        *(("as_number(place)", text, "[out_of_range]")
          for text in ("", "1e5", " 1", "1.", ".5", "+1", "1,5", "nan", "inf", "٣", "9" * 16)),
        ("as_number(place)", REFUSED, "[refused]"),
    ],
)  # fmt: skip
def test_texts(text: str, place: Any, then: Any) -> None:
    assert gives(text, {"place": place}) == [then]


def test_a_flag_with_another_code_is_out_of_range() -> None:
    """An unlabelled item is taken for a flag, but only 0 and 1 are answers."""
    scope = Scope(items={"flag": variable("flag")})
    assert gives("any_of(flag)", {"flag": 1}, {"flag": 0}, {"flag": 3}, scope=scope) == [
        1,
        0,
        "[out_of_range]",
    ]


def test_the_study_s_own_absences_stand_before_an_empty_cell() -> None:
    scope = Scope(items=ITEMS, reasons=("lost_page",))
    given = {"a": {"missing": "lost_page"}, "b": None}
    assert gives("a + b", given, scope=scope) == ["[lost_page]"]
    assert gives("a + b", {**given, "b": DONT_KNOW}, scope=scope) == ["[dont_know]"]


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if function.given])
def test_the_manual_s_examples_hold(name: str) -> None:
    function = FUNCTIONS[name]
    then = f"[{function.then['missing']}]" if isinstance(function.then, dict) else function.then
    found = shown(worked(function).then[0])
    assert found == (pytest.approx(then) if isinstance(then, float) else then)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_described_in_both_languages(name: str) -> None:
    function = FUNCTIONS[name]
    for texts in (function.help, function.absences):
        assert texts["en"].endswith(".") and texts["zh"].endswith("。")
    assert function.signature.startswith(name + "(")
