"""What the SQL of functions is put together from."""

from __future__ import annotations

from collections.abc import Callable

from measures.core.engine.fits import Fit
from measures.core.engine.sql import Pair, Terms, strongest
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


def finite(value: str, parts: list[Pair], terms: Terms) -> Emitted:
    """``value`` where it comes to a number."""
    return guarded(value, terms.dialect.finite(value), parts, terms)


def valid(parts: list[Pair]) -> str:
    """How many arguments are valid."""
    return "(" + " + ".join(f"CAST({pair.value} IS NOT NULL AS INTEGER)" for pair in parts) + ")"


def enough(node: Apply, parts: list[Pair]) -> str:
    """Whether as many arguments are valid as ``at_least`` asks for."""
    return f"{valid(parts)} >= {node.setting('at_least')}"


def of_enough(value: str, is_defined: str, node: Apply, parts: list[Pair], terms: Terms) -> Emitted:
    """``value`` of the valid arguments, if there are enough; out_of_range where it is not defined then."""
    suffices, absent, outside = enough(node, parts), strongest(parts), terms.rank(OUT_OF_RANGE)
    reason = f"CASE WHEN NOT {suffices} THEN {absent} ELSE {outside} END" if absent else outside
    is_valid = f"{suffices} AND {is_defined}"
    return f"CASE WHEN {is_valid} THEN {value} END", where_not(is_valid, reason, terms)
