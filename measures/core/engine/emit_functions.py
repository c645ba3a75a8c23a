"""The SQL of each function and operator: (value, reason) from the pairs of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from measures.core.engine.fits import Fit
from measures.core.engine.sql import Pair, Reasons, number, strongest
from measures.core.language.tree import Apply, Type
from surveys.core.absence import OUT_OF_RANGE

_DATE_TEXT = "[0-9]{4}-(0[1-9]|1[0-2])(-[0-3][0-9])?"

Emitted = tuple[str, str | None]
Emit = Callable[[Apply, list[Pair], Reasons, Fit | None], Emitted]


def _guarded(value: str, is_defined: str, parts: list[Pair], reasons: Reasons) -> Emitted:
    """``value`` where it is defined; elsewhere an argument's absence, else out_of_range."""
    absent = strongest(parts)
    first = f"WHEN {absent} IS NOT NULL THEN {absent} " if absent else ""
    reason = f"CASE {first}WHEN {is_defined} THEN NULL ELSE {reasons.rank(OUT_OF_RANGE)} END"
    return f"CASE WHEN {is_defined} THEN {value} END", reason


def _finite(value: str, parts: list[Pair], reasons: Reasons) -> Emitted:
    return _guarded(value, f"isfinite({value})", parts, reasons)


