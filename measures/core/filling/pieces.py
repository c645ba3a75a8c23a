"""What stands in one box of a form: values, codes and names, from text to nodes and back.

A value is written ``1``, ``"text"`` (the quotes may be left out), ``missing:refused`` or ``item:q_sex``;
codes are written as in a rule, ``1, 2, 5..7, "label"``.
"""

from __future__ import annotations

import re

from measures.core.language import Node, parse
from measures.core.language.nodes import Call, Membership, Name, Number, Range, Text
from measures.core.language.writing import element, write
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say

ABSENT, SAME_AS = "missing:", "item:"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Unfit(Exception):
    """A rule says more than a form holds."""


class Collected:
    """Every problem of a form, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, code: str, message: str, where: str = "", hint: str = "") -> None:
        self.problems.append(Problem(code, message, where, hint))

    def done(self) -> None:
        """Refuses if anything was told."""
        if self.problems:
            raise Refused(self.problems)

    def name(self, text: str, where: str = "") -> Name:
        """The item of a box."""
        if not text.strip():
            self.problem("no_item", "No item is chosen yet.", where)
        return Name(text.strip())

    def names(self, texts: tuple[str, ...], least: int = 1) -> tuple[Node, ...]:
        """The items of a list of boxes; empty boxes are passed over."""
        found = tuple(Name(text.strip()) for text in texts if text.strip())
        if len(found) < least:
            message = say("At least {least} items are needed.", least=least)
            self.problem("too_few_items", "No item is chosen yet." if least == 1 else message)
        return found

    def value(self, text: str, where: str = "") -> Node:
        """The outcome, or the other side of a comparison, in a box."""
        try:
            return value_of(text)
        except Refused as refused:
            self.problems += [Problem(one.code, one.message, where, one.hint) for one in refused.problems]
            return Number(0)

    def number(self, text: str, where: str = "") -> Number:
        found = self.value(text, where)
        if isinstance(found, Number):
            return found
        self.problem("not_a_number", say("“{text}” is not a number.", text=text.strip()), where)
        return Number(0)

    def codes(self, text: str, where: str = "") -> tuple[Node, ...]:
        try:
            return codes_of(text)
        except Refused as refused:
            self.problems += [Problem(one.code, one.message, where, one.hint) for one in refused.problems]
            return (Number(0),)


def value_of(text: str) -> Node:
    """A value as somebody typed it."""
    text = text.strip()
    if not text:
        raise refuse("no_value", "A value is missing.")
    if text.startswith(ABSENT):
        return Call("missing", (Text(text.removeprefix(ABSENT).strip()),))
    if text.startswith(SAME_AS):
        return Name(text.removeprefix(SAME_AS).strip())
    if _NUMBER.fullmatch(text):
        found = parse(text)
        assert isinstance(found, Number)
        return found
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return Text(text)


def value_text(node: Node) -> str:
    """What a box holds for a value; Unfit where it is none."""
    match node:
        case Number():
            return write(node)
        case Name(name=name):
            return SAME_AS + name
        case Call(function="missing", arguments=(Text(value=reason),), keywords=()):
            return ABSENT + reason
        case Text(value=text):
            return text if _as_typed(text) == node else f'"{text}"'
    raise Unfit


def _as_typed(text: str) -> Node | None:
    """What ``text`` would be in a box; None where it would be nothing, or be refused."""
    try:
        return value_of(text)
    except Refused:
        return None


def codes_of(text: str) -> tuple[Node, ...]:
    """Codes, ranges and labels between commas; a single label may stand without quotes."""
    if not text.strip():
        raise refuse("no_codes", "Codes are missing.", hint="Write them as in 1, 2, 5..7.")
    try:
        found = parse(f"x in ({text})")
    except Refused:
        found = None
    options = found.options if isinstance(found, Membership) and found.operand == Name("x") else ()
    plain = tuple(Text(one.name) if isinstance(one, Name) else one for one in options)
    if plain and all(_is_code(one) for one in plain):
        return plain
    if not re.search(r"[,，、()（）\"]", text):
        return (Text(text.strip()),)
    message = say("“{text}” cannot be read as codes.", text=text.strip()[:60])
    raise refuse("unreadable_codes", message, hint="Write them as in 1, 2, 5..7; labels stand in quotes.")


def _is_code(node: Node) -> bool:
    if isinstance(node, Range):
        return all(isinstance(end, Number) for end in node.children())
    return isinstance(node, Number | Text)


def codes_text(nodes: tuple[Node, ...]) -> str:
    """What a box holds for codes; Unfit where something else is among them."""
    if not nodes or not all(_is_code(node) for node in nodes):
        raise Unfit
    return ", ".join(element(node) for node in nodes)


def name_text(node: Node) -> str:
    if not isinstance(node, Name):
        raise Unfit
    return node.name


def number_text(node: Node | None) -> str:
    """What a box holds for a number that may be left out."""
    if node is None:
        return ""
    if not isinstance(node, Number):
        raise Unfit
    return write(node)


def keywords_of(call: Call, *known: str) -> dict[str, Node]:
    """The keywords of a call; Unfit where one is unknown to the form or stands twice."""
    found = {keyword.name: keyword.value for keyword in call.keywords}
    if len(found) < len(call.keywords) or not set(found) <= set(known):
        raise Unfit
    return found
