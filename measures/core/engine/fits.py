"""What is fitted on the sample: asked of the engine as aggregates, finished here, kept as plain numbers.

Means and SDs come from exact sums, so that neither the order of rows nor the number of threads shows: whole
numbers and decimals of four places are summed as they are, other numbers after rounding to one part in 2^50
of the largest.  Weights come from linear algebra, whose last digits differ between machines; they are
rounded to ten significant digits before they are kept or applied, so that equal data give equal columns
everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from measures.core import factor
from measures.core.engine.dialect import Dialect
from measures.core.engine.sql import Pair, number
from measures.core.factors import Solution, Wanted, solve
from measures.core.language.tree import Apply, Type
from surveys.core.codebook import as_json
from surveys.core.problems import Refused, refuse
from surveys.core.said import say, say_n, sentence

Latent = Callable[[], factor.Matrix]
DIGITS = 10  # significant digits of fitted weights
_EXACT_UP_TO = 1e8  # decimals of at most four places up to this size are summed exactly
_BITS = 50  # of a number that is no short decimal
_SQUARE = "DECIMAL(38,8)"


@dataclass(frozen=True)
class Fit:
    """What one part of a rule learnt from ``n`` rows; only the fields of its kind are filled.

    ``means``, ``sds`` (n - 1) and ``weights`` are those of the items in the order of the rule;
    ``weights`` multiply standardised items.  ``groups`` pairs keys with means (values with percentile ranks,
    bands with their upper ends), ``sizes`` tells the rows of each: a group of one has the answer of one
    respondent for a mean.
    """

    function: str
    n: int
    means: tuple[float, ...] = ()
    sds: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    loadings: tuple[float, ...] = ()
    uniquenesses: tuple[float, ...] = ()
    eigenvalues: tuple[float, ...] = ()
    correlation: tuple[tuple[float, ...], ...] = ()
    method: str = ""
    scores: str = ""
    basis: str = ""  # empty: Pearson
    sign: str = ""
    kmo: float | None = None
    alpha: float | None = None
    factors: int | None = None  # of several: ``pattern`` (p, k) holds the loadings of all,
    factor: int | None = None  # ``loadings`` those of the one that is scored
    rotation: str = ""
    pattern: tuple[tuple[float, ...], ...] = ()
    phi: tuple[tuple[float, ...], ...] = ()  # (k, k), correlations of the factors
    sums: tuple[float, ...] = ()  # (k,) of squared loadings, falling
    groups: tuple[tuple[Any, float], ...] = ()
    sizes: tuple[int, ...] = ()
    is_exact: bool = True  # False: numbers were rounded to one part in 2^50 of the largest before summing

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; empty fields are left out."""
        plain: dict[str, Any] = as_json(self)
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Fit:
        plain = dict(data)
        for name in ("correlation", "groups", "pattern", "phi"):
            plain[name] = tuple(tuple(row) for row in plain.get(name, ()))
        for name in ("means", "sds", "weights", "loadings", "uniquenesses", "eigenvalues", "sizes", "sums"):
            plain[name] = tuple(plain.get(name, ()))
        return cls(**plain)


@dataclass(frozen=True)
class Moments:
    """Exact sums of p columns over the rows where all are valid."""

    n: int
    sums: tuple[Fraction, ...]
    products: tuple[tuple[Fraction, ...], ...]  # lower triangle, of the columns as they are
    is_exact: bool


@dataclass(frozen=True)
class Sample:
    """How a sample is aggregated: ``columns`` of its rows, ``where`` they are complete, ``aggregates``."""

    columns: tuple[str, ...]
    where: str
    aggregates: tuple[str, ...]


def sample_of(pairs: Sequence[Pair], dialect: Dialect, scales: Sequence[float] | None = None) -> Sample:
    """n, whether the sums are exact, sums, lower triangle of products, over rows where all are valid.

    ``scales`` None: whole numbers and short decimals as they are; otherwise numbers times these powers of
    two, rounded to whole ones.
    """
    p = len(pairs)
    cells = [
        _exact(pair, dialect) if scales is None else _scaled(pair, scales[i], dialect)
        for i, pair in enumerate(pairs)
    ]
    is_exact = " AND ".join(f"COALESCE(CAST(d{i} AS DOUBLE) = x{i}, FALSE)" for i in range(p))
    products = [_product(pairs, i, j, scales) for i in range(p) for j in range(i + 1)]
    return Sample(
        (*(f"{cell} AS d{i}" for i, cell in enumerate(cells)), *_doubles(pairs)),
        _complete(pairs),
        (
            "COUNT(*)",
            f"COALESCE(BOOL_AND({is_exact}), TRUE)" if scales is None else "FALSE",
            *(f"SUM(d{i})" for i in range(p)),
            *(f"SUM({product})" for product in products),
        ),
    )


