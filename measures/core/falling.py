"""Where a rule lets values fall through, and how many rows of a wave do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from measures.core.engine.duck import DuckEngine
from measures.core.engine.interface import Plan, Rule
from measures.core.language.functions import is_fitted
from measures.core.language.tree import Apply, Case, Checked, Column, Recode, Typed, walk
from measures.core.observed import Observed


@dataclass(frozen=True)
class Fallen:
    """A recode, case or condition, what it reads, and the rows for which it names no outcome."""

    node: Typed
    names: tuple[str, ...]
    rows: int


def is_open(node: Typed) -> bool:
    """Whether a value may pass by every branch."""
    if isinstance(node, Apply):  # a number taken as a condition: what is neither 0 nor 1
        return node.function == "truth"
    return (isinstance(node, Case) and node.otherwise is None) or (
        isinstance(node, Recode) and node.other is None
    )


def open_ends(checked: Checked) -> list[Typed]:
    """The parts of a rule that may let a value fall through, each once."""
    return list(dict.fromkeys(node for node in walk(checked.root) if is_open(node)))


def only(part: Typed, checked: Checked) -> Checked:
    """A part of a rule as a rule of its own."""
    columns = {node.name: node for node in walk(part) if isinstance(node, Column)}
    return replace(
        checked,
        root=part,
        items=tuple(name for name, node in columns.items() if not node.is_measure),
        measures=tuple(name for name, node in columns.items() if node.is_measure),
        is_data_dependent=False,
    )


def fallen(checked: Checked, seen: Mapping[str, Observed], engine: DuckEngine, data: Plan) -> list[Fallen]:
    """The parts that rows of the wave in ``data`` fall through, the innermost only.

    Parts of one item whose every value is listed in ``seen`` are not asked about: the table proves them.
    What is fitted is always asked about: what becomes of a value depends on the other rows.
    """
    asked = [(node, only(node, checked)) for node in open_ends(checked)]
    asked = [(node, part) for node, part in asked if not _is_listed(part, seen)]
    earlier = {rule.name for rule in data.rules}
    names = [_free(f"open_{at}", earlier) for at in range(len(asked))]
    rules = [Rule(name, part) for name, (_, part) in zip(names, asked, strict=True)]
    counts = engine.uncovered(replace(data, rules=(*data.rules, *rules)))[len(data.rules) :] if rules else ()
    found = [
        Fallen(node, (*part.items, *part.measures), rows)
        for (node, part), rows in zip(asked, counts, strict=True)
        if rows
    ]
    return [one for one in found if not any(_holds(one.node, other.node) for other in found)]


def _holds(outer: Typed, inner: Typed) -> bool:
    return outer != inner and any(part == inner for part in walk(outer))


def _is_listed(part: Checked, seen: Mapping[str, Observed]) -> bool:
    if any(is_fitted(node) for node in walk(part.root)):
        return False
    names = (*part.items, *part.measures)
    return len(names) == 1 and names[0] in seen and seen[names[0]].is_complete


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free(f"{name}_", taken)
