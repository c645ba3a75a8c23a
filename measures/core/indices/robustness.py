"""What other choices would make of an index: ranks of units and sides of the cut-off under each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from measures.core.indices.form import (
    RANKING,
    Form,
    Matrix,
    Path,
    Vector,
    flat,
    members_of,
    paths,
    value_of,
    with_cutoff,
    without,
)
from measures.core.indices.normalising import NORMALISATIONS, normalised
from measures.core.indices.table import Table, correlation, ranks, weighted_mean
from measures.core.scale_figures import plain
from surveys.core.said import say

LEAVE_OUT, WEIGHTS, AGGREGATION, NORMALISATION, CUTOFF = (
    "leave_out",
    "weights",
    "aggregation",
    "normalisation",
    "cutoff",
)


@dataclass(frozen=True)
class Alternative:
    """One other choice beside the rule's own.

    ``n`` units have both indices and are ranked among each other; ``spearman`` is the correlation of their
    ranks, ``mean_change`` and ``largest_change`` tell by how many places they move.  ``crossed`` units are on
    the other side of the cut-off (None where there is none).  ``why`` says what hinders it; it has no figures
    then.
    """

    choice: str
    what: str
    path: Path = ()
    n: int = 0
    mean: float | None = None
    spearman: float | None = None
    mean_change: float | None = None
    largest_change: float | None = None
    crossed: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Made:
    """What is known of an index beside its form: how each column is normalised, and over what."""

    normalisations: tuple[str, ...]  # of each column: "", percentile_rank, standardise, condition
    is_among_groups: tuple[bool, ...]  # of each column: whether groups count once in it


def alternatives(form: Form, made: Made, table: Table) -> list[Alternative]:
    """Every choice of the rule against its alternatives; what cannot be computed says why."""
    adopted = value_of(form, table.values)
    found = []
    for choice, what, path, other in _choices(form, made, table):
        if isinstance(other, str):
            found.append(Alternative(choice, what, path, why=other))
        else:
            found.append(_held(Alternative(choice, what, path), form, adopted, other, table))
    return found


_Choice = tuple[str, str, Path, Vector | str]


def _choices(form: Form, made: Made, table: Table) -> Iterator[_Choice]:
    yield from _left_out(form, table)
    yield WEIGHTS, "equal", (), _equal(form, table)
    yield AGGREGATION, "geometric", (), _geometric(form, made, table)
    yield from _normalised(form, made, table)
    yield from _cutoffs(form, table)


def _left_out(form: Form, table: Table) -> Iterator[_Choice]:
    for path in paths(form):
        rest = without(form, path)
        if rest is not None:
            yield LEAVE_OUT, "", path, value_of(rest, table.values)
        else:
            yield LEAVE_OUT, "", path, say("Fewer dimensions would be left than the cut-off asks for.")


def _equal(form: Form, table: Table) -> Vector | str:
    """Given weights, or those that follow from nesting, made equal."""
    if form.kind in RANKING:
        return value_of(replace(form, weights=(1.0,) * len(form.weights)), table.values)
    opened = flat(form) if any(isinstance(member, Form) for member in form.members) else None
    if opened is not None:
        return value_of(opened, table.values)
    if len(set(form.weights)) > 1:
        return value_of(replace(form, weights=(1.0,) * len(form.weights)), table.values)
    return say("The weights are equal as they are.")


def _geometric(form: Form, made: Made, table: Table) -> Vector | str:
    if form.kind in RANKING or "condition" in made.normalisations or form.is_counting:
        return say("A condition is 1 or 0, and a product with one that does not hold is 0.")
    members = members_of(form, table.values)
    n = int(np.any(members <= 0, axis=0).sum())
    if n:
        return say("{n} of the {m} components have values of zero or below.", n=n, m=members.shape[1])
    return value_of(replace(form, is_geometric=True), table.values)


def _normalised(form: Form, made: Made, table: Table) -> Iterator[_Choice]:
    if "condition" in made.normalisations:
        why = say("Conditions are 1 or 0 already; another norm would only weigh them.")
        yield NORMALISATION, "", (), why
        return
    for method in NORMALISATIONS:
        if set(made.normalisations) == {method}:
            continue
        columns = _columns(method, made, table)
        yield NORMALISATION, method, (), columns if isinstance(columns, str) else value_of(form, columns)


def _columns(method: str, made: Made, table: Table) -> Matrix | str:
    found = []
    for at, is_among in enumerate(made.is_among_groups):
        weights = table.weights if is_among or not table.is_of_groups else table.rows
        column = normalised(method, table.raws[:, at], weights)
        if column is None:
            return say("A component has the same value everywhere.")
        found.append(column)
    return np.column_stack(found)


def _cutoffs(form: Form, table: Table) -> Iterator[_Choice]:
    if not form.cutoff:
        yield CUTOFF, "", (), say("The rule has no cut-off.")
        return
    for k in (form.cutoff - 1, form.cutoff + 1):
        if k < 1:
            yield CUTOFF, str(k), (), say("Everybody would be counted.")
        elif k > len(form.members):
            yield CUTOFF, str(k), (), say("There are only {n} dimensions.", n=len(form.members))
        else:
            yield CUTOFF, str(k), (), value_of(with_cutoff(form, k), table.values)


def _held(empty: Alternative, form: Form, adopted: Vector, other: Vector, table: Table) -> Alternative:
    both = ~np.isnan(adopted) & ~np.isnan(other)
    one, two, weights = adopted[both], other[both], table.weights[both]
    if not both.any():
        return replace(empty, why=say("No unit has both indices."))
    places, moved = ranks(one, weights), ranks(two, weights)
    change = np.abs(moved - places)
    crossed = int(weights[(one > 0) != (two > 0)].sum()) if form.cutoff else None
    return replace(
        empty,
        n=int(weights.sum()),
        mean=plain(weighted_mean(two, weights)),
        spearman=plain(correlation(places, moved, weights)),
        mean_change=plain(weighted_mean(change, weights)),
        largest_change=plain(float(change.max())),
        crossed=crossed,
    )
