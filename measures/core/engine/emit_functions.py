"""The SQL of each function and operator: (value, reason) from the pairs of its arguments."""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.engine.emit_dates import DATES
from measures.core.engine.emit_indices import INDICES
from measures.core.engine.emit_scores import SCORES
from measures.core.engine.emit_texts import TEXTS
from measures.core.engine.fits import Fit
from measures.core.engine.pieces import (
    Emit,
    Emitted,
    compared,
    finite,
    guarded,
    if_enough,
    is_safe,
    of_enough,
    valid,
    where_not,
)
from measures.core.engine.sql import UNCOVERED, Pair, Terms, number, strongest
from measures.core.language.tree import Apply, Constant, Typed


def _arithmetic(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    left, right = parts
    if node.function == "/":
        value = f"({left.double} / NULLIF({right.double}, {number(0)}))"
    else:
        value = f"({left.double} {node.function} {right.double})"
    return finite(value, parts, terms, is_safe=is_safe(node, parts))


def _comparison(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    left, right = parts
    operator = {"==": "=", "!=": "<>"}.get(node.function, node.function)
    if left.type.is_number or right.type.is_number:
        return f"({_compared(left, operator, node.arguments[1], right)})", strongest(parts)
    return f"({left.value} {operator} {right.value})", strongest(parts)


def _compared(left: Pair, operator: str, part: Typed, right: Pair) -> str:
    """Two numbers side by side, the second of which is often a constant of the rule."""
    if isinstance(part, Constant) and left.type.is_number and not isinstance(part.value, str):
        return compared(left, operator, part.value)
    return f"{left.double} {operator} {right.double}"


def _logic(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    word = {"and": "AND", "or": "OR", "any_of": "OR", "all_of": "AND"}[node.function]
    joined = "(" + f" {word} ".join(pair.value for pair in parts) + ")"
    absent = strongest(parts)
    return joined, where_not(f"{joined} IS NOT NULL", absent, terms) if absent else None


def _quantified(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    """any_of and all_of: as or/and, but ``at_least`` valid arguments settle the matter."""
    least, absent = node.setting("at_least"), strongest(parts)
    if least == len(parts) or absent is None:
        return _logic(node, parts, terms, fit)
    decisive = "TRUE" if node.function == "any_of" else "FALSE"
    found = " OR ".join(f"COALESCE({pair.value} = {decisive}, FALSE)" for pair in parts)
    usual = "FALSE" if decisive == "TRUE" else "TRUE"
    suffices = f"{valid(parts)} >= {least}"
    value = f"CASE WHEN {found} THEN {decisive} WHEN {suffices} THEN {usual} END"
    return value, where_not(f"({found}) OR {suffices}", absent, terms)


def _aggregate(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    """sum_of, mean_of, count_of, share_of, min, max over the valid arguments, if there are enough."""
    zero = number(0)
    if node.function in ("min", "max"):
        pick = terms.dialect.least if node.function == "min" else terms.dialect.greatest
        value = pick(pair.double for pair in parts)
    elif node.setting("at_least") == len(parts):  # no part is passed over: one that is absent is the whole
        return _of_all(node, parts, terms)
    else:
        value = "(" + " + ".join(f"COALESCE({pair.double}, {zero})" for pair in parts) + ")"
    if node.function in ("mean_of", "share_of"):
        value = f"({value} / NULLIF(CAST({valid(parts)} AS DOUBLE), {zero}))"
    if node.function in ("sum_of", "mean_of") and not is_safe(node, parts):
        return of_enough(value, terms.dialect.finite(value), node, parts, terms)
    return if_enough(value, node, parts, terms)


def _of_all(node: Apply, parts: list[Pair], terms: Terms) -> Emitted:
    """Sums of arguments that must all be valid; the sum of a null is null."""
    value = "(" + " + ".join(pair.double for pair in parts) + ")"
    if node.function in ("mean_of", "share_of"):
        value = f"({value} / {number(len(parts))})"
    is_always = node.function in ("count_of", "share_of") or is_safe(node, parts)
    return finite(value, parts, terms, is_safe=is_always)


def _first(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    values = [pair.double if node.type.is_number else pair.value for pair in parts]
    value = f"COALESCE({', '.join(values)})"
    absent = strongest(parts)
    return value, where_not(f"{value} IS NOT NULL", absent, terms) if absent else None


def _not(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    return f"(NOT {parts[0].value})", parts[0].reason


def _negate(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    return f"(-{parts[0].double})", parts[0].reason


def _number(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    return parts[0].double, parts[0].reason


def _truth(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    yes, no = compared(parts[0], "=", 1), compared(parts[0], "=", 0)
    whens = f"WHEN {no} THEN FALSE WHEN {yes} THEN TRUE"  # of a list few are ticked
    absent, other = strongest(parts), terms.rank(UNCOVERED)
    reason = f"COALESCE({absent}, {other})" if absent else other
    return f"CASE {whens} END", where_not(f"({no} OR {yes})", reason, terms)


def _logarithm(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    cell = parts[0].double
    name = "LN" if node.function == "ln" else "LOG10"
    safe = f"{name}(CASE WHEN {cell} > {number(0)} THEN {cell} END)"
    return guarded(safe, f"{cell} > {number(0)}", parts, terms)


def _root(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    cell = parts[0].double
    safe = f"SQRT(CASE WHEN {cell} >= {number(0)} THEN {cell} END)"
    return guarded(safe, f"{cell} >= {number(0)}", parts, terms)


def _exp(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    return finite(f"EXP({parts[0].double})", parts, terms)


def _absolute(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    return f"ABS({parts[0].double})", parts[0].reason


def _floor(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    return terms.dialect.floor(parts[0].double), parts[0].reason


def _round(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    """Halves away from zero, in plain arithmetic: engines' own ROUND differ in the last decimals."""
    cell, power, half = parts[0].double, number(10.0 ** int(node.setting("digits"))), number(0.5)
    value = f"(SIGN({cell}) * {terms.dialect.floor(f'ABS({cell}) * {power} + {half}')} / {power})"
    return finite(value, parts, terms)


def _band(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    limits = zip(node.arguments[1:], parts[1:], strict=True)
    steps = [f"CAST({_compared(parts[0], '>=', *limit)} AS DOUBLE)" for limit in limits]
    return f"({number(1)} + {' + '.join(steps)})", parts[0].reason


def _reverse(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    cell, low, high = parts[0].double, float(node.setting("low")), float(node.setting("high"))
    inside = f"{compared(parts[0], '>=', low)} AND {compared(parts[0], '<=', high)}"
    return guarded(f"({number(low + high)} - {cell})", inside, parts, terms)


EMITTERS: Mapping[str, Emit] = {
    **dict.fromkeys(("+", "-", "*", "/"), _arithmetic),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), _comparison),
    **dict.fromkeys(("and", "or"), _logic),
    **dict.fromkeys(("any_of", "all_of"), _quantified),
    **dict.fromkeys(("sum_of", "mean_of", "count_of", "share_of", "min", "max"), _aggregate),
    "first_answered": _first,
    "not": _not,
    "negate": _negate,
    "number": _number,
    "truth": _truth,
    "ln": _logarithm,
    "log10": _logarithm,
    "exp": _exp,
    "sqrt": _root,
    "abs": _absolute,
    "floor": _floor,
    "round": _round,
    "band": _band,
    "reverse": _reverse,
    **DATES,
    **TEXTS,
    **INDICES,
    **SCORES,
}
