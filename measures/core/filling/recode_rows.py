"""A recode laid along the codes of its item: which outcome stands beside each, and what is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measures.core.filling.pieces import codes_of, codes_text
from measures.core.filling.values import Recoding
from measures.core.language.labels import fold
from measures.core.language.nodes import Node, Number, Range, Text
from measures.core.language.writing import written_value
from surveys.core.codebook import Labels, Scalar
from surveys.core.problems import Refused


@dataclass(frozen=True)
class CodeBox:
    """A code as a rule writes it and its outcome; ``within``: that of a range it lies in."""

    codes: str
    to: str = ""
    within: str = ""


def code_rows(
    form: Recoding, codes: Sequence[tuple[Scalar, Labels]]
) -> tuple[list[CodeBox], list[tuple[str, str]]]:
    """One box for each of ``codes`` (value, labels), and the rows of the form that none of them takes.

    A label in the form stands for its code where a single code has it.  Ranges are left as they are.
    """
    outcomes: dict[int, str] = {}
    ranges: list[tuple[Range, str]] = []
    rest: list[tuple[str, str]] = []
    for text, to in form.rows:
        nodes = _nodes(text)
        if text.strip() and not nodes:
            rest.append((text, to))  # as it was typed: what is wrong with it is told elsewhere
        for node in nodes:
            at = _place(node, codes)
            if isinstance(node, Range):
                ranges.append((node, to))
            if at is None or at in outcomes:
                rest.append((codes_text((node,)), to))
            else:
                outcomes[at] = to
    boxes = [
        CodeBox(written_value(value), outcomes.get(at, ""), _within(value, ranges))
        for at, (value, _labels) in enumerate(codes)
    ]
    return boxes, rest


def _nodes(text: str) -> tuple[Node, ...]:
    try:
        return codes_of(text)
    except Refused:
        return ()


def _place(node: Node, codes: Sequence[tuple[Scalar, Labels]]) -> int | None:
    """Which code a node names, by its value, else by its label."""
    if isinstance(node, Number | Text):
        for at, (value, _labels) in enumerate(codes):
            if isinstance(value, str) == isinstance(node.value, str) and value == node.value:
                return at
    if isinstance(node, Text):
        named = [at for at, (_, said) in enumerate(codes) if fold(node.value) in map(fold, said.values())]
        return named[0] if len(named) == 1 else None
    return None


def _within(value: Scalar, ranges: Sequence[tuple[Range, str]]) -> str:
    if isinstance(value, str):
        return ""
    for node, to in ranges:
        low, high = (end.value if isinstance(end, Number) else None for end in (node.low, node.high))
        if (low is None or value >= low) and (high is None or value <= high):
            return to
    return ""
