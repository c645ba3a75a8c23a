"""Every code and every absence has an outcome, or the rule is not for publishing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from measures.core.coverage import Coverage, coverage
from measures.core.engine import Plan, Rule
from measures.core.observed import Observed
from surveys.core.codebook import Code, ValueType, Variable
from tests.measures.small_survey import SCOPE, rule, store


def table(found: Coverage, item: str) -> dict[Any, Any]:
    """Code or [reason] -> outcome or [reason]; None where there is none."""
    return {
        f"[{row.reason}]" if row.reason else row.value: f"[{row.outcome_reason}]"
        if row.outcome_reason
        else row.outcome
        for row in found.rows
        if row.item == item
    }


def test_texts_that_are_looked_for_are_tried() -> None:
    found = coverage(rule('case((starts_with(place, "35"), 1), (contains(place, "x"), 2))'))
    assert table(found, "place") == {"35": 1, "x": 2, "[system]": "[system]"}
    seen = {"place": Observed((("350102", 10), ("44", 7)), ())}
    found = coverage(rule('case((starts_with(place, "35"), 1), (contains(place, "x"), 2))'), seen)
    assert [problem.message for problem in found.problems] == ["“44” of place (7 rows) has no outcome."]


def test_what_is_fitted_is_looked_at_through_its_parts() -> None:
    found = coverage(rule("quantile_band(recode(a, {1..4: 1}), 2) + percentile_rank(b, among=city)"))
    assert table(found, "a")[5] is None and not found.is_total
    assert {"a", "b", "city"} == {row.item for row in found.rows}


def test_a_rule_of_one_item_is_a_table() -> None:
    found = coverage(
        rule("recode(sex, {1: 1}, other=0)"), {"sex": Observed(((1, 10), (2, 7)), (("refused", 3),))}
    )
    assert found.is_total
    assert table(found, "sex") == {
        1: 1,
        2: 0,
        "[not_applicable]": "[not_applicable]",
        "[refused]": "[refused]",
        "[dont_know]": "[dont_know]",
        "[no_answer]": "[no_answer]",
        "[system]": "[system]",
    }
    assert [(row.label, row.rows) for row in found.rows[:4]] == [
        ("male", 10),
        ("female", 7),
        ("not applicable", 0),
        ("refused", 3),
    ]


def test_uncovered_codes_are_named_with_label_and_rows() -> None:
    found = coverage(rule("recode(community, {1..7: 1})"), {"community": Observed(((9, 12), (3, 4)))})
    assert not found.is_total
    assert [problem.message for problem in found.problems] == [
        "Code 8 “type 8” of community has no outcome.",
        "Code 9 “type 9” of community (12 rows) has no outcome.",
    ]
    assert "other=" in found.problems[0].hint


def test_a_value_that_occurs_without_a_label_counts() -> None:
    found = coverage(rule("recode(sex, {(1, 2): 1})"), {"sex": Observed(((1, 5), (3, 2)))})
    assert [problem.message for problem in found.problems] == ["Code 3 of sex (2 rows) has no outcome."]


def test_an_outcome_may_be_an_absence() -> None:
    found = coverage(rule('recode(sex, {1: 1}, other=missing("out_of_range"))'))
    assert found.is_total and table(found, "sex")[2] == "[out_of_range]"


def test_gaps_between_ranges_of_numbers_are_found() -> None:
    seen = {"age": Observed(((20, 5),), is_complete=False, low=15, high=99)}
    assert coverage(rule("recode(age, {..17: 1, 18..44: 2, 45..: 3})"), seen).is_total
    found = coverage(rule("recode(age, {..17: 1, 19..44: 2, 45..: 3})"), seen)
    assert [problem.message for problem in found.problems] == ["Code 18 of age has no outcome."]


def test_items_of_a_rule_are_shown_through_the_part_that_reads_them() -> None:
    found = coverage(rule("any_of(union, sex == 2) and reverse(a) > 2"))
    assert {row.item: row.through["en"] for row in found.rows} == {
        "union": "“Member: labour union” is yes (1)",
        "sex": "“Sex” is female (2)",
        "a": "a turned round (1 to 5) is above 2",
    }
    assert table(found, "a")[5] == 0 and table(found, "union")[1] == 1


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("case((sex == 1 and union == 1, 1), (sex == 2, 0))", False),
        ("case((sex == 1 and union == 1, 1), (sex == 2, 0), otherwise=2)", True),
        ("case((sex == 1 and union == 1, 1), (sex == 1 and union == 0, 2), (sex == 2, 0))", True),
        ("recode(sum_of(union, party), {0: 0, 1: 1})", False),
        ("recode(sum_of(union, party), {0: 0, 1..2: 1})", True),
        ("case((a + b + c + community + contract > 3, 1))", False),
    ],
)
def test_combinations_of_items_are_tried(text: str, total: bool) -> None:
    assert coverage(rule(text)).is_total is total


def test_what_a_part_gives_is_told_as_that_of_the_part() -> None:
    found = coverage(rule("case((group_mean(recode(a, {1..5: 1}), by=city) > 0, 1), otherwise=0)"))
    assert {row.item: dict(row.through) for row in found.rows} == {
        "a": {"en": "a, recoded: 1 to 5 becomes 1", "zh": "a 重新编码：1 至 5 改为 1"},
        "city": {"en": "city", "zh": "city"},
    }
    whole = coverage(rule("recode(sex, {1: 1}, other=0)"))
    assert {tuple(row.through) for row in whole.rows} == {()}, "the outcome is that of the whole rule"


def test_fitted_rules_show_their_items() -> None:
    found = coverage(rule("factor_score(reverse(a), b, c)"))
    assert found.is_total and table(found, "a")[1] == 5 and table(found, "b")[1] == 1


def test_frequencies_are_seen_through_the_crosswalk() -> None:
    frequencies = {"values": [[1, 4], [2, 0], [6, 3]], "absent": {"refused": 2}, "distinct": 2}
    seen = Observed.from_frequencies(frequencies, ((1, 2), (6, None)))
    assert seen == Observed(((2, 4),), (("refused", 2), ("out_of_range", 3)))
    plain = Observed.from_frequencies(frequencies | {"stats": {"min": 1, "max": 6}})
    assert (plain.values, plain.low, plain.high) == (((1, 4), (6, 3)), 1, 6)


RARE: dict[str, list[Any]] = {"region": ["a"] * 5 + ["b"] * 5 + ["c"] * 5, "income": [0.5, 1.5, 2.0] * 5}
UNLISTED = Observed(is_complete=False)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('recode(region, {"a": 1, "c": 3})', 5),
        ('recode(region, {"a": 1, "b": 2, "c": 3})', 0),
        ('recode(region, {"a": 1}, other=0)', 0),
        ("recode(income, {2: 1})", 10),
        ('case((region == "a", 1), (income == 2, 2))', 6),
        ("recode(older, {1: 1})", 5),
        ('recode(recode(region, {"a": 1, "c": 3}), {1: 1, 3: 0})', 5),
    ],
)
def test_values_too_rare_to_be_listed_are_looked_for_in_the_rows(
    tmp_path: Path, text: str, rows: int
) -> None:
    """Frequencies of text without codes list nothing below ten rows; the proof must not rest on them."""
    older = Rule("older", rule('recode(region, {"a": 1, "b": 2, "c": 1})'))
    scope = replace(SCOPE, measures={"older": Variable("older", ValueType.INTEGER, codes=(Code(1),))})
    data = Plan(store(tmp_path / "wave.parquet", RARE), (older,))
    seen = {"region": UNLISTED, "income": UNLISTED}
    found = coverage(rule(text, scope), seen, data=data)
    assert sum(row.rows for row in found.rows if not row.is_covered) == rows
    assert found.is_total is (rows == 0)
    assert all("“" not in problem.message for problem in found.problems)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("recode(quantile_band(income, 3), {1: 1, 2: 2})", 5),
        ("recode(quantile_band(income, 3), {1: 1, 2: 2, 3: 3})", 0),
        ("case((standardise(income) > 0, 1))", 5),
        ("case((standardise(income) > 0, 1), otherwise=0)", 0),
        ("case((percentile_rank(income) > 0.5, 1))", 10),
        ("case((group_mean(income, by=region) > 1, 1))", 5),
        ("case((group_mean(income, by=income) > 1, 1))", 5),
        ("1 + case((standardise(income) > 0, 1))", 5),
        ("recode(older, {1: 1})", 5),
    ],
)
def test_what_is_fitted_over_one_item_is_proved_on_the_rows(tmp_path: Path, text: str, rows: int) -> None:
    """Every value of the item is listed, and yet its code alone does not say what becomes of it."""
    data: dict[str, list[Any]] = {
        "region": ["a"] * 5 + ["b"] * 5 + ["c"] * 5,
        "income": [0.5] * 5 + [1.5] * 5 + [2.0] * 5,
    }
    older = Rule("older", rule("case((standardise(income) > 0, 1), otherwise=2)"))
    scope = replace(SCOPE, measures={"older": Variable("older", ValueType.INTEGER)})
    plan = Plan(store(tmp_path / "wave.parquet", data), (older,))
    seen = {
        "region": Observed((("a", 5), ("b", 5), ("c", 5))),
        "income": Observed(((0.5, 5), (1.5, 5), (2.0, 5)), low=0.5, high=2.0),
    }
    found = coverage(rule(text, scope), seen, data=plan)
    assert found.is_total is (rows == 0)
    assert sum(row.rows for row in found.rows if not row.is_covered) == rows


def test_every_value_that_is_listed_is_tried(tmp_path: Path) -> None:
    """Labelled codes and a hundred others may be listed; all of them count as proved."""
    seen = {"community": Observed(tuple((code, 1) for code in range(1, 110)))}
    data = Plan(store(tmp_path / "wave.parquet", {"community": list(range(1, 110))}), ())
    found = coverage(rule("recode(community, {1..108: 1})"), seen, data=data)
    assert [problem.message for problem in found.problems] == [
        "Code 109 of community (1 row) has no outcome."
    ]


def test_the_first_pair_of_a_code_counts_as_it_does_for_the_engine() -> None:
    seen = Observed.from_frequencies({"values": [[1, 4]], "distinct": 1}, ((1, 2), (1, 3)))
    assert seen.values == ((2, 4),)


@pytest.mark.parametrize(
    "text",
    ["any_of(age, year)", "count_of(age, year)", "share_of(age, year, at_least=1)", "age and year == 2"],
)
def test_what_a_condition_does_not_know_has_no_outcome(text: str) -> None:
    seen = {"age": Observed(((0, 30), (1, 20), (4, 12)), ()), "year": Observed(((0, 50), (1, 12)), ())}
    found = coverage(rule(text), seen)
    assert [problem.message for problem in found.problems] == ["Code 4 of age (12 rows) has no outcome."]
    assert coverage(rule(text), {**seen, "age": Observed(((0, 30), (1, 20)), ())}).is_total
    assert coverage(rule(text)).is_total, "nothing is known of either"


def test_conditions_of_several_items_are_proved_on_the_rows(tmp_path: Path) -> None:
    variables = {name: Variable(name, ValueType.INTEGER) for name in ("u", "v")}
    stored = store(tmp_path / "w.parquet", {"u": [0, 1, 2, None], "v": [1, 1, 0, 2]}, variables)
    seen = {"u": Observed(((0, 1), (1, 1), (2, 1)), ()), "v": Observed(((0, 1), (1, 2), (2, 1)), ())}
    checked = rule("any_of(first_answered(u, v))", replace(SCOPE, items=variables))
    found = coverage(checked, seen, data=Plan(stored, ()))
    assert [one.message for one in found.problems] == ["2 rows hold values of u, v that have no outcome."]
