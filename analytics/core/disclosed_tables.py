"""What descriptives and crosstabs tell everyone who may see the study: nothing that few rows hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from analytics.core.withholding import Line, withheld
from surveys.core.disclosure import FEWEST

Table = Mapping[str, Any]
Row = dict[str, Any]

OF_FEW_CELLS = "small_expected"  # a check that names the rarest cells
EXTREMES = ("minimum", "maximum")
EXTREME_ROWS = ("minimum_rows", "maximum_rows")
OF_COUNT = (
    "count",
    "percent",
    "weighted_count",
    "std_error",
    "low",
    "high",
)  # what a count would follow from
BESIDE = (
    "percents",
    "weighted",
    "exact",
    "errors",
    "lows",
    "highs",
)  # beside the counts


def descriptives_told(table: Table) -> Row:
    """A descriptive table without what few rows hold; groups only where no figure of a variable is of few."""
    told: list[Row] = []
    for _, own in groupby(table["rows"], key=lambda row: (row["variable"], row["kind"])):
        same = [dict(row) for row in own]
        kept = _levels(same) if same[0]["kind"] == "level" else [_number(row) for row in same]
        if _groups_are_few(same) or any(_lacks(row, before) for row, before in zip(kept, same, strict=True)):
            kept = [_without_groups(row) for row in kept]
        told += kept
    return {**table, "rows": told, **_sizes_told(table)}


def _lacks(row: Row, before: Row) -> bool:
    """Whether the line of all lost its figures: what the groups add to is then not told either."""
    return any(row.get(name) != before.get(name) for name in ("count", "percent", "mean"))


def _groups_are_few(rows: Sequence[Row]) -> bool:
    """Whether a group has few valid rows, few with or without a category, or a mean that tells them."""
    for row in rows:
        ends = sum(row.get(name) or 0 for name in EXTREME_ROWS)
        if row.get("groups") and row["kind"] == "mean" and ends >= row["n"]:
            return True  # of two values the mean of a group tells how many have which
        for one in row.get("groups") or ():
            ones = one["count"]
            parts = [one["n"]] if ones is None else [one["n"], ones, *_others(row, one)]
            if any(0 < n < FEWEST for n in parts):
                return True
    return False


def _others(row: Row, one: Row) -> list[int]:
    """Of a 0/1 variable the rows with 0; of categories each has a line of its own."""
    return [one["n"] - one["count"]] if row["kind"] == "share" else []


def _without_groups(row: Row) -> Row:
    return row | ({"groups": [], "difference": None} if "groups" in row else {})


def _sizes_told(table: Table) -> Row:
    """The rows of the groups, which add to the rows of the table."""
    groups = table.get("groups") or ()
    if not groups:
        return {}
    sizes = [one["n"] for one in groups]
    line = Line(tuple(range(len(sizes))), len(sizes))
    hidden = withheld([*sizes, sum(sizes)], [line], fixed={len(sizes)})
    told = [{**one, "n": None, "weighted_n": None} if at in hidden else one for at, one in enumerate(groups)]
    return {"groups": told}


def _levels(rows: list[Row]) -> list[Row]:
    """The categories of one variable, which add to its valid rows."""
    counts = [row["count"] or 0 for row in rows]
    line = Line(tuple(range(len(rows))), len(rows))
    hidden = withheld([*counts, sum(counts)], [line], fixed={len(rows)})
    return [row | _emptied(row, OF_COUNT) if at in hidden else row for at, row in enumerate(rows)]


def _number(row: Row) -> Row:
    """A mean needs enough rows, a share enough of either answer, an extreme enough that hold it."""
    ones, ends = row["count"], [row.get(name) or 0 for name in EXTREME_ROWS]
    parts = [ones, row["n"] - ones] if ones is not None else ends if sum(ends) == row["n"] else []
    told = row | _emptied(row, EXTREME_ROWS)  # of two answers these are the counts
    if row["n"] < FEWEST or any(0 < n < FEWEST for n in parts):
        return told | _emptied(row, (*OF_COUNT, "mean", "sd", *EXTREMES))
    return told | dict.fromkeys(name for name, n in zip(EXTREMES, ends, strict=True) if n < FEWEST)


def _emptied(row: Row, names: Sequence[str]) -> Row:
    """None for those of ``names`` that the line has; results of earlier versions have fewer."""
    return dict.fromkeys(name for name in names if name in row)


def crosstab_told(table: Table) -> Row:
    """Cells, totals and percentages that few rows hold, what they would follow from, and then all tests."""
    grid = [*(row["counts"] for row in table["rows"]), table["bases"]]
    wide, high = len(table["bases"]), len(grid)
    place = [[at * wide + column for column in range(wide)] for at in range(high)]
    lines = [Line(tuple(one[:-1]), one[-1]) for one in place]
    lines += [Line(tuple(one[:-1]), one[-1]) for one in map(list, zip(*place, strict=True))]
    hidden = withheld([n for row in grid for n in row], lines, fixed={high * wide - 1})
    if not hidden:
        return dict(table)
    percent = table.get("percent", "column")
    base = {
        at: {"column": place[-1][column], "row": own[-1]}.get(percent, high * wide - 1)
        for own in place
        for column, at in enumerate(own)
    }
    gone = hidden | {at for at in base if base[at] in hidden}
    rows = [_row_told(row, own, hidden, gone) for row, own in zip(table["rows"], place, strict=False)]
    last = place[-1]
    told = {
        **table,
        "rows": rows,
        "bases": _without(table["bases"], last, hidden),
        "checks": [check for check in table["checks"] if check["code"] != OF_FEW_CELLS],
        "chi_square": None,
        **_emptied(dict(table), ("rao_scott", "paired")),
    }
    newer = {
        "weighted_bases": _without(table.get("weighted_bases", ()), last, hidden),
        "all_percents": _without(table.get("all_percents", ()), last, gone),
        "differences": [],
    }
    return told | {name: value for name, value in newer.items() if name in table}


def _row_told(row: Table, places: Sequence[int], hidden: frozenset[int], gone: frozenset[int]) -> Row:
    """``hidden`` cells have no count; percentages are gone with the cell or with its base."""
    figures = {name: _without(row[name], places, gone) for name in BESIDE if name in row}
    marks: Row = {name: [] for name in ("letters", "forced") if name in row}
    return {**row, "counts": _without(row["counts"], places, hidden), **figures, **marks}


def _without(figures: Sequence[Any], places: Sequence[int], hidden: frozenset[int]) -> list[Any]:
    return [None if at in hidden else one for one, at in zip(figures, places, strict=bool(figures))]
