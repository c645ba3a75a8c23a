"""What the rows of a fit carry: slopes, predictions and effects, and why not others.

The algebra is in :mod:`analytics.core.estimators.estimable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest

import numpy as np
import polars as pl

from analytics.core.changes import Ground
from analytics.core.design import Design
from analytics.core.estimators.estimable import Combined, combined
from analytics.core.estimators.margins import Change
from analytics.core.estimators.moments import FloatArray, blocks
from analytics.core.formula import leaf
from analytics.core.frame import Frame, Mask, Numbers, level_text
from analytics.core.results import Check, ModelResult
from analytics.core.sample import Sample
from surveys.core.codebook import Scalar
from surveys.core.said import alternatives, crossed, in_a_row, say

MOST_NAMED = 5  # of what is not given that one check names
MOST_CELLS = 3  # of the combinations without rows that one reason names
Held = Mapping[str, Scalar]


def carried(
    design: Design, frame: Frame, sample: Sample, result: ModelResult, weights: Numbers | None = None
) -> Carried:
    """What the rows of a fitted ``result`` carry; rows without weight carry nothing."""
    terms = dict.fromkeys(one.term for one in result.estimates)  # of several equations once
    kept = tuple(design.names.index(term) for term in terms)
    left = tuple(at for at, name in enumerate(design.names) if name in result.dropped)
    share = np.full(sample.n, 1 / sample.n) if weights is None else weights / weights.sum()
    return Carried(Ground(design, frame, sample, kept), left, share, "logit" in result.kind)


class Effects:
    """The changes whose marginal effects the rows carry, one by one, and a check that names the rest."""

    def __init__(self, rows: Carried) -> None:
        self.rows, self.all = rows, 0
        self.lacking: list[str] = []

    def __iter__(self) -> Iterator[Change]:
        names = dict.fromkeys(leaf(a).name for made in self.rows.ground.design.made_of for a, _ in made)
        for name in names:
            for change, _, why in self.rows.changes(name, {}):
                self.all += 1
                if why:
                    self.lacking.append(told_of(change.term, {}, why))
                else:
                    yield change

    @property
    def checks(self) -> tuple[Check, ...]:
        """Of those that were asked for already: what is not given, and why."""
        if not self.lacking:
            return ()
        message = say(
            "{n} of {all} average marginal effects are not given, for the rows do not carry them: {listed}.",
            n=len(self.lacking),
            all=self.all,
            listed=shortened(self.lacking),
        )
        return (Check("warning", "not_estimable", message),)


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

    @property
    def _part(self) -> Ground:
        """The columns left out and those that they are combinations of."""
        return replace(self.ground, kept=self.combined.columns)

    def changes(self, name: str, held: Held) -> Iterator[tuple[Change, str, str]]:
        """Each change of ``name``, why its average in the linear predictor is unknown, and why that of the
        curve is: empty where the rows carry them."""
        there = replace(self.ground, held=held)
        if not self.left:
            yield from ((change, "", "") for change, _ in there.moves(name))
            return
        part = replace(self._part, held=held)
        x = part.matrix()[self.used]
        # Either may have no column of the variable; where both have some they go through the same values.
        for moved, own in zip_longest(there.moves(name), part.moves(name)):
            change, values = moved or own or (None, ())
            assert change is not None
            if moved is None:
                why = self._left_out(name)
                yield change, why, why
                continue
            states = [{**held, **one} for one in values]
            why = self._why([self._average(own[0])], states) if own else ""
            ends = self._ends(x, own[0] if own else None)
            yield change, why, why or (self._why(ends, states) if self.is_curved else "")

    def prediction(self, held: Held) -> str:
        """Why the average prediction with ``held`` in every row is unknown; empty where it is known."""
        if not self.left:
            return ""
        x = replace(self._part, held=held).matrix()[self.used]
        if self.is_curved:
            return self._why((x[rows] for rows in blocks(len(x))), [held])
        return self._why([(self.share[self.used] @ x)[None, :]], [held])

    def _average(self, change: Change) -> FloatArray:
        """How the columns that take part move on average (1, c)."""
        own = change.columns
        assert own is not None  # a ground names the columns
        found = np.zeros((1, len(self.combined.columns)))
        found[0, own] = sum(sign * (self.share @ part) for sign, part in _parts(change))
        return found

    def _ends(self, x: FloatArray, change: Change | None) -> Iterator[FloatArray]:
        """Every row that the change compares, block by block; of a derivative the rows and itself."""
        if change is None or change.slope is not None:
            yield from (x[rows] for rows in blocks(len(x)))
        for _, part in _parts(change) if change else ():
            assert change is not None and change.columns is not None
            used = part[self.used]
            for rows in blocks(len(x)):
                moved = x[rows].copy() if change.slope is None else np.zeros_like(x[rows])
                moved[:, change.columns] = used[rows]
                yield moved

    def _why(self, parts: Iterable[FloatArray], states: Sequence[Held]) -> str:
        """Why x'b is unknown in a row x of ``parts``: combinations without rows, or the columns left out."""
        off = np.zeros(len(self.left), dtype=np.bool_)
        for x in parts:
            off |= self.combined.off_own(x).max(axis=0, initial=0.0) > 0
        if not off.any():
            return ""
        cells = list(dict.fromkeys(cell for held in states for cell in self._empty(held)))
        if cells:
            return say("no row used has {cells}", cells=alternatives(cells[:MOST_CELLS]))
        return _depends(self.ground.design.names[self.left[at]] for at in np.flatnonzero(off))

    def _left_out(self, name: str) -> str:
        design = self.ground.design
        own = (at for at in self.left if any(leaf(atom).name == name for atom, _ in design.made_of[at]))
        return _depends(design.names[at] for at in own)

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


def _parts(change: Change) -> list[tuple[float, FloatArray]]:
    """The designs that a change is the signed sum of."""
    if change.slope is not None:
        return [(1.0, change.slope)]
    assert change.high is not None and change.low is not None
    return [(1.0, change.high), (-1.0, change.low)]


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
