"""What a rule means: typed nodes in which every name, label and default has been resolved.

Engines, sentences, coverage and fingerprints work on these nodes alone; nothing of the rule's text is
left in them but the values it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from measures.core.language.nodes import Node
from measures.core.language.scope import Scope
from surveys.core.codebook import Scalar, ValueType


class Type(StrEnum):
    """What an expression gives; a condition becomes 1 or 0 where a number is wanted."""

    CONDITION = "condition"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"

    @property
    def is_number(self) -> bool:
        return self in (Type.INTEGER, Type.DECIMAL)

    @property
    def stored(self) -> ValueType:
        """The type of the column that a rule of this type writes."""
        return ValueType.INTEGER if self is Type.CONDITION else ValueType(self.value)


@dataclass(frozen=True)
class Typed:
    """Any resolved part of a rule."""

    type: Type

    def parts(self) -> tuple[Typed, ...]:
        return ()


@dataclass(frozen=True)
class Column(Typed):
    """An item, or an earlier measure of the same dataset."""

    name: str
    is_measure: bool = False


@dataclass(frozen=True)
class Constant(Typed):
    value: Scalar


@dataclass(frozen=True)
class Absent(Typed):
    """``missing("reason")``."""

    reason: str


@dataclass(frozen=True)
class Apply(Typed):
    """A function or operator of the registry; ``settings`` are its resolved keywords, sorted by name.

    ``weights``: of functions that weigh, a number for each argument.
    """

    function: str
    arguments: tuple[Typed, ...]
    settings: tuple[tuple[str, Scalar], ...] = ()
    weights: tuple[int | float, ...] = ()

    def parts(self) -> tuple[Typed, ...]:
        return self.arguments

    def setting(self, name: str) -> Scalar:
        return dict(self.settings)[name]


@dataclass(frozen=True)
class Test:
    """Which values (and absences) a key stands for: listed values, closed ranges, reasons."""

    __test__ = False  # not a test case

    values: tuple[Scalar, ...] = ()
    ranges: tuple[tuple[float | None, float | None], ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member(Typed):
    """``x in (…)``."""

    operand: Typed
    test: Test

    def parts(self) -> tuple[Typed, ...]:
        return (self.operand,)


@dataclass(frozen=True)
class Recode(Typed):
    """The first branch whose test holds; ``other`` for valid values that none names."""

    operand: Typed
    branches: tuple[tuple[Test, Typed], ...]
    other: Typed | None

    def parts(self) -> tuple[Typed, ...]:
        rest = (self.other,) if self.other is not None else ()
        return (self.operand, *(value for _, value in self.branches), *rest)


@dataclass(frozen=True)
class Case(Typed):
    """The value of the first condition that holds; a condition that is absent makes the result absent."""

    branches: tuple[tuple[Typed, Typed], ...]
    otherwise: Typed | None

    def parts(self) -> tuple[Typed, ...]:
        rest = (self.otherwise,) if self.otherwise is not None else ()
        return (*(node for branch in self.branches for node in branch), *rest)


@dataclass(frozen=True)
class IsMissing(Typed):
    """``is_missing(x, "refused", …)``; no reasons: any."""

    operand: Typed
    reasons: tuple[str, ...]

    def parts(self) -> tuple[Typed, ...]:
        return (self.operand,)


@dataclass(frozen=True)
class Lookup(Typed):
    """``lookup(table.column, key=item)``."""

    table: str
    column: str
    key: Typed

    def parts(self) -> tuple[Typed, ...]:
        return (self.key,)


@dataclass(frozen=True)
class Checked:
    """A rule that has been checked: what it means, what it gives and what it needs."""

    root: Typed
    source: Node = field(compare=False)
    scope: Scope = field(compare=False, repr=False)
    items: tuple[str, ...] = ()  # items used, in order of first use
    measures: tuple[str, ...] = ()  # earlier measures used
    contexts: tuple[tuple[str, str], ...] = ()  # (table, column) looked up
    is_data_dependent: bool = False  # needs fitting on a sample

    @property
    def type(self) -> ValueType:
        return self.root.type.stored


def walk(node: Typed) -> Iterator[Typed]:
    """Every part of a rule, a part after its own parts, each as often as it stands there."""
    for part in node.parts():
        yield from walk(part)
    yield node
