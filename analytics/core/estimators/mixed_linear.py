"""Linear mixed model with a random intercept, by REML or ML, on sufficient statistics.

With rho = sigma_u^2 / sigma^2 the inverse covariance of a group of size m is I - rho / (1 + m rho) 11', so
the weighted cross-products are M - sum_j rho / (1 + n_j rho) s_j s_j', where M = [X y]'[X y] and s_j are
the sums of [X y] over group j. Groups of one size share their coefficient, so their s_j s_j' are added up
beforehand: after one pass over the rows the search over rho no longer depends on the number of rows or
groups.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.optimize import brentq

from analytics.core.checks import (
    check_collinearity,
    check_groups,
    check_linear_scale,
    check_outcome_varies,
    check_size,
    has_error,
)
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.groups import Groups, group_rows
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.summary import failed, rows_of, t_estimates
from analytics.core.results import (
    Check,
    Convergence,
    Fit,
    GroupEffect,
    Icc,
    ModelResult,
    RandomEffect,
)
from surveys.core.said import say

# ln rho is searched between these; under 1e-9 the between variance is zero for every purpose.
GRID = np.linspace(math.log(1e-9), math.log(1e6), 16)
WITHIN = 1e-10  # share of a column's variation inside groups under which it varies between groups only
PERFECT = 1e-12

BOUNDARY = (
    "The between-group variance is estimated as zero: the groups differ no more than chance would have them, "
    "and the model equals one without a random intercept."
)


@dataclass(frozen=True)
class Sums:
    """Sufficient statistics about the column centres: ``cross`` (k+1, k+1) of [X y]; ``by_group`` (G, k+1)
    sums; ``sizes`` (U,) the distinct group sizes, ``counts`` (U,) how many groups have each, ``by_size``
    (U, k+1, k+1) the sum of s s' over them."""

    cross: FloatArray
    by_group: FloatArray
    sizes: FloatArray
    counts: FloatArray
    by_size: FloatArray


@dataclass(frozen=True)
class Solution:
    """The generalised least squares fit at one ``rho``: ``slope`` is d deviance / d ln rho."""

    rho: float
    beta: FloatArray
    inverse: FloatArray
    residual: float
    deviance: float
    slope: float


def fit_mixed_linear(
    y: FloatArray,
    x: FloatArray,
    terms: tuple[str, ...],
    groups: npt.NDArray[Any],
    group: str = "group",
    reml: bool = True,
) -> ModelResult:
    """Random-intercept linear model of ``y`` on ``x`` with an intercept for each of ``groups`` (n,).

    Fit statistics follow nlme: AIC counts the fixed effects and two variances; BIC takes n - p under REML and
    n under ML (``bic_rows`` has n for both, as lme4). Tests are t with nlme's containment degrees of freedom:
    terms that vary within groups against rows, terms that do not against groups. Standard errors are those
    of the fixed effects given the variances.
    """
    design = prepare(y, x, terms)
    by = group_rows(groups)
    totals = group_sums(design, by)
    between = between_terms(design, by, totals)
    level_two = tuple(t for t, flag in zip(design.terms, between.tolist(), strict=True) if flag)
    checks = (*design.checks, *check_size(design), *check_outcome_varies(design))
    checks += check_groups(by.count, design.n, group, level_two)
    if has_error(checks):
        return failed("multilevel_linear", checks, design.dropped)
    checks += (*check_collinearity(design), *check_linear_scale(design))
    sums = sufficient(design, by, totals)
    best, iterations = search(sums, design, reml)
    if best is None:
        message = "The terms give the outcome exactly: is one of them the outcome itself under another name?"
        return failed("multilevel_linear", (*checks, Check("error", "perfect_fit", message)), design.dropped)
    if best.rho == 0:
        checks += (Check("warning", "boundary", BOUNDARY),)
    return _result(design, by, group, sums, best, reml, between, checks, iterations)


def group_sums(design: Design, by: Groups) -> FloatArray:
    """Sums (G, k+1) of the centred [X y] by group."""
    found = design.moments
    x_sums = by.totals(design.x) - np.outer(by.sizes, found.centre)
    y_sums = by.totals(design.y) - by.sizes * found.y_centre
    return np.column_stack([x_sums, y_sums])


