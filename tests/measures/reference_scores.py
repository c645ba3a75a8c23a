"""One factor from its definitions, in plain Python: the slow interpreter's own scores.

Nothing is shared with ``measures.core.factor``: principal components come from the power method, minimum
residuals from Harman and Jones's condition that each loading is the least squares one given the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

Matrix = list[list[float]]
_STEPS, _CLOSE = 500_000, 5e-16  # closer than that, the last bit may sway for ever
_LARGEST = math.sqrt(1 - 0.005)  # of a loading: a uniqueness is at least 0.005


@dataclass(frozen=True)
class Metric:
    """What is kept of a sample: of each item its mean, standard deviation (n - 1) and weight."""

    means: list[float]
    sds: list[float]
    weights: list[float]


def metric(rows: Sequence[Sequence[Fraction]], method: str, scores: str) -> Metric:
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
    loadings = _principal(correlation) if method == "principal" else _minres(correlation)
    if sum(loadings) < 0:
        loadings = [-one for one in loadings]
    weights = [float(f"{one:.9e}") for one in _weights(loadings, correlation, scores)]
    return Metric([float(mean) for mean in means], [math.sqrt(s / (n - 1)) for s in sizes], weights)


def _weights(loadings: list[float], correlation: Matrix, scores: str) -> list[float]:
    size = sum(one * one for one in loadings)
    match scores:
        case "regression":
            return _solved(correlation, loadings)
        case "bartlett":
            scaled = [one / (1 - one * one) for one in loadings]
            total = sum(one * two for one, two in zip(loadings, scaled, strict=True))
            return [one / total for one in scaled]
        case "component":
            return [one / math.sqrt(size) for one in loadings]
        case "weighted_sum":
            return loadings
    return [math.copysign(1.0, one) for one in loadings]


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


def _solved(matrix: Matrix, right: list[float]) -> list[float]:
    """Gauss and Jordan's way; a correlation matrix needs no exchange of rows."""
    rows = [[*row, cell] for row, cell in zip(matrix, right, strict=True)]
    for at, row in enumerate(rows):
        rows[at] = [cell / row[at] for cell in row]
        for other, cells in enumerate(rows):
            if other != at:
                rows[other] = [cell - cells[at] * own for cell, own in zip(cells, rows[at], strict=True)]
    return [row[-1] for row in rows]
