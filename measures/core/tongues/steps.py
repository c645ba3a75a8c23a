"""What every tongue can say: assignments by cases over numbers that are never missing.

A rule is laid out as a list of :class:`Step` before it is written in any language.  A part of the rule is a
value and the strength of its absence (0: there is a value); the value of an absent part is 0 or the empty
text.  So nothing in a step rests on what a program makes of missing values, which each does in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass


class Expr:
    """A number or a text."""


class Cond:
    """Something that holds or does not: two values, not three."""


@dataclass(frozen=True)
class Num(Expr):
    value: int | float


@dataclass(frozen=True)
class Txt(Expr):
    value: str


@dataclass(frozen=True)
class Var(Expr):
    """What an earlier step found, under a name of its own."""

    name: str
    is_text: bool = False


@dataclass(frozen=True)
class Raw(Expr):
    """The cell of a variable of the wave as it stands in the file; ``kind``: number, text or date.

    A date is read as the number YYYYMMDD.
    """

    variable: str
    kind: str = "number"


@dataclass(frozen=True)
class Math(Expr):
    operator: str  # + - * /
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Fn(Expr):
    """``name``: abs, floor, ln, log10, exp, sqrt, min, max; of texts year_of_text, month_of_text,
    day_of_text, number_of_text, characters (how many) and part (from one to another)."""

    name: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True)
class Flag(Expr):
    """1 where the condition holds, otherwise 0."""

    condition: Cond


@dataclass(frozen=True)
class Compare(Cond):
    operator: str  # == != < <= > >=
    left: Expr
    right: Expr


@dataclass(frozen=True)
class OneOf(Cond):
    operand: Expr
    options: tuple[Expr, ...]


@dataclass(frozen=True)
class AllHold(Cond):
    parts: tuple[Cond, ...]


@dataclass(frozen=True)
class SomeHold(Cond):
    parts: tuple[Cond, ...]


@dataclass(frozen=True)
class Not(Cond):
    part: Cond


@dataclass(frozen=True)
class Truth(Cond):
    """A condition that always holds, or never."""

    holds: bool


@dataclass(frozen=True)
class Finite(Cond):
    """Whether a computation came to a number."""

    operand: Var


@dataclass(frozen=True)
class Empty(Cond):
    """Whether the file holds nothing in a cell."""

    cell: Raw


@dataclass(frozen=True)
class Tagged(Cond):
    """Whether a cell holds the missing value of a letter (Stata's ``.a``), or has the word beside it."""

    cell: Raw
    tag: str
    word: str = ""


@dataclass(frozen=True)
class DateText(Cond):
    """Whether a text is a date: YYYY-MM or YYYY-MM-DD."""

    operand: Expr


@dataclass(frozen=True)
class DayText(Cond):
    """Whether a text is a real day: YYYY-MM-DD."""

    operand: Expr


@dataclass(frozen=True)
class NumberText(Cond):
    """Whether a text is a plain number."""

    operand: Expr


@dataclass(frozen=True)
class Holds(Cond):
    """Whether a text holds another, anywhere or at its start."""

    operand: Expr
    sought: str
    at_start: bool


@dataclass(frozen=True)
class Step:
    """``targets`` get the expressions of the first branch that holds, else those of ``otherwise``."""

    targets: tuple[Var, ...]
    branches: tuple[tuple[Cond, tuple[Expr, ...]], ...]
    otherwise: tuple[Expr, ...]
    comment: str = ""


ZERO, ONE, NOTHING = Num(0), Num(1), Txt("")


def both(*parts: Cond) -> Cond:
    """All of them, without what always holds."""
    kept = tuple(part for part in parts if part != Truth(True))
    if Truth(False) in kept:
        return Truth(False)
    return kept[0] if len(kept) == 1 else AllHold(kept) if kept else Truth(True)


def either(*parts: Cond) -> Cond:
    """At least one of them, without what never holds."""
    kept = tuple(part for part in parts if part != Truth(False))
    if Truth(True) in kept:
        return Truth(True)
    return kept[0] if len(kept) == 1 else SomeHold(kept) if kept else Truth(False)


def opposite(part: Cond) -> Cond:
    """That it does not hold."""
    return Truth(not part.holds) if isinstance(part, Truth) else Not(part)


def added(parts: list[Expr]) -> Expr:
    """The sum from left to right, as the engine adds."""
    total = parts[0]
    for part in parts[1:]:
        total = Math("+", total, part)
    return total
