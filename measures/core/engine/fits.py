"""What is fitted on the sample: asked of the engine as aggregates, finished here, kept as plain numbers.

Means and SDs come from exact decimal sums, so that neither the order of rows nor the number of threads
shows.  Weights come from linear algebra, whose last digits differ between machines; they are rounded to ten
significant digits before they are kept or applied, so that equal data give equal columns everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from measures.core import factor
from measures.core.engine.sql import Pair, number
from measures.core.language.tree import Apply
from surveys.core.codebook import as_json
from surveys.core.problems import Refused, refuse

DIGITS = 10  # significant digits of fitted weights
_EXACT_UP_TO = 1e8  # decimals of at most four places up to this size are summed exactly
_DECIMAL, _SQUARE = "DECIMAL(19,4)", "DECIMAL(38,8)"


@dataclass(frozen=True)
class Fit:
    """What one part of a rule learnt from ``n`` rows; only the fields of its kind are filled.

    ``means``, ``sds`` (n - 1) and ``weights`` are those of the items in the order of the rule;
    ``weights`` multiply standardised items.  ``groups`` pairs keys with means.
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
    sign: str = ""
    kmo: float | None = None
    alpha: float | None = None
    groups: tuple[tuple[Any, float], ...] = ()
    is_exact: bool = True  # False: summed in doubles, in row order, on one thread

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; empty fields are left out."""
        plain: dict[str, Any] = as_json(self)
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Fit:
        plain = dict(data)
        for name in ("correlation", "groups"):
            plain[name] = tuple(tuple(row) for row in plain.get(name, ()))
        for name in ("means", "sds", "weights", "loadings", "uniquenesses", "eigenvalues"):
            plain[name] = tuple(plain.get(name, ()))
        return cls(**plain)


@dataclass(frozen=True)
class Moments:
    """Exact or floating sums of p columns over the rows where all are valid."""

    n: int
    sums: tuple[Fraction, ...]
    products: tuple[tuple[Fraction, ...], ...]  # lower triangle, of the columns as they are
    is_exact: bool


def moment_columns(pairs: Sequence[Pair], centres: Sequence[float] | None) -> list[str]:
    """The aggregates: n, whether exact sums hold, sums, lower triangle of products.

    ``centres`` None: exact decimals; otherwise doubles about these centres.
    """
    complete = " AND ".join(f"{pair.value} IS NOT NULL" for pair in pairs)
    cells = [_decimal(pair) for pair in pairs]
    kind = _DECIMAL
    if centres is not None:
        cells = [f"({pair.double} - {number(centre)})" for pair, centre in zip(pairs, centres, strict=True)]
        kind = "DOUBLE"
    exact = " AND ".join(
        f"COALESCE(CAST({_decimal(pair)} AS DOUBLE) = {pair.double}, FALSE)" for pair in pairs
    )
    wide = _SQUARE if kind == _DECIMAL else "DOUBLE"
    products = [f"CAST({cells[i]} * {cells[j]} AS {wide})" for i in range(len(cells)) for j in range(i + 1)]
    where = f"FILTER (WHERE {complete})"
    return [
        f"COUNT(*) {where}",
        f"COALESCE(BOOL_AND({exact}) {where}, TRUE)",
        *(f"SUM({cell}) {where}" for cell in cells),
        *(f"SUM({product}) {where}" for product in products),
    ]


def _decimal(pair: Pair) -> str:
    small = f"ABS({pair.double}) <= {number(_EXACT_UP_TO)}"
    return f"CAST(CASE WHEN {small} THEN {pair.double} END AS {_DECIMAL})"


def moments(row: Sequence[Any], p: int) -> Moments:
    """What :func:`moment_columns` gave, as fractions."""
    sums = tuple(_fraction(cell) for cell in row[2 : 2 + p])
    flat = [_fraction(cell) for cell in row[2 + p :]]
    products = tuple(tuple(flat[i * (i + 1) // 2 : i * (i + 1) // 2 + i + 1]) for i in range(p))
    return Moments(int(row[0]), sums, products, bool(row[1]))


def _fraction(cell: Decimal | float | None) -> Fraction:
    return Fraction(0) if cell is None else Fraction(cell)


def fit_columns(node: Apply, found: Moments, centres: Sequence[float] | None = None) -> Fit:
    """The fit of ``standardise`` or ``factor_score``; Refused when the sample cannot carry it."""
    shift = [Fraction(0)] * len(found.sums) if centres is None else [Fraction(centre) for centre in centres]
    if found.n < len(found.sums) + 1 or found.n < 2:
        raise _unfit(node, f"only {found.n} rows have every item valid")
    means = [total / found.n for total in found.sums]
    p = len(means)
    covariance = [
        [(found.products[i][j] - found.sums[i] * means[j]) / (found.n - 1) for j in range(i + 1)]
        for i in range(p)
    ]
    if any(covariance[i][i] <= 0 for i in range(p)):
        raise _unfit(node, "an item has the same value in every row")
    fit = Fit(
        node.function,
        found.n,
        means=tuple(float(mean + start) for mean, start in zip(means, shift, strict=True)),
        sds=tuple(math.sqrt(covariance[i][i]) for i in range(p)),
        is_exact=centres is None,
    )
    return fit if node.function == "standardise" else _scored(node, fit, covariance)


def _scored(node: Apply, fit: Fit, covariance: list[list[Fraction]]) -> Fit:
    p = len(fit.means)
    correlation = np.eye(p)
    for i in range(p):
        for j in range(i):
            scale = math.sqrt(covariance[i][i] * covariance[j][j])
            correlation[i, j] = correlation[j, i] = float(covariance[i][j]) / scale
    method, scores = str(node.setting("method")), str(node.setting("scores"))
    if np.linalg.eigvalsh(correlation)[0] < 1e-10:
        raise _unfit(node, "one item is a combination of the others")
    extract = factor.principal if method == "principal" else factor.minres
    extraction = extract(correlation)
    weights = factor.score_weights(extraction, correlation, scores)
    return replace(
        fit,
        weights=_rounded(weights),
        loadings=_rounded(extraction.loadings[:, 0]),
        uniquenesses=_rounded(extraction.uniquenesses),
        eigenvalues=_rounded(extraction.eigenvalues),
        correlation=tuple(tuple(float(cell) for cell in row) for row in correlation),
        method=method,
        scores=scores,
        sign="the loadings add up to more than zero",
        kmo=_rounded([factor.kmo(correlation)[0]])[0],
        alpha=_rounded([factor.alpha(_square(covariance))])[0],
    )


def _square(covariance: list[list[Fraction]]) -> factor.Matrix:
    p = len(covariance)
    return np.array([[float(covariance[max(i, j)][min(i, j)]) for j in range(p)] for i in range(p)])


def _rounded(numbers: Any) -> tuple[float, ...]:
    return tuple(float(f"{float(value):.{DIGITS - 1}e}") for value in numbers)


def _unfit(node: Apply, why: str) -> Refused:
    message = f"{node.function} cannot be fitted on these rows: {why}."
    return refuse("unfit_sample", message, hint="Look at the tallies of its items and at the filter.")


def group_columns(pair: Pair) -> list[str]:
    """The aggregates of one group: valid n, whether exact, sum as decimal, sum as double."""
    cell = _decimal(pair)
    return [
        f"COUNT({pair.value})",
        f"COALESCE(BOOL_AND(COALESCE(CAST({cell} AS DOUBLE) = {pair.double}, {pair.value} IS NULL)), TRUE)",
        f"SUM({cell})",
        f"SUM({pair.double})",
    ]


def fit_groups(node: Apply, rows: Sequence[Sequence[Any]]) -> Fit:
    """The fit of ``group_mean`` and ``group_share`` from (key, n, exact, sum, sum) per group."""
    groups = []
    for key, n, is_exact, total, rough in rows:
        if n:
            groups.append((key, float(Fraction(total) / n) if is_exact else rough / n))
    groups.sort(key=lambda group: (isinstance(group[0], str), group[0]))
    is_exact = all(row[2] for row in rows)
    return Fit(node.function, sum(row[1] for row in rows), groups=tuple(groups), is_exact=is_exact)
