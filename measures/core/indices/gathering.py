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
from measures.core.indices.robustness import Made, alternatives
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
    cells = [[np.nan if line[at] is None else float(line[at]) for at in places] for line in lines]
    return np.array(cells, dtype=np.float64).reshape(len(lines), len(places))


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


def is_shared(rows: float) -> bool:
    """Whether enough rows share a value for it to be told to everybody."""
    return rows >= FEWEST


def disclosed(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures as everybody may see them: no extreme of few rows, no count of few units that change sides."""
    if "why" in figures:
        return dict(figures)
    return {
        **_without_extremes(figures),
        "components": [_without_extremes(one) for one in figures["components"]],
        "alternatives": [_without_few(one) for one in figures["alternatives"]],
    }


def _without_extremes(one: Mapping[str, Any]) -> dict[str, Any]:
    kept = {end: one[end] if is_shared(one[f"{end}_rows"]) else None for end in ("low", "high")}
    return {**one, **kept}


def _without_few(one: Mapping[str, Any]) -> dict[str, Any]:
    few = one["crossed"] is not None and 0 < one["crossed"] < FEWEST
    return {**one, "crossed": None if few else one["crossed"], "is_withheld": few}
