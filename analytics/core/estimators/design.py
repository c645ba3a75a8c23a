"""A design made fit for estimation: shapes checked, constant and collinear columns named and left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpotrf

from analytics.core.estimators.groups import Groups
from analytics.core.estimators.moments import BoolArray, FloatArray, IntArray, Moments, moments
from analytics.core.estimators.within import Within, moments_within
from analytics.core.results import Check
from surveys.core.said import say

# A column is an exact combination of others when less than this share of its variance is its own. Cross-
# products of centred columns carry about 1e-14 of rounding; year and year squared, the worst honest pair
# seen, keep 1e-6.
OWN_VARIANCE = 1e-11
IN_COMBINATION = 1e-6  # standardised coefficient from which a column belongs to the offending set
FAR = 1e3  # a column whose mean is this many standard deviations from 0 is moved there for the computation
CONSTANT = 1e-10  # standard deviation relative to the mean under which a column has one value


@dataclass(frozen=True)
class Design:
    """``y`` (n,), ``x`` (n, k) of full rank, its ``terms``, their moments, and what was noticed.

    ``shift`` (k,) has been taken off the columns of ``x``: without it the information matrix of a date or a
    record number would lose the digits that its standard errors need. ``as_given`` undoes it.
    """

    y: FloatArray
    x: FloatArray
    terms: tuple[str, ...]
    moments: Moments
    checks: tuple[Check, ...]
    dropped: tuple[str, ...]
    shift: FloatArray

    def as_given(self, beta: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Coefficients (k,) and covariance (k, k) of the columns as they were given."""
        if not self.shift.any():
            return beta, covariance
        back = np.eye(self.k)
        back[self.moments.intercept] -= self.shift
        return back @ beta, back @ covariance @ back.T

    def contrasts(self) -> FloatArray:
        """The matrix (k, k) that takes coefficients of centred columns to those of the columns as given."""
        moved = np.eye(self.k)
        if self.has_intercept:
            moved[self.moments.intercept] -= self.moments.centre + self.shift
        return moved

    @property
    def lift(self) -> FloatArray:
        """The matrix (k, k) that takes coefficients of the centred columns to those of the columns given."""
        found: FloatArray = np.eye(self.k)
        if self.has_intercept:
            found[self.moments.intercept] -= self.moments.centre + self.shift
        return found

    @property
    def n(self) -> int:
        return int(self.x.shape[0])

    @property
    def k(self) -> int:
        return int(self.x.shape[1])

    @property
    def has_intercept(self) -> bool:
        return self.moments.intercept >= 0


def prepare(y: FloatArray, x: FloatArray, terms: tuple[str, ...]) -> Design:
    """Check shapes and find the largest set of independent columns, in the order given.

    As in R, the later column of a dependent set is the one left out.
    Raises ``ValueError`` for shapes that do not match and for values that are not finite.
    """
    y, x = _arrays(y, x, terms)
    return _made_fit(y, x, terms, moments(y, x, terms))[0]


def prepare_within(y: FloatArray, x: FloatArray, terms: tuple[str, ...], by: Groups) -> tuple[Design, Within]:
    """As ``prepare``, from a pass by group that an estimator of variances within and between goes on with."""
    y, x = _arrays(y, x, terms)
    found, within = moments_within(y, x, terms, by)
    design, kept = _made_fit(y, x, terms, found)
    if design.shift.any():  # what was summed far from 0 has fewer digits than what is summed near it
        return design, moments_within(y, design.x, design.terms, by)[1]
    return design, within.of(kept) if design.dropped else within


def _arrays(y: FloatArray, x: FloatArray, terms: tuple[str, ...]) -> tuple[FloatArray, FloatArray]:
    y = np.ascontiguousarray(y, dtype=np.float64)
    x = np.ascontiguousarray(x, dtype=np.float64)
    if x.ndim != 2 or y.shape != (x.shape[0],) or len(terms) != x.shape[1]:
        raise ValueError(f"Shapes differ: y {y.shape}, x {x.shape}, {len(terms)} terms.")
    return y, x


