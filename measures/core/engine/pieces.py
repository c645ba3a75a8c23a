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
    absent = strongest(parts)
    first = f"WHEN {absent} IS NOT NULL THEN {absent} " if absent else ""
    reason = f"CASE {first}WHEN {is_defined} THEN NULL ELSE {terms.rank(OUT_OF_RANGE)} END"
    return f"CASE WHEN {is_defined} THEN {value} END", reason


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
    suffices, absent = enough(node, parts), strongest(parts)
    first = f"WHEN NOT {suffices} THEN {absent} " if absent else ""
    rest = f"WHEN NOT {is_defined} THEN {terms.rank(OUT_OF_RANGE)} END"
    return f"CASE WHEN {suffices} AND {is_defined} THEN {value} END", f"CASE {first}{rest}"
