"""What is read, what is not, and what is said about it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.core.language import parse
from measures.core.language.nodes import (
    Binary,
    Call,
    Listing,
    Membership,
    Name,
    Node,
    Number,
    Range,
    Text,
    Unary,
    walk,
)
from surveys.core.problems import Refused

a, b, c = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a", a),
        ("  a\n", a),
        ("`收入`", Name("收入")),
        ("1.5e3", Number(1500)),
        ("-2", Number(-2)),
        ('"it\'s"', Text("it's")),
        ("“北京”", Text("北京")),
        ("a + b * c", Binary("+", a, Binary("*", b, c))),
        ("a - b - c", Binary("-", Binary("-", a, b), c)),
        ("(a - b) / c", Binary("/", Binary("-", a, b), c)),
        ("a or b and not c", Binary("or", a, Binary("and", b, Unary("not", c)))),
        ("not a == 1", Unary("not", Binary("==", a, Number(1)))),
        ("a <> 1", Binary("!=", a, Number(1))),
        ("a ≥ 1", Binary(">=", a, Number(1))),
        ("a in (1, 2..3)", Membership(a, (Number(1), Range(Number(2), Number(3))), False)),
        ("a in (..0, 9..)", Membership(a, (Range(None, Number(0)), Range(Number(9), None)), False)),
        ("a not in [1]", Membership(a, (Number(1),), True)),
        ("any_of（a，b）", Call("any_of", (a, b))),
        ("f(a, (b, 1),)", Call("f", (a, Listing((b, Number(1)))))),
        ("android", Name("android")),
    ],
)  # fmt: skip
def test_reads(text: str, node: Node) -> None:
    assert parse(text) == node


def test_positions_are_kept_but_do_not_count() -> None:
    one, two = parse("a+b"), parse("  a  +  b")
    assert one == two and hash(one) == hash(two)
    assert (one.span, two.span) == ((0, 3), (2, 9))


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", (0, 0), "empty"),
        ("a = 3", (2, 3), "Write == to compare"),
        ("any_of(a, b", (6, 11), "never closed"),
        ("a + ", (3, 4), "expected a value"),
        ("a b", (2, 3), "expected an operator or the end of the rule"),
        ('"male', (0, 5), "has no end"),
        ("a & b", (2, 3), "Write and"),
        ("a AND b", (2, 5), "small letters"),
        ("a ** 2", (3, 4), "no power operator"),
        ("收入 > 1", (0, 1), "backticks"),
        ("1 < a < 3", (6, 7), "cannot stand here"),
        ("if a then b", (3, 4), "cannot stand here"),
        ("recode(a, {1: 0, 2})", (18, 19), "expected"),
        ("a.b.c", (3, 4), "context table"),
        ("a in 1", (5, 6), "expected"),
        ("1e999", (0, 5), "too large"),
        ("9" * 400, (0, 400), "too large"),
    ],
)
def test_refuses_with_a_position_and_a_sentence(text: str, position: tuple[int, int], words: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    (problem,) = refused.value.problems
    assert problem.position == position
    assert words in problem.sentence()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a + " * 1500 + "a", "rule_too_long"),
        ("not " * 60 + "a", "rule_too_deep"),
        ("f(" * 60 + "a" + ")" * 60, "rule_too_deep"),
        ("f(" + "a+a," * 990 + "a)", "rule_too_large"),
    ],
)
def test_limits(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_brackets_cost_nothing() -> None:
    assert parse("(" * 100 + "a" + ")" * 100) == a


SIGNS = st.sampled_from(
    [
        *"ab1.,:;()[]{}+-*/=<>!&|%^~@#$\\\"'`“” \n\t（），。一\x00\u202e",
        *("and ", "or ", "not ", "in ", "between ", "any_of(", "case(", "recode("),
        *("..", "==", "missing(", "at_least="),
    ]
)


TEXTS = st.lists(SIGNS, max_size=25).map("".join) | st.text(max_size=40)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(TEXTS, min_size=10, max_size=10))  # ten at a time: drawing costs more than reading
def test_any_text_is_read_or_refused(texts: list[str]) -> None:
    for text in texts:
        _is_read_or_refused(text)


def _is_read_or_refused(text: str) -> None:
    try:
        node = parse(text)
    except Refused as refused:
        assert all(problem.position is not None and problem.message for problem in refused.problems)
    else:
        assert all(0 <= part.span[0] <= part.span[1] <= len(text) for part, _ in walk(node))


def test_brackets_that_say_nothing_are_counted() -> None:
    with pytest.raises(Refused, match="Brackets stand 800 deep in this rule"):
        parse("(" * 800 + "a" + ")" * 800)
    assert parse("(" * 60 + "a" + ")" * 60)
