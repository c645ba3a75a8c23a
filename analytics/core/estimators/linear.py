"""Ordinary least squares from the centred cross-products."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.special import fdtrc

from analytics.core.checks import (
    check_collinearity,
    check_linear_scale,
    check_outcome_varies,
    check_size,
    has_error,
)
from analytics.core.choices import CLASSICAL, Errors
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.errors import Clusters, Uncertainty, check_clusters, uncertainty
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.sandwich import Slices
from analytics.core.estimators.summary import failed, rows_of, scaled_inverse, scaled_solve, t_estimates
from analytics.core.results import Check, Fit, ModelResult
from surveys.core.said import say

CLASSIC = Errors()
PERFECT = 1e-12  # residual share of the outcome's variation under which the fit is exact

CONVENTIONS = {
    "standard_errors": "information",
    "test": say("t, n - k degrees of freedom"),
    "df": say("coefficients and the residual variance, as R counts"),
    "bic_n": "rows",
}


def fit_linear(
    y: FloatArray,
    x: FloatArray,
    terms: tuple[str, ...],
    errors: Errors = CLASSIC,
    clusters: Clusters | None = None,
) -> ModelResult:
    """Least squares, t tests, R2, F, log-likelihood, AIC and BIC.

    t has n - k degrees of freedom, or those of the clusters.  Under other errors than classical ones F is
    Wald's test that all slopes are zero.
    """
    design = prepare(y, x, terms)
    checks = (*design.checks, *check_size(design), *check_outcome_varies(design))
    checks += check_clusters(clusters, errors.type)
    if has_error(checks):
        return failed("linear", checks, design.dropped)
    checks += (*check_collinearity(design), *check_linear_scale(design))
    found = design.moments
    inverse = scaled_inverse(found.gram)
    centred = inverse @ found.cross
    residual = float(found.y_square - found.cross @ centred)
    if residual <= PERFECT * found.y_square:
        message = "The terms give the outcome exactly: is one of them the outcome itself under another name?"
        return failed("linear", (*checks, Check("error", "perfect_fit", message)), design.dropped)
    classical = found.uncentre_covariance(inverse * (residual / (design.n - design.k)))
    beta, covariance = design.as_given(found.uncentre(centred, found.y_centre), classical)
    if errors.kind == CLASSICAL:
        told = Uncertainty(covariance, np.full(design.k, float(design.n - design.k)))
        return _result(design, beta, told, _fit(design, residual), checks)
    told = _sandwich(design, centred, inverse, errors, clusters)
    f, p = wald(design, beta, told)
    return _result(design, beta, told, replace(_fit(design, residual), f_statistic=f, f_p=p), checks)


def _result(
    design: Design, beta: FloatArray, told: Uncertainty, fit: Fit, checks: tuple[Check, ...]
) -> ModelResult:
    assert told.df is not None  # of a linear model every test is t
    return ModelResult(
        kind="linear",
        converged=True,
        estimates=t_estimates(design.terms, beta, np.sqrt(np.diag(told.covariance)), told.df),
        fit=fit,
        checks=(*checks, *told.checks),
        method={"estimator": "least squares", **told.method},
        conventions={**CONVENTIONS, **told.conventions},
        dropped=design.dropped,
        covariance=rows_of(told.covariance),
    )


def _sandwich(
    design: Design, centred: FloatArray, inverse: FloatArray, errors: Errors, clusters: Clusters | None
) -> Uncertainty:
    """Robust or clustered errors, summed about the means of the columns, where they keep their digits."""
    found = design.moments
    left = design.y - found.y_centre - (design.x @ centred - float(found.centre @ centred))
    slices = Slices(design.x, left, inverse, found.centre)
    return uncertainty(slices, design.lift, errors, clusters, float(design.n - design.k), design.terms)


def wald(design: Design, beta: FloatArray, told: Uncertainty) -> tuple[float | None, float | None]:
    """Wald's F test that all slopes are zero, and its p; no numbers where the errors cannot carry one."""
    own = np.array([i for i in range(design.k) if i != design.moments.intercept])
    if not len(own) or told.joint_df is None or told.joint_df < len(own):
        return None, None
    try:
        f = float(beta[own] @ scaled_solve(told.covariance[np.ix_(own, own)], beta[own])) / len(own)
    except np.linalg.LinAlgError:
        return None, None
    return f, float(fdtrc(len(own), told.joint_df, f))


def _fit(design: Design, residual: float) -> Fit:
    """Gaussian likelihood at the maximum-likelihood variance RSS / n."""
    n, k = design.n, design.k
    free = k - int(design.has_intercept)
    loglik = -0.5 * n * (math.log(2 * math.pi * residual / n) + 1)
    total = design.moments.y_square
    r2 = 1 - residual / total
    rank = n - int(design.has_intercept)
    f = (total - residual) / free / (residual / (n - k)) if free else None
    return Fit(
        loglik=loglik,
        aic=2 * (k + 1) - 2 * loglik,
        bic=(k + 1) * math.log(n) - 2 * loglik,
        n=n,
        df=k + 1,
        bic_n=n,
        bic_rows=(k + 1) * math.log(n) - 2 * loglik,
        n_fixed=k,
        r2=r2,
        adjusted_r2=1 - (1 - r2) * rank / (n - k),
        f_statistic=f,
        f_p=float(fdtrc(free, n - k, f)) if f is not None else None,
    )
