"""Bridges of a graph: the edges that lie on no cycle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping


def bridges(edges: Mapping[int, tuple[Hashable, Hashable]]) -> frozenset[int]:
    """Names of the ``edges`` (name -> its two ends) without which their ends would no longer be connected.

    Two edges may have the same ends.  One pass in depth, linear in the edges (Tarjan, A note on finding the
    bridges of a graph, 1974); written as a loop, for a path may be longer than Python's stack.
    """
    near: defaultdict[Hashable, list[tuple[Hashable, int]]] = defaultdict(list)
    for name, (one, other) in edges.items():
        near[one].append((other, name))
        near[other].append((one, name))
    found: set[int] = set()
    order: dict[Hashable, int] = {}
    lowest: dict[Hashable, int] = {}  # the earliest node that is reached from here and what lies below
    for start in near:
        if start in order:
            continue
        order[start] = lowest[start] = len(order)
        path: list[tuple[Hashable, int | None]] = [(start, None)]
        steps = {start: iter(near[start])}
        while path:
            node, came_by = path[-1]
            for other, name in steps[node]:
                if name == came_by:
                    continue
                if other not in order:
                    order[other] = lowest[other] = len(order)
                    steps[other] = iter(near[other])
                    path.append((other, name))
                    break
                lowest[node] = min(lowest[node], order[other])
            else:
                path.pop()
                if came_by is not None:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                    if lowest[node] > order[above]:
                        found.add(came_by)
    return frozenset(found)
