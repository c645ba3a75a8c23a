"""Ordinary least squares from the centred cross-products."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import fdtrc

from analytics.core.checks import (
    check_collinearity,
    check_linear_scale,
    check_outcome_varies,
    check_size,
    has_error,
)
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.summary import failed, rows_of, scaled_inverse, t_estimates
from analytics.core.results import Check, Fit, ModelResult
from surveys.core.said import say

PERFECT = 1e-12  # residual share of the outcome's variation under which the fit is exact

CONVENTIONS = {
    "standard_errors": "information",
    "test": say("t, n - k degrees of freedom"),
    "df": say("coefficients and the residual variance, as R counts"),
    "bic_n": "rows",
}


def fit_linear(y: FloatArray, x: FloatArray, terms: tuple[str, ...]) -> ModelResult:
    """Least squares, t tests on n - k degrees of freedom, R2, F, log-likelihood, AIC and BIC."""
    design = prepare(y, x, terms)
    checks = (*design.checks, *check_size(design), *check_outcome_varies(design))
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
    beta, covariance = design.as_given(
        found.uncentre(centred, found.y_centre),
        found.uncentre_covariance(inverse * (residual / (design.n - design.k))),
    )
    df = np.full(design.k, float(design.n - design.k))
    return ModelResult(
        kind="linear",
        converged=True,
        estimates=t_estimates(design.terms, beta, np.sqrt(np.diag(covariance)), df),
        fit=_fit(design, residual),
        checks=checks,
        method={"estimator": "least squares"},
        conventions=CONVENTIONS,
        dropped=design.dropped,
        covariance=rows_of(covariance),
    )


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
