"""Which values a rule can give at all, as far as its words alone tell.

A measure that rests on another one needs an outcome for these values, and for no other.  What is not
understood may give anything: to say too much only asks for an outcome that nobody needs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from measures.core.bounds import ANYTHING, FLAG, Bounds, hull, of_arithmetic, of_sum
from measures.core.language.tree import Absent, Apply, Case, Column, Constant, Recode, Type, Typed
from surveys.core.codebook import Scalar

MOST_LISTED = 200  # whole numbers between two bounds that are told one by one

_SHARES = ("share_of", "group_share", "percentile_rank", "deprivation", "diversity")


@dataclass(frozen=True)
class Possible:
    """The values by name, where they can be listed; else the bounds of its numbers."""

    values: frozenset[Scalar] | None = None
    bounds: Bounds = ANYTHING

    def holds(self, value: Scalar) -> bool:
        """Whether the value can occur."""
        if self.values is not None:
            return value in self.values
        return isinstance(value, str) or self.bounds.low <= value <= self.bounds.high


def possible(node: Typed, measures: Mapping[str, Possible]) -> Possible:
    """The values of a part of a rule; ``measures`` are those of the earlier measures it reads."""
    if node.type is Type.CONDITION:
        return _listed((0, 1))
    match node:
        case Constant(value=value):
            return _listed([value])
        case Absent():
            return _listed([])
        case Recode() | Case():
            rest = node.other if isinstance(node, Recode) else node.otherwise
            outcomes = [outcome for _, outcome in node.branches]
            return _any_of([*outcomes, *([rest] if rest is not None else [])], measures)
        case Column(name=name, is_measure=True):
            return measures.get(name, Possible())
        case Apply(function="min" | "max" | "first_answered"):
            return _any_of(node.arguments, measures)
        case Apply():
            return _between(_bounds(node, measures), node.type)
    return Possible()


def _listed(values: Iterable[Scalar]) -> Possible:
    found = frozenset(values)
    numbers = [value for value in found if not isinstance(value, str)]
    return Possible(found, Bounds(min(numbers), max(numbers)) if numbers else ANYTHING)


def _any_of(parts: Iterable[Typed], measures: Mapping[str, Possible]) -> Possible:
    """What one of several parts gives."""
    found = [possible(part, measures) for part in parts]
    listed = [one.values for one in found if one.values is not None]
    if len(listed) == len(found):
        return _listed(frozenset[Scalar]().union(*listed))
    return Possible(None, hull(one.bounds for one in found if one.values != frozenset()))


def _between(bounds: Bounds, kind: Type) -> Possible:
    """Whole numbers between narrow bounds are told one by one."""
    if kind is Type.INTEGER and bounds.is_known and bounds.high - bounds.low < MOST_LISTED:
        return _listed(range(math.ceil(bounds.low), math.floor(bounds.high) + 1))
    return Possible(None, bounds)


def _bounds(node: Apply, measures: Mapping[str, Possible]) -> Bounds:
    """Of the numbers of a function or operator."""
    match node.function:
        case "number":
            return FLAG
        case "count_of":
            return Bounds(0, len(node.arguments))
        case "band":
            return Bounds(1, len(node.arguments))
        case "quantile_band":
            return Bounds(1, float(node.setting("bands")))
        case "month":
            return Bounds(1, 12)
        case "reverse":
            return Bounds(float(node.setting("low")), float(node.setting("high")))
        case name if name in _SHARES:
            return FLAG
    parts = [possible(part, measures).bounds for part in node.arguments]
    match node.function:
        case "+" | "-" | "*":
            return of_arithmetic(node.function, *parts)
        case "negate":
            return Bounds(-parts[0].high, -parts[0].low)
        case "abs":
            return Bounds(0, max(abs(parts[0].low), abs(parts[0].high)))
        case "sum_of":
            return of_sum(parts)
        case "mean_of":
            return hull(parts)
    return ANYTHING
