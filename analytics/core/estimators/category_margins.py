"""Average marginal effects on the probability of every category, with errors by the delta method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np

from analytics.core.estimators.logistic import curve
from analytics.core.estimators.margins import Change, effect_of
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.multinomial import shares
from analytics.core.results import MarginalEffect


class Curves(Protocol):
    """The probabilities of J categories as functions of q linear predictors and of m - q k parameters."""

    names: tuple[str, ...]

    def predictors(self, x: FloatArray) -> FloatArray:
        """(n, q)."""

    def level(self, eta: FloatArray, x: FloatArray) -> tuple[FloatArray, list[FloatArray], FloatArray]:
        """Means of probabilities (J,), what multiplies x in their gradient (q of (n, J)), the rest (J, r)."""

    def speed(
        self, eta: FloatArray, slope: FloatArray
    ) -> tuple[FloatArray, list[FloatArray], list[FloatArray], FloatArray]:
        """Mean speeds (J,), what multiplies x and what the slopes in their gradient, and the rest (J, r)."""


class OrderedCurves:
    """``beta`` (k,) and ``cuts`` (J - 1,)."""

    def __init__(self, beta: FloatArray, cuts: FloatArray, names: tuple[str, ...]) -> None:
        self.beta, self.cuts, self.names = beta, cuts, names

    def predictors(self, x: FloatArray) -> FloatArray:
        eta: FloatArray = (x @ self.beta)[:, None]
        return eta

    def level(self, eta: FloatArray, x: FloatArray) -> tuple[FloatArray, list[FloatArray], FloatArray]:
        at = curve(self.cuts - eta)
        p, f = _between(at.p, 1.0), _between(at.slope, 0.0)
        return p.mean(axis=0), [-f], _ends(at.slope.mean(axis=0))

    def speed(
        self, eta: FloatArray, slope: FloatArray
    ) -> tuple[FloatArray, list[FloatArray], list[FloatArray], FloatArray]:
        at = curve(self.cuts - eta)
        bend = at.slope * (1 - 2 * at.p)
        f, turn, along = _between(at.slope, 0.0), _between(bend, 0.0), slope @ self.beta
        rest = _ends(-(bend * along[:, None]).mean(axis=0))
        return -(f * along[:, None]).mean(axis=0), [turn * along[:, None]], [-f], rest


def _between(at: FloatArray, last: float) -> FloatArray:
    """Differences (n, J) of neighbours, with 0 below and ``last`` above."""
    return np.diff(at, axis=1, prepend=0.0, append=last)


def _ends(values: FloatArray) -> FloatArray:
    """Gradient (J, J - 1): each threshold raises the category below it and lowers the one above."""
    found = np.zeros((len(values) + 1, len(values)))
    place = np.arange(len(values))
    found[place, place], found[place + 1, place] = values, -values
    return found


class MultinomialCurves:
    """``beta`` (J - 1, k); the first category is the reference."""

    def __init__(self, beta: FloatArray, names: tuple[str, ...]) -> None:
        self.beta, self.names = beta, names

    def predictors(self, x: FloatArray) -> FloatArray:
        eta: FloatArray = x @ self.beta.T
        return eta

    def level(self, eta: FloatArray, x: FloatArray) -> tuple[FloatArray, list[FloatArray], FloatArray]:
        p, _ = shares(eta)
        return p.mean(axis=0), [p * self._apart(p, a) for a in self._others], np.zeros((len(self.names), 0))

    def speed(
        self, eta: FloatArray, slope: FloatArray
    ) -> tuple[FloatArray, list[FloatArray], list[FloatArray], FloatArray]:
        p, _ = shares(eta)
        along = np.concatenate([np.zeros((len(p), 1)), slope @ self.beta.T], axis=1)
        ahead = along - (p * along).sum(axis=1, keepdims=True)
        by_slope = [p * self._apart(p, a) for a in self._others]
        by_x = [
            of * ahead - p * (p[:, [a]] * ahead[:, [a]]) for a, of in zip(self._others, by_slope, strict=True)
        ]
        return (p * ahead).mean(axis=0), by_x, by_slope, np.zeros((len(self.names), 0))

    @property
    def _others(self) -> range:
        return range(1, len(self.names))

    def _apart(self, p: FloatArray, a: int) -> FloatArray:
        apart: FloatArray = np.eye(len(self.names))[a] - p[:, [a]]
        return apart


def category_effects(
    curves: Curves, x: FloatArray, covariance: FloatArray, changes: Iterable[Change]
) -> Iterator[MarginalEffect]:
    """One effect for each change and category; ``covariance`` (m, m) is that of predictors, then the rest."""
    for change in changes:
        effects, gradients = _average(curves, x, change)
        for name, effect, gradient in zip(curves.names, effects.tolist(), gradients, strict=True):
            yield replace(effect_of(change.term, effect, gradient, covariance), category=name)


def _average(curves: Curves, x: FloatArray, change: Change) -> tuple[FloatArray, FloatArray]:
    """The effects (J,) and their gradients (J, m)."""
    own = np.arange(x.shape[1]) if change.columns is None else change.columns
    if change.slope is not None:
        slope = np.zeros_like(x)
        slope[:, own] = change.slope
        effect, by_x, by_slope, rest = curves.speed(curves.predictors(x), slope)
        parts = [(a.T @ x + b.T @ slope) / len(x) for a, b in zip(by_x, by_slope, strict=True)]
        return effect, np.concatenate([*parts, rest], axis=1)
    if change.high is None or change.low is None:
        raise ValueError(f"{change.term}: a change needs a slope, or both high and low.")
    ends = []
    for columns in (change.high, change.low):
        moved = x.copy()
        moved[:, own] = columns
        level, by_x, rest = curves.level(curves.predictors(moved), moved)
        ends.append((level, np.concatenate([*(a.T @ moved / len(x) for a in by_x), rest], axis=1)))
    return ends[0][0] - ends[1][0], ends[0][1] - ends[1][1]
