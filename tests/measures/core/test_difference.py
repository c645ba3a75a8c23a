"""Two wordings side by side: the tree of the rule, what is said, what becomes of codes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from measures.core.difference import difference
from measures.core.language import parse
from measures.core.rule_difference import rule_difference
from tests.conftest import some_of
from tests.measures.generated_rules import KEPT

EMPTY: dict[str, Any] = {
    "rule": "q",
    "labels": {},
    "value_labels": [],
    "definition": "",
    "citation": "",
    "universe": "",
    "level": "unknown",
    "unit": "",
    "sign": "",
    "examples": [],
    "note": "",
    "texts": {},
}


def tree(old: str, new: str) -> list[str]:
    return [f"{one.sign}{'.' * one.depth}{one.text}" for one in rule_difference(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("any_of(a, b)", "any_of( a,\n b )", [" any_of(a, b)"]),
        ("any_of(a, b)", "any_of(a, c, b)", [" any_of(…)", " .a", "+.c", " .b"]),
        ("any_of(a, b)", "all_of(a, b)", ["-any_of(a, b)", "+all_of(a, b)"]),
        ("sum_of(a, b)", "sum_of(a, b, at_least=1)", [" sum_of(…)", " .a", " .b", "+.at_least=1"]),
        (
            "recode(a, {1: 2, (2, 3): 4}, other=0)",
            "recode(a, {1: 2, (2, 3): 5}, other=0)",
            [" recode(…)", " .a", " .{…}", " ..1: 2", " ..(2, 3)", "-...4", "+...5", " .other=0"],
        ),
        ("a + 1", "a + 2", [" +", " .a", "-.1", "+.2"]),
        ("not (a == 1 and b in (1, 2))", "not (a == 1 and b in (1, 3))",
         [" not", " .and", " ..a == 1", " ..in", " ...b", " ...1", "-...2", "+...3"]),
        ("a between 1 and 4", "a not between 1 and 4", ["-a between 1 and 4", "+a not between 1 and 4"]),
        ("a in (..17)", "a in (18..)", [" in", " .a", "-...17", "+.18.."]),
        ("x == 1234567", "x == 1234568", [" ==", " .x", "-.1234567", "+.1234568"]),
        ("x * 0.12345671", "x * 0.12345672", [" *", " .x", "-.0.12345671", "+.0.12345672"]),
        ("x == 3", "x == 3.0", [" x == 3"]),
        ("x == 1000000", "x == 1e6", [" x == 1000000"]),
        ("any_of(", "any_of(a)", ["-any_of(", "+any_of(a)"]),
    ],
)  # fmt: skip
def test_the_trees_of_two_rules(old: str, new: str, lines: list[str]) -> None:
    assert tree(old, new) == lines


@pytest.mark.proof
def test_of_every_generated_rule_each_side_can_be_read_off() -> None:
    """What is gone and what is new are parts of the rules; a rule beside itself is one line."""
    texts = KEPT.read_text(encoding="utf-8").splitlines()
    for old, new in some_of(pairwise(texts), 4):
        assert [one.sign for one in rule_difference(old, old)] == [" "]
        (whole,) = rule_difference(new, new)
        assert parse(whole.text) == parse(new), "the one line of a rule means what the rule means"
        signs = {one.sign for one in rule_difference(old, new)}
        assert signs - {" "} or parse(old) == parse(new)


@pytest.mark.parametrize("text", ["`年 龄` + 1", 'q == "a’b"', "lookup(cities.gdp, key=city) * 1e14"])
def test_a_rule_on_one_line_parses_to_the_same(text: str) -> None:
    (line,) = rule_difference(text, text)
    assert parse(line.text) == parse(text)


def test_what_is_said_otherwise() -> None:
    old = EMPTY | {
        "labels": {"en": "Income", "zh": "收入"},
        "value_labels": [{"value": 1, "labels": {"en": "yes"}}, {"value": 2, "labels": {"en": "no"}}],
        "definition": "old",
        "examples": [{"given": {"q": 1}, "then": 1}],
    }
    new = old | {
        "labels": {"en": "Incomes"},
        "value_labels": [{"value": 1, "labels": {"en": "yes", "zh": "是"}}],
        "definition": "new",
        "texts": {"definition": {"en": "new", "zh": "新"}},
        "unit": "yuan",
        "examples": [{"given": {"q": 1}, "then": 1}, {"given": {"q": 2}, "then": 2}],
    }
    found = difference("q@1", "q@2", old, new, [{}, {}])
    assert not found.is_other_rule and not found.is_none
    assert [(one.field, one.key, one.before, one.after) for one in found.said] == [
        ("label", "en", "Income", "Incomes"),
        ("label", "zh", "收入", ""),
        ("value_label", "2 en", "no", ""),
        ("value_label", "1 zh", "", "是"),
        ("definition", "", "old", "new"),
        ("definition", "en", "", "new"),
        ("definition", "zh", "", "新"),
        ("unit", "", "", "yuan"),
        ("example", "2", "", '{"given": {"q": 2}, "then": 2}'),
    ]
    text = found.as_text()
    assert "--- q@1\n+++ q@2\n" in text and "@@ label [en]\n- Income\n+ Incomes" in text


def row(item: str, value: Any, reason: str | None, outcome: Any, why: str | None = None) -> dict[str, Any]:
    told = {"item": item, "value": value, "reason": reason, "label": "", "rows": 1, "is_covered": True}
    return told | {"outcome": outcome, "outcome_reason": why}


def test_codes_of_which_something_else_becomes_wave_by_wave() -> None:
    refused = ("q", None, "refused")
    first = [row("q", 1, None, 1), row("q", 2, None, 0), row(*refused, None, "refused")]
    second = [row("q", 1, None, 1), row("q", 2, None, 1), row(*refused, 0), row("p", 1, None, 1)]
    gone = {"wave_version": "s/2010@1", "coverage": [row("q", 1, None, 1)]}
    old = {"waves": [{"wave_version": "s/2014@1", "coverage": first}, gone]}
    new = {"waves": [{"wave_version": "s/2014@2", "coverage": second}]}
    found = difference("q@1", "q@2", EMPTY, EMPTY, [old, new])
    assert found.waves == ("s/2014",)
    assert [(one.item, one.value, one.reason, one.before, one.after) for one in found.outcomes] == [
        ("q", 2, None, (0, None), (1, None)),
        ("q", None, "refused", (None, "refused"), (0, None)),
        ("p", 1, None, None, (1, None)),
    ]
    assert "s/2014 q refused: refused -> 0" in found.as_text()


def test_outcomes_of_other_parts_are_not_set_beside_one_another() -> None:
    same, other = ({"through": {"en": words, "zh": words}} for words in ("q turned round", "q is 1"))
    first = [row("q", 1, None, 4) | same, row("p", 1, None, 1) | same]
    second = [row("q", 1, None, 0) | other, row("p", 1, None, 2) | same]
    old, new = ({"waves": [{"wave_version": "s/2014@1", "coverage": rows}]} for rows in (first, second))
    found = difference("q@1", "q@2", EMPTY, EMPTY, [old, new])
    assert [(one.item, one.before, one.after) for one in found.outcomes] == [("p", (1, None), (2, None))]
    assert "s/2014 p [q turned round] 1: 1 -> 2" in found.as_text()
    assert found.as_json()["coverage"][0]["through"] == {"en": "q turned round", "zh": "q turned round"}


def test_nothing_differs() -> None:
    assert difference("q@1", "q@2", EMPTY, EMPTY, [{}, {}]).is_none
