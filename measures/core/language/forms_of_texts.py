"""The forms of functions of texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from measures.core.language import nodes as said
from measures.core.language.function_types import Function
from measures.core.language.ground import Form, kind_of
from measures.core.language.tree import Apply, Constant, Type, Typed
from surveys.core.said import say

if TYPE_CHECKING:
    from measures.core.language.checking import Checker

_MOST_CHARACTERS = 1_000


def _text(checker: Checker, node: said.Node) -> Typed | None:
    """An expression that must be a text, other than one that is written out."""
    if isinstance(node, said.Text):
        message = say("“{text}” is the same for everybody; an item is needed here.", text=node.value)
        checker.problem("constant_text", message, node)
        return None
    found = checker.value(node)
    if found is None or found.type is Type.TEXT:
        return found
    hint = ""
    if found.type.is_number:
        hint = "Compare numbers with ranges, or declare the item as text in its codebook."
    message = say("{found} stands where a text is needed.", found=kind_of(found))
    checker.problem("not_a_text", message, node, hint=hint)
    return None


def _searched(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    """starts_with and contains: a text, and texts to look for."""
    checker.keywords(node, ())
    if not checker.arity(node, function, len(node.arguments)):
        return None
    operand = _text(checker, node.arguments[0])
    sought: dict[str, None] = {}
    for argument in node.arguments[1:]:
        if isinstance(argument, said.Text) and argument.value:
            sought[argument.value] = None
        else:
            message = say("{function} looks for texts in quotes that are not empty.", function=node.function)
            checker.problem("not_a_text", message, argument, hint=say('As in "{text}".', text="35"))
    if operand is None or not sought:
        return None
    return Apply(Type.CONDITION, node.function, (operand, *(Constant(Type.TEXT, text) for text in sought)))


def _part_of(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    checker.keywords(node, ())
    if not checker.arity(node, function, len(node.arguments)):
        return None
    operand = _text(checker, node.arguments[0])
    start = checker.whole(node.arguments[1], "start", 1, _MOST_CHARACTERS)
    length = checker.whole(node.arguments[2], "length", 1, _MOST_CHARACTERS)
    if operand is None or start is None or length is None:
        return None
    return Apply(Type.TEXT, "part_of", (operand,), (("length", length), ("start", start)))


def _as_number(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    checker.keywords(node, ())
    if not checker.arity(node, function, len(node.arguments)):
        return None
    operand = _text(checker, node.arguments[0])
    return Apply(Type.DECIMAL, "as_number", (operand,)) if operand is not None else None


OF_TEXTS: Mapping[str, Form] = {
    "starts_with": _searched,
    "contains": _searched,
    "part_of": _part_of,
    "as_number": _as_number,
}
