"""What a run's result tells everyone who may see the study, and what only the data may tell.

Whoever runs analyses may choose the rows, so a count here is not that of a codebook: a category, a cell or an
extreme is told where at least ``FEWEST`` rows hold it, labelled or not, and no cell is told from which one
that is withheld would follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from analytics.core.bridges import bridges
from surveys.core.disclosure import FEWEST

Result = dict[str, Any]
OF_FEW_CELLS = "small_expected"  # a check that names the rarest cells

EXTREMES = ("minimum", "maximum")
EXTREME_ROWS = ("minimum_rows", "maximum_rows")


@dataclass(frozen=True)
class Told:
    """``result`` as it may be told; ``is_whole`` where nothing is missing, ``is_withheld`` where all is."""

    result: Result
    is_whole: bool = True
    is_withheld: bool = False


@dataclass(frozen=True)
class Line:
    """The counts at ``parts`` add to the count at ``whole`` (positions in a list of counts)."""

    parts: tuple[int, ...]
    whole: int


def disclosed(result: Mapping[str, Any], n_used: int | None) -> Told:
    """``result`` (of a run) without what would tell single answers; nothing of fewer than ``FEWEST`` rows."""
    models = result.get("models", ())
    if min([n_used or 0, *(model["n_used"] for model in models)]) < FEWEST:
        return Told({}, is_whole=not result, is_withheld=True)
    told = dict(result)
    if models:
        told["models"] = [_without_small_groups(model) for model in models]
    elif result.get("kind") == "descriptives":
        told["table"] = {**result["table"], "rows": _descriptive_rows(result["table"]["rows"])}
    elif result.get("kind") == "crosstab":
        told["table"] = _crosstab(result["table"])
    return Told(told, is_whole=told == result)


def _without_small_groups(model: Mapping[str, Any]) -> dict[str, Any]:
    result = model["result"]
    told = {**result, "group_effects": [one for one in result["group_effects"] if one["n"] >= FEWEST]}
    if shares := result.get("probabilities"):
        told["probabilities"] = _share(shares, model["n_used"])
    return {**model, "result": told}


def _share(shares: Mapping[str, Any], n: int) -> dict[str, Any]:
    """The share observed is a count by another name, told where neither outcome is that of few rows."""
    observed = shares["observed"]
    few = min(observed, 1 - observed) * n < FEWEST - 0.5
    return {**shares, "observed": None if few else observed}


def _descriptive_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for _, own in groupby(rows, key=lambda row: (row["variable"], row["kind"])):
        same = [dict(row) for row in own]
        told += _levels(same) if same[0]["kind"] == "level" else [_number(row) for row in same]
    return told


def _levels(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The categories of one variable, which add to its valid rows."""
    counts = [row["count"] or 0 for row in rows]
    line = Line(tuple(range(len(rows))), len(rows))
    hidden = withheld([*counts, sum(counts)], [line], fixed={len(rows)})
    return [row | {"count": None, "percent": None} if at in hidden else row for at, row in enumerate(rows)]


def _number(row: dict[str, Any]) -> dict[str, Any]:
    """A mean needs enough rows, a share enough of either answer, an extreme enough that hold it."""
    ones, ends = row["count"], [row.get(name) or 0 for name in EXTREME_ROWS]
    parts = [ones, row["n"] - ones] if ones is not None else ends if sum(ends) == row["n"] else []
    told = row | {name: None for name in EXTREME_ROWS if name in row}  # of two answers these are the counts
    if row["n"] < FEWEST or any(0 < n < FEWEST for n in parts):
        return told | dict.fromkeys(("count", "percent", "mean", "sd", *EXTREMES))
    return told | dict.fromkeys(name for name, n in zip(EXTREMES, ends, strict=True) if n < FEWEST)


def _crosstab(table: Mapping[str, Any]) -> dict[str, Any]:
    """Cells, totals and percentages that few rows hold, what they would follow from, and then the test."""
    grid = [*(row["counts"] for row in table["rows"]), table["bases"]]
    wide, high = len(table["bases"]), len(grid)
    place = [[at * wide + column for column in range(wide)] for at in range(high)]
    lines = [Line(tuple(one[:-1]), one[-1]) for one in place]
    lines += [Line(tuple(one[:-1]), one[-1]) for one in map(list, zip(*place, strict=True))]
    hidden = withheld([n for row in grid for n in row], lines, fixed={high * wide - 1})
    if not hidden:
        return dict(table)
    bases = [None if at in hidden else n for n, at in zip(table["bases"], place[-1], strict=True)]
    rows = [
        {
            **row,
            "counts": [None if at in hidden else n for n, at in zip(row["counts"], own, strict=True)],
            "percents": [
                None if at in hidden or base is None else value
                for value, at, base in zip(row["percents"], own, bases, strict=True)
            ],
        }
        for row, own in zip(table["rows"], place, strict=False)
    ]
    checks = [check for check in table["checks"] if check["code"] != OF_FEW_CELLS]
    return {**table, "rows": rows, "bases": bases, "chi_square": None, "checks": checks}


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
