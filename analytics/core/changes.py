"""What happens to a design when one variable changes: the ground of average marginal effects.

A variable may enter through logs, powers, centring, products and the dummies of a factor; all of them move
with it.  Centring keeps the means that were taken when the design was built, those of groups too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
import polars as pl

from analytics.core.design import Design, Made
from analytics.core.estimators.margins import Change
from analytics.core.formula import (
    Atom,
    Center,
    Factor,
    GroupMean,
    Log,
    Power,
    Variable,
    Within,
    leaf,
)
from analytics.core.frame import Frame, Numbers, level_text, levels_used
from analytics.core.sample import Sample, group_means
from surveys.core.codebook import Scalar


@dataclass(frozen=True)
class Ground:
    """A design that says what its columns become; the variables ``held`` have one value throughout."""

    design: Design
    frame: Frame
    sample: Sample
    kept: tuple[int, ...]
    held: Mapping[str, Scalar] = field(default_factory=dict)

    def matrix(self) -> Numbers:
        """The columns kept (n, k), with the variables held at their values."""
        found = self.design.matrix[:, list(self.kept)].copy()
        for at, made in enumerate(self.made_of):
            if any(leaf(atom).name in self.held for atom, _ in made):
                found[:, at] = reduce(np.multiply, [self._part(one) for one in made])
        return found

    @property
    def whole(self) -> Ground:
        """The same of all columns, those left out of the fit among them."""
        return replace(self, kept=tuple(range(len(self.design.made_of))))

    @property
    def made_of(self) -> tuple[tuple[Made, ...], ...]:
        return tuple(self.design.made_of[at] for at in self.kept)

    def changes(self, name: str) -> Iterator[Change]:
        """What happens when the variable moves: one change for a number, one for each category."""
        return (change for change, _ in self.moves(name))

    def moves(self, name: str) -> Iterator[tuple[Change, tuple[Mapping[str, Scalar], ...]]]:
        """Each change with the values that it compares: of a number none, for rows then stay as they are."""
        touched = [at for at, made in enumerate(self.made_of) if any(leaf(a).name == name for a, _ in made)]
        columns = np.array(touched, dtype=np.int64)
        if not touched:
            return
        if name in self.design.bases:
            base, text = self.design.bases[name], self._factor(name)
            low = self._set(name, base, touched)
            for level in levels_used(self.frame[name], self.sample.mask):
                if level != base:
                    high = self._set(name, level, touched)
                    change = Change(f"{text}[{level_text(level)}]", high, low, columns=columns)
                    yield change, ({name: level}, {name: base})
        elif set(np.unique(self._values(name)).tolist()) <= {0.0, 1.0}:
            change = Change(name, self._set(name, 1, touched), self._set(name, 0, touched), columns=columns)
            yield change, ({name: 1}, {name: 0})
        else:
            yield Change(name, slope=self._slopes(name, touched), columns=columns), ({},)

    def _factor(self, name: str) -> str:
        """How the design writes the factor: C(name), or the name alone."""
        atoms = (a for made in self.made_of for a, level in made if level is not None)
        return next((atom.plain for atom in atoms if leaf(atom).name == name), name)

    def _set(self, name: str, value: Scalar, touched: Sequence[int]) -> Numbers:
        """The columns touched (n, c), with the variable at ``value`` in every row."""
        return np.column_stack(
            [
                reduce(np.multiply, [self._part(made, value if leaf(made[0]).name == name else None)
                                     for made in self.made_of[at]])
                for at in touched
            ]
        )  # fmt: skip

    def _slopes(self, name: str, touched: Sequence[int]) -> Numbers:
        """The derivatives (n, c) of the columns touched by the variable: the rule of products."""
        found = []
        for at in touched:
            parts = self.made_of[at]
            slope = np.zeros(self.sample.n)
            for place, (atom, _) in enumerate(parts):
                if leaf(atom).name == name:
                    others = [self._part(made) for other, made in enumerate(parts) if other != place]
                    slope = slope + reduce(np.multiply, others, self._speed(atom, self._values(name)))
            found.append(slope)
        return np.column_stack(found)

    def _part(self, made: Made, value: Scalar | None = None) -> Numbers:
        """The numbers (n,) of an atom or of one level of it, at ``value`` or as the rows are."""
        atom, level = made
        name = leaf(atom).name
        value = self.held.get(name) if value is None else value
        if level is not None:
            if value is not None:
                return np.full(self.sample.n, float(level == value))
            kept = self.frame[name].values.filter(pl.Series(self.sample.mask))
            return (kept == level).cast(pl.Float64).to_numpy()
        rows = self._values(name) if value is None else np.full(self.sample.n, float(value))
        return self._at(atom, rows)

    def _values(self, name: str) -> Numbers:
        return self.frame[name].numbers()[self.sample.mask]

    def _at(self, atom: Atom, values: Numbers) -> Numbers:
        """A numeric atom where its variable has ``values``."""
        if isinstance(atom, Variable | Factor):
            return values
        inner = self._at(atom.of, values)
        if isinstance(atom, Log):
            return np.asarray(np.log(inner))
        if isinstance(atom, Power):
            return np.asarray(inner**atom.exponent)
        if isinstance(atom, Within | GroupMean):
            own = self._group_means(atom)
            return own if isinstance(atom, GroupMean) else inner - own
        return inner - self.design.means[atom.of.text]

    def _group_means(self, atom: Within | GroupMean) -> Numbers:
        """Of the rows as they are: a row that changes does not move its group."""
        return group_means(self._at(atom.of, self._values(leaf(atom).name)), self.design.groups)

    def _speed(self, atom: Atom, values: Numbers) -> Numbers:
        """How fast a numeric atom moves with its variable."""
        if isinstance(atom, Variable | Factor):
            return np.ones_like(values)
        inner, speed = self._at(atom.of, values), self._speed(atom.of, values)
        if isinstance(atom, Log):
            return speed / inner
        if isinstance(atom, Power):
            return np.asarray(atom.exponent * inner ** (atom.exponent - 1) * speed)
        if isinstance(atom, GroupMean):
            return np.zeros_like(values)
        assert isinstance(atom, Center | Within)
        return speed