def largest_of(pairs: Sequence[Pair]) -> Sample:
    """The largest absolute value of each column over rows where all are valid."""
    columns = tuple(_doubles(pairs))
    return Sample(columns, _complete(pairs), tuple(f"MAX(ABS(x{i}))" for i in range(len(pairs))))


def scale_for(largest: float | None) -> float:
    """The power of two that brings numbers up to ``largest`` below 2^50."""
    return 2.0 ** min(_BITS - math.frexp(largest or 1.0)[1], 1000)


def _doubles(pairs: Sequence[Pair]) -> list[str]:
    return [f"{pair.double} AS x{i}" for i, pair in enumerate(pairs)]


def _complete(pairs: Sequence[Pair]) -> str:
    return " AND ".join(f"{pair.value} IS NOT NULL" for pair in pairs)


def _product(pairs: Sequence[Pair], i: int, j: int, scales: Sequence[float] | None) -> str:
    whole = pairs[i].type is Type.INTEGER and pairs[j].type is Type.INTEGER
    return f"d{i} * d{j}" if whole or scales is not None else f"CAST(d{i} * d{j} AS {_SQUARE})"


def _exact(pair: Pair, dialect: Dialect) -> str:
    """A number as one that sums exactly: a whole number, or a decimal of four places; null when too large."""
    small = f"ABS({pair.double}) <= {number(_EXACT_UP_TO)}"
    kind = dialect.whole if pair.type is Type.INTEGER else dialect.short
    return f"CAST(CASE WHEN {small} THEN {pair.double} END AS {kind})"


def _scaled(pair: Pair, scale: float, dialect: Dialect) -> str:
    return dialect.huge_floor(f"{pair.double} * {number(scale)} + {number(0.5)}")


def moments(row: Sequence[Any], p: int, scales: Sequence[float] | None = None) -> Moments:
    """What the aggregates of :func:`sample_of` gave, as fractions in the numbers' own units."""
    unit = [Fraction(1) / Fraction(scale) for scale in scales] if scales is not None else [Fraction(1)] * p
    sums = tuple(_fraction(cell) * unit[i] for i, cell in enumerate(row[2 : 2 + p]))
    flat = iter(row[2 + p :])
    products = tuple(tuple(_fraction(next(flat)) * unit[i] * unit[j] for j in range(i + 1)) for i in range(p))
    return Moments(int(row[0]), sums, products, bool(row[1]))


def _fraction(cell: Decimal | int | None) -> Fraction:
    return Fraction(0) if cell is None else Fraction(cell)


def fit_columns(node: Apply, found: Moments, latent: Latent | None = None) -> Fit:
    """The fit of ``standardise`` or ``factor_score``; Refused when the sample cannot carry it.

    ``latent`` gives the correlations (p, p) that the factor is found in where they are not Pearson's.
    """
    if found.n < len(found.sums) + 1 or found.n < 2:
        raise unfit(
            node,
            say_n(
                found.n, "only 1 row has every item valid", "only {n} rows have every item valid", n=found.n
            ),
        )
    means = [total / found.n for total in found.sums]
    p = len(means)
    covariance = [
        [(found.products[i][j] - found.sums[i] * means[j]) / (found.n - 1) for j in range(i + 1)]
        for i in range(p)
    ]
    if any(covariance[i][i] <= 0 for i in range(p)):
        raise unfit(node, "an item has the same value in every row")
    fit = Fit(
        node.function,
        found.n,
        means=tuple(float(mean) for mean in means),
        sds=tuple(_root(covariance[i][i]) for i in range(p)),
        is_exact=found.is_exact,
    )
    return fit if node.function == "standardise" else _scored(node, fit, covariance, latent)


def _scored(node: Apply, fit: Fit, covariance: list[list[Fraction]], latent: Latent | None) -> Fit:
    pearson = _pearson(covariance)
    correlation = pearson if latent is None else latent()
    if np.linalg.eigvalsh(correlation)[0] < 1e-10:
        raise unfit(
            node,
            "one item is a combination of the others"
            if latent is None
            else "their polychoric correlations are not positive definite",
        )
    if not np.any(correlation - np.eye(len(correlation))):
        raise unfit(node, "no item goes together with another: every correlation is zero")
    wanted = Wanted.of(dict(node.settings))
    found = solve(correlation, wanted)
    if found.fault:
        raise unfit(node, found.fault, hint="Ask for fewer factors, or for another rotation.")
    fit = replace(
        fit,
        eigenvalues=_rounded(found.extraction.eigenvalues),
        correlation=tuple(tuple(float(cell) for cell in row) for row in correlation),
        method=wanted.method,
        scores=wanted.scores,
        basis=str(dict(node.settings).get("basis", "")),
        kmo=_rounded([factor.kmo(correlation)[0]])[0],
        alpha=_rounded([factor.alpha(_square(covariance, pearson))])[0],
    )
    return _of_one(fit, found) if wanted.factors == 1 else _of_several(fit, found)


