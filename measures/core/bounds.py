"""Between which numbers a part of a rule must lie, whatever the answers: what needs no guard and no room."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_SAFE = 1e150  # products of such numbers are still numbers


@dataclass(frozen=True)
class Bounds:
    """Both ends belong to it; infinite where nothing is known."""

    low: float = -math.inf
    high: float = math.inf

    @property
    def is_known(self) -> bool:
        return max(abs(self.low), abs(self.high)) <= _SAFE


ANYTHING = Bounds()
FLAG = Bounds(0, 1)


def hull(found: Iterable[Bounds]) -> Bounds:
    """The bounds that hold all of these."""
    known = list(found)
    if not known:
        return ANYTHING
    return Bounds(min(one.low for one in known), max(one.high for one in known))


def of_arithmetic(operator: str, left: Bounds, right: Bounds) -> Bounds:
    """Of a sum, difference or product; a quotient may be anything."""
    if not (left.is_known and right.is_known) or operator == "/":
        return ANYTHING
    if operator == "+":
        return Bounds(left.low + right.low, left.high + right.high)
    if operator == "-":
        return Bounds(left.low - right.high, left.high - right.low)
    ends = [one * two for one in (left.low, left.high) for two in (right.low, right.high)]
    return Bounds(min(ends), max(ends))


def of_sum(parts: Iterable[Bounds]) -> Bounds:
    """Of a sum of any of the parts, those left out counting 0."""
    known = list(parts)
    if not all(one.is_known for one in known):
        return ANYTHING
    return Bounds(sum(min(one.low, 0) for one in known), sum(max(one.high, 0) for one in known))
