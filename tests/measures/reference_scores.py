"""Scores from their definitions, in plain Python: the slow interpreter's own.

Nothing is shared with ``measures.core.factor``: principal components come from the power method, minimum
residuals from Harman and Jones's condition that each loading is the least squares one given the others, and
polychoric correlations from cell probabilities integrated over the one variable (Simpson's rule), where the
likelihood is flat by its differences.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from operator import mul
from statistics import NormalDist

from tests.measures.reference_factors import Matrix, solved, weights_of

_STEPS, _CLOSE = 500_000, 5e-16  # closer than that, the last bit may sway for ever
_FAR, _STEP = 8.5, 0.002  # where the normal curve ends, and how wide the parts are that it is cut into
_LARGEST = math.sqrt(1 - 0.005)  # of a loading: a uniqueness is at least 0.005


@dataclass(frozen=True)
class Metric:
    """What is kept of a sample: of each item its mean, standard deviation (n - 1) and weight."""

    means: list[float]
    sds: list[float]
    weights: list[float]


@dataclass(frozen=True)
class Asked:
    """What a rule says of its factors."""

    method: str
    scores: str
    basis: str = "pearson"
    factors: int = 1
    rotation: str = "none"
    factor: int = 1


def metric(rows: Sequence[Sequence[Fraction]], asked: Asked) -> Metric:
    """Of complete rows; the weights multiply standardised items."""
    n, columns = len(rows), list(zip(*rows, strict=True))
    whole = math.lcm(*(cell.denominator for column in columns for cell in column))  # exact, in whole numbers
    counts = [[int(cell * whole) for cell in column] for column in columns]
    means = [Fraction(sum(column), n * whole) for column in counts]
    apart = [[n * cell - sum_of for cell in column] for column in counts for sum_of in [sum(column)]]
    unit = (n * whole) ** 2
    products = [[Fraction(sum(map(mul, one, two)), unit) for two in apart] for one in apart]
    sizes = [products[i][i] for i in range(len(apart))]
    correlation = [
        [
            math.copysign(math.sqrt(products[i][j] ** 2 / (sizes[i] * sizes[j])), products[i][j])
            for j in range(len(apart))
        ]
        for i in range(len(apart))
    ]
    if asked.basis == "polychoric":
        correlation = _latents(columns)
    weights = _of_one(correlation, asked) if asked.factors == 1 else _of_two(correlation, asked)
    return Metric([float(mean) for mean in means], [math.sqrt(s / (n - 1)) for s in sizes], weights)


def _of_one(correlation: Matrix, asked: Asked) -> list[float]:
    loadings = _principal(correlation) if asked.method == "principal" else _minres(correlation)
    if sum(loadings) < 0:
        loadings = [-one for one in loadings]
    return [float(f"{one:.9e}") for one in _weights(loadings, correlation, asked.scores)]


def _of_two(correlation: Matrix, asked: Asked) -> list[float]:
    assert asked.factors == 2
    found = weights_of(correlation, asked.method, asked.rotation, asked.scores, asked.factor)
    return [round(one, 10) for one in found]


def _weights(loadings: list[float], correlation: Matrix, scores: str) -> list[float]:
    size = sum(one * one for one in loadings)
    match scores:
        case "regression":
            return solved(correlation, loadings)
        case "bartlett":
            scaled = [one / (1 - one * one) for one in loadings]
            total = sum(one * two for one, two in zip(loadings, scaled, strict=True))
            return [one / total for one in scaled]
        case "component":
            return [one / math.sqrt(size) for one in loadings]
        case "weighted_sum":
            return loadings
    return [math.copysign(1.0, one) for one in loadings]


def _latents(columns: Sequence[Sequence[Fraction]]) -> Matrix:
    places, kept = range(len(columns)), [tuple(column) for column in columns]
    below = {(i, j): _latent(kept[i], kept[j]) for i in places for j in range(i)}
    return [[1.0 if i == j else below[max(i, j), min(i, j)] for j in places] for i in places]


@cache  # seconds for each pair of columns, and rules that differ in their scores ask again
def _latent(one: tuple[Fraction, ...], other: tuple[Fraction, ...]) -> float:
    """The correlation where the log-likelihood of the table of two columns no longer rises."""
    counts = Counter(zip(one, other, strict=True))
    across, down = (dict(zip(sorted(set(c)), _ends(c), strict=True)) for c in (one, other))
    cells = [(n, across[a], down[b]) for (a, b), n in sorted(counts.items())]

    def rising(rho: float) -> float:
        return sum(n * _slope(x, y, rho) / _chance(x, y, rho) for n, x, y in cells)

    low, high = -0.95, 0.95  # no pair of the tests lies beyond
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) > 0 else (low, middle)
    ends = [(low, rising(low)), (high, rising(high))]
    while abs(ends[1][0] - ends[0][0]) > 1e-13 and ends[1][1] != ends[0][1]:  # along the chord
        (x, fx), (y, fy) = ends
        following = y - fy * (y - x) / (fy - fx)
        ends = [(y, fy), (following, rising(following))]
    return round(ends[1][0], 10)


def _ends(column: Sequence[Fraction]) -> list[tuple[float, float]]:
    """Of each answer in order, between which values of the latent variable it is given."""
    counts, below, found = Counter(column), 0, []
    for answer in sorted(counts):
        above = below + counts[answer]
        found.append((_end(below, len(column)), _end(above, len(column))))
        below = above
    return found


def _end(below: int, n: int) -> float:
    """The value below which so many of ``n`` lie."""
    if below in (0, n):
        return -_FAR if below == 0 else _FAR
    return NormalDist().inv_cdf(below / n)


def _chance(across: tuple[float, float], down: tuple[float, float], rho: float) -> float:
    """P of a rectangle: the density of the one times what the other then does, by Simpson's rule."""
    parts = 2 * math.ceil((across[1] - across[0]) / _STEP / 2)
    width = (across[1] - across[0]) / parts
    spread = math.sqrt(1 - rho * rho)
    total = 0.0
    for at in range(parts + 1):
        x = across[0] + at * width
        inside = _below((down[1] - rho * x) / spread) - _below((down[0] - rho * x) / spread)
        weight = 1 if at in (0, parts) else 4 if at % 2 else 2
        total += weight * math.exp(-x * x / 2) * inside
    return total * width / 3 / math.sqrt(2 * math.pi)