def _of_one(fit: Fit, found: Solution) -> Fit:
    return replace(
        fit,
        weights=_rounded(found.weights),
        loadings=_rounded(found.loadings),
        uniquenesses=_rounded(found.uniquenesses),
        sign=say("the loadings add up to more than zero"),
    )


def _of_several(fit: Fit, found: Solution) -> Fit:
    """Rounded to ten decimals: a loading near zero has fewer digits that are the same everywhere."""
    return replace(
        fit,
        weights=_to_decimals(found.weights),
        loadings=_to_decimals(found.loadings),
        uniquenesses=_to_decimals(found.uniquenesses),
        sign=say("factors by falling sum of squares; the loadings of each add up to more than zero"),
        factors=found.wanted.factors,
        factor=found.wanted.factor,
        rotation=found.wanted.rotation,
        pattern=tuple(map(_to_decimals, found.rotated.loadings)),
        phi=tuple(map(_to_decimals, found.rotated.phi)),
        sums=_to_decimals(found.rotated.sums),
    )


def _to_decimals(numbers: Any) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) + 0.0 for value in numbers)  # -0 becomes 0


def _pearson(covariance: list[list[Fraction]]) -> factor.Matrix:
    """Correlations (p, p) from a lower triangle of exact covariances."""
    p = len(covariance)
    correlation = np.eye(p)
    for i in range(p):
        for j in range(i):
            share = _root(covariance[i][j] ** 2 / (covariance[i][i] * covariance[j][j]))
            correlation[i, j] = correlation[j, i] = math.copysign(share, covariance[i][j])
    return correlation


def _root(square: Fraction) -> float:
    """The square root, also where the square itself is beyond a double."""
    half = (square.numerator.bit_length() - square.denominator.bit_length()) // 2
    return math.ldexp(math.sqrt(square / Fraction(4) ** half), half)


def _square(covariance: list[list[Fraction]], correlation: factor.Matrix) -> factor.Matrix:
    """The covariance matrix in units of the first item's standard deviation."""
    sds = np.array([_root(covariance[i][i] / covariance[0][0]) for i in range(len(covariance))])
    return np.asarray(correlation * np.outer(sds, sds))


def _rounded(numbers: Any) -> tuple[float, ...]:
    return tuple(float(f"{float(value):.{DIGITS - 1}e}") for value in numbers)


def unfit(node: Apply, why: str, hint: str = "") -> Refused:
    """The refusal of a sample that cannot carry a fit."""
    message = say(
        "{function} cannot be fitted on these rows: {why}.", function=node.function, why=sentence(why)
    )
    fallback = "Look at the tallies of its items and at the filter."
    return refuse("unfit_sample", message, hint=hint or fallback)


def group_columns(pair: Pair, dialect: Dialect, scale: float | None = None) -> list[str]:
    """The aggregates of one group: valid n, whether exact, sum, largest absolute value."""
    cell = _exact(pair, dialect) if scale is None else _scaled(pair, scale, dialect)
    same = f"COALESCE(CAST({cell} AS DOUBLE) = {pair.double}, {pair.value} IS NULL)"
    return [
        f"COUNT({pair.value})",
        f"COALESCE(BOOL_AND({same}), TRUE)" if scale is None else "FALSE",
        f"SUM({cell})",
        f"MAX(ABS({pair.double}))",
    ]


def fit_groups(node: Apply, rows: Sequence[Sequence[Any]], scale: float = 1.0) -> Fit:
    """The fit of ``group_mean`` and ``group_share`` from (key, n, exact, sum, …) per group.

    A group with fewer valid rows than ``at_least`` is not kept, as if it had none.
    """
    least = int(dict(node.settings).get("at_least", 1))
    large = (row for row in rows if row[1] >= least)
    filled = sorted(large, key=lambda row: (isinstance(row[0], str), row[0]))
    return Fit(
        node.function,
        sum(row[1] for row in filled),
        groups=tuple((row[0], float(_fraction(row[3]) / (row[1] * Fraction(scale)))) for row in filled),
        sizes=tuple(int(row[1]) for row in filled),
        is_exact=all(row[2] for row in rows),
    )
