"""Correlations of all pairs of variables with their rows, intervals and p values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from analytics.core.answers.adjusted import adjusted
from analytics.core.frame import Mask
from analytics.core.item_results import CorrelationResult, Pair
from analytics.core.item_specs import POLYCHORIC, SPEARMAN
from analytics.core.items.answers import MOST_CATEGORIES
from analytics.core.items.matrices import crossed
from analytics.core.results import Check
from analytics.core.survey_design.declared import FloatArray
from measures.core.polychoric import LARGEST, polychoric
from measures.core.polychoric_error import polychoric_error
from surveys.core.problems import refuse
from surveys.core.said import say

LEAST_ROWS = 4  # Fisher's z has a standard error of 1 / root(n - 3)
Z = 1.959963984540054


def correlations(
    names: Sequence[str], values: FloatArray, method: str, missing: str, adjust: str
) -> CorrelationResult:
    """All pairs of the columns of ``values`` (n, p), NaN where absent.

    Pearson's and Spearman's p values are those of t with n - 2 degrees of freedom; intervals are made on
    Fisher's z, Spearman's with the variance (1 + r^2 / 2) / (n - 3) of Bonett and Wright (2000).  Of
    polychoric correlations both come from the two-step standard error.
    """
    known = ~np.isnan(values)
    if missing == "listwise":
        known &= known.all(axis=1, keepdims=True)
    if method == POLYCHORIC:
        _check_ordered(names, values)
    pairs, checks = [], []
    for j, i in sorted((j, i) for i, j in combinations(range(len(names)), 2)):
        pair = _pair(values, known[:, i] & known[:, j], i, j, method)
        pairs.append(pair)
        if pair.value is None:
            message = say(
                "{one} and {other} have no correlation: too few rows, or one of them does not vary there.",
                one=names[i],
                other=names[j],
            )
            checks.append(Check("warning", "no_correlation", message, (names[i], names[j])))
        elif method == POLYCHORIC and abs(pair.value) >= LARGEST:
            message = say(
                "The polychoric correlation of {one} and {other} is at its limit: some of their answers "
                "never meet.",
                one=names[i],
                other=names[j],
            )
            checks.append(Check("warning", "at_the_limit", message, (names[i], names[j])))
    told = _adjusted(pairs, adjust)
    return CorrelationResult(len(values), tuple(names), told, method, missing, adjust, tuple(checks))


def _check_ordered(names: Sequence[str], values: FloatArray) -> None:
    many = [
        name
        for name, own in zip(names, values.T, strict=True)
        if len(np.unique(own[~np.isnan(own)])) > MOST_CATEGORIES
    ]
    if many:
        message = say(
            "{items} take more than {most} values; polychoric correlations are for ordered categories.",
            items=many,
            most=MOST_CATEGORIES,
        )
        raise refuse("not_ordered", message, hint="Take the correlations of Pearson.")


def _pair(values: FloatArray, rows: Mask, first: int, second: int, method: str) -> Pair:
    x, y, n = values[rows, first], values[rows, second], int(rows.sum())
    if n < LEAST_ROWS or x.min() == x.max() or y.min() == y.max():
        return Pair(first, second, n, None)
    if method == POLYCHORIC:
        return _latent(x, y, first, second)
    if method == SPEARMAN:
        from scipy.stats import rankdata

        x, y = rankdata(x), rankdata(y)
    r = _pearson(x, y)
    more = 1 + r * r / 2 if method == SPEARMAN else 1.0
    low, high = _fisher(r, math.sqrt(more / (n - 3)))
    return Pair(first, second, n, r, low, high, _p_of_t(r, n))


def _pearson(x: FloatArray, y: FloatArray) -> float:
    x, y = x - x.mean(), y - y.mean()
    return max(-1.0, min(1.0, float(x @ y / math.sqrt(float(x @ x) * float(y @ y)))))


def _fisher(r: float, error: float) -> tuple[float | None, float | None]:
    if abs(r) >= 1:
        return None, None
    middle = math.atanh(r)
    return math.tanh(middle - Z * error), math.tanh(middle + Z * error)


def _p_of_t(r: float, n: int) -> float:
    from scipy.special import stdtr

    if abs(r) >= 1:
        return 0.0
    return float(2 * stdtr(n - 2, -abs(r) * math.sqrt((n - 2) / (1 - r * r))))


def _latent(x: FloatArray, y: FloatArray, first: int, second: int) -> Pair:
    """The interval on Fisher's z with the standard error of r divided by 1 - r^2."""
    from scipy.special import ndtr

    one, other = (np.unique(own, return_inverse=True) for own in (x, y))
    counts = crossed(one, other, None)
    r, n = polychoric(counts), len(x)
    error = polychoric_error(counts, r) if abs(r) < LARGEST else None
    if error is None:
        return Pair(first, second, n, r)
    scaled = error / (1 - r * r)
    low, high = _fisher(r, scaled)
    return Pair(first, second, n, r, low, high, float(2 * ndtr(-abs(r) / error)))


def _adjusted(pairs: Sequence[Pair], how: str) -> tuple[Pair, ...]:
    made = [at for at, pair in enumerate(pairs) if pair.p_value is not None]
    p = np.array([pairs[at].p_value for at in made], dtype=np.float64)
    together = dict(zip(made, adjusted(p, how).tolist(), strict=True))
    return tuple(replace(pair, adjusted=together.get(at)) for at, pair in enumerate(pairs))
