"""The form of an index: how columns of numbers become one, and with what weight each enters it.

A form is what a rule says without its words, so that another choice (without a component, with equal weights,
with another cut-off) is another form over the same columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Path = tuple[int, ...]  # where a component stands: its place among its fellows, from the outermost down

COUNTING = ("count_of", "share_of", "deprivation")
ADDING = ("mean_of", "sum_of", "weighted_mean")
RANKING = ("rank_weight",)
AGGREGATING = (*ADDING, *COUNTING, *RANKING)


@dataclass(frozen=True)
class Form:
    """``members`` are columns by their places, or forms; ``weights`` has one number for each of them.

    ``at_least``: the fewest members a row must have; ``cutoff``: of a deprivation index the fewest that hold;
    ``is_geometric``: members are multiplied instead of added (values above zero alone).
    """

    kind: str
    members: tuple[int | Form, ...]
    weights: tuple[float, ...]
    at_least: int
    cutoff: int = 0
    is_geometric: bool = False

    @property
    def is_counting(self) -> bool:
        return self.kind in COUNTING


@dataclass(frozen=True)
class Taken:
    """What a form makes of a table: ``value`` (u,), NaN where absent; ``coefficients`` (u, k) of the columns.

    The coefficients times the columns add up to the value in every row (absent cells count as zero).
    """

    value: Vector
    coefficients: Matrix


def taken(form: Form, columns: Matrix) -> Taken:
    """The index and the coefficient of each column in it, row by row; not for geometric forms."""
    parts = [_member(member, columns) for member in form.members]
    inner = np.column_stack([part.value for part in parts])
    value, outer = _aggregated(form, inner)
    coefficients = np.zeros_like(columns)
    for at, part in enumerate(parts):
        coefficients += outer[:, [at]] * part.coefficients
    return Taken(value, coefficients)


def value_of(form: Form, columns: Matrix) -> Vector:
    """The index alone (u,), NaN where it is absent."""
    inner = members_of(form, columns)
    return _geometric(form, inner) if form.is_geometric else _aggregated(form, inner)[0]


def members_of(form: Form, columns: Matrix) -> Matrix:
    """The values (u, m) of the members of a form."""
    values = [columns[:, one] if isinstance(one, int) else value_of(one, columns) for one in form.members]
    return np.column_stack(values)


def _member(member: int | Form, columns: Matrix) -> Taken:
    if isinstance(member, Form):
        return taken(member, columns)
    coefficients = np.zeros_like(columns)
    coefficients[:, member] = 1.0
    return Taken(columns[:, member], coefficients)


def _aggregated(form: Form, inner: Matrix) -> tuple[Vector, Matrix]:
    """The value of each row, and what each member is multiplied by to give it."""
    valid, filled = ~np.isnan(inner), np.nan_to_num(inner)
    m = valid.sum(axis=1)
    is_there = m >= form.at_least
    if form.kind in RANKING:
        return _first_that_holds(form, filled, is_there)
    weights = valid * np.array(form.weights)
    whole = np.ones(len(m)) if form.kind in ("sum_of", "count_of") else weights.sum(axis=1)
    whole = np.where(whole == 0, 1.0, whole)
    total = _added(weights * filled)
    if form.kind == "deprivation":
        is_deprived = _added(filled) >= form.cutoff
        total, weights = np.where(is_deprived, total, 0.0), weights * is_deprived[:, None]
    return np.where(is_there, total / whole, np.nan), weights / whole[:, None]


def _first_that_holds(form: Form, filled: Matrix, is_there: NDArray[np.bool_]) -> tuple[Vector, Matrix]:
    """``rank_weight``: the weight of the first condition that holds; absent ones are passed over."""
    holds = filled == 1
    is_first = holds & (np.cumsum(holds, axis=1) == 1)
    weights = is_first * np.array(form.weights)
    return np.where(holds.any(axis=1) | is_there, weights.sum(axis=1), np.nan), weights


def _added(cells: Matrix) -> Vector:
    """Sums of rows from the left, as engines add: numpy's own order would differ in the last bit."""
    total = np.zeros(len(cells))
    for column in cells.T:
        total = total + column
    return total


def _geometric(form: Form, inner: Matrix) -> Vector:
    valid = ~np.isnan(inner)
    logs = np.log(np.where(valid, inner, 1.0))
    weights = valid * np.array(form.weights)
    whole = np.where(valid.any(axis=1), weights.sum(axis=1), 1.0)
    found = np.exp((weights * logs).sum(axis=1) / whole)
    return np.where(valid.sum(axis=1) >= form.at_least, found, np.nan)


def leaves(form: Form) -> Iterator[int]:
    """The columns of a form, in order."""
    for member in form.members:
        yield from (member,) if isinstance(member, int) else leaves(member)


def _forms(form: Form) -> Iterator[Form]:
    yield form
    for member in form.members:
        if isinstance(member, Form):
            yield from _forms(member)


def paths(form: Form) -> Iterator[Path]:
    """Every component, each before its own components."""
    for at, member in enumerate(form.members):
        yield (at,)
        if isinstance(member, Form):
            yield from ((at, *rest) for rest in paths(member))


def at_path(form: Form, path: Path) -> int | Form:
    """The component that stands at a path."""
    found: int | Form = form
    for place in path:
        assert isinstance(found, Form)
        found = found.members[place]
    return found


def without(form: Form, path: Path) -> Form | None:
    """The form without one component; None where nothing, or less than a cut-off asks for, would be left.

    Where all had to be answered all of the others must be; a smaller number stays as far as it can.
    """
    place, *rest = path
    if rest:
        inner = form.members[place]
        assert isinstance(inner, Form)
        smaller = without(inner, tuple(rest))
        members = (*form.members[:place], smaller, *form.members[place + 1 :]) if smaller else ()
        return replace(form, members=members) if members else None
    left = [at for at in range(len(form.members)) if at != place]
    if not left or form.cutoff > len(left):
        return None
    return replace(
        form,
        members=tuple(form.members[at] for at in left),
        weights=tuple(form.weights[at] for at in left),
        at_least=min(form.at_least, len(left)),
    )


def flat(form: Form) -> Form | None:
    """Every column with the same weight, whatever component it stands in: the plain mean of all.

    The same share of them must be there.  None where a component has a cut-off, or ranks.
    """
    if any(one.cutoff or one.kind in RANKING for one in _forms(form)):
        return None
    columns = tuple(leaves(form))
    share = form.at_least / len(form.members)
    return Form("mean_of", columns, (1.0,) * len(columns), max(1, round(share * len(columns))))


def with_cutoff(form: Form, k: int) -> Form:
    """The deprivation index over the same conditions."""
    return replace(form, kind="deprivation", cutoff=k)
