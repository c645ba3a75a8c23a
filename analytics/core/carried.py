"""What the rows of a fit can carry: values that its columns determine, those that were left out among them.

Columns left out are combinations of the columns kept in the rows used, and nowhere else: where one of them
differs from its combination, nothing is known of what it would add.  A value x'b is estimable where x lies in
the row space of the whole design (Searle 1971, section 5.4): here, where every column left out has there the
value of its combination, which is the same as being orthogonal to the design's null space.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from analytics.core.changes import Ground
from analytics.core.design import Design
from analytics.core.estimators.margins import Change
from analytics.core.estimators.moments import FloatArray, find_intercept
from analytics.core.formula import leaf
from analytics.core.frame import Frame, Mask, Numbers, level_text
from analytics.core.results import Check, ModelResult
from analytics.core.sample import Sample
from surveys.core.codebook import Scalar
from surveys.core.said import alternatives, crossed, in_a_row, say

EXACT = 1e-9  # how closely a column left out is known to be its combination, at best
SLACK = 10.0  # times what the rows used themselves are off
MOST_NAMED = 5  # of what is not given that one check names
MOST_CELLS = 3  # of the combinations without rows that one reason names
Held = Mapping[str, Scalar]


@dataclass(frozen=True)
class Combined:
    """Columns ``left`` out (m) as combinations (k, m) of those ``kept`` (k), about their ``centre``."""

    kept: tuple[int, ...]
    left: tuple[int, ...]
    weights: FloatArray
    centre: FloatArray
    intercept: int
    spread: FloatArray
    room: FloatArray

    def off(self, x: FloatArray) -> FloatArray:
        """How far (r, m) the columns left out are from their combinations in rows ``x`` (r, all columns)."""
        difference, size = self._sizes(x)
        return np.where(np.abs(difference) > self.room * size, np.abs(difference), 0.0)

    def _sizes(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        one = x[:, [self.intercept]] if self.intercept >= 0 else np.zeros((len(x), 1))
        about = x - one * self.centre
        kept, left = about[:, list(self.kept)], about[:, list(self.left)]
        size = np.abs(left) + np.abs(kept) @ np.abs(self.weights) + self.spread
        size = size + np.abs(one * self.centre[list(self.left)])
        return left - kept @ self.weights, np.where(size > 0, size, 1.0)


def combined(x: FloatArray, names: tuple[str, ...], left: Sequence[int]) -> Combined:
    """The columns ``left`` of ``x`` (n, all columns) by those that were kept: least squares about means."""
    intercept = find_intercept(x, names)
    intercept = -1 if intercept in left else intercept
    centre = x.mean(axis=0) if intercept >= 0 else np.zeros(x.shape[1])
    if intercept >= 0:
        centre[intercept] = 0.0
    kept = tuple(at for at in range(x.shape[1]) if at not in set(left))
    about = x - centre
    scale = np.sqrt((about**2).mean(axis=0))
    scale[scale == 0] = 1.0
    weights = np.linalg.lstsq(about[:, list(kept)] / scale[list(kept)], about[:, list(left)], rcond=None)[0]
    weights = weights / scale[list(kept)][:, None]
    spread = about[:, list(left)].std(axis=0)
    found = Combined(kept, tuple(left), weights, centre, intercept, spread, np.full(len(left), EXACT))
    difference, size = found._sizes(x)
    return replace(
        found, room=np.maximum(EXACT, SLACK * (np.abs(difference) / size).max(axis=0, initial=0.0))
    )


def carried(
    design: Design, frame: Frame, sample: Sample, result: ModelResult, weights: Numbers | None = None
) -> Carried:
    """What the rows of a fitted ``result`` carry; rows without weight carry nothing."""
    terms = dict.fromkeys(
        one.term for one in result.estimates
    )  # of a multinomial logit once, not by category
    kept = tuple(design.names.index(term) for term in terms)
    left = tuple(at for at, name in enumerate(design.names) if name in result.dropped)
    share = np.full(sample.n, 1 / sample.n) if weights is None else weights / weights.sum()
    return Carried(Ground(design, frame, sample, kept), left, share, "logit" in result.kind)


def effects_carried(rows: Carried) -> tuple[list[Change], tuple[Check, ...]]:
    """The changes of all variables that have a marginal effect, and a check that names those without one."""
    names = dict.fromkeys(leaf(atom).name for made in rows.ground.design.made_of for atom, _ in made)
    found = [one for name in names for one in rows.changes(name, {})]
    lacking = [told_of(change.term, {}, why) for change, _, why in found if why]
    checks: tuple[Check, ...] = ()
    if lacking:
        message = say(
            "{n} of {all} average marginal effects are not given, for the rows do not carry them: {listed}.",
            n=len(lacking),
            all=len(found),
            listed=shortened(lacking),
        )
        checks = (Check("warning", "not_estimable", message),)
    return [change for change, _, why in found if not why], checks


def told_of(what: str, at: Held, why: str) -> str:
    """What is not given, where, and why: a member of a list."""
    places = [f"{name} = {_number(value)}" for name, value in at.items()]
    if what and places:
        return say("{what} at {place} ({why})", what=what, place=in_a_row(places), why=why)
    return say("{what} ({why})", what=what or in_a_row(places), why=why)


def shortened(lacking: Sequence[str]) -> tuple[str, ...]:
    """The first of a list, and how many more there are."""
    if len(lacking) <= MOST_NAMED + 1:
        return tuple(lacking)
    return (*lacking[:MOST_NAMED], say("and {n} more", n=len(lacking) - MOST_NAMED))


def _number(value: Scalar) -> str:
    return f"{value:.4g}" if isinstance(value, float) else level_text(value)


@dataclass(frozen=True)
class Carried:
    """A fit's ``ground`` (of the columns estimated), the columns ``left`` out, the rows ``used`` (n,).

    ``share`` (n,) is what each row counts in averages.
    """

    ground: Ground
    left: tuple[int, ...]
    share: FloatArray
    is_curved: bool

    @property
    def used(self) -> Mask:
        return np.asarray(self.share > 0)

    @cached_property
    def combined(self) -> Combined:
        design = self.ground.design
        return combined(design.matrix[self.used], design.names, self.left)

    def changes(self, name: str, held: Held) -> Iterator[tuple[Change, str, str]]:
        """Each change of ``name``, why its average in the linear predictor is unknown, and why that of the
        curve is: empty where the rows carry them."""
        there = replace(self.ground, held=held)
        if not self.left:
            yield from ((change, "", "") for change, _ in there.moves(name))
            return
        x = there.whole.matrix()[self.used]
        for change, values in there.whole.moves(name):
            states = [{**held, **one} for one in values]
            moved, ends = self._ends(x, change)
            kept = self._kept(change)
            why = self._why(self._average(moved), states) if kept is not None else self._left_out(change)
            curved = why or (self._why(ends, states) if self.is_curved else "")
            yield kept or change, why, curved

    def prediction(self, held: Held) -> str:
        """Why the average prediction with ``held`` in every row is unknown; empty where it is known."""
        if not self.left:
            return ""
        x = replace(self.ground, held=held).whole.matrix()[self.used]
        return self._why(x if self.is_curved else self._average(x), [held])

    def _average(self, x: FloatArray) -> FloatArray:
        share = self.share[self.used]
        return np.asarray((share / share.sum()) @ x)[None, :]

    def _ends(self, x: FloatArray, change: Change) -> tuple[FloatArray, FloatArray]:
        """How the whole rows move, and every row that the change compares."""
        own = change.columns
        assert own is not None  # a ground names the columns
        moved = np.zeros_like(x)
        if change.slope is not None:
            moved[:, own] = change.slope[self.used]
            return moved, np.concatenate([x, moved])
        assert change.high is not None and change.low is not None
        high, low = x.copy(), x.copy()
        high[:, own], low[:, own] = change.high[self.used], change.low[self.used]
        return high - low, np.concatenate([high, low])

    def _kept(self, change: Change) -> Change | None:
        """The change in the columns estimated alone; None where it moves none of them."""
        assert change.columns is not None
        places = {at: place for place, at in enumerate(self.ground.kept)}
        own = [at for at, column in enumerate(change.columns.tolist()) if column in places]
        if not own:
            return None
        high, low, slope = (
            None if part is None else part[:, own] for part in (change.high, change.low, change.slope)
        )
        columns = np.array([places[int(change.columns[at])] for at in own], dtype=np.int64)
        return Change(change.term, high, low, slope, columns)

    def _why(self, x: FloatArray, states: Sequence[Held]) -> str:
        """Why x'b is unknown in a row of ``x``: combinations without rows, or the columns left out."""
        off = self.combined.off(x).max(axis=0, initial=0.0) > 0
        if not off.any():
            return ""
        cells = list(dict.fromkeys(cell for held in states for cell in self._empty(held)))
        if cells:
            return say("no row used has {cells}", cells=alternatives(cells[:MOST_CELLS]))
        return _depends(self.ground.design.names[self.left[at]] for at in np.flatnonzero(off))

    def _left_out(self, change: Change) -> str:
        assert change.columns is not None
        return _depends(self.ground.design.names[at] for at in change.columns.tolist())

    def _empty(self, held: Held) -> Iterator[str]:
        """Combinations of categories of one term that rows would have with ``held``, and none used has."""
        for names in self._crossed:
            if not any(name in held for name in names):
                continue
            columns = [self._values(name) for name in names]
            seen = set(zip(*columns, strict=True))
            cells = [cell for cell in dict.fromkeys(_moved(columns, names, held)) if cell not in seen]
            for cell in cells:
                named = zip(names, cell, strict=True)
                yield crossed(f"{name} = {level_text(value)}" for name, value in named)
            if cells:
                return

    @cached_property
    def _crossed(self) -> tuple[tuple[str, ...], ...]:
        """The variables of few values that stand together in a column, the smallest sets first."""
        design = self.ground.design
        found: dict[tuple[str, ...], None] = {}
        for made in design.made_of:
            names = tuple(dict.fromkeys(leaf(atom).name for atom, _ in made))
            few = tuple(name for name in names if name in design.bases or len(set(self._values(name))) < 3)
            found[few] = None
        return tuple(sorted((names for names in found if names), key=len))

    def _values(self, name: str) -> list[Scalar]:
        rows = self.ground.frame[name].values.filter(pl.Series(self.ground.sample.mask))
        return list(rows.filter(pl.Series(self.used)).to_list())


def _moved(
    columns: Sequence[Sequence[Scalar]], names: Sequence[str], held: Held
) -> Iterable[tuple[Scalar, ...]]:
    """The combination (row by row) that the rows have where the variables ``held`` have one value."""
    rows = len(columns[0])
    parts = [
        [held[name]] * rows if name in held else column for name, column in zip(names, columns, strict=True)
    ]
    return zip(*parts, strict=True)


def _depends(names: Iterable[str]) -> str:
    return say("it depends on {terms}, left out of the fit", terms=tuple(names))
