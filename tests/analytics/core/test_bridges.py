"""Bridges: edges on no cycle, against taking each edge away in turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analytics.core.bridges import bridges

Edge = tuple[int, int]


def is_joined(edges: list[Edge], one: int, other: int) -> bool:
    reached, grown = {one}, True
    while grown:
        more = {b for edge in edges for a, b in (edge, edge[::-1]) if a in reached} - reached
        reached, grown = reached | more, bool(more)
    return other in reached


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(8, 14)), max_size=24))
def test_an_edge_is_a_bridge_where_nothing_else_joins_its_ends(edges: list[Edge]) -> None:
    """The same ends may be joined twice."""
    wanted = {at for at, edge in enumerate(edges) if not is_joined(edges[:at] + edges[at + 1 :], *edge)}
    assert bridges(dict(enumerate(edges))) == wanted


def test_a_long_path_is_all_bridges_until_its_ends_meet() -> None:
    path = {at: (at, at + 1) for at in range(50_000)}
    assert len(bridges(path)) == 50_000
    assert bridges(path | {50_000: (50_000, 0)}) == frozenset()
