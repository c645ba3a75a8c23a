"""From the text of a rule to its nodes."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from measures.core.language.nodes import (
    Between,
    Binary,
    Call,
    Keyword,
    Listing,
    Mapping,
    Membership,
    Name,
    Node,
    Number,
    Path,
    Range,
    Span,
    Text,
    Unary,
    walk,
)
from measures.core.language.reading_errors import deepest, unreadable
from surveys.core.problems import refuse
from surveys.core.said import say

MOST_CHARACTERS = 4_000
MOST_DEPTH = 50
MOST_NODES = 2_000
MOST_BRACKETS = 2 * MOST_DEPTH  # a call and the list in it are two
MOST_NUMBER = 1e15  # above it a double no longer tells every integer from the next with room to calculate

_SPELLINGS = {
    "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "＝＝": "==", "！＝": "!=", "＜＝": "<=", "＞＝": ">=",
    "＜": "<", "＞": ">", "＋": "+", "－": "-", "−": "-", "＊": "*", "×": "*", "／": "/", "÷": "/",
}  # fmt: skip


def parse(text: str) -> Node:
    """The nodes of a rule; Refused with the position of the first thing that could not be read.

    Limits: 4,000 characters, 50 levels, 2,000 nodes.
    """
    if len(text) > MOST_CHARACTERS:
        raise _too(
            "long",
            say(
                "{n:,} characters; at most {most:,} are allowed",
                n=len(text),
                most=MOST_CHARACTERS,
            ),
            len(text),
        )
    if not text.strip():
        raise refuse("empty_rule", "The rule is empty.", hint="Write an expression.", position=(0, len(text)))
    try:
        node = _parser().parse(text)
    except (UnexpectedToken, UnexpectedCharacters, UnexpectedEOF) as problem:
        raise unreadable(text, problem) from None
    assert isinstance(node, Node)
    if (depth := deepest(text)) > MOST_BRACKETS:
        message = say(
            "Brackets stand {depth} deep in this rule; at most {most} are allowed.",
            depth=depth,
            most=MOST_BRACKETS,
        )
        raise refuse(
            "rule_too_deep",
            message,
            hint="Take out brackets that say nothing, or split the rule.",
            position=(0, len(text)),
        )
    _measure(node, len(text))
    return node


def _measure(node: Node, length: int) -> None:
    """Refuses a rule that is too deep or too large for a person, or an engine, to follow."""
    count = 0
    for part, depth in walk(node):
        count += 1
        if depth > MOST_DEPTH:
            raise refuse(
                "rule_too_deep",
                say("The rule is nested deeper than {most} levels.", most=MOST_DEPTH),
                hint="Name a part of it as a measure of its own and use that.",
                position=part.span,
            )
        if isinstance(part, Number) and abs(part.value) > MOST_NUMBER:
            message = "This number is too large: at most 1,000,000,000,000,000."
            raise refuse("number_too_large", message, position=part.span)
    if count > MOST_NODES:
        raise _too(
            "large",
            say("{count:,} parts; at most {most:,} are allowed", count=count, most=MOST_NODES),
            length,
        )


def _too(what: str, found: str, length: int) -> Exception:
    hint = "Split it: measures may use earlier measures."
    return refuse(
        f"rule_too_{what}", say("The rule has {found}.", found=found), hint=hint, position=(0, length)
    )


@cache
def _parser() -> Lark:
    grammar = FilePath(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder(), maybe_placeholders=False)


def _of(part: Token | Node | list[Any]) -> Span:
    if isinstance(part, list):
        return _span(part)
    if isinstance(part, Node):
        return part.span
    assert part.start_pos is not None and part.end_pos is not None
    return (part.start_pos, part.end_pos)


def _span(parts: list[Any]) -> Span:
    return (_of(parts[0])[0], _of(parts[-1])[1])


def _nodes(parts: list[Any]) -> list[Any]:
    """The parts that are not brackets."""
    return [part for part in parts if not isinstance(part, Token)]


def _spelt(token: Token) -> str:
    return _SPELLINGS.get(str(token), str(token))


class _Builder(Transformer[Token, Node]):
    """One method per alternative of the grammar; called as the parser goes, so depth costs no stack."""

    def start(self, parts: list[Node]) -> Node:
        return parts[0]

    def binary(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        return Binary(_spelt(operator), left, right, span=(left.span[0], right.span[1]))

    def unary(self, parts: list[Any]) -> Node:
        operator, operand = _spelt(parts[0]), parts[1]
        span = (_of(parts[0])[0], operand.span[1])
        if operator == "-" and isinstance(operand, Number):
            return Number(-operand.value, span=span)
        return Unary(operator, operand, span=span)

    def positive(self, parts: list[Any]) -> Node:
        return parts[1]  # type: ignore[no-any-return]

    def member(self, parts: list[Any]) -> Node:
        return Membership(parts[0], _flat(parts[2]), False, span=_span(parts))

    def not_member(self, parts: list[Any]) -> Node:
        return Membership(parts[0], _flat(parts[3]), True, span=_span(parts))

    def between(self, parts: list[Any]) -> Node:
        return Between(parts[0], parts[2], parts[4], False, span=_span(parts))

    def not_between(self, parts: list[Any]) -> Node:
        return Between(parts[0], parts[3], parts[5], True, span=_span(parts))

    def number(self, parts: list[Token]) -> Node:
        value = float(parts[0]) if len(parts[0]) < 400 else math.inf
        whole = value.is_integer() and abs(value) <= MOST_NUMBER
        return Number(int(value) if whole else value, span=_of(parts[0]))

    def text(self, parts: list[Token]) -> Node:
        return Text(str(parts[0])[1:-1], span=_of(parts[0]))

    def name(self, parts: list[Token]) -> Node:
        return Name(str(parts[0]), span=_of(parts[0]))

    def quoted(self, parts: list[Token]) -> Node:
        return Name(_bare(parts[0]), span=_of(parts[0]))

    def path(self, parts: list[Token]) -> Node:
        return Path(_bare(parts[0]), _bare(parts[1]), span=_span(parts))

    def group(self, parts: list[Any]) -> Node:
        return parts[1]  # type: ignore[no-any-return]

    def call(self, parts: list[Any]) -> Node:
        given = _nodes(parts[1:])
        arguments = tuple(part for part in given if not isinstance(part, Keyword))
        keywords = tuple(part for part in given if isinstance(part, Keyword))
        return Call(str(parts[0]), arguments, keywords, span=_span(parts))

    def keyword(self, parts: list[Any]) -> Node:
        return Keyword(str(parts[0]), parts[1], span=_span(parts))

    def options(self, parts: list[Any]) -> list[Any]:
        return parts

    def member_list(self, parts: list[Node]) -> list[Node]:
        return parts

    def listing(self, parts: list[Any]) -> Node:
        return Listing(_flat(parts), span=_span(parts))

    def range(self, parts: list[Any]) -> Node:
        return Range(parts[0], parts[2], span=_span(parts))

    def range_up(self, parts: list[Any]) -> Node:
        return Range(parts[0], None, span=_span(parts))

    def range_down(self, parts: list[Any]) -> Node:
        return Range(None, parts[1], span=_span(parts))

    def mapping(self, parts: list[Any]) -> Node:
        return Mapping(tuple(parts[1:-1]), span=_span(parts))

    def entry(self, parts: list[Node]) -> tuple[Node, Node]:
        return (parts[0], parts[1])


def _flat(parts: list[Any]) -> tuple[Node, ...]:
    """The members between two brackets, however the grammar grouped them."""
    nodes = _nodes(parts)
    return tuple(node for part in nodes for node in (part if isinstance(part, list) else [part]))


def _bare(token: Token) -> str:
    return str(token).strip("`")