def _slope(across: tuple[float, float], down: tuple[float, float], rho: float) -> float:
    """How fast the chance of a rectangle grows with the correlation: the density at its corners."""
    free = 1 - rho * rho

    def density(x: float, y: float) -> float:
        return math.exp(-(x * x - 2 * rho * x * y + y * y) / (2 * free)) / (2 * math.pi * math.sqrt(free))

    (left, right), (bottom, top) = across, down
    return density(right, top) - density(left, top) - density(right, bottom) + density(left, bottom)


def _below(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def _principal(correlation: Matrix) -> list[float]:
    """The longest axis: the matrix turns any vector towards it."""
    axis = [1.0 + at / 10 for at in range(len(correlation))]
    value = 0.0
    for _ in range(_STEPS):
        turned = [sum(r * x for r, x in zip(row, axis, strict=True)) for row in correlation]
        value = math.sqrt(sum(x * x for x in turned))
        turned = [x / value for x in turned]
        moved = max(abs(x - y) for x, y in zip(turned, axis, strict=True))
        axis = turned
        if moved < _CLOSE:
            break
    return [x * math.sqrt(value) for x in axis]


def _minres(correlation: Matrix) -> list[float]:
    loadings = _principal(correlation)
    for _ in range(_STEPS):
        moved = 0.0
        for i, row in enumerate(correlation):
            others = [(row[j], loadings[j]) for j in range(len(row)) if j != i]
            best = sum(r * x for r, x in others) / sum(x * x for _, x in others)
            moved = max(moved, abs(best - loadings[i]))
            loadings[i] = best
        if moved < _CLOSE:
            break
    assert max(map(abs, loadings)) < _LARGEST, "at the bound of a uniqueness there is no plain condition"
    return loadings
