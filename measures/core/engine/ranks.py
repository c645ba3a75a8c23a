"""Fits that rest on the order of values: percentile ranks, quantile bands, and groups that count once each.

Values are counted by the engine and put in order here, or picked at exact places of its order; there is no
sum of doubles in it, so the order of rows does not show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from measures.core.engine.fits import Fit, Moments, fit_columns, unfit
from measures.core.language.functions_of_samples import MOST_POINTS
from measures.core.language.tree import Apply, Column
from surveys.core.problems import refuse
from surveys.core.said import say, say_n


@dataclass(frozen=True)
class Point:
    """A value of the sample: its ``rank``, and the shares of the sample ``below`` it and up to it."""

    value: float
    rank: float
    below: float
    above: float


def points(fit: Fit) -> list[Point]:
    """The values of a fitted ``percentile_rank``, in order."""
    upto = [0, *accumulate(fit.sizes)]
    return [
        Point(float(value), rank, upto[at] / fit.n, upto[at + 1] / fit.n)
        for at, (value, rank) in enumerate(fit.groups)
    ]


def fit_ranks(node: Apply, counts: Mapping[float, int]) -> Fit:
    """The fit of ``percentile_rank``: ``groups`` pairs values with ranks, ``sizes`` counts each."""
    if not counts:
        raise unfit(node, say("no row has a value"))
    if len(counts) > MOST_POINTS:
        why = say("there are more than {most:,} different values", most=MOST_POINTS)
        hint = say("Round it first, as in round(x, digits=1), or use quantile_band(x, 10).")
        raise unfit(node, why, hint)
    values, n = sorted(counts), sum(counts.values())
    sizes = [counts[value] for value in values]
    before = [0, *accumulate(sizes)]
    ranks = [(2 * below + size) / (2 * n) for below, size in zip(before, sizes, strict=False)]
    pairs = tuple(zip(values, ranks, strict=True))
    return Fit(node.function, n, groups=pairs, sizes=tuple(sizes))


def places(node: Apply, n: int) -> list[int]:
    """Where, of n values in order, each band but the last ends; Refused where there are too few of them."""
    bands = int(node.setting("bands"))
    if n < bands:
        raise unfit(node, say_n(n, "only 1 row has a value", "only {n} rows have a value", n=n))
    return [-(-k * n // bands) for k in range(1, bands)]


def fit_bands(node: Apply, n: int, ends: Sequence[tuple[float, int]]) -> Fit:
    """The fit of ``quantile_band``: ``groups`` pairs bands with the values they end with, ``sizes`` tells the
    rows of each.  ``ends``: for every band but the last its end, and the rows up to it."""
    before = [0, *(upto for _, upto in ends)]
    return Fit(
        node.function,
        n,
        groups=tuple((band, value) for band, (value, _) in enumerate(ends, start=1)),
        sizes=tuple(upto - before[at] for at, (_, upto) in enumerate(ends)),
    )


def one_in_each_group(node: Apply, rows: Iterable[tuple[object, float, float]]) -> list[float]:
    """The values of the groups from (key, smallest, largest); Refused where they differ within one."""
    found = list(rows)
    several = sum(low != high for _, low, high in found)
    if several:
        by = node.arguments[1]
        assert isinstance(by, Column)
        message = say_n(
            several,
            "{function} counts groups by {item} once each, but in 1 group the value differs between rows.",
            "{function} counts groups by {item} once each, but in {n} groups the value differs between rows.",
            function=node.function,
            item=by.name,
            n=several,
        )
        hint = say(
            "Use a value of the group, such as group_mean(x, by={item}), or leave out among=.", item=by.name
        )
        raise refuse("unfit_sample", message, hint=hint)
    return [low for _, low, _ in found]


def fit_among(node: Apply, values: Sequence[float]) -> Fit:
    """The fit of ``standardise`` over groups, ``percentile_rank`` over groups."""
    if node.function == "percentile_rank":
        return fit_ranks(node, Counter(values))
    n = len(values)
    if n < 2:
        raise unfit(node, say_n(n, "only 1 group has a value", "only {n} groups have a value", n=n))
    exact = [Fraction(value) for value in values]
    squares = sum((value * value for value in exact), Fraction(0))
    return fit_columns(node, Moments(n, (sum(exact, Fraction(0)),), ((squares,),), is_exact=True))
