"""Two factors from their definitions, in plain Python: the slow interpreter's own rotations.

Nothing is shared with ``measures.core``: components come one by one from the power method, minimum residuals
from the least squares of each item on the others, turns from where the derivative of their criterion changes
its sign, and the slope of an oblique criterion from a step into the complex plane.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence

Matrix = list[list[float]]
Pair = tuple[float, float]  # the loadings of an item on two factors
_STEPS, _CLOSE = 200_000, 2e-16
_GRID, _HALVINGS = 720, 60


def pattern_of(correlation: Matrix, method: str, rotation: str) -> tuple[list[Pair], list[Pair]]:
    """Loadings of two factors and, beside them, what they become times the correlations of the factors."""
    found = _components(correlation)
    if method == "minres":
        found = _components(_crossed(_least_squares(correlation, found)))
    if rotation == "none":
        return _told(found, 0.0)
    if rotation == "oblimin":
        return _told(*_quartimin(found))
    turned = _varimax(found)
    return _told(*(_promax(turned) if rotation == "promax" else (turned, 0.0)))


def weights_of(correlation: Matrix, method: str, rotation: str, scores: str, factor: int) -> list[float]:
    """Weights of standardised items in the score of factor 1 or 2."""
    loadings, structure = pattern_of(correlation, method, rotation)
    at = factor - 1
    own = [pair[at] for pair in loadings]
    if scores == "weighted_sum":
        return own
    if scores == "component":
        return [one / math.sqrt(sum(x * x for x in own)) for one in own]
    if scores == "regression":
        return solved(correlation, [pair[at] for pair in structure])
    free = [1 - x * s - y * t for (x, y), (s, t) in zip(loadings, structure, strict=True)]
    scaled = [(x / u, y / u) for (x, y), u in zip(loadings, free, strict=True)]
    inner = [[_dot(loadings, scaled, i, j) for j in (0, 1)] for i in (0, 1)]
    share = solved(inner, [1.0 - at, float(at)])
    return [x * share[0] + y * share[1] for x, y in scaled]


def solved(matrix: Matrix, right: Sequence[float]) -> list[float]:
    """Gauss and Jordan's way; a correlation matrix needs no exchange of rows."""
    rows = [[*row, cell] for row, cell in zip(matrix, right, strict=True)]
    for at, row in enumerate(rows):
        rows[at] = [cell / row[at] for cell in row]
        for other, cells in enumerate(rows):
            if other != at:
                rows[other] = [cell - cells[at] * own for cell, own in zip(cells, rows[at], strict=True)]
    return [row[-1] for row in rows]


def _dot(one: Sequence[Pair], other: Sequence[Pair], i: int, j: int) -> float:
    return math.fsum(x[i] * y[j] for x, y in zip(one, other, strict=True))


def _crossed(pairs: Sequence[Pair]) -> Matrix:
    return [[x * s + y * t for s, t in pairs] for x, y in pairs]


def _components(matrix: Matrix) -> list[Pair]:
    """The two longest axes, the first taken away before the second is sought."""
    first = _axis(matrix)
    left = [
        [cell - x * y for cell, y in zip(row, first, strict=True)]
        for row, x in zip(matrix, first, strict=True)
    ]
    return list(zip(first, _axis(left), strict=True))


def _axis(matrix: Matrix) -> list[float]:
    axis, value = [1.0 + at / 10 for at in range(len(matrix))], 0.0
    for _ in range(_STEPS):
        turned = [math.fsum(r * x for r, x in zip(row, axis, strict=True)) for row in matrix]
        value = math.sqrt(math.fsum(x * x for x in turned))
        turned = [x / value for x in turned]
        moved = max(abs(x - y) for x, y in zip(turned, axis, strict=True))
        axis = turned
        if moved < _CLOSE:
            break
    return [x * math.sqrt(value) for x in axis]


def _least_squares(correlation: Matrix, start: Sequence[Pair]) -> list[Pair]:
    """Harman and Jones (1966): the loadings of each item are the best ones given those of the others."""
    loadings = list(start)
    for _ in range(_STEPS):
        moved = 0.0
        for i, row in enumerate(correlation):
            others = [(row[j], *pair) for j, pair in enumerate(loadings) if j != i]
            inner = [[math.fsum(one[a] * one[b] for one in others) for b in (1, 2)] for a in (1, 2)]
            x, y = solved(inner, [math.fsum(one[0] * one[a] for one in others) for a in (1, 2)])
            moved = max(moved, abs(x - loadings[i][0]), abs(y - loadings[i][1]))
            loadings[i] = (x, y)
        if moved < _CLOSE:
            break
    assert all(x * x + y * y < 0.995 for x, y in loadings), "at the bound there is no plain condition"
    return loadings


