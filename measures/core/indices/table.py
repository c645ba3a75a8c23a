"""The table that figures of an index are taken from: different answers, and how many rows give each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from measures.core.indices.form import Matrix, Vector
from surveys.core.codebook import Scalar


@dataclass(frozen=True)
class Table:
    """``values`` (u, k): what the rule adds up, NaN where absent; ``raws`` (u, k): the same before it is
    normalised; ``rows`` (u,): rows of the wave that answer so; ``weights`` (u,): how often each counts.

    Of an index of groups (``is_of_groups``) each line is one group and counts once.  ``groups`` names the
    group of each line for a comparison, None where it is absent; empty without one.
    """

    values: Matrix
    raws: Matrix
    rows: Vector
    weights: Vector
    groups: tuple[Scalar | None, ...] = ()
    is_of_groups: bool = False


def weighted_mean(values: Vector, weights: Vector) -> float:
    """The mean of the lines, each as often as it counts."""
    return float((values * weights).sum() / weights.sum()) if len(values) else float("nan")


def weighted_sd(values: Vector, weights: Vector) -> float:
    """The standard deviation with n - 1."""
    n = weights.sum()
    if n < 2:
        return float("nan")
    away = values - weighted_mean(values, weights)
    return float(np.sqrt((weights * away * away).sum() / (n - 1)))


def correlation(one: Vector, other: Vector, weights: Vector) -> float:
    """Pearson's correlation; NaN where one of the two does not vary (beyond rounding)."""
    if len(one) < 2:
        return float("nan")
    a, b = one - weighted_mean(one, weights), other - weighted_mean(other, weights)
    spread = (weights * a * a).sum(), (weights * b * b).sum()
    if any(_is_nothing(s, x, weights) for s, x in zip(spread, (one, other), strict=True)):
        return float("nan")
    return float(np.clip((weights * a * b).sum() / np.sqrt(spread[0] * spread[1]), -1.0, 1.0))


def _is_nothing(spread: float, values: Vector, weights: Vector) -> bool:
    return bool(spread <= 1e-24 * (weights * values * values).sum())


def rounded(values: Vector) -> Vector:
    """To 12 significant digits: values that differ by rounding alone share a rank."""
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    scale = 10.0 ** (11 - digits)
    return np.asarray(np.round(values * scale) / scale)


def ranks(values: Vector, weights: Vector) -> Vector:
    """Mid-ranks (u,) from 1 to n: equal values share the mean of their places."""
    distinct, place = np.unique(rounded(values), return_inverse=True)
    sizes = np.bincount(place, weights=weights, minlength=len(distinct))
    upto = np.cumsum(sizes)
    return np.asarray((upto - (sizes - 1) / 2)[place])


def told_groups(groups: Sequence[Scalar | None]) -> list[Scalar | None]:
    """The different groups in order, the absent one last."""
    found = {group for group in groups if group is not None}
    named: list[Scalar | None] = sorted(found, key=lambda group: (isinstance(group, str), group))
    return [*named, None] if None in groups else named
