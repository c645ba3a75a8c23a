"""How far from 0 the numbers of a rule can be, as far as its words alone tell.

What is bounded need not be looked at row by row before it is stored as a whole number.
"""

from __future__ import annotations

from collections.abc import Iterable

from measures.core.language.tree import Absent, Apply, Case, Constant, Recode, Typed

_LIKE_ARGUMENTS = ("min", "max", "first_answered", "abs", "negate")


def largest(node: Typed) -> float | None:
    """No number of this part is further from 0; None where the words of the rule do not say."""
    match node:
        case Constant(value=int() | float() as value):
            return abs(value)
        case Absent():
            return 0
        case Recode():
            return _largest([outcome for _, outcome in node.branches], node.other)
        case Case():
            return _largest([outcome for _, outcome in node.branches], node.otherwise)
        case Apply(function="number"):
            return 1
        case Apply(function="count_of" | "band"):
            return len(node.arguments)
        case Apply(function="reverse"):
            return max(abs(float(node.setting("low"))), abs(float(node.setting("high"))))
        case Apply(function=function) if function in _LIKE_ARGUMENTS:
            return _largest(node.arguments)
    return None


def _largest(parts: Iterable[Typed], other: Typed | None = None) -> float | None:
    found = [largest(part) for part in (*parts, *((other,) if other is not None else ()))]
    known = [one for one in found if one is not None]
    return max(known, default=0) if len(known) == len(found) else None
