"""From the engine's lines to a table, and from a table to the figures that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from measures.core.engine.joint import MOST_GROUPS, too_many_groups
from measures.core.indices.counting import counting_figures
from measures.core.indices.figures import between_groups, component_figures
from measures.core.indices.form import Form, Matrix, Vector, value_of
from measures.core.indices.robustness import CUTOFF, Made, alternatives
from measures.core.indices.table import Table, weighted_mean, weighted_sd
from measures.core.scale_figures import plain
from surveys.core.disclosure import FEWEST
from surveys.core.problems import Refused, refuse
from surveys.core.said import say, sentence, with_sources

FEWEST_UNITS = 3
Line = tuple[Any, ...]


@dataclass(frozen=True)
class Layout:
    """Where in a line what stands: ``values`` and ``raws`` of each attribute, the unit and the group."""

    values: tuple[int, ...]
    raws: tuple[int, ...]
    unit: int | None = None
    group: int | None = None


def table_of(lines: Sequence[Line], layout: Layout) -> Table:
    """The table of (value or None, …, rows); lines of an index of groups whose group is absent are left out.

    Refused where the groups it is compared by cut through its own.
    """
    if layout.unit is not None:
        lines = [line for line in lines if line[layout.unit] is not None]
    rows = np.array([line[-1] for line in lines], dtype=np.float64)
    groups = tuple(line[layout.group] for line in lines) if layout.group is not None else ()
    if len(set(groups)) > MOST_GROUPS + 1:
        raise too_many_groups()
    is_of_groups = layout.unit is not None
    if layout.unit is not None and len({line[layout.unit] for line in lines}) < len(lines):
        message = "The index is one of whole groups, and rows of one of them fall into several of these."
        raise refuse("groups_cut", message, where="by", hint="Compare by an item that is the same in each.")
    return Table(
        values=_numbers(lines, layout.values),
        raws=_numbers(lines, layout.raws),
        rows=rows,
        weights=np.ones(len(rows)) if is_of_groups else rows,
        groups=groups,
        is_of_groups=is_of_groups,
    )


def _numbers(lines: Sequence[Line], places: Sequence[int]) -> Matrix:
    columns = [np.array([line[at] for line in lines], dtype=np.float64) for at in places]  # None: NaN
    return np.column_stack(columns)


def gathered(form: Form, made: Made, table: Table) -> dict[str, Any]:
    """All figures of an index but those by group, as plain JSON; ``why`` alone where too few rows have it.

    ``n`` counts the units (rows, or groups of an index of groups) that have the index, ``rows`` the rows.
    """
    index = value_of(form, table.values)
    there = ~np.isnan(index)
    rows, weights = int(table.rows[there].sum()), table.weights[there]
    if rows < FEWEST or weights.sum() < FEWEST_UNITS:
        return hindered(_too_few(table.is_of_groups))
    found = alternatives(form, made, table)
    counting = counting_figures(form, table)
    return {
        "rows": rows,
        "all_rows": int(table.rows.sum()),
        "n": int(weights.sum()),
        "all": int(table.weights.sum()),
        "is_of_groups": table.is_of_groups,
        "mean": plain(weighted_mean(index[there], weights)),
        "sd": plain(weighted_sd(index[there], weights)),
        **_extremes(index[there], table.rows[there]),
        "components": [asdict(one) for one in component_figures(form, table)],
        "counting": None if counting is None else asdict(counting),
        "alternatives": [with_sources(asdict(one)) for one in found],
    }


def _extremes(index: Vector, rows: Vector) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for end, value in (("low", float(index.min())), ("high", float(index.max()))):
        found |= {end: plain(value), f"{end}_rows": int(rows[index == value].sum())}
    return found


def _too_few(is_of_groups: bool) -> Refused:
    message = (
        say("Fewer than {fewest} groups have the index.", fewest=FEWEST_UNITS)
        if is_of_groups
        else say("Fewer than {fewest} rows have the index.", fewest=FEWEST)
    )
    return refuse("few_rows", message)


def gathered_by_group(form: Form, table: Table) -> dict[str, Any]:
    """The groups beside each other as plain JSON."""
    index = value_of(form, table.values)
    if float(table.rows[~np.isnan(index)].sum()) < FEWEST:
        return hindered(_too_few(is_of_groups=False))
    return asdict(between_groups(form, table))


def hindered(refused: Refused) -> dict[str, Any]:
    """What is kept where nothing can be computed: why, in words."""
    return with_sources({"why": sentence(refused.problems[0].message)})


def disclosed(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures as everybody may see them: no extreme of few rows, no count of few units that change sides."""
    if "why" in figures:
        return dict(figures)
    counting = figures["counting"]
    small = _small_cuts(figures) if counting else set()
    return {
        **_without_extremes(figures),
        "components": [_without_extremes(one) for one in figures["components"]],
        "counting": _without_small(counting, small, figures["n"]) if counting else None,
        "alternatives": [_without_few(one, small) for one in figures["alternatives"]],
    }


def _small_cuts(figures: Mapping[str, Any]) -> set[int]:
    """Cut-offs that would tell how few people hold just so many conditions; the rule's own is told with the
    mean of the index."""
    counting, found, before = figures["counting"], set(), figures["n"]
    for cut in counting["cuts"]:
        is_few = 0 < cut["rows"] < FEWEST or 0 < before - cut["rows"] < FEWEST
        if is_few and not (counting["is_given"] and cut["k"] == counting["adopted"]):
            found.add(cut["k"])
        else:
            before = cut["rows"]
    return found


def _without_small(counting: Mapping[str, Any], small: set[int], n: int) -> dict[str, Any]:
    """Without the cut-offs that are ``small``, and censored headcounts of few rows."""
    nothing = dict.fromkeys(("rows", "headcount", "intensity", "m0"))
    cuts = [{**cut, **nothing} if cut["k"] in small else cut for cut in counting["cuts"]]
    dimensions = [
        {**one, "censored": None} if 0 < round(one["censored"] * n) < FEWEST else one
        for one in counting["dimensions"]
    ]
    return {**counting, "cuts": cuts, "dimensions": dimensions}


def _without_extremes(one: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(one)
    for end in ("low", "high"):
        if one[f"{end}_rows"] < FEWEST:
            told |= {end: None, f"{end}_rows": None}
    return told


def _without_few(one: Mapping[str, Any], small: set[int]) -> dict[str, Any]:
    few = one["crossed"] is not None and 0 < one["crossed"] < FEWEST
    is_small = one["choice"] == CUTOFF and one["what"] in map(str, small)
    return {
        **one,
        "mean": None if is_small else one["mean"],
        "crossed": None if few or is_small else one["crossed"],
        "is_withheld": few or is_small,
    }
