"""Forms write rules, and rules fill forms: the same nodes either way."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from measures.core.filling import (
    Asked,
    Banding,
    Choosing,
    Combining,
    Factor,
    Form,
    Line,
    Recoding,
    Reversing,
    Scoring,
    filled,
    kind_of,
)
from measures.core.filling.pieces import value_of, value_text
from measures.core.language import parse
from measures.core.language.nodes import Text
from measures.core.language.writing import write
from surveys.core.problems import Refused
from tests.measures.generated_rules import KEPT

FORMS: list[tuple[Form, str]] = [
    (Recoding("q_sex", (("1", "1"), ("2", "0"))), "recode(q_sex, {1: 1, 2: 0})"),
    (
        Recoding("收入", (("1..4", "1"), ("5", "1"), ('"高"', "2")), "missing:refused", (("refused", "9"),)),
        'recode(`收入`, {(1..4, 5): 1, "高": 2, missing("refused"): 9}, other=missing("refused"))',
    ),
    (Recoding("x", (("1", "0"),), "keep"), "recode(x, {1: 0}, other=x)"),
    (Recoding("x", (("1", "a man"), ("2", '"2"'))), 'recode(x, {1: "a man", 2: "2"})'),
    (Banding("age", "18, 30, 45.5"), "band(age, 18, 30, 45.5)"),
    (Reversing("a"), "reverse(a)"),
    (Reversing("a", "-1", "5"), "reverse(a, low=-1, high=5)"),
    (Combining("any_of", ("union", "party")), "any_of(union, party)"),
    (Combining("count_of", ("a", "b"), "1", "2"), "count_of(a == 1, b == 1, at_least=2)"),
    (Combining("all_of", ("a", "b"), "1, 4..5"), "all_of(a in (1, 4..5), b in (1, 4..5))"),
    (Combining("mean_of", ("a", "b"), "", "1"), "mean_of(a, b, at_least=1)"),
    (
        Choosing(
            (
                Line((Asked("a", "missing", "refused, dont_know"),), "0"),
                Line((Asked("a", "==", "1"), Asked("b", "in", "2, 3..4"), Asked("c", "holds")), "1"),
                Line((Asked("a", "between", "5, 9"), Asked("b", "not missing")), "missing:not_applicable"),
                Line((Asked("region", "!=", "north"), Asked("a", "<", "item:b")), "item:a"),
            ),
            "0",
        ),
        'case((is_missing(a, "refused", "dont_know"), 0), (a == 1 and b in (2, 3..4) and c, 1), '
        '(a between 5 and 9 and not is_missing(b), missing("not_applicable")), '
        '(region != "north" and a < b, a), otherwise=0)',
    ),
    (Scoring("standardise", "income"), "standardise(income)"),
    (Scoring("percentile_rank", "income", "city"), "percentile_rank(income, among=city)"),
    (Scoring("quantile_band", "income", "", "5"), "quantile_band(income, 5)"),
    (Factor(("a", "b", "c")), "factor_score(a, b, c)"),
    (Factor(("a", "b", "c"), turned="a, c"), "factor_score(reverse(a), b, reverse(c))"),
    (Combining("sum_of", ("a", "b"), turned="b"), "sum_of(a, reverse(b))"),
    (
        Factor(("a", "b"), "minres", "bartlett", "2"),
        'factor_score(a, b, method="minres", scores="bartlett", at_least=2)',
    ),
    (
        Factor(("a", "b", "c"), basis="polychoric", factors="2", rotation="oblimin", factor="2"),
        'factor_score(a, b, c, basis="polychoric", rotation="oblimin", factors=2, factor=2)',
    ),
]


@pytest.mark.parametrize(("form", "rule"), FORMS, ids=[rule for _, rule in FORMS])
def test_a_form_writes_its_rule_and_the_rule_fills_it_again(form: Form, rule: str) -> None:
    node = parse(rule)
    assert form.node() == node
    assert parse(write(form.node())) == node
    assert filled(node) == form


@pytest.mark.parametrize(
    "rule",
    [
        "a + 1",
        "recode(a + b, {1: 0})",
        "recode(a, {1: b + 1})",
        "recode(a, {b: 1})",
        "recode(a, {1: 0}, other=0, other=1)",
        "any_of(a == 1, b == 2)",
        "any_of(a, b == 1)",
        "mean_of(a == 1, b == 1)",
        "mean_of(reverse(a, low=1, high=5), b)",
        "mean_of(reverse(a), a)",
        "any_of(reverse(a), b)",
        "case((a == 1 or b == 1, 1), otherwise=0)",
        "case((not a, 1))",
        "case((a not between 1 and 2, 1))",
        "reverse(a + b)",
        "band(ln(a), 1)",
        "standardise(a, by=b)",
        "group_mean(a, by=b)",
        'factor_score(a, b, method="odd")',
        "any_of()",
        "1",
    ],
)
def test_what_says_more_than_a_form_fills_none(rule: str) -> None:
    assert filled(parse(rule)) is None


def test_what_fills_a_form_of_the_generated_rules_is_written_back_the_same() -> None:
    fitting = 0
    for rule in KEPT.read_text(encoding="utf-8").splitlines():
        form = filled(parse(rule))
        if form is not None:
            again = filled(parse(write(form.node())))
            assert again == form and kind_of(again) == kind_of(form), rule
            fitting += 1
    assert fitting > 50


def test_codes_with_one_outcome_stand_together() -> None:
    form = Recoding("x", (("1", "0"), ("2", ""), ("3", "1"), ("4", "0")))
    assert write(form.node()) == "recode(x, {(1, 4): 0, 3: 1})"


@pytest.mark.parametrize(
    ("form", "codes"),
    [
        (Recoding(), ["no_item", "nothing_recoded"]),
        (Recoding("x", (("1; 2, 3", "0"),)), ["unreadable_codes"]),
        (Recoding("x", (("1) or (y in (2", "0"),)), ["unreadable_codes"]),
        (Banding("", "30, x, 18"), ["no_item", "not_a_number"]),
        (Banding("age", "30, 18"), ["limits_not_rising"]),
        (Banding("age", ""), ["no_limits"]),
        (Reversing("", "low"), ["no_item", "not_a_number"]),
        (Combining("exec", ("a",)), ["unknown_form"]),
        (Combining("any_of", ("", " "), "", "0.5"), ["too_few_items", "bad_minimum"]),
        (Choosing(), ["no_conditions"]),
        (Choosing((Line((Asked("", "==", ""),), "1"),)), ["no_item", "no_value"]),
        (Choosing((Line((Asked("a", "between", "1"),), ""),)), ["two_ends", "no_value"]),
        (Scoring("eval", "a"), ["unknown_form"]),
        (Factor(("a",), "odd"), ["too_few_items", "unknown_word"]),
        (Factor(("a", "b"), turned="c, a"), ["not_among_items"]),
        (
            Factor(("a", "b"), factors="2.5", factor="x", rotation="no"),
            ["unknown_word", "bad_number", "not_a_number", "bad_number"],
        ),
    ],
)
def test_every_box_that_is_wrong_is_told(form: Form, codes: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        form.node()
    assert [problem.code for problem in refused.value.problems] == codes


@example("1E100")
@given(st.text(max_size=20))
def test_any_text_is_a_value_and_comes_back(text: str) -> None:
    node = Text(text)
    assert value_of(value_text(node)) == node


@given(st.text(min_size=1, max_size=30))
def test_no_text_in_a_box_becomes_anything_but_a_value(text: str) -> None:
    """Whatever is typed stays one outcome of a recode: nothing of it is taken for a rule."""
    form = Recoding("x", (("1", text),))
    try:
        written = write(form.node())
    except Refused:
        return
    assert parse(written) == form.node()


def test_rules_in_use_open_in_a_form() -> None:
    """Of the measures of a real study a good part are forms, and each of these comes back."""
    folder = Path(__file__).parents[3] / "studies" / "mdms" / "measures"
    rules = [
        yaml.safe_load(path.read_text(encoding="utf-8"))["rule"] for path in sorted(folder.glob("*.y*ml"))
    ]
    forms = [form for form in map(filled, map(parse, rules)) if form is not None]
    assert len(forms) > len(rules) / 4
    for form in forms:
        again = filled(parse(write(form.node())))
        assert again is not None and again.node() == form.node()