def _arithmetic(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    left, right = parts
    if node.function == "/":
        value = f"({left.double} / NULLIF({right.double}, {number(0)}))"
    else:
        value = f"({left.double} {node.function} {right.double})"
    return _finite(value, parts, reasons)


def _comparison(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    left, right = parts
    operator = {"==": "=", "!=": "<>"}.get(node.function, node.function)
    if left.type.is_number or right.type.is_number:
        return f"({left.double} {operator} {right.double})", strongest(parts)
    return f"({left.value} {operator} {right.value})", strongest(parts)


def _logic(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    word = {"and": "AND", "or": "OR", "any_of": "OR", "all_of": "AND"}[node.function]
    joined = "(" + f" {word} ".join(pair.value for pair in parts) + ")"
    absent = strongest(parts)
    return joined, f"CASE WHEN {joined} IS NULL THEN {absent} END" if absent else None


def _quantified(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    """any_of and all_of: as or/and, but ``at_least`` valid arguments settle the matter."""
    least, absent = node.setting("at_least"), strongest(parts)
    if least == len(parts) or absent is None:
        return _logic(node, parts, reasons, fit)
    decisive = "TRUE" if node.function == "any_of" else "FALSE"
    found = " OR ".join(f"COALESCE({pair.value} = {decisive}, FALSE)" for pair in parts)
    usual = "FALSE" if decisive == "TRUE" else "TRUE"
    enough = f"{_valid(parts)} >= {least}"
    value = f"CASE WHEN {found} THEN {decisive} WHEN {enough} THEN {usual} END"
    return value, f"CASE WHEN ({found}) OR {enough} THEN NULL ELSE {absent} END"


def _valid(parts: list[Pair]) -> str:
    """How many arguments are valid."""
    return "(" + " + ".join(f"CAST({pair.value} IS NOT NULL AS INTEGER)" for pair in parts) + ")"


def _aggregate(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    """sum_of, mean_of, count_of, share_of, min, max over the valid arguments, if there are enough."""
    valid = _valid(parts)
    zero = number(0)
    if node.function in ("min", "max"):
        name = "LEAST" if node.function == "min" else "GREATEST"
        value = f"{name}({', '.join(pair.double for pair in parts)})"
    else:
        value = "(" + " + ".join(f"COALESCE({pair.double}, {zero})" for pair in parts) + ")"
    if node.function in ("mean_of", "share_of"):
        value = f"({value} / NULLIF(CAST({valid} AS DOUBLE), {zero}))"
    enough = f"{valid} >= {node.setting('at_least')}"
    absent = strongest(parts)
    if node.function in ("sum_of", "mean_of"):
        first = f"WHEN NOT {enough} THEN {absent} " if absent else ""
        rest = f"WHEN NOT isfinite({value}) THEN {reasons.rank(OUT_OF_RANGE)} END"
        return f"CASE WHEN {enough} AND isfinite({value}) THEN {value} END", f"CASE {first}{rest}"
    return (
        f"CASE WHEN {enough} THEN {value} END",
        f"CASE WHEN NOT {enough} THEN {absent} END" if absent else None,
    )


def _first(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    values = [pair.double if node.type.is_number else pair.value for pair in parts]
    value = f"COALESCE({', '.join(values)})"
    absent = strongest(parts)
    return value, f"CASE WHEN {value} IS NULL THEN {absent} END" if absent else None


def _not(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    return f"(NOT {parts[0].value})", parts[0].reason


def _negate(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    return f"(-{parts[0].double})", parts[0].reason


def _number(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    return parts[0].double, parts[0].reason


def _truth(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    cell = parts[0].double
    is_flag = f"COALESCE({cell} IN ({number(0)}, {number(1)}), FALSE)"
    return _guarded(f"({cell} = {number(1)})", is_flag, parts, reasons)


def _logarithm(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    cell = parts[0].double
    name = "LN" if node.function == "ln" else "LOG10"
    safe = f"{name}(CASE WHEN {cell} > {number(0)} THEN {cell} END)"
    return _guarded(safe, f"COALESCE({cell} > {number(0)}, FALSE)", parts, reasons)


def _root(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    cell = parts[0].double
    safe = f"SQRT(CASE WHEN {cell} >= {number(0)} THEN {cell} END)"
    return _guarded(safe, f"COALESCE({cell} >= {number(0)}, FALSE)", parts, reasons)


def _exp(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    return _finite(f"EXP({parts[0].double})", parts, reasons)


def _simple(name: str) -> Emit:
    def emit(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
        return f"{name}({parts[0].double})", parts[0].reason

    return emit


def _round(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    """Halves away from zero, in plain arithmetic: engines' own ROUND differ in the last decimals."""
    cell, power, half = parts[0].double, number(10.0 ** int(node.setting("digits"))), number(0.5)
    value = f"(SIGN({cell}) * FLOOR(ABS({cell}) * {power} + {half}) / {power})"
    return _finite(value, parts, reasons)


def _band(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    cell = parts[0].double
    steps = [f"CAST({cell} >= {limit.value} AS DOUBLE)" for limit in parts[1:]]
    return f"({number(1)} + {' + '.join(steps)})", parts[0].reason


def _reverse(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    cell, low, high = parts[0].double, float(node.setting("low")), float(node.setting("high"))
    inside = f"COALESCE({cell} BETWEEN {number(low)} AND {number(high)}, FALSE)"
    return _guarded(f"({number(low + high)} - {cell})", inside, parts, reasons)


def _months(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    year, month, later, later_month = (pair.double for pair in parts)
    value = f"(({later} - {year}) * {number(12)} + ({later_month} - {month}))"
    if node.function == "years_between":
        value = f"FLOOR({value} / {number(12)})"
    ends = f"BETWEEN {number(1)} AND {number(12)}"
    inside = f"COALESCE({month} {ends} AND {later_month} {ends} AND isfinite({value}), FALSE)"
    return _guarded(value, inside, parts, reasons)


def _part_of_date(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    if parts[0].type is Type.TEXT:
        return _part_of_text(node, parts, reasons)
    return f"CAST({node.function.upper()}({parts[0].value}) AS DOUBLE)", parts[0].reason


def _part_of_text(node: Apply, parts: list[Pair], reasons: Reasons) -> Emitted:
    """Of ``YYYY-MM`` or ``YYYY-MM-DD``; the day is not asked for, so it is not looked at closely."""
    cell = parts[0].value
    is_date = f"COALESCE(regexp_full_match({cell}, '{_DATE_TEXT}'), FALSE)"
    at, digits = (1, 4) if node.function == "year" else (6, 2)
    safe = f"CASE WHEN {is_date} THEN SUBSTR({cell}, {at}, {digits}) END"
    return _guarded(f"CAST({safe} AS DOUBLE)", is_date, parts, reasons)


def _standardise(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    assert fit is not None
    return _finite(_standard(parts[0].double, fit.means[0], fit.sds[0]), parts, reasons)


def _standard(cell: str, mean: float, sd: float) -> str:
    return f"(({cell} - {number(mean)}) / {number(sd)})"


def _factor_score(node: Apply, parts: list[Pair], reasons: Reasons, fit: Fit | None) -> Emitted:
    """Weights times standardised items, added from left to right; an absent item adds nothing."""
    assert fit is not None
    terms = [
        f"COALESCE({number(weight)} * {_standard(pair.double, mean, sd)}, {number(0)})"
        for pair, weight, mean, sd in zip(parts, fit.weights, fit.means, fit.sds, strict=True)
    ]
    valid = _valid(parts)
    value = f"({' + '.join(terms)})"
    if node.setting("scores") == "mean":
        value = f"({value} / NULLIF(CAST({valid} AS DOUBLE), {number(0)}))"
    enough = f"{valid} >= {node.setting('at_least')}"
    absent = strongest(parts)
    return (
        f"CASE WHEN {enough} THEN {value} END",
        f"CASE WHEN NOT {enough} THEN {absent} END" if absent else None,
    )


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
    "abs": _simple("ABS"),
    "floor": _simple("FLOOR"),
    "round": _round,
    "band": _band,
    "reverse": _reverse,
    "months_between": _months,
    "years_between": _months,
    "year": _part_of_date,
    "month": _part_of_date,
    "standardise": _standardise,
    "factor_score": _factor_score,
}