def _made_fit(
    y: FloatArray, x: FloatArray, terms: tuple[str, ...], found: Moments
) -> tuple[Design, IntArray]:
    """The design of independent columns, moved near 0, and the positions of the columns it keeps."""
    if not (np.isfinite(found.gram).all() and np.isfinite(found.cross).all() and np.isfinite(found.y_square)):
        raise ValueError("A design must be finite: absences are removed before estimation.")
    kept, checks = independent(found, terms)
    dropped = tuple(term for position, term in enumerate(terms) if position not in set(kept.tolist()))
    if dropped:
        x, found = np.ascontiguousarray(x[:, kept]), found.of(kept)
    shift = _shift(found)
    if shift.any():
        x, found = x - shift, replace(found, centre=found.centre - shift)
    names = tuple(terms[position] for position in kept)
    return Design(y, x, names, found, checks, dropped, shift), kept


def _shift(found: Moments) -> FloatArray:
    """The means of the columns that lie far from 0, and 0 for the others."""
    spread = np.sqrt(np.diag(found.gram) / max(found.n, 1))
    far = np.abs(found.centre) > FAR * spread
    return np.where(far, found.centre, 0.0)


def independent(found: Moments, terms: tuple[str, ...]) -> tuple[IntArray, tuple[Check, ...]]:
    """Positions of independent columns and a check for each column left out, naming the set it depends on.

    A Cholesky factorisation of the correlations, one column at a time: the pivot is the share of the
    column's variance that those before it do not explain.
    """
    constant = _constant(found)
    scale = np.sqrt(np.where(constant, 1.0, np.diag(found.gram)))
    correlation = found.gram / np.outer(scale, scale)
    kept: list[int] = []
    checks: list[Check] = []
    if not constant.any() and _is_full_rank(correlation):
        return np.arange(len(terms)), ()
    factor = np.zeros_like(correlation)
    for column, term in enumerate(terms):
        if constant[column]:
            checks.append(_constant_column(term))
            continue
        size = len(kept)
        part = _solve(factor[:size, :size], correlation[kept, column])
        own = 1.0 - float(part @ part)
        if own <= OWN_VARIANCE:
            weights = solve_triangular(factor[:size, :size], part, lower=True, trans="T")
            others = tuple(terms[kept[i]] for i in np.flatnonzero(np.abs(weights) > IN_COMBINATION))
            checks.append(_collinear_column(term, others))
            continue
        factor[size, :size], factor[size, size] = part, np.sqrt(own)
        kept.append(column)
    return np.array(kept, dtype=np.int64), tuple(checks)


def _is_full_rank(correlation: FloatArray) -> bool:
    """The usual case in one factorisation: its pivots are those of the column-by-column search."""
    factor, failed_at = dpotrf(correlation, lower=True)
    return not failed_at and bool(np.all(np.diag(factor) ** 2 > OWN_VARIANCE))


def _solve(factor: FloatArray, target: FloatArray) -> FloatArray:
    if not len(factor):
        return target
    solved: FloatArray = solve_triangular(factor, target, lower=True)
    return solved


def _constant(found: Moments) -> BoolArray:
    """Columns without variance (about the mean where there is an intercept, else about 0)."""
    spread = np.sqrt(np.maximum(np.diag(found.gram), 0.0) / max(found.n, 1))
    flat = spread <= CONSTANT * np.maximum(np.abs(found.centre), 1e-300)
    flat |= spread == 0.0
    if found.intercept >= 0:
        flat[found.intercept] = False
    return np.asarray(flat, dtype=np.bool_)


def _constant_column(term: str) -> Check:
    return Check(
        "warning",
        "constant_column",
        say(
            "{term} has the same value in every row used, so nothing can be said of it; it was left out.",
            term=term,
        ),
        (term,),
    )


def _collinear_column(term: str, others: tuple[str, ...]) -> Check:
    return Check(
        "warning",
        "collinear",
        say("{term} is an exact combination of {others}; it was left out.", term=term, others=others),
        (term, *others),
    )
