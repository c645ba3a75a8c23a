"""The steps of texts."""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.bounds import Bounds
from measures.core.language.tree import Apply, Constant
from measures.core.tongues.guards import Lay, guarded
from measures.core.tongues.laying import Layout
from measures.core.tongues.pairs import Part, reasons_in, some_absent, strongest
from measures.core.tongues.steps import (
    NOTHING,
    ZERO,
    Compare,
    Fn,
    Holds,
    Num,
    NumberText,
    both,
    either,
    opposite,
)
from surveys.core.absence import OUT_OF_RANGE


def _searched(out: Layout, node: Apply, parts: list[Part]) -> Part:
    cell, at_start = parts[0].value, node.function == "starts_with"
    sought = [str(one.value) for one in node.arguments[1:] if isinstance(one, Constant)]
    found = either(*(Holds(cell, text, at_start) for text in sought))
    return out.condition(both(parts[0].valid, found), parts[0].reason, parts[0].reasons)


def _part_of(out: Layout, node: Apply, parts: list[Part]) -> Part:
    start, length = int(node.setting("start")), int(node.setting("length"))
    is_long = Compare(">=", Fn("characters", (parts[0].value,)), Num(start + length - 1))
    branches = [
        (some_absent(parts), (NOTHING, strongest(parts))),
        (opposite(is_long), (NOTHING, out.strength(OUT_OF_RANGE))),
    ]
    part = Fn("part", (parts[0].value, Num(start), Num(start + length - 1)))
    return out.outcome(node.type, branches, (part, ZERO), reasons_in(parts) | {OUT_OF_RANGE}, Bounds())


def _as_number(out: Layout, node: Apply, parts: list[Part]) -> Part:
    cell = parts[0].value
    value, size = Fn("number_of_text", (cell,)), 1e16
    return guarded(out, node.type, value, NumberText(cell), parts, Bounds(-size, size))


TEXTS: Mapping[str, Lay] = {
    "starts_with": _searched,
    "contains": _searched,
    "part_of": _part_of,
    "as_number": _as_number,
}
