"""Figures of an index: its components, what each adds to mean and spread, groups beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from measures.core.indices.form import (
    RANKING,
    Form,
    Path,
    Vector,
    at_path,
    leaves,
    paths,
    taken,
    value_of,
    with_cutoff,
    without,
)
from measures.core.indices.table import Table, correlation, told_groups, weighted_mean, weighted_sd
from measures.core.scale_figures import plain
from surveys.core.codebook import Scalar


@dataclass(frozen=True)
class ComponentFigures:
    """One component over the lines that have a value of it; n counts rows, or groups of an index of groups.

    ``low`` and ``high`` are the extremes, ``low_rows`` and ``high_rows`` the rows of the wave that have them;
    ``with_index`` is its correlation with the index, ``with_rest`` that with the index made without it.
    ``contribution`` is what it adds to the index's mean: those of the components of one level add up to it.
    ``share`` is its part of that mean, None where some contribution is negative or the mean is not above
    zero; ``of_variance`` its part of the variance, cov(part, index) / var(index).  ``weight``: what one more
    point of it adds to the index where everything is answered; None of a component whose place decides.
    """

    path: Path
    n: int
    mean: float | None
    sd: float | None
    low: float | None
    high: float | None
    low_rows: int
    high_rows: int
    with_index: float | None
    with_rest: float | None
    weight: float | None
    contribution: float | None
    share: float | None
    of_variance: float | None


@dataclass(frozen=True)
class GroupFigures:
    """One group: its part of the population, its mean and SD, and what it adds to the mean of all.

    Contributions (population share times mean) add up to the index's mean; of counting indices also the
    headcount and the intensity.
    """

    group: Scalar | None
    n: int
    rows: int
    population: float
    mean: float | None
    sd: float | None
    contribution: float | None
    share: float | None
    headcount: float | None = None
    intensity: float | None = None


@dataclass(frozen=True)
class Between:
    """The groups, and the share of the index's variance (sum of squares) that lies between them."""

    groups: tuple[GroupFigures, ...]
    between: float | None
    within: float | None


def component_figures(form: Form, table: Table) -> list[ComponentFigures]:
    """Every component, each before its own components."""
    found = taken(form, table.values)
    there = ~np.isnan(found.value)
    index, weights = found.value[there], table.weights[there]
    parts = found.coefficients[there] * np.nan_to_num(table.values[there])
    mean = weighted_mean(index, weights)
    adds = {
        path: np.asarray(parts[:, list(_columns(form, path))].sum(axis=1), dtype=np.float64)
        for path in paths(form)
    }
    means = {path: weighted_mean(part, weights) for path, part in adds.items()}
    is_shared = mean > 0 and all(one >= 0 for one in means.values())
    spread = _covariance(index, index, weights)
    return [
        _component(
            form,
            table,
            path,
            found.value,
            means[path],
            means[path] / mean if is_shared else None,
            _covariance(part, index, weights) / spread if spread > 0 else None,
        )
        for path, part in adds.items()
    ]


def _component(
    form: Form,
    table: Table,
    path: Path,
    index: Vector,
    contribution: float,
    share: float | None,
    of_variance: float | None,
) -> ComponentFigures:
    values = component_of(form, table, path)
    there = ~np.isnan(values)
    own, weights, rows = values[there], table.weights[there], table.rows[there]
    low, high = (float(own.min()), float(own.max())) if len(own) else (None, None)
    return ComponentFigures(
        path=path,
        n=int(weights.sum()),
        mean=plain(weighted_mean(own, weights)),
        sd=plain(weighted_sd(own, weights)),
        low=plain(low),
        high=plain(high),
        low_rows=int(rows[own == low].sum()),
        high_rows=int(rows[own == high].sum()),
        with_index=_alike(values, index, table.weights),
        with_rest=_with_rest(form, table, path, values),
        weight=plain(weight_of(form, path)),
        contribution=plain(contribution),
        share=plain(share),
        of_variance=plain(of_variance),
    )


def component_of(form: Form, table: Table, path: Path) -> Vector:
    """The values (u,) of a component."""
    member = at_path(form, path)
    return table.values[:, member] if isinstance(member, int) else value_of(member, table.values)


def _with_rest(form: Form, table: Table, path: Path, values: Vector) -> float | None:
    rest = without(form, path)
    return _alike(values, value_of(rest, table.values), table.weights) if rest is not None else None


def _alike(one: Vector, other: Vector, weights: Vector) -> float | None:
    both = ~np.isnan(one) & ~np.isnan(other)
    return plain(correlation(one[both], other[both], weights[both]))


def _covariance(one: Vector, other: Vector, weights: Vector) -> float:
    a, b = one - weighted_mean(one, weights), other - weighted_mean(other, weights)
    return float((weights * a * b).sum() / weights.sum()) if len(one) else 0.0


def _columns(form: Form, path: Path) -> Iterator[int]:
    member = at_path(form, path)
    yield from (member,) if isinstance(member, int) else leaves(member)


def weight_of(form: Form, path: Path) -> float | None:
    """What one more point of a component adds to the index where everything is answered (and counted)."""
    place, *rest = path
    if form.kind in RANKING:
        own: float | None = form.weights[place]
    else:
        is_sum = form.kind in ("sum_of", "count_of")
        own = form.weights[place] / (1.0 if is_sum else sum(form.weights))
    if not rest or own is None:
        return own
    inner = form.members[place]
    assert isinstance(inner, Form)
    deeper = weight_of(inner, tuple(rest))
    return None if deeper is None else own * deeper


def between_groups(form: Form, table: Table) -> Between:
    """The index by groups; rows whose group is absent are a group of their own, so that all adds up.

    Of indices that count conditions it is M0 at the cut-off, with headcount and intensity.
    """
    if form.is_counting and all(isinstance(member, int) for member in form.members):
        form = with_cutoff(form, form.cutoff or 1)
    index = value_of(form, table.values)
    there = ~np.isnan(index)
    values, weights, rows = index[there], table.weights[there], table.rows[there]
    groups = [group for group, is_there in zip(table.groups, there, strict=True) if is_there]
    total, mean = weights.sum(), weighted_mean(values, weights)
    is_counted = form.kind == "deprivation"
    told: list[GroupFigures] = []
    between = 0.0
    for group in told_groups(groups):
        mine = np.array([one == group for one in groups])
        n, own = weights[mine].sum(), weighted_mean(values[mine], weights[mine])
        between += n * (own - mean) ** 2
        is_poor = weights[mine][values[mine] > 0].sum()
        told.append(
            GroupFigures(
                group=group,
                n=int(n),
                rows=int(rows[mine].sum()),
                population=float(n / total),
                mean=plain(own),
                sd=plain(weighted_sd(values[mine], weights[mine])),
                contribution=plain(n / total * own),
                share=plain(n / total * own / mean) if mean > 0 and values.min() >= 0 else None,
                headcount=plain(is_poor / n) if is_counted else None,
                intensity=plain(own * n / is_poor) if is_counted and is_poor else None,
            )
        )
    spread = float((weights * (values - mean) ** 2).sum())
    parts = (between / spread, 1.0 - between / spread) if spread > 0 else (None, None)
    return Between(tuple(told), plain(parts[0]), plain(parts[1]))