def between_terms(design: Design, by: Groups, totals: FloatArray) -> npt.NDArray[np.bool_]:
    """Which columns (k,) have one value within each group; the intercept does not count."""
    x_sums = totals[:, :-1]
    square = np.diag(design.moments.gram)
    within = square - (x_sums**2 / by.sizes[:, None]).sum(axis=0)
    flags = np.asarray(within <= WITHIN * square, dtype=np.bool_)
    if design.has_intercept:
        flags[design.moments.intercept] = False
    return flags


def sufficient(design: Design, by: Groups, totals: FloatArray) -> Sums:
    """All that the likelihood needs of the data."""
    found, k = design.moments, design.k
    cross = np.empty((k + 1, k + 1))
    cross[:k, :k], cross[:k, k], cross[k, :k], cross[k, k] = (
        found.gram,
        found.cross,
        found.cross,
        found.y_square,
    )
    sizes, label = np.unique(by.sizes, return_inverse=True)
    by_size = np.empty((len(sizes), k + 1, k + 1))
    for position in range(len(sizes)):
        rows = totals[label == position]
        by_size[position] = rows.T @ rows
    counts = np.bincount(label, minlength=len(sizes)).astype(np.float64)
    return Sums(cross, totals, sizes.astype(np.float64), counts, by_size)


def solve(sums: Sums, n: int, rho: float, reml: bool) -> Solution:
    """Generalised least squares at ``rho`` and the profiled deviance with its exact derivative in ln rho.

    Deviance: (n - p) ln(2 pi e RSS / (n - p)) + ln|V| + ln|X'V^-1 X| under REML; n ln(2 pi e RSS / n) + ln|V|
    under ML.
    """
    k = len(sums.cross) - 1
    grow = 1.0 + sums.sizes * rho
    weighted = sums.cross - np.einsum("u,uij->ij", rho / grow, sums.by_size)
    factor, inverse = _factor(weighted[:k, :k])
    beta = inverse @ weighted[:k, k]
    residual = float(weighted[k, k] - weighted[:k, k] @ beta)
    contrast = np.append(-beta, 1.0)
    shrink = 1.0 / (grow * grow)
    residual_slope = -float(shrink @ (sums.by_size @ contrast @ contrast))
    free = n - k if reml else n
    profile = _deviance(sums, free, residual, grow, np.diag(factor) if reml else np.ones(1))
    slope = free * residual_slope / max(residual, 1e-300) + float((sums.counts * sums.sizes) @ (1 / grow))
    if reml:
        slope -= float(shrink @ np.einsum("uij,ij->u", sums.by_size[:, :k, :k], inverse))
    return Solution(rho, beta, inverse, residual, profile, slope * rho if rho else slope)


def deviance(sums: Sums, n: int, rho: float, reml: bool) -> float:
    """The profiled deviance alone, from one factorisation of [X y]'V^-1 [X y]: its last pivot is the RSS."""
    k = len(sums.cross) - 1
    grow = 1.0 + sums.sizes * rho
    factor, failed_at = dpotrf(sums.cross - np.einsum("u,uij->ij", rho / grow, sums.by_size), lower=True)
    if failed_at:
        raise np.linalg.LinAlgError("not positive definite")
    pivots = np.diag(factor)
    return _deviance(
        sums, n - k if reml else n, float(pivots[k] ** 2), grow, pivots[:k] if reml else np.ones(1)
    )


def _deviance(sums: Sums, free: int, residual: float, grow: FloatArray, pivots: FloatArray) -> float:
    spread = free * (math.log(2 * math.pi * max(residual, 1e-300) / free) + 1)
    return spread + float(sums.counts @ np.log(grow)) + 2 * float(np.log(pivots).sum())


