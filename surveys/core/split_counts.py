"""How many rows chose each answer of a text that holds several (``1;3``), from the columns made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.core.codebook import Codebook, ResponseSet, ValueType, Variable
from surveys.core.names import part_name

Counts = dict[str, Any]


def with_chosen(codebook: Codebook, frequencies: Mapping[str, Counts]) -> dict[str, Counts]:
    """Frequencies of the texts that were split, with ``chosen`` [[code, n], …]; of no other variable.

    No cell of such a text need be one of its codes, so its ``values`` cannot tell who chose what.  A text was
    split where a set of its own name counts a column for each of its codes.
    """
    told = {}
    variables = {variable.name: variable for variable in codebook.variables}
    for one in codebook.sets:
        text = variables.get(one.name)
        if text is not None and one.name in frequencies and _is_split(text, one):
            missing = {rule.value for rule in text.missing}
            parts = [(code.value, part_name(text.name, code.value)) for code in text.codes]
            chosen = [[code, _ticked(frequencies[part], one)] for code, part in parts if code not in missing]
            told[one.name] = {**frequencies[one.name], "chosen": chosen}
    return told


def _is_split(text: Variable, one: ResponseSet) -> bool:
    parts = {part_name(text.name, code.value) for code in text.codes}
    return text.type is ValueType.TEXT and one.kind == "D" and bool(parts) and parts <= set(one.variables)


def _ticked(counts: Counts, one: ResponseSet) -> int:
    return next((int(n) for value, n in counts.get("values", ()) if value == one.counted_value), 0)
