"""Nodes back into text: what is read from it is what was written."""

from __future__ import annotations

import pytest

from measures.core.language import parse
from measures.core.language.nodes import Call, Mapping, Name, Node, Number, Text
from measures.core.language.writing import WIDTH, quoted, write
from surveys.core.problems import Refused
from tests.measures.generated_rules import KEPT

RULES = [line for line in KEPT.read_text(encoding="utf-8").splitlines() if line]


def test_a_thousand_generated_rules_come_back() -> None:
    assert len(RULES) > 1000
    for rule in RULES:
        node = parse(rule)
        assert parse(write(node)) == node, rule


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("((a + (b * c)))", "a + b * c"),
        ("(a + b) * c", "(a + b) * c"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a - b) - c", "a - b - c"),
        ("a / (b / c)", "a / (b / c)"),
        ("-(a + b)", "-(a + b)"),
        ("-(-a)", "-(-a)"),
        ("a * -2", "a * -2"),
        ("(-2) * a", "-2 * a"),
        ("not (a or b)", "not (a or b)"),
        ("(not a) and b", "not a and b"),
        ("(a and b) or c", "a and b or c"),
        ("a and (b or c)", "a and (b or c)"),
        ("(a == 1) == b", "(a == 1) == b"),
        ("not (a == 1)", "not a == 1"),
        ("a in [1, 3..5, ..0, 9..]", "a in (1, 3..5, ..0, 9..)"),
        ("a not in (-9..-1)", "a not in (-9..-1)"),
        ("a not between 1 and 4", "a not between 1 and 4"),
        ("a between (1 == b) and 4", "a between (1 == b) and 4"),
        ("recode(a, {[1, 2]: 0, 4..6: “是”}, other=missing('refused'))",
         'recode(a, {(1, 2): 0, 4..6: "是"}, other=missing("refused"))'),
        ("recode(`收入`, {(1,): 1})", "recode(`收入`, {(1,): 1})"),
        ("lookup(`城市`.gdp, key=`or`)", "lookup(`城市`.gdp, key=`or`)"),
        ("a == 'say \"yes\"'", "a == 'say \"yes\"'"),
        ("a == 1e-7", "a == 1e-07"),
    ],
)  # fmt: skip
def test_brackets_stand_where_they_are_needed(rule: str, text: str) -> None:
    assert write(parse(rule)) == text
    assert parse(text) == parse(rule)


def test_a_long_recode_stands_on_lines_and_is_the_same() -> None:
    entries = tuple((Number(code), Text(f"a name of {code}")) for code in range(12))
    node: Node = Call("recode", (Name("q_home"), Mapping(entries)))
    text = write(node)
    assert text.count("\n") > 12 and max(map(len, text.splitlines())) <= WIDTH
    assert parse(text) == node


def test_names_are_quoted_where_a_rule_would_not_read_them() -> None:
    assert [quoted(name) for name in ("q_sex", "or", "收入", "q 1", "1a")] == [
        "q_sex", "`or`", "`收入`", "`q 1`", "`1a`",
    ]  # fmt: skip


@pytest.mark.parametrize("node", [Name("a`b"), Name(""), Text("\"'”’」"), Text("two\nlines")])
def test_what_no_quotes_can_carry_is_refused(node: Node) -> None:
    with pytest.raises(Refused):
        write(node)
