"""Which counts of a table are not told: the small ones, and those from which they would follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.core.bridges import bridges
from surveys.core.disclosure import FEWEST


@dataclass(frozen=True)
class Line:
    """The counts at ``parts`` add to the count at ``whole`` (positions in a list of counts)."""

    parts: tuple[int, ...]
    whole: int


def withheld(counts: Sequence[int], lines: Sequence[Line], fixed: Iterable[int] = ()) -> frozenset[int]:
    """Positions of ``counts`` that are not told: the small ones, and others until none follows from the rest.

    The ``lines`` are those of one list or of one table: a count stands in one row and one column at most.
    ``fixed`` counts are known anyway (the rows of the run).  Of the counts that could cover, the smallest
    that is not zero is taken first, and a total last.
    """
    known = set(fixed)
    hidden = {at for at, n in enumerate(counts) if 0 < n < FEWEST and at not in known}
    while hidden:
        line = _leaking(counts, lines, hidden, known)
        if line is None:
            break
        open_ones = _open(line, hidden, known)
        hidden.add(min(open_ones, key=lambda at: (at == line.whole, counts[at] == 0, counts[at], at)))
    return frozenset(hidden)


def _open(line: Line, hidden: set[int], known: set[int]) -> list[int]:
    return [at for at in (*line.parts, line.whole) if at not in hidden and at not in known]


def _leaking(counts: Sequence[int], lines: Sequence[Line], hidden: set[int], known: set[int]) -> Line | None:
    """A line that tells too much and has a count left to withhold."""
    covering = [line for line in lines if _open(line, hidden, known)]
    for line in covering:
        own = [at for at in line.parts if at in hidden]
        if own and line.whole not in hidden and sum(counts[at] for at in own) < FEWEST:
            return line
    told = _following(lines, hidden)
    leaking = [line for line in covering if told & {*line.parts, line.whole}]
    return min(leaking, key=lambda line: len(hidden & {*line.parts, line.whole}), default=None)


def _following(lines: Sequence[Line], hidden: set[int]) -> frozenset[int]:
    """The withheld counts that the told ones determine.

    Rows and columns of a table are the nodes of a graph, and each withheld count an edge between its row and
    its column: along a cycle one may be raised and the next lowered by the same, and all sums stay.  So a
    count follows from the rest where its edge is on no cycle.  What stands in one line alone leads outside.
    """
    ends: dict[int, list[int]] = {at: [] for at in sorted(hidden)}
    for node, line in enumerate(lines):
        for at in (*line.parts, line.whole):
            if at in hidden:
                ends[at].append(node)
    outside = len(lines)
    return bridges(
        {at: (nodes[0], nodes[1] if len(nodes) > 1 else outside) for at, nodes in ends.items() if nodes}
    )
