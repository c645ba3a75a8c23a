"""The steps of each function and operator."""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.bounds import ANYTHING, FLAG, Bounds, hull, of_arithmetic, of_sum
from measures.core.language.tree import Apply, Type
from measures.core.tongues.functions_of_dates import DATES
from measures.core.tongues.functions_of_indices import INDICES
from measures.core.tongues.functions_of_scores import SCORES
from measures.core.tongues.functions_of_texts import TEXTS
from measures.core.tongues.guards import ALWAYS, Lay, finite, guarded, masked, named
from measures.core.tongues.laying import Layout
from measures.core.tongues.pairs import Part, counted, enough, reasons_in, strongest
from measures.core.tongues.steps import (
    ONE,
    ZERO,
    Compare,
    Expr,
    Finite,
    Flag,
    Fn,
    Math,
    Num,
    added,
    both,
    either,
    opposite,
)
from surveys.core.absence import OUT_OF_RANGE


def _arithmetic(out: Layout, node: Apply, parts: list[Part]) -> Part:
    left, right = parts
    value = Math(node.function, left.value, right.value)
    bounds = of_arithmetic(node.function, left.bounds, right.bounds)
    if node.function != "/":
        return finite(out, node.type, value, parts, bounds)
    divisible = Compare("!=", right.value, ZERO)
    quotient = out.let(ZERO, (divisible, value))
    return guarded(out, node.type, quotient, both(divisible, Finite(quotient)), parts)


def _comparison(out: Layout, node: Apply, parts: list[Part]) -> Part:
    left, right = parts
    reason, reasons = out.reason(parts)
    holds = both(left.valid, right.valid, Compare(node.function, left.value, right.value))
    return out.condition(holds, reason, reasons)


def _and(out: Layout, node: Apply, parts: list[Part]) -> Part:
    refuted = either(*(both(part.valid, opposite(part.condition)) for part in parts))
    reason, reasons = out.reason(parts, refuted)
    return out.condition(both(*(part.condition for part in parts)), reason, reasons)


def _or(out: Layout, node: Apply, parts: list[Part]) -> Part:
    holds = either(*(part.condition for part in parts))
    reason, reasons = out.reason(parts, holds)
    return out.condition(holds, reason, reasons)


