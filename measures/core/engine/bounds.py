"""How far from 0 the numbers of a rule can be, as far as its words and its items tell.

What is bounded need not be looked at row by row before it is stored as a whole number, nor whether it is a
number at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from measures.core.language.tree import Absent, Apply, Case, Constant, Recode, Typed

SAFE = 1e300  # numbers up to here are added and averaged without coming near the end of the doubles
_LIKE_ARGUMENTS = ("min", "max", "first_answered", "abs", "negate", "mean_of")


def largest(node: Typed) -> float | None:
    """No number of this part is further from 0; None where the words of the rule do not say."""
    return bound(node, [largest(part) for part in node.parts()])


def bound(node: Typed, parts: Sequence[float | None]) -> float | None:
    """The same where the numbers of each of its ``parts`` are bounded so; None of a part: not known."""
    match node:
        case Constant(value=int() | float() as value):
            return abs(value)
        case Absent():
            return 0
        case Recode():
            return _most(parts[1:])
        case Case():
            outcomes = parts[1 : 2 * len(node.branches) : 2]
            return _most([*outcomes, *parts[2 * len(node.branches) :]])
        case Apply(function="number"):
            return 1
        case Apply(function="count_of" | "band"):
            return len(node.arguments)
        case Apply(function="reverse"):
            return max(abs(float(node.setting("low"))), abs(float(node.setting("high"))))
        case Apply(function="+" | "-" | "sum_of"):
            return None if (known := _known(parts)) is None else sum(known)
        case Apply(function=function) if function in _LIKE_ARGUMENTS:
            return _most(parts)
    return None


def _most(parts: Iterable[float | None]) -> float | None:
    known = _known(parts)
    return None if known is None else max(known, default=0)


def _known(parts: Iterable[float | None]) -> list[float] | None:
    """All bounds, or None where one is not known."""
    found = list(parts)
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) else None
