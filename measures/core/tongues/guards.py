"""Where a function is defined, and what stands elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from measures.core.bounds import ANYTHING, Bounds
from measures.core.language.tree import Apply, Type
from measures.core.tongues.laying import Layout
from measures.core.tongues.pairs import Part, enough, reasons_in, some_absent, strongest
from measures.core.tongues.steps import ZERO, Compare, Cond, Expr, Finite, Var, both, opposite
from surveys.core.absence import OUT_OF_RANGE

Lay = Callable[[Layout, Apply, list[Part]], Part]
ALWAYS = both()


def guarded(
    out: Layout, kind: Type, value: Expr, is_defined: Cond, parts: list[Part], bounds: Bounds = ANYTHING
) -> Part:
    """``value`` where it is defined; elsewhere an argument's absence, else out_of_range."""
    branches = [
        (some_absent(parts), (ZERO, strongest(parts))),
        (opposite(is_defined), (ZERO, out.strength(OUT_OF_RANGE))),
    ]
    return out.outcome(kind, branches, (value, ZERO), reasons_in(parts) | {OUT_OF_RANGE}, bounds)


def finite(out: Layout, kind: Type, value: Expr, parts: list[Part], bounds: Bounds = ANYTHING) -> Part:
    """``value`` where it comes to a number; not asked where it must."""
    if bounds.is_known:
        return masked(out, kind, value, parts, bounds)
    found = value if isinstance(value, Var) else out.let(value)
    return guarded(out, kind, found, Finite(found), parts, bounds)


def masked(out: Layout, kind: Type, value: Expr, parts: list[Part], bounds: Bounds) -> Part:
    """``value``, and 0 where a part is absent."""
    reason, reasons = out.reason(parts)
    if not reasons:
        return out.part(kind, out.let(value), ZERO, reasons, bounds)
    return out.part(kind, out.let(value, (Compare("!=", reason, ZERO), ZERO)), reason, reasons, bounds)


def named(out: Layout, value: Expr) -> Var:
    return value if isinstance(value, Var) else out.let(value)


def of_enough(
    out: Layout, node: Apply, value: Expr, parts: list[Part], bounds: Bounds, *more: tuple[Cond, Expr]
) -> Part:
    """``value`` if as many arguments are valid as ``at_least`` asks for; ``more``: other values, in order."""
    suffices = enough(parts, int(node.setting("at_least")))
    first = (opposite(suffices), (ZERO, strongest(parts)))
    branches = [first, *((cond, (other, ZERO)) for cond, other in more)]
    reasons = reasons_in(parts) if suffices != ALWAYS else frozenset[str]()
    return out.outcome(node.type, branches, (value, ZERO), reasons, bounds)


def defined_of_enough(
    out: Layout, node: Apply, value: Expr, is_defined: Cond, parts: list[Part], bounds: Bounds
) -> Part:
    """As :func:`of_enough`, and out_of_range where the value is not defined."""
    suffices = enough(parts, int(node.setting("at_least")))
    branches = [
        (opposite(suffices), (ZERO, strongest(parts))),
        (opposite(is_defined), (ZERO, out.strength(OUT_OF_RANGE))),
    ]
    reasons = reasons_in(parts) if suffices != ALWAYS else frozenset[str]()
    return out.outcome(node.type, branches, (value, ZERO), reasons | {OUT_OF_RANGE}, bounds)