def _quantified(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """any_of and all_of: as or/and, but ``at_least`` valid arguments settle the matter."""
    least, is_any = int(node.setting("at_least")), node.function == "any_of"
    if least == len(parts) or strongest(parts) == ZERO:
        return (_or if is_any else _and)(out, node, parts)
    suffices = enough(parts, least)
    if is_any:
        found = either(*(part.condition for part in parts))
        reason, reasons = out.reason(parts, found, suffices)
        return out.condition(found, reason, reasons)
    refuted = either(*(both(part.valid, opposite(part.condition)) for part in parts))
    reason, reasons = out.reason(parts, refuted, suffices)
    return out.condition(both(opposite(refuted), suffices), reason, reasons)


def _sum(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """sum_of, count_of, mean_of and share_of over the valid arguments, if there are enough."""
    total: Expr = added([part.value for part in parts])
    bounds = of_sum(part.bounds for part in parts)
    if node.function in ("mean_of", "share_of"):
        valid = counted(parts)
        total = Math("/", total, valid)
        bounds = hull([part.bounds for part in parts]) if bounds.is_known else ANYTHING
    suffices = enough(parts, int(node.setting("at_least")))
    first = (opposite(suffices), (ZERO, strongest(parts)))
    reasons = reasons_in(parts) if suffices != ALWAYS else frozenset[str]()
    if bounds.is_known or node.function in ("count_of", "share_of"):
        return out.outcome(node.type, [first], (total, ZERO), reasons, bounds)
    found = out.let(total, (opposite(suffices), ZERO))
    rest = (opposite(Finite(found)), (ZERO, out.strength(OUT_OF_RANGE)))
    return out.outcome(node.type, [first, rest], (found, ZERO), reasons | {OUT_OF_RANGE}, bounds)


def _extreme(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """min and max: each argument beside the best of those before it."""
    suffices = enough(parts, int(node.setting("at_least")))
    best, before = parts[0].value, [parts[0].valid]
    for part in parts[1:]:
        none_yet = opposite(either(*before))
        beside = Fn(node.function, (best, part.value))
        best = out.let(beside, (part.absent, best), (none_yet, part.value))
        before.append(part.valid)
    first = (opposite(suffices), (ZERO, strongest(parts)))
    reasons = reasons_in(parts) if suffices != ALWAYS else frozenset[str]()
    return out.outcome(node.type, [first], (best, ZERO), reasons, hull(part.bounds for part in parts))


def _first(out: Layout, node: Apply, parts: list[Part]) -> Part:
    branches = [(part.valid, (part.value, ZERO)) for part in parts]
    reasons = frozenset[str]() if any(not part.reasons for part in parts) else reasons_in(parts)
    nothing = (out.constant("", Type.TEXT) if node.type is Type.TEXT else ZERO, strongest(parts))
    return out.outcome(node.type, branches, nothing, reasons, hull(part.bounds for part in parts))


def _not(out: Layout, node: Apply, parts: list[Part]) -> Part:
    holds = both(parts[0].valid, opposite(parts[0].condition))
    return out.condition(holds, parts[0].reason, parts[0].reasons)


def _negate(out: Layout, node: Apply, parts: list[Part]) -> Part:
    bounds = Bounds(-parts[0].bounds.high, -parts[0].bounds.low)
    return masked(out, node.type, Math("-", ZERO, parts[0].value), parts, bounds)


def _number(out: Layout, node: Apply, parts: list[Part]) -> Part:
    return Part(node.type, Flag(parts[0].condition), None, parts[0].reason, parts[0].reasons, FLAG)


def _truth(out: Layout, node: Apply, parts: list[Part]) -> Part:
    cell = named(out, parts[0].value)
    is_flag = either(Compare("==", cell, ZERO), Compare("==", cell, ONE))
    return guarded(out, Type.CONDITION, cell, is_flag, parts, FLAG)


def _of_positive(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """ln, log10 and sqrt, asked only where they are defined."""
    cell, is_root = parts[0].value, node.function == "sqrt"
    is_defined = Compare(">=" if is_root else ">", cell, ZERO)
    bounds = Bounds(0, max(parts[0].bounds.high, 1.0)) if is_root else ANYTHING
    return guarded(out, node.type, Fn(node.function, (cell,)), is_defined, parts, bounds)


def _exp(out: Layout, node: Apply, parts: list[Part]) -> Part:
    return finite(out, node.type, Fn("exp", (parts[0].value,)), parts)


def _abs(out: Layout, node: Apply, parts: list[Part]) -> Part:
    size = max(abs(parts[0].bounds.low), abs(parts[0].bounds.high))
    return masked(out, node.type, Fn("abs", (parts[0].value,)), parts, Bounds(0, size))


def _floor(out: Layout, node: Apply, parts: list[Part]) -> Part:
    cell = named(out, parts[0].value)
    bounds = Bounds(parts[0].bounds.low - 1, parts[0].bounds.high)
    return masked(out, node.type, Fn("floor", (cell,)), parts, bounds)


def _round(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """Halves away from zero, in plain arithmetic."""
    cell, power = parts[0].value, Num(10.0 ** int(node.setting("digits")))
    half = out.let(Math("+", Math("*", Fn("abs", (cell,)), power), Num(0.5)))
    size = out.let(ZERO, (Finite(half), Math("/", Fn("floor", (half,)), power)))
    signed = out.let(size, (Compare("<", cell, ZERO), Math("-", ZERO, size)))
    within = parts[0].bounds
    if within.is_known:
        return masked(out, node.type, signed, parts, Bounds(within.low - 1, within.high + 1))
    return guarded(out, node.type, signed, Finite(half), parts)


def _band(out: Layout, node: Apply, parts: list[Part]) -> Part:
    steps: list[Expr] = [Flag(Compare(">=", parts[0].value, limit.value)) for limit in parts[1:]]
    return masked(out, node.type, added([ONE, *steps]), parts, Bounds(1, len(parts)))


def _reverse(out: Layout, node: Apply, parts: list[Part]) -> Part:
    low, high = float(node.setting("low")), float(node.setting("high"))
    inside = both(Compare(">=", parts[0].value, Num(low)), Compare("<=", parts[0].value, Num(high)))
    value = Math("-", Num(low + high), parts[0].value)
    return guarded(out, node.type, value, inside, parts, Bounds(low, high))


FUNCTIONS: Mapping[str, Lay] = {
    **dict.fromkeys(("+", "-", "*", "/"), _arithmetic),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), _comparison),
    **dict.fromkeys(("any_of", "all_of"), _quantified),
    **dict.fromkeys(("sum_of", "mean_of", "count_of", "share_of"), _sum),
    **dict.fromkeys(("min", "max"), _extreme),
    **dict.fromkeys(("ln", "log10", "sqrt"), _of_positive),
    "and": _and,
    "or": _or,
    "not": _not,
    "negate": _negate,
    "number": _number,
    "truth": _truth,
    "first_answered": _first,
    "exp": _exp,
    "abs": _abs,
    "floor": _floor,
    "round": _round,
    "band": _band,
    "reverse": _reverse,
    **DATES,
    **INDICES,
    **SCORES,
    **TEXTS,
}