def _varimax(loadings: Sequence[Pair]) -> list[Pair]:
    """The turn where the variances of squared loadings, rows of length one, add up to the most."""
    lengths = [math.hypot(x, y) for x, y in loadings]
    rows = [(x / size, y / size) for (x, y), size in zip(loadings, lengths, strict=True)]

    def turned(angle: float) -> list[Pair]:
        c, s = math.cos(angle), math.sin(angle)
        return [(c * x + s * y, c * y - s * x) for x, y in rows]

    def variance(angle: float) -> float:
        return sum(
            math.fsum(pair[at] ** 4 for pair in turned(angle))
            - math.fsum(pair[at] ** 2 for pair in turned(angle)) ** 2 / len(rows)
            for at in (0, 1)
        )

    def rising(angle: float) -> float:
        pairs, p = turned(angle), len(rows)
        across = math.fsum(x**3 * y - y**3 * x for x, y in pairs)
        uneven = math.fsum(x * x - y * y for x, y in pairs) * math.fsum(x * y for x, y in pairs)
        return across - uneven / p

    best = max((at * math.pi / 2 / _GRID for at in range(_GRID)), key=variance)
    angle = _crossing(rising, best - math.pi / _GRID, best + math.pi / _GRID)
    return [(x * size, y * size) for (x, y), size in zip(turned(angle), lengths, strict=True)]


def _crossing(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where it falls through zero."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) > 0 else (low, middle)
    return (low + high) / 2


def _promax(turned: Sequence[Pair]) -> tuple[list[Pair], float]:
    """Least squares of each column raised to the fourth power, sign kept; axes scaled to variance one."""
    inner = [[_dot(turned, turned, i, j) for j in (0, 1)] for i in (0, 1)]
    raised = [tuple(math.copysign(abs(x) ** 4, x) for x in pair) for pair in turned]
    columns = [
        solved(inner, [math.fsum(x[i] * y[at] for x, y in zip(turned, raised, strict=True)) for i in (0, 1)])
        for at in (0, 1)
    ]
    (a, c), (b, d) = columns  # the turn is ((a, b), (c, d)), one column each
    size = (a * d - b * c) ** 2
    one, two = math.sqrt((b * b + d * d) / size), math.sqrt((a * a + c * c) / size)
    a, c, b, d = a * one, c * one, b * two, d * two
    related = -(b * a + d * c) / (a * d - b * c) ** 2
    return [(x * a + y * c, x * b + y * d) for x, y in turned], related


def _quartimin(loadings: Sequence[Pair]) -> tuple[list[Pair], float]:
    """Two axes, from those given on, at the angles where items load the least on both."""

    def pattern(one: complex, two: complex) -> list[tuple[complex, complex]]:
        a, b, c, d = cmath.cos(one), cmath.cos(two), cmath.sin(one), cmath.sin(two)
        size = a * d - b * c
        return [((x * d - y * b) / size, (y * a - x * c) / size) for x, y in loadings]

    def crossing(one: complex, two: complex) -> complex:
        return sum((x * x * y * y for x, y in pattern(one, two)), 0j)

    def slope(one: float, two: float) -> Pair:
        tiny = 1e-30
        return crossing(one + tiny * 1j, two).imag / tiny, crossing(one, two + tiny * 1j).imag / tiny

    one, two = 0.0, math.pi / 2
    for _ in range(3_000):  # downhill
        down = slope(one, two)
        one, two = one - 0.05 * down[0], two - 0.05 * down[1]
    for _ in range(6):  # and by Newton's steps to the end
        down, step = slope(one, two), 1e-6
        bends = [
            [
                (x - y) / (2 * step)
                for x, y in zip(slope(one + i, two + j), slope(one - i, two - j), strict=True)
            ]
            for i, j in ((step, 0.0), (0.0, step))
        ]
        (a, c), (b, d) = bends
        size = a * d - b * c
        one, two = one - (down[0] * d - down[1] * b) / size, two - (down[1] * a - down[0] * c) / size
    return [(x.real, y.real) for x, y in pattern(one, two)], math.cos(one - two)


def _told(loadings: Sequence[Pair], related: float) -> tuple[list[Pair], list[Pair]]:
    """By falling sum of squares, each with a sum above zero; and times the correlation of the factors."""
    shared = related * _dot(loadings, loadings, 0, 1)
    sums = [_dot(loadings, loadings, at, at) + shared for at in (0, 1)]
    order = (0, 1) if sums[0] >= sums[1] else (1, 0)
    signs = [math.copysign(1.0, math.fsum(pair[at] for pair in loadings)) for at in order]
    found = [(pair[order[0]] * signs[0], pair[order[1]] * signs[1]) for pair in loadings]
    phi = related * signs[0] * signs[1]
    return found, [(x + phi * y, phi * x + y) for x, y in found]
