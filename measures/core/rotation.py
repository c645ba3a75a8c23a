"""Rotation of factor loadings, and the one order and sign in which factors are told.

Loadings, factor correlations and structure are put in order together: a library that orders the loadings
alone tells correlations of other factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from measures.core.factor import Matrix, Vector

VARIMAX_ROUNDS, VARIMAX_END = 500, 1e-12
OBLIMIN_ROUNDS, OBLIMIN_END = 20_000, 1e-9
DIFFERENCE = 1e-5  # of which the bend of the criterion is made
PROMAX_POWER = 4
TOLD_APART = 9  # decimals of sums and loadings that order and sign go by: later ones are rounding


@dataclass(frozen=True)
class Rotated:
    """``loadings`` (p, k), the pattern; ``phi`` (k, k), correlations of the factors; ``structure`` (p, k),
    their correlations with the items; ``sums`` (k,) of squares, falling.  Each factor's loadings add up to
    more than zero."""

    loadings: Matrix
    phi: Matrix
    structure: Matrix
    sums: Vector
    converged: bool = True

    @property
    def communalities(self) -> Vector:
        """(p,) diag(L Phi L'): of oblique factors not the sums of squared loadings."""
        return np.asarray((self.loadings * self.structure).sum(axis=1))


def rotated(loadings: Matrix, how: str) -> Rotated:
    """``loadings`` (p, k) by ``none``, ``varimax``, ``promax`` or ``oblimin``; one factor stays as it is."""
    k = loadings.shape[1]
    if how == "none" or k == 1:
        return in_order(loadings, np.eye(k), True)
    if how == "oblimin":
        return in_order(*oblimin(loadings))
    turned, converged = varimax(loadings)
    if how == "varimax":
        return in_order(turned, np.eye(k), converged)
    if how == "promax":
        return in_order(*promax(turned), converged)
    raise ValueError(how)


def varimax(loadings: Matrix) -> tuple[Matrix, bool]:
    """Kaiser's (1958) varimax with rows scaled to length one, pair by pair of factors.

    Each pair is turned by the angle that makes its criterion largest, which always climbs; the iteration by
    singular values that is common may swing between two answers.
    """
    length = np.sqrt((loadings**2).sum(axis=1))
    scale = np.where(length > 0, length, 1.0)[:, None]
    normal = loadings / scale
    for _ in range(VARIMAX_ROUNDS):
        largest = 0.0
        for i, j in combinations(range(loadings.shape[1]), 2):
            angle = _angle(normal[:, i], normal[:, j])
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            normal[:, [i, j]] = normal[:, [i, j]] @ turn
            largest = max(largest, abs(angle))
        if largest < VARIMAX_END:
            return np.asarray(normal * scale), True
    return np.asarray(normal * scale), False


def _angle(x: Vector, y: Vector) -> float:
    """The turn of two factors with the largest sum of variances of squared loadings (Kaiser, 1958)."""
    u, v, p = x**2 - y**2, 2 * x * y, len(x)
    a, b = float(u.sum()), float(v.sum())
    above = 2 * float(u @ v) - 2 * a * b / p
    below = float(u @ u - v @ v) - (a * a - b * b) / p
    return float(np.arctan2(above, below)) / 4


def promax(turned: Matrix) -> tuple[Matrix, Matrix]:
    """Hendrickson and White's (1964) promax of varimax loadings (p, k), power 4: pattern and phi."""
    target = turned * np.abs(turned) ** (PROMAX_POWER - 1)
    turn = np.linalg.lstsq(turned, target, rcond=None)[0]
    turn = turn * np.sqrt(np.diag(np.linalg.inv(turn.T @ turn)))
    back = np.linalg.inv(turn)
    return np.asarray(turned @ turn), np.asarray(back @ back.T)


def oblimin(loadings: Matrix) -> tuple[Matrix, Matrix, bool]:
    """Direct quartimin (oblimin with gamma 0, rows as they are): pattern, phi, and whether it converged.

    By gradient projection from the loadings given (Jennrich, 2002; Bernaards and Jennrich, 2005).
    """
    k = loadings.shape[1]
    turn, step = np.eye(k), 1.0
    pattern, value, gradient = _quartimin(loadings, turn)
    for _ in range(OBLIMIN_ROUNDS):
        projected, size = _projected(turn, gradient)
        if size < OBLIMIN_END:
            break
        step *= 2
        for _ in range(12):
            moved = _moved(turn, projected, step)
            trial, less, slope = _quartimin(loadings, moved)
            if value - less > 0.5 * size**2 * step:
                break
            step /= 2
        if less >= value and size < 1e3 * OBLIMIN_END:
            break  # what is left of the slope is rounding
        turn, pattern, value, gradient = moved, trial, less, slope
    turn = _refined(loadings, turn)
    pattern = _quartimin(loadings, turn)[0]
    return pattern, np.asarray(turn.T @ turn), size < 1e3 * OBLIMIN_END


def _projected(turn: Matrix, gradient: Matrix) -> tuple[Matrix, float]:
    """The slope along the columns of length one, and its size."""
    projected = gradient - turn * (turn * gradient).sum(axis=0)
    return np.asarray(projected), float(np.sqrt((projected**2).sum()))


def _moved(turn: Matrix, projected: Matrix, step: float) -> Matrix:
    moved = turn - step * projected
    return np.asarray(moved / np.sqrt((moved**2).sum(axis=0)))


def _refined(loadings: Matrix, turn: Matrix) -> Matrix:
    """Newton's steps on the slope for as long as it falls.

    The criterion itself no longer tells two turns apart once they differ in the ninth digit; its slope does.
    """
    projected, size = _projected(turn, _quartimin(loadings, turn)[2])
    while size > 0:
        moved = _moved(turn, _newton(loadings, turn, projected), 1.0)
        following, less = _projected(moved, _quartimin(loadings, moved)[2])
        if less > size / 2:
            break
        turn, projected, size = moved, following, less
    return turn


def _newton(loadings: Matrix, turn: Matrix, projected: Matrix) -> Matrix:
    """The step (k, k) that takes the slope to zero where it changes evenly, by central differences."""
    k = len(turn)
    ways = []  # k - 1 of each column: where it can go without changing its length
    for column in range(k):
        for way in np.linalg.svd(turn[:, [column]])[0][:, 1:].T:
            ways.append(np.zeros((k, k)))
            ways[-1][:, column] = way
    bends = [_ahead(loadings, turn, way) - _ahead(loadings, turn, -way) for way in ways]
    bend = np.array(bends).reshape(len(ways), -1).T / (2 * DIFFERENCE)
    sizes = np.linalg.lstsq(bend, projected.ravel(), rcond=None)[0]
    return np.asarray(np.tensordot(sizes, np.array(ways), axes=1))


def _ahead(loadings: Matrix, turn: Matrix, way: Matrix) -> Matrix:
    """The slope a little further on."""
    moved = _moved(turn, -way, DIFFERENCE)
    return _projected(moved, _quartimin(loadings, moved)[2])[0]


def _quartimin(loadings: Matrix, turn: Matrix) -> tuple[Matrix, float, Matrix]:
    """The pattern A T'^-1, sum over pairs of factors of their squared loadings' products / 4, its slope."""
    back = np.linalg.inv(turn)
    pattern = loadings @ back.T
    squares = pattern**2
    others = squares.sum(axis=1, keepdims=True) - squares
    slope = -(pattern.T @ (pattern * others) @ back).T
    return np.asarray(pattern), float((squares * others).sum() / 4), np.asarray(slope)


def in_order(pattern: Matrix, phi: Matrix, converged: bool) -> Rotated:
    """Factors by falling sum of squares, diag(phi L'L), each with a positive sum of loadings.

    Of factors whose sums agree to nine decimals, the one that loads more on the first item on which they
    differ comes first; the first item decides the sign where loadings cancel out.
    """
    sums = np.diag(phi @ pattern.T @ pattern)
    ties = -np.abs(pattern[::-1]).round(TOLD_APART)
    order = np.lexsort((*ties, -sums.round(TOLD_APART)))
    total = pattern.sum(axis=0)
    signs = np.where(np.abs(total) > 10.0**-TOLD_APART, np.sign(total), np.where(pattern[0] < 0, -1.0, 1.0))[
        order
    ]
    own = pattern[:, order] * signs
    related = phi[np.ix_(order, order)] * np.outer(signs, signs)
    return Rotated(own, related, own @ related, sums[order], converged)
