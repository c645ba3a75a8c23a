"""From the nodes of a rule to its text: the way back of :func:`measures.core.language.parse`.

``parse(write(node)) == node`` for every node that can be written.  Brackets stand only where the grammar
needs them.
"""

from __future__ import annotations

from functools import singledispatch

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
    Text,
    Unary,
)
from surveys.core.codebook import Scalar
from surveys.core.problems import Refused, refuse
from surveys.core.said import say

WIDTH = 84  # characters of a line; a recode or case that is longer stands on several
_WORDS = frozenset({"and", "or", "not", "in", "between"})
_QUOTES = (('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"), ("「", "」"))
_OR, _AND, _NOT, _COMPARED, _SUM, _PRODUCT, _SIGNED, _ATOM = range(1, 9)
_BINDS = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def write(node: Node) -> str:
    """The rule's text; ``Refused`` where a name or text holds signs that no quotes can carry."""
    flat = _text(node)
    return _laid_out(node) if len(flat) > WIDTH and isinstance(node, Call) else flat


def written_value(value: Scalar) -> str:
    """A code as a rule writes it; empty where no quotes can carry it."""
    try:
        return write(Text(value) if isinstance(value, str) else Number(value))
    except Refused:
        return ""


def quoted(name: str) -> str:
    """A name as a rule writes it: as it is, or between backticks."""
    if name.isascii() and name.isidentifier() and name not in _WORDS:
        return name
    if not name or "`" in name or "\n" in name:
        raise refuse("unwritable", say("The name {name} cannot stand in a rule.", name=name))
    return f"`{name}`"


def _laid_out(node: Call) -> str:
    """A long call with a pair or an argument to each line."""
    lines = []
    for argument in node.arguments:
        if isinstance(argument, Mapping):
            entries = [f"{element(key)}: {_text(value)}" for key, value in argument.entries]
            lines.append("{\n    " + ",\n    ".join(entries) + ",\n  }")
        else:
            lines.append(_text(argument))
    lines += [_text(keyword) for keyword in node.keywords]
    return f"{node.function}(\n  " + ",\n  ".join(lines) + "\n)"


def _binding(node: Node) -> int:
    """How tightly a node holds together; what stands in a tighter place needs brackets."""
    match node:
        case Binary(operator=operator):
            return _BINDS.get(operator, _COMPARED)
        case Unary(operator="not"):
            return _NOT
        case Membership() | Between():
            return _COMPARED
        case Unary():
            return _SIGNED
        case Number(value=value) if value < 0:
            return _SIGNED
    return _ATOM


def _in(node: Node, place: int) -> str:
    text = _text(node)
    return text if _binding(node) >= place else f"({text})"


def element(node: Node) -> str:
    """A member of a list or a key, which may be a range, as a rule writes it."""
    if not isinstance(node, Range):
        return _text(node)
    low, high = ("" if end is None else _in(end, _SUM) for end in (node.low, node.high))
    return f"{low}..{high}"


def _elements(nodes: tuple[Node, ...]) -> str:
    return ", ".join(element(node) for node in nodes)


@singledispatch
def _text(node: Node) -> str:
    raise TypeError(f"{type(node).__name__} is no part of a rule by itself")


@_text.register
def _number(node: Number) -> str:
    return repr(node.value)


@_text.register
def _quoted_text(node: Text) -> str:
    for left, right in _QUOTES:
        if right not in node.value and "\n" not in node.value:
            return f"{left}{node.value}{right}"
    raise refuse("unwritable", say("The text {text} cannot stand in a rule.", text=node.value))


@_text.register
def _name(node: Name) -> str:
    return quoted(node.name)


@_text.register
def _path(node: Path) -> str:
    return f"{quoted(node.table)}.{quoted(node.column)}"


@_text.register
def _listing(node: Listing) -> str:
    if len(node.members) == 1 and not isinstance(node.members[0], Range):
        return f"({_text(node.members[0])},)"
    return f"({_elements(node.members)})"


@_text.register
def _mapping(node: Mapping) -> str:
    return "{" + ", ".join(f"{element(key)}: {_text(value)}" for key, value in node.entries) + "}"


@_text.register
def _unary(node: Unary) -> str:
    if node.operator == "not":
        return f"not {_in(node.operand, _NOT)}"
    return f"-{_in(node.operand, _ATOM)}"


@_text.register
def _binary(node: Binary) -> str:
    own = _BINDS.get(node.operator, _COMPARED)
    left = _in(node.left, _SUM if own == _COMPARED else own)
    return f"{left} {node.operator} {_in(node.right, own + 1)}"


def _not(is_negated: bool) -> str:
    return "not " if is_negated else ""


@_text.register
def _membership(node: Membership) -> str:
    return f"{_in(node.operand, _SUM)} {_not(node.is_negated)}in ({_elements(node.options)})"


@_text.register
def _between(node: Between) -> str:
    low, high = _in(node.low, _SUM), _in(node.high, _SUM)
    return f"{_in(node.operand, _SUM)} {_not(node.is_negated)}between {low} and {high}"


@_text.register
def _keyword(node: Keyword) -> str:
    return f"{node.name}={_text(node.value)}"


@_text.register
def _call(node: Call) -> str:
    return f"{node.function}({', '.join(_text(part) for part in (*node.arguments, *node.keywords))})"
