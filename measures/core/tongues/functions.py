"""The steps of each function and operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from measures.core.language.tree import Apply, Type
from measures.core.tongues.bounds import ANYTHING, FLAG, Bounds, hull, of_arithmetic, of_sum
from measures.core.tongues.laying import Layout
from measures.core.tongues.pairs import Part, counted, enough, reasons_in, some_absent, strongest
from measures.core.tongues.steps import (
    ONE,
    ZERO,
    Compare,
    Cond,
    DateText,
    Expr,
    Finite,
    Flag,
    Fn,
    Math,
    Num,
    Var,
    added,
    both,
    either,
    opposite,
)
from surveys.core.absence import OUT_OF_RANGE

Lay = Callable[[Layout, Apply, list[Part]], Part]


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
    reasons = reasons_in(parts) if suffices != _ALWAYS else frozenset[str]()
    if bounds.is_known or node.function in ("count_of", "share_of"):
        return out.outcome(node.type, [first], (total, ZERO), reasons, bounds)
    found = out.let(total, (opposite(suffices), ZERO))
    rest = (opposite(Finite(found)), (ZERO, out.strength(OUT_OF_RANGE)))
    return out.outcome(node.type, [first, rest], (found, ZERO), reasons | {OUT_OF_RANGE}, bounds)


_ALWAYS = both()


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
    reasons = reasons_in(parts) if suffices != _ALWAYS else frozenset[str]()
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


def _months(out: Layout, node: Apply, parts: list[Part]) -> Part:
    year, month, later, later_month = (part.value for part in parts)
    years = Math("*", Math("-", later, year), Num(12))
    value = out.let(Math("+", years, Math("-", later_month, month)))
    ends = [cond for one in (month, later_month) for cond in _within(one)]
    inside = both(*ends, Finite(value))
    if node.function == "months_between":
        return guarded(out, node.type, value, inside, parts)
    whole = out.let(Math("/", value, Num(12)))
    return guarded(out, node.type, Fn("floor", (whole,)), inside, parts)


def _within(month: Expr) -> list[Cond]:
    return [Compare(">=", month, ONE), Compare("<=", month, Num(12))]


def _part_of_date(out: Layout, node: Apply, parts: list[Part]) -> Part:
    cell = parts[0].value
    if parts[0].type is Type.TEXT:
        value = Fn(f"{node.function}_of_text", (cell,))
        return guarded(out, node.type, value, DateText(cell), parts, Bounds(0, 9999))
    hundreds = out.let(Math("/", cell, Num(10000 if node.function == "year" else 100)))
    found: Expr = Fn("floor", (hundreds,))
    if node.function == "month":
        years = out.let(Math("/", cell, Num(10000)))
        found = Math("-", found, Math("*", Num(100), Fn("floor", (years,))))
    return masked(out, node.type, found, parts, Bounds(0, 9999))


def _standardise(out: Layout, node: Apply, parts: list[Part]) -> Part:
    fit = out.fit(node)
    return finite(out, node.type, _standard(parts[0].value, fit.means[0], fit.sds[0]), parts)


def _standard(cell: Expr, mean: float, sd: float) -> Expr:
    return Math("/", Math("-", cell, Num(mean)), Num(sd))


def _factor_score(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """Weights times standardised items, added from left to right; an absent item adds nothing."""
    fit, terms = out.fit(node), list[Expr]()
    for part, weight, mean, sd in zip(parts, fit.weights, fit.means, fit.sds, strict=True):
        term = Math("*", Num(weight), _standard(part.value, mean, sd))
        terms.append(out.let(term, (part.absent, ZERO)))
    total = added(terms)
    if node.setting("scores") == "mean":
        total = Math("/", total, counted(parts))
    suffices = enough(parts, int(node.setting("at_least")))
    first = (opposite(suffices), (ZERO, strongest(parts)))
    reasons = reasons_in(parts) if suffices != _ALWAYS else frozenset[str]()
    return out.outcome(node.type, [first], (total, ZERO), reasons, ANYTHING)


FUNCTIONS: Mapping[str, Lay] = {
    **dict.fromkeys(("+", "-", "*", "/"), _arithmetic),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), _comparison),
    **dict.fromkeys(("any_of", "all_of"), _quantified),
    **dict.fromkeys(("sum_of", "mean_of", "count_of", "share_of"), _sum),
    **dict.fromkeys(("min", "max"), _extreme),
    **dict.fromkeys(("ln", "log10", "sqrt"), _of_positive),
    **dict.fromkeys(("months_between", "years_between"), _months),
    **dict.fromkeys(("year", "month"), _part_of_date),
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
    "standardise": _standardise,
    "factor_score": _factor_score,
}
