"""What a rule says, as written: frozen nodes with their place in the text.

Positions (``span``: start and end in characters) tell a person where to look; two rules that differ
only in spacing are equal, so positions take no part in equality.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Span = tuple[int, int]
NOWHERE: Span = (0, 0)


@dataclass(frozen=True)
class Node:
    """Any part of a rule."""

    span: Span = field(default=NOWHERE, compare=False, kw_only=True)

    def children(self) -> tuple[Node, ...]:
        return ()


@dataclass(frozen=True)
class Number(Node):
    value: int | float


@dataclass(frozen=True)
class Text(Node):
    """A quoted text: a label of a code, a value of a text item, a date or the word of a setting."""

    value: str


@dataclass(frozen=True)
class Name(Node):
    """An item, an earlier measure or a set of items."""

    name: str


@dataclass(frozen=True)
class Path(Node):
    """A column of a context table: ``city_context.gdp``."""

    table: str
    column: str


@dataclass(frozen=True)
class Range(Node):
    """``1..4``, ``..17`` or ``65..``: both ends belong to it."""

    low: Node | None
    high: Node | None

    def children(self) -> tuple[Node, ...]:
        return tuple(end for end in (self.low, self.high) if end is not None)


@dataclass(frozen=True)
class Listing(Node):
    """``(1, 2, 5..7)``: the options of ``in``, a key of a mapping, or a pair of ``case``."""

    members: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.members


@dataclass(frozen=True)
class Mapping(Node):
    """``{1: 0, (2, 3): 1}``."""

    entries: tuple[tuple[Node, Node], ...]

    def children(self) -> tuple[Node, ...]:
        return tuple(node for entry in self.entries for node in entry)


@dataclass(frozen=True)
class Unary(Node):
    operator: str  # "-" or "not"
    operand: Node

    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True)
class Binary(Node):
    operator: str  # + - * / == != < <= > >= and or
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True)
class Membership(Node):
    """``x in (…)`` and ``x not in (…)``."""

    operand: Node
    options: tuple[Node, ...]
    is_negated: bool

    def children(self) -> tuple[Node, ...]:
        return (self.operand, *self.options)


@dataclass(frozen=True)
class Between(Node):
    """``x between 1 and 4``: both ends belong to it."""

    operand: Node
    low: Node
    high: Node
    is_negated: bool

    def children(self) -> tuple[Node, ...]:
        return (self.operand, self.low, self.high)


@dataclass(frozen=True)
class Keyword(Node):
    """``other=0`` inside a call."""

    name: str
    value: Node

    def children(self) -> tuple[Node, ...]:
        return (self.value,)


@dataclass(frozen=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]
    keywords: tuple[Keyword, ...] = ()

    def children(self) -> tuple[Node, ...]:
        return (*self.arguments, *self.keywords)


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node below and including ``node`` with its depth; not recursive, so that depth may be checked."""
    stack = [(node, 1)]
    while stack:
        current, depth = stack.pop()
        yield current, depth
        stack.extend((child, depth + 1) for child in reversed(current.children()))
