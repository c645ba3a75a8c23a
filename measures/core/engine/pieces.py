"""What the SQL of functions is put together from."""

from __future__ import annotations

from collections.abc import Callable

from measures.core.engine.bounds import SAFE, bound
from measures.core.engine.fits import Fit
from measures.core.engine.sql import LARGEST_INTEGER, Pair, Terms, number, strongest
from measures.core.language.tree import Apply
from surveys.core.absence import OUT_OF_RANGE

Emitted = tuple[str, str | None]
Emit = Callable[[Apply, list[Pair], Terms, Fit | None], Emitted]


def guarded(value: str, is_defined: str, parts: list[Pair], terms: Terms) -> Emitted:
    """``value`` where it is defined; elsewhere an argument's absence, else out_of_range."""
    return f"CASE WHEN {is_defined} THEN {value} END", unless(is_defined, parts, terms)


def unless(is_defined: str, parts: list[Pair], terms: Terms) -> str:
    """An argument's absence, else out_of_range, where the value is not defined."""
    absent, outside = strongest(parts), terms.rank(OUT_OF_RANGE)
    return where_not(is_defined, f"COALESCE({absent}, {outside})" if absent else outside, terms)


def where_not(is_valid: str, reason: str, terms: Terms) -> str:
    """A reason, asked for where there is no value; what nests it has looked at the value already."""
    return reason if terms.dialect.nests else f"CASE WHEN {is_valid} THEN NULL ELSE {reason} END"


def compared(pair: Pair, operator: str, constant: float) -> str:
    """A number beside a constant; one that is held as an integer is compared as such."""
    value = float(constant)
    if pair.is_exact and value.is_integer() and abs(value) < LARGEST_INTEGER:
        return f"{pair.value} {operator} {int(value)}"
    return f"{pair.double} {operator} {number(value)}"


def is_safe(node: Apply, parts: list[Pair]) -> bool:
    """Whether a function of these arguments comes to a number wherever they do."""
    most = bound(node, [pair.most for pair in parts])
    return most is not None and most <= SAFE


def finite(value: str, parts: list[Pair], terms: Terms, *, is_safe: bool = False) -> Emitted:
    """``value`` where it comes to a number: everywhere if ``is_safe``."""
    if is_safe:
        return value, strongest(parts)
    return guarded(value, terms.dialect.finite(value), parts, terms)


def valid(parts: list[Pair]) -> str:
    """How many arguments are valid."""
    return "(" + " + ".join(f"CAST({pair.value} IS NOT NULL AS INTEGER)" for pair in parts) + ")"


def enough(node: Apply, parts: list[Pair]) -> str:
    """Whether as many arguments are valid as ``at_least`` asks for."""
    return f"{valid(parts)} >= {node.setting('at_least')}"


def if_enough(value: str, node: Apply, parts: list[Pair], terms: Terms) -> Emitted:
    """``value`` of the valid arguments, if there are enough."""
    suffices, absent = enough(node, parts), strongest(parts)
    reason = where_not(suffices, absent, terms) if absent else None
    return f"CASE WHEN {suffices} THEN {value} END", reason


def of_enough(value: str, is_defined: str, node: Apply, parts: list[Pair], terms: Terms) -> Emitted:
    """``value`` of the valid arguments, if there are enough; out_of_range where it is not defined then."""
    suffices, absent, outside = enough(node, parts), strongest(parts), terms.rank(OUT_OF_RANGE)
    reason = f"CASE WHEN NOT {suffices} THEN {absent} ELSE {outside} END" if absent else outside
    is_valid = f"{suffices} AND {is_defined}"
    return f"CASE WHEN {is_valid} THEN {value} END", where_not(is_valid, reason, terms)
