"""Counting indices: H, A, M0 and dimensions, after Alkire and Foster (2011, J. of Public Economics 95)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from measures.core.indices.form import Form, taken, with_cutoff
from measures.core.indices.table import Table, weighted_mean
from measures.core.scale_figures import plain


@dataclass(frozen=True)
class Cut:
    """At a cut-off of ``k``: ``rows`` deprived, ``headcount`` H their share, ``intensity`` A the mean share
    of dimensions among them, ``m0`` the adjusted headcount H times A."""

    k: int
    rows: int
    headcount: float
    intensity: float | None
    m0: float


@dataclass(frozen=True)
class Dimension:
    """``headcount``: the share for whom it holds; ``censored``: who are deprived as well; ``contribution``:
    its part of M0 (those of all add up to 1; None where M0 is 0)."""

    path: tuple[int, ...]
    headcount: float | None
    censored: float
    contribution: float | None


@dataclass(frozen=True)
class Counting:
    """``adopted`` is the rule's cut-off, 1 where it has none: whoever is deprived in one dimension counts."""

    adopted: int
    is_given: bool
    cuts: tuple[Cut, ...]
    dimensions: tuple[Dimension, ...]


def counting_figures(form: Form, table: Table) -> Counting | None:
    """Of an index that counts conditions; None of others."""
    if not form.is_counting or not all(isinstance(member, int) for member in form.members):
        return None
    adopted = form.cutoff or 1
    cuts = tuple(_cut(form, table, k) for k in range(1, len(form.members) + 1))
    return Counting(adopted, form.cutoff > 0, cuts, _dimensions(with_cutoff(form, adopted), table))


def _cut(form: Form, table: Table, k: int) -> Cut:
    found = taken(with_cutoff(form, k), table.values).value
    there = ~np.isnan(found)
    values, weights = found[there], table.weights[there]
    is_poor, n = values > 0, weights.sum()
    rows, m0 = int(weights[is_poor].sum()), weighted_mean(values, weights)
    among = weighted_mean(values[is_poor], weights[is_poor]) if rows else None
    return Cut(k, rows, rows / float(n), plain(among), float(m0))


def _dimensions(form: Form, table: Table) -> tuple[Dimension, ...]:
    found = taken(form, table.values)
    there = ~np.isnan(found.value)
    weights, is_poor = table.weights[there], found.value[there] > 0
    m0 = weighted_mean(found.value[there], weights)
    told = []
    for at, place in enumerate(form.members):
        assert isinstance(place, int)
        own = table.values[there, place]
        valid = ~np.isnan(own)
        holds = np.nan_to_num(own)
        part = weighted_mean(found.coefficients[there, place] * holds, weights)
        told.append(
            Dimension(
                path=(at,),
                headcount=plain(weighted_mean(holds[valid], weights[valid])),
                censored=float(weights[is_poor & (holds == 1)].sum() / weights.sum()),
                contribution=plain(part / m0) if m0 > 0 else None,
            )
        )
    return tuple(told)
