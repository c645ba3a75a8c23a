"""Separation: where columns tell the outcomes apart, a logistic likelihood has no maximum."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from analytics.core.estimators.design import Design
from analytics.core.estimators.moments import FloatArray, IntArray, blocks
from analytics.core.results import Check
from surveys.core.said import say

# The direction in which a likelihood runs away, scaled to a largest predictor of 1, must not move any row
# the wrong way by more than this. Newton's direction has settled to about 1e-6 when p is within 1e-7 of 0
# or 1.
WRONG_WAY = 1e-4
MOVES = 1e-2  # a row moved by at least this is told apart
NAMED = 1e-2  # share of the largest contribution from which a column is named


def lone_columns(design: Design) -> tuple[Check, ...]:
    """0/1 columns with a side on which every row has the same outcome: no search needed to name them."""
    ones = np.zeros(design.k)
    events = np.zeros(design.k)
    binary = np.ones(design.k, dtype=np.bool_)
    for rows in blocks(design.n):
        part = design.x[rows]
        binary &= np.all((part == 0) | (part == 1), axis=0)
        ones += part.sum(axis=0)
        events += design.y[rows] @ part
    total = float(design.y.sum())
    empty = (events == 0) | (events == ones) | (events == total) | (total - events == design.n - ones)
    found = np.flatnonzero(binary & empty & (ones > 0) & (ones < design.n))
    # Without an intercept a column that is 0 does not move a row: only the side of ones can separate.
    if not design.has_intercept:
        found = np.array([c for c in found if events[c] in (0, ones[c])], dtype=np.int64)
    alike = (events == ones) & (events == total) | (events == 0) & (total - events == design.n - ones)
    return tuple(_separated((design.terms[column],), bool(alike[column])) for column in found)


def certificate(design: Design, direction: FloatArray, reached: FloatArray | None = None) -> Check | None:
    """A check when moving along ``direction`` (k,) worsens no row's fit and betters some: a proof.

    It says whether every row is told apart: along the direction, or by the coefficients ``reached`` (k,).
    """
    spread = 0.0
    for rows in blocks(design.n):
        spread = max(spread, float(np.abs(design.x[rows] @ direction).max()))
    if spread == 0.0:
        return None
    worst, moved = 0.0, False
    for rows in blocks(design.n):
        gain = np.where(design.y[rows] > 0, 1.0, -1.0) * (design.x[rows] @ direction) / spread
        worst = min(worst, float(gain.min()))
        moved = moved or bool((gain > MOVES).any())
    if worst < -WRONG_WAY or not moved:
        return None
    ways = (direction,) if reached is None else (direction, reached)
    return _separated(_named(design, direction), any(_tells_all(design, one) for one in ways))


def _tells_all(design: Design, direction: FloatArray) -> bool:
    """Whether the predictor along ``direction`` is higher in every row with the event than in all others.

    Without an intercept 0 has to lie between them.
    """
    predictor = design.x @ direction
    if design.has_intercept:
        return told_in_order(predictor, design.y.astype(np.int64), 2)
    return bool(np.all(np.where(design.y > 0, predictor, -predictor) > 0))


def told_in_order(predictor: FloatArray, codes: IntArray, count: int) -> bool:
    """Whether ``predictor`` (n,) lies higher for every row of a category than for all rows of lower ones."""
    parts = [predictor[codes == code] for code in range(count)]
    return all(bool(low.size and high.size and low.max() < high.min()) for low, high in pairwise(parts))


def _named(design: Design, direction: FloatArray) -> tuple[str, ...]:
    """The columns that carry the direction, by what they contribute to the predictor; never the intercept."""
    size = np.abs(direction) * np.sqrt(np.maximum(np.diag(design.moments.gram), 0.0))
    if design.has_intercept:
        size[design.moments.intercept] = 0.0
    return tuple(design.terms[i] for i in np.flatnonzero(size > NAMED * size.max()))


def _separated(terms: tuple[str, ...], throughout: bool) -> Check:
    names = ", ".join(terms)
    if throughout:
        message = say(
            "The outcomes are told apart perfectly in every row by {names}: the coefficient runs to infinity "
            "and has no estimate. Is this the outcome itself under another name? If not, leave it out.",
            names=names,
        )
        return Check("error", "separation", message, terms)
    message = say(
        "{names} tells the outcomes apart perfectly for some of the rows: the coefficient runs to "
        "infinity and has no estimate. Merge rare categories or leave the term out.",
        names=names,
    )
    return Check("error", "separation", message, terms)
