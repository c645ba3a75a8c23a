"""What lowering works with: the parts of a rule as they have been laid out so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from measures.core.bounds import ANYTHING, Bounds
from measures.core.language.tree import Type
from measures.core.tongues.steps import ZERO, Compare, Cond, Expr, Flag, Fn, Num, Truth, Var, added, both


@dataclass(frozen=True)
class Part:
    """A value and the strength of its absence.

    A condition has ``holds`` (false where it is absent), everything else ``value`` (0 where it is absent;
    of a text, anything).  ``reasons`` are the absences it may have; without any ``reason`` is 0.
    """

    type: Type
    given: Expr | None = None
    holds: Cond | None = None
    reason: Expr = ZERO
    reasons: frozenset[str] = frozenset()
    bounds: Bounds = ANYTHING

    @property
    def value(self) -> Expr:
        """The value; of a condition 1 or 0."""
        if self.given is not None:
            return self.given
        assert self.holds is not None
        match self.holds:
            case Compare(operator="==", left=Var() as flag, right=Num(value=1)):
                return flag  # it is 1 or 0 itself
        return Flag(self.holds)

    @property
    def condition(self) -> Cond:
        assert self.holds is not None
        return self.holds

    @property
    def valid(self) -> Cond:
        """Whether there is a value."""
        return Compare("==", self.reason, ZERO) if self.reasons else Truth(True)

    @property
    def absent(self) -> Cond:
        return Compare("!=", self.reason, ZERO) if self.reasons else Truth(False)


def reasons_in(parts: Iterable[Part]) -> frozenset[str]:
    return frozenset().union(*(part.reasons for part in parts))


def strongest(parts: Iterable[Part]) -> Expr:
    """The strength of the strongest absence among parts; 0 when all have a value."""
    met = tuple(dict.fromkeys(part.reason for part in parts if part.reasons))
    if len(met) < 2:
        return met[0] if met else ZERO
    return Fn("max", met)


def some_absent(parts: Iterable[Part]) -> Cond:
    found = strongest(parts)
    return Truth(False) if found == ZERO else Compare("!=", found, ZERO)


def counted(parts: Iterable[Part]) -> Expr:
    """How many of the parts have a value."""
    known = list(parts)
    always = sum(not part.reasons for part in known)
    terms: list[Expr] = [Flag(part.valid) for part in known if part.reasons]
    return added([*terms, *([Num(always)] if always or not terms else [])])


def enough(parts: Iterable[Part], least: int) -> Cond:
    """Whether at least so many of the parts have a value."""
    known = list(parts)
    if sum(not part.reasons for part in known) >= least:
        return Truth(True)
    if least == len(known):
        return both(*(part.valid for part in known))
    return Compare(">=", counted(known), Num(least))
