"""Names, labels, types and settings: what is resolved, and every mistake at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from measures.core.language import ContextTable, Scope, Type, fingerprint
from measures.core.language.tree import Apply, Column, Constant, Member, Test
from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.core.problems import Problem, Refused
from tests.measures.small_survey import ITEMS, SCOPE, rule, variable


def problems(text: str, scope: Scope = SCOPE) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        rule(text, scope)
    return list(refused.value.problems)


def test_labels_become_codes_in_any_language() -> None:
    for text in ('sex == "male"', 'sex == "男"', 'sex == " MALE "', "sex == 1", '"male" == sex', "sex==1.0"):
        root = rule(text).root
        assert isinstance(root, Apply)
        assert set(root.arguments) == {Column(Type.INTEGER, "sex"), Constant(Type.INTEGER, 1)}


def test_labels_in_lists_and_keys() -> None:
    assert rule('sex in ("male", "女")').root == Member(
        Type.CONDITION, Column(Type.INTEGER, "sex"), Test((1, 2))
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a", ValueType.INTEGER),
        ("a > 1", ValueType.INTEGER),
        ("a + 1", ValueType.INTEGER),
        ("a + 1.5", ValueType.DECIMAL),
        ("a / 2", ValueType.DECIMAL),
        ("round(income)", ValueType.INTEGER),
        ("round(income, digits=1)", ValueType.DECIMAL),
        ("sum_of(a, b)", ValueType.INTEGER),
        ("sum_of(a, income)", ValueType.DECIMAL),
        ("sum_of(a, b > 1)", ValueType.INTEGER),
        ("mean_of(a, b)", ValueType.DECIMAL),
        ("recode(a, {1: 0.5}, other=a)", ValueType.DECIMAL),
        ("recode(a, {1: union == 1}, other=2)", ValueType.INTEGER),
        ('recode(a, {1: "x"}, other=region)', ValueType.TEXT),
        ('case((a > 1, missing("refused")), otherwise=interview)', ValueType.DATE),
        ("lookup(cities.rank, key=city)", ValueType.INTEGER),
        ("lookup(cities.gdp, key=city)", ValueType.DECIMAL),
        ("lookup(cities.name, key=city)", ValueType.TEXT),
        ("reverse(a)", ValueType.INTEGER),
        ("region", ValueType.TEXT),
    ],
)
def test_types(text: str, kind: ValueType) -> None:
    assert rule(text).type is kind


def test_what_a_rule_uses() -> None:
    scope = Scope(items=ITEMS, measures={"fsp": variable("fsp")}, contexts=SCOPE.contexts, sets=SCOPE.sets)
    checked = rule("fsp * standardise(a + b) + lookup(cities.gdp, key=city) + count_of(orgs) + a", scope)
    assert checked.measures == ("fsp",)
    assert checked.items == ("a", "b", "city", "union", "party", "club")
    assert checked.contexts == (("cities", "gdp"),)
    assert checked.is_data_dependent
    assert not rule("a + b").is_data_dependent


@pytest.mark.parametrize(
    ("text", "code", "position", "words"),
    [
        ("comunity == 1", "unknown_name", (0, 8), "Did you mean community"),
        ("any_off(union)", "unknown_function", (0, 14), "Did you mean any_of"),
        ("any_of", "function_without_arguments", (0, 6), "any_of(a, b"),
        ("orgs + 1", "set_misplaced", (0, 4), "count_of(orgs)"),
        ('sex == "mle"', "unknown_label", (7, 12), "“male”"),
        ('sex == "3"', "unknown_label", (7, 10), "no code labelled"),
        ('age == "old"', "text_against_number", (7, 12), "without labels"),
        ("sex == -1", "code_is_missing", (7, 9), 'is_missing(sex, "refused")'),
        ("sex in (1, -9)", "code_is_missing", (11, 13), "no_answer"),
        ("region == 3", "text_against_number", (10, 11), 'Write "3"'),
        ("region == a", "text_against_number", (0, 11), "cannot be compared"),
        ('region > "a"', "no_order", (0, 12), "no order"),
        ('interview > "May"', "not_a_date", (12, 17), "2014-05-31"),
        ("year(a)", "not_a_date", (5, 6), "a date is needed"),
        ("region + 1", "not_a_number", (0, 6), "a number is needed"),
        ("any_of(sex)", "not_a_condition", (7, 10), "sex == 1"),
        ("union and 3", "not_a_condition", (10, 11), "condition is needed"),
        ("any_of()", "wrong_arguments", (0, 8), "at least 1 argument"),
        ("ln(a, b)", "wrong_arguments", (0, 8), "1 argument; 2 given"),
        ("mean_of(a, b, at_least=3)", "wrong_setting", (23, 24), "from 1 to 2"),
        ("mean_of(a, b, at_least=a)", "wrong_setting", (23, 24), "whole number"),
        ("mean_of(a, b, atleast=2)", "unknown_setting", (14, 23), "Did you mean at_least"),
        ("mean_of(a, at_least=1, at_least=1)", "repeated_setting", (23, 33), "given twice"),
        ('factor_score(a, b, basis="tetrachoric")', "wrong_setting", (25, 38), '"pearson", "polychoric"'),
        (
            'factor_score(a, b, c, rotation="equamax", factors=2)',
            "wrong_setting",
            (31, 40),
            '"varimax", "promax"',
        ),
        ('factor_score(a, b, c, rotation="varimax")', "wrong_setting", (31, 40), "factors=2 or more"),
        ("factor_score(a, b, c, factor=2)", "wrong_setting", (29, 30), "factors=2"),
        ("factor_score(a, b, c, factors=2, factor=3)", "wrong_setting", (40, 41), "from 1 to 2"),
        ("factor_score(a, b, c, factors=4)", "wrong_setting", (30, 31), "from 1 to 3"),
        (
            'factor_score(a, b, c, age, factors=2, method="minres")',
            "wrong_setting",
            (35, 36),
            "4 items cannot carry 2 factors",
        ),
        (
            'factor_score(a, b, c, factors=3, scores="bartlett")',
            "wrong_setting",
            (30, 31),
            "leave no room for error",
        ),
        (
            'factor_score(a, b, c, factors=2, scores="mean")',
            "wrong_setting",
            (40, 46),
            "regression, bartlett, weighted_sum, component",
        ),
        (
            'factor_score(a, b, c, factors=2, scores="component", rotation="oblimin")',
            "wrong_setting",
            (40, 51),
            "no unscaled score",
        ),
        ('factor_score(a, b, method="pca")', "wrong_setting", (26, 31), '"principal", "minres"'),
        ("recode(a, 1)", "misplaced", (10, 11), "{1: 0, 2: 1}"),
        ("recode(a, {1: 0, 1: 2})", "repeated_key", (17, 18), "named twice"),
        ("recode(a, {1..3: 0, 2: 2})", "repeated_key", (20, 21), "named twice"),
        ("recode(a, {1..3: 0, 3..5: 2})", "repeated_key", (20, 24), "named twice"),
        ("recode(a, {5..3: 0}, other=1)", "empty_range", (11, 15), "backwards"),
        ('recode(a, {1: "x", 2: 3})', "mixed_outcomes", (0, 25), "a number and a text"),
        ('recode(a, {1: missing("refused")})', "only_absences", (0, 34), "absence"),
        ("case(a > 1, 2)", "misplaced", (5, 10), "(condition, value)"),
        ("a between 1", "unreadable_rule", (10, 11), "too early"),
        ("band(a, 3, 2)", "limits_not_rising", (11, 12), "must rise"),
        ("band(a, b)", "not_a_number", (8, 9), "plain numbers"),
        ("reverse(age)", "unknown_scale", (0, 12), "low=1, high=5"),
        ("reverse(a, low=5, high=1)", "empty_range", (0, 25), "below the high end"),
        ('missing("tired")', "unknown_reason", (8, 15), "Known are"),
        ("is_missing(a, refused)", "not_a_reason", (14, 21), "in quotes"),
        ("lookup(city.gdp, key=city)", "unknown_table", (7, 15), "Did you mean cities"),
        ("lookup(cities.gpd, key=city)", "unknown_column", (7, 17), "Did you mean gdp"),
        ("lookup(cities.turnover, key=city)", "unknown_column", (7, 22), "Its columns are gdp, name"),
        ("lookup(towns.gdp, key=city)", "unknown_table", (7, 16), "There are cities"),
        ("lookup(cities.gdp)", "wrong_arguments", (0, 18), "needs key="),
        ("lookup(cities.gdp, key=region)", "text_against_number", (0, 30), "keys of cities"),
        ("cities.gdp + a", "misplaced", (0, 10), "lookup(table.column"),
        ("(a, b)", "misplaced", (0, 6), "A list"),
        ("{1: 2}", "misplaced", (0, 6), "A mapping"),
        ("group_mean(a)", "wrong_arguments", (0, 13), "needs by="),
        ("group_mean(a, by=a + 1)", "not_an_item", (17, 22), "names an item"),
        ("group_mean(a, by=city, at_least=0)", "wrong_setting", (32, 33), "from 1 to 1000000"),
        ("standardise(a, among=a + b)", "not_an_item", (21, 26), "among= names an item"),
        ("percentile_rank(a, by=city)", "unknown_setting", (19, 26), "It has among."),
        ("quantile_band(a, 1)", "wrong_setting", (17, 18), "The number of bands is a whole number from 2"),
        ("quantile_band(a, b)", "wrong_setting", (17, 18), "whole number"),
        ("deprivation(union, party)", "wrong_arguments", (0, 25), "needs cutoff="),
        ("deprivation(union, party, cutoff=3)", "wrong_setting", (33, 34), "from 1 to 2"),
        ("weighted_mean(a, b)", "misplaced", (14, 15), "takes pairs"),
        ("weighted_mean((a, 0), (b, 1))", "not_a_weight", (18, 19), "above zero"),
        ("weighted_mean((a, b))", "not_a_weight", (18, 19), "plain numbers"),
        ("rank_weight(1, a, b)", "wrong_arguments", (0, 20), "needs weights="),
        ("rank_weight(1, a, b, weights=(1, 2, 3))", "wrong_arguments", (29, 38), "2 ranks and 3 weights"),
        ("rank_weight(a, a, b, weights=(1, 2))", "not_a_code", (12, 13), "in quotes"),
        ('rank_weight("step 9", a, weights=1)', "unknown_label", (12, 20), "step 9"),
        ('starts_with(a, "3")', "not_a_text", (12, 13), "a number) stands where a text"),
        ('contains(region, "")', "not_a_text", (17, 19), "not empty"),
        ("contains(region, a)", "not_a_text", (17, 18), "in quotes"),
        ("part_of(region, 0, 2)", "wrong_setting", (16, 17), "start is a whole number from 1"),
        ('as_number("12") + a', "constant_text", (10, 14), "the same for everybody"),
        ("as_number(a)", "not_a_text", (10, 11), "stands where a text is needed"),
        ('age(born, "2013-02-29")', "not_a_date", (10, 22), "is no date"),
        ("age(a, interview)", "not_a_date", (4, 5), "stands where a date is needed"),
        ("1 + 1", "constant_rule", (0, 5), "everybody"),
    ],
)
def test_mistakes(text: str, code: str, position: tuple[int, int], words: str) -> None:
    first = problems(text)[0]
    assert (first.code, first.position) == (code, position)
    assert words in first.sentence()


def test_every_mistake_is_reported_at_once_in_order_of_the_text() -> None:
    found = problems('case((comunity == 1, 2), (sex == "mle", xx), otherwise=any_off(yy)) + ln(region)')
    assert [problem.code for problem in found] == [
        "unknown_name",
        "unknown_label",
        "unknown_name",
        "unknown_function",
        "unknown_name",
        "not_a_number",
    ]


def test_an_ambiguous_label_names_its_candidates() -> None:
    item = Variable("q", ValueType.INTEGER, codes=(Code(1, {"en": "other"}), Code(9, {"zh": "Other"})))
    (problem,) = problems('q == "other"', Scope(items={"q": item}))
    assert problem.code == "ambiguous_label"
    assert "1, 9" in problem.message


def test_the_label_of_a_missing_code_is_no_answer() -> None:
    item = Variable(
        "q",
        ValueType.INTEGER,
        codes=(Code(1, {"en": "yes"}), Code(-1, {"en": "refused"})),
        missing=(MissingRule("refused", low=-9, high=-1),),
    )
    (problem,) = problems('q == "refused"', Scope(items={"q": item}))
    assert problem.code == "code_is_missing"


def test_a_context_table_with_a_key_twice_is_refused() -> None:
    table = ContextTable("t", ("k", "v"), ((1, 2), (1, 3)))
    (problem,) = problems("lookup(t.v, key=a)", Scope(items=ITEMS, contexts={"t": table}))
    assert problem.code == "repeated_key"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ('sex == "male"', "sex==1"),
        ("a in (1, 2)", "a in (2,1.0)"),
        ("(a + b)", "a+b"),
        ("any_of(orgs)", "any_of(union, party, club, at_least=3)"),
        ("reverse(a)", "reverse(a, high=5, low=1)"),
        ("factor_score(a, b)", 'factor_score(a, b, scores="regression", method="principal")'),
        ("factor_score(a, b)", 'factor_score(a, b, basis="pearson")'),
        ("factor_score(a, b)", 'factor_score(a, b, factors=1, rotation="none", factor=1)'),
        ("factor_score(a, b, factors=2)", 'factor_score(a, b, factor=1, rotation="none", factors=2)'),
    ],
)
def test_fingerprints_do_not_see_spelling(one: str, two: str) -> None:
    assert fingerprint(rule(one)) == fingerprint(rule(two))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a + b", "b + a"),
        ("a > 1", "a >= 1"),
        ("recode(a, {1: 0}, other=1)", "recode(a, {1: 0})"),
        ("mean_of(a, b)", "mean_of(a, b, at_least=1)"),
        ('is_missing(a, "refused")', "is_missing(a)"),
        ('region == "1"', 'region == "2"'),
    ],
)
def test_fingerprints_see_meaning(one: str, two: str) -> None:
    assert fingerprint(rule(one)) != fingerprint(rule(two))


def test_a_fingerprint_stays_what_it_was() -> None:
    """Stored with published rules: it may change only together with what a rule means."""
    assert fingerprint(rule('recode(sex, {"male": 1}, other=0)')).startswith("1f38a1d08d9dcb57")


def test_a_measure_and_an_item_of_one_name_differ() -> None:
    scope: dict[str, Any] = {"items": ITEMS, "measures": {"a": variable("a")}}
    assert fingerprint(rule("a + b", Scope(**scope))) != fingerprint(rule("a + b"))


@pytest.mark.parametrize("text", ["group_mean(age, by=interview)", "lookup(cities.gdp, key=interview)"])
def test_a_date_makes_no_groups_and_is_no_key(text: str) -> None:
    with pytest.raises(Refused) as refused:
        rule(text)
    assert [problem.code for problem in refused.value.problems] == ["date_as_key"]


def test_an_item_whose_code_map_does_not_fit_says_so_where_it_is_used() -> None:
    fault = Problem("bad_code_map", "The code map of job is not made of pairs.")
    with pytest.raises(Refused) as refused:
        rule("job == 1 and age > 3", replace(SCOPE, unreadable={"job": fault}))
    assert [(p.code, p.position) for p in refused.value.problems] == [("bad_code_map", (0, 3))]


@pytest.mark.parametrize(
    ("text", "hash_of_it"),
    [
        ("any_of(union, party, at_least=1)", "5cdb87577d379480"),
        ("standardise(age)", "d535ef9fc9e72f99"),
        ("group_mean(income, by=city)", "92197150c4cdbfa4"),
        ("group_mean(income, by=city, at_least=1)", "92197150c4cdbfa4"),
        ("group_share(union, by=region)", "8d12ff618487979f"),
        ('recode(sex, {"male": 1}, other=0)', "1f38a1d08d9dcb57"),
        ("round(x, digits=2)", "1146298490f0d291"),
        ("factor_score(a, b, c, at_least=2)", "fb896831e52468c0"),
        ("band(age, 18, 30.0)", "555e29ce026cabd9"),
    ],
)
def test_a_rule_keeps_its_fingerprint_when_the_language_grows(text: str, hash_of_it: str) -> None:
    assert fingerprint(rule(text)).startswith(hash_of_it)


def test_the_basis_of_a_factor_is_part_of_the_fingerprint() -> None:
    one, two = (fingerprint(rule(f"factor_score(a, b{said})")) for said in ("", ', basis="polychoric"'))
    assert one != two


def test_several_factors_are_part_of_the_fingerprint() -> None:
    said = ("", ", factors=2", ", factors=2, factor=2", ', factors=2, rotation="varimax"')
    assert len({fingerprint(rule(f"factor_score(a, b, c{one})")) for one in said}) == len(said)


def test_weights_are_part_of_the_fingerprint() -> None:
    one, two = (fingerprint(rule(f"weighted_mean((a, {w}), (b, 1))")) for w in ("2", "3"))
    assert one != two and fingerprint(rule("weighted_mean((a, 2.0), (b, 1))")) == one
