"""The parts of one cell of a codebook sheet: codes and what they stand for, missing codes, tags."""

from __future__ import annotations

import re
from collections.abc import Mapping

from surveys.core.absence import tag_reason
from surveys.core.codebook import MissingRule, ValueType, Variable

_BAR = re.compile(r"(?<!\\)\|")
PAIR = re.compile(r"^\s*([^=,]+?)\s*(?:=|,)\s*(.*)$", re.DOTALL)
TAG = re.compile(r"\.[A-Za-z_]")
Row = Mapping[str, str]  # heading -> cell


def speaks(heading: str, kind: str) -> bool:
    """Whether a column holds texts of a kind in some language, as ``codes_en`` does."""
    return heading.startswith(kind + "_") and len(heading) > len(kind) + 1


def parts_of(text: str) -> list[str]:
    """``1=yes; 2=no`` or ``1=yes | 2=no``, part by part; a bar within a label is written ``\\|``."""
    parts = re.split(r"(?<!\\)\||\n" if _BAR.search(text) else r"[;\n]", text)
    return [part.replace("\\|", "|") for part in parts if part.strip()]


def rules_in(text: str) -> list[tuple[str, str, str]]:
    """(part, code, reason) of ``-1=refused; -9``."""
    found = []
    for part in parts_of(text):
        match = PAIR.match(part)
        found.append((part, match[1] if match else part.strip(), match[2].strip() if match else ""))
    return found


def tags_known(variable: Variable, row: Row) -> frozenset[str]:
    """What stands for a tag among the codes of a line: ``.a`` of the variable, or named in the line itself.

    A text may have such a code; there none of them is a tag.
    """
    if variable.type is ValueType.TEXT:
        return frozenset()
    own = (f".{rule.tag}" for rule in variable.missing if rule.tag)
    told = (left for _, left, _ in rules_in(row.get("missing_tags", "")) if TAG.fullmatch(left))
    return frozenset((*own, *told))


def tags_told(row: Row, variable: Variable) -> tuple[MissingRule, ...]:
    """The tags that a line names, with their labels; what cannot be read is told of elsewhere."""
    known = tags_known(variable, row)
    labels: dict[str, dict[str, str]] = {}
    for heading, text in row.items():
        for _, left, label in rules_in(text) if speaks(heading, "codes") else ():
            if left in known:
                labels.setdefault(left, {})[heading.removeprefix("codes_")] = label
    told = ((left, reason) for _, left, reason in rules_in(row.get("missing_tags", "")))
    return tuple(
        MissingRule(reason or tag_reason(left[1]), tag=left[1], labels=labels.get(left, {}))
        for left, reason in told
        if TAG.fullmatch(left)
    )