def _factor(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cholesky factor and inverse of a positive definite matrix, straight from LAPACK: this is called often.

    The units of the columns do not matter: scaling a column scales the rounding with it.
    """
    factor, failed_at = dpotrf(matrix, lower=True)
    if failed_at:
        raise np.linalg.LinAlgError("not positive definite")
    half, _ = dpotri(factor, lower=True)
    upper = np.triu_indices(len(half), 1)
    half[upper] = half.T[upper]
    return factor, half


def search(sums: Sums, design: Design, reml: bool) -> tuple[Solution | None, int]:
    """The best rho: a grid over ln rho (a profile may have two valleys), then the zero of the exact slope.

    ``None`` when nothing is left to explain. rho is exactly 0 when the deviance is lowest there.
    """
    n = design.n
    flat = solve(sums, n, 0.0, reml)
    if flat.residual <= PERFECT * design.moments.y_square:
        return None, 1
    tried = [deviance(sums, n, math.exp(point), reml) for point in GRID]
    lowest = min(range(len(tried)), key=tried.__getitem__)
    if lowest == 0 or flat.deviance <= tried[lowest]:
        return flat, len(GRID) + 1

    def slope(point: float) -> float:
        return solve(sums, n, math.exp(point), reml).slope

    low, high = GRID[lowest - 1], GRID[min(lowest + 1, len(GRID) - 1)]
    if slope(low) >= 0 or slope(high) <= 0:
        return solve(sums, n, math.exp(GRID[lowest]), reml), len(GRID) + 4
    root, report = brentq(slope, low, high, xtol=1e-11, rtol=1e-12, full_output=True)
    return solve(sums, n, math.exp(root), reml), len(GRID) + 4 + report.function_calls


def _result(
    design: Design,
    by: Groups,
    group: str,
    sums: Sums,
    best: Solution,
    reml: bool,
    between: npt.NDArray[np.bool_],
    checks: tuple[Check, ...],
    iterations: int,
) -> ModelResult:
    n, k = design.n, design.k
    residual_variance = best.residual / (n - k if reml else n)
    variance = best.rho * residual_variance
    beta, covariance = design.as_given(
        design.moments.uncentre(best.beta, design.moments.y_centre),
        design.moments.uncentre_covariance(best.inverse * residual_variance),
    )
    df = degrees_of_freedom(between, by.count, n, design.moments.intercept)
    estimates = t_estimates(design.terms, beta, np.sqrt(np.diag(covariance)), df)
    return ModelResult(
        kind="multilevel_linear",
        converged=True,
        estimates=estimates,
        fit=_fit(design, best, reml),
        random=(
            RandomEffect(group, "(Intercept)", variance, math.sqrt(variance), by.count),
            RandomEffect("", "Residual", residual_variance, math.sqrt(residual_variance)),
        ),
        icc=Icc(variance / (variance + residual_variance), "response", variance, residual_variance),
        group_effects=_effects(by, group, sums, best, residual_variance),
        checks=checks,
        method={"estimator": "reml" if reml else "ml", "optimiser": "profiled deviance"},
        conventions=_conventions(reml),
        convergence=Convergence(True, iterations, abs(best.slope) if best.rho else 0.0, 0.0),
        dropped=design.dropped,
        covariance=rows_of(covariance),
    )


def degrees_of_freedom(between: npt.NDArray[np.bool_], n_groups: int, n: int, intercept: int) -> FloatArray:
    """nlme's containment rule (k,): groups - 1 - terms between groups; rows - groups - terms within."""
    k = len(between)
    outer = int(between.sum())
    inner = k - outer - int(intercept >= 0)
    df = np.where(between, n_groups - outer - int(intercept >= 0), n - n_groups - inner)
    return df.astype(np.float64)


def _fit(design: Design, best: Solution, reml: bool) -> Fit:
    n, p = design.n, design.k
    loglik, df = -best.deviance / 2, p + 2
    bic_n = n - p if reml else n
    return Fit(
        loglik=loglik,
        aic=2 * df - 2 * loglik,
        bic=df * math.log(bic_n) - 2 * loglik,
        n=n,
        df=df,
        likelihood="reml" if reml else "ml",
        bic_n=bic_n,
        bic_convention="rows_minus_fixed" if reml else "rows",
        bic_rows=df * math.log(n) - 2 * loglik,
        n_fixed=p,
    )


def _effects(
    by: Groups, group: str, sums: Sums, best: Solution, residual_variance: float
) -> tuple[GroupEffect, ...]:
    """Best linear unbiased predictions: rho / (1 + n_j rho) times the group's residual sum."""
    pull = best.rho / (1.0 + by.sizes * best.rho)
    modes = pull * (sums.by_group @ np.append(-best.beta, 1.0))
    spread = np.sqrt(residual_variance * pull)
    columns = zip(by.levels, modes.tolist(), spread.tolist(), by.sizes.tolist(), strict=True)
    return tuple(GroupEffect(group, level, mode, sd, size) for level, mode, sd, size in columns)


def _conventions(reml: bool) -> dict[str, str]:
    return {
        "standard_errors": say("given the estimated variances"),
        "test": say("t, containment degrees of freedom as in nlme"),
        "df": say("fixed effects and two variances, as in nlme and lme4"),
        "bic_n": say("rows minus fixed effects, as in nlme under REML; bic_rows: rows, as in lme4")
        if reml
        else "rows",
        "loglik": say("restricted (REML); not comparable between models with different fixed effects")
        if reml
        else "full",
    }
