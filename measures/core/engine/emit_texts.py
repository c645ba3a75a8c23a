"""The SQL of texts; what is looked for is a parameter, never part of the statement."""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.engine.fits import Fit
from measures.core.engine.pieces import Emit, Emitted, guarded
from measures.core.engine.sql import Pair, Terms
from measures.core.language.patterns import NUMBER_TEXT
from measures.core.language.tree import Apply, Constant


def _starts(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    sought = zip(node.arguments[1:], parts[1:], strict=True)
    tests = [f"SUBSTR({parts[0].value}, 1, {_length(part)}) = {pair.value}" for part, pair in sought]
    return f"({' OR '.join(tests)})", parts[0].reason


def _length(part: object) -> int:
    assert isinstance(part, Constant)
    return len(str(part.value))


def _contains(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    tests = [f"INSTR({parts[0].value}, {pair.value}) > 0" for pair in parts[1:]]
    return f"({' OR '.join(tests)})", parts[0].reason


def _part(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    cell, start, length = parts[0].value, int(node.setting("start")), int(node.setting("length"))
    is_long = f"LENGTH({cell}) >= {start + length - 1}"
    return guarded(f"SUBSTR({cell}, {start}, {length})", is_long, parts, terms)


def _number(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    cell = parts[0].value
    is_number = terms.dialect.matches(cell, NUMBER_TEXT)
    return guarded(f"CAST(CASE WHEN {is_number} THEN {cell} END AS DOUBLE)", is_number, parts, terms)


TEXTS: Mapping[str, Emit] = {
    "starts_with": _starts,
    "contains": _contains,
    "part_of": _part,
    "as_number": _number,
}
