"""Logistic regression: Newton's method on the exact likelihood, with separation caught and named."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtrc

from analytics.core.checks import (
    check_binary,
    check_collinearity,
    check_events,
    check_outcome_varies,
    check_size,
    has_error,
)
from analytics.core.choices import CLASSICAL, Errors
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.errors import Clusters, Uncertainty, check_clusters, uncertainty
from analytics.core.estimators.logistic import curve
from analytics.core.estimators.moments import FloatArray, blocks
from analytics.core.estimators.sandwich import Slices
from analytics.core.estimators.separation import certificate, lone_columns
from analytics.core.estimators.summary import failed, odds_estimates, rows_of, scaled_inverse, scaled_solve
from analytics.core.results import Check, Convergence, Fit, ModelResult
from surveys.core.said import say

CLASSIC = Errors()
STEPS = 40
DECREMENT = 1e-13  # squared step in standard errors: coefficients right to 3e-7 SE before the last step
EXTREME = 15.0  # a linear predictor beyond this (p under 3e-7) makes separation worth looking for

CONVENTIONS = {"standard_errors": "information", "test": "normal", "df": "coefficients", "bic_n": "rows"}


@dataclass(frozen=True)
class Point:
    """The likelihood at ``beta``: value, score (k,), information (k, k), largest linear predictor."""

    beta: FloatArray
    loglik: float
    score: FloatArray
    information: FloatArray
    reach: float


@dataclass(frozen=True)
class Newton:
    """Where Newton's method ended; ``covariance`` is the inverse information there."""

    point: Point
    step: FloatArray
    iterations: int
    decrement: float
    covariance: FloatArray | None


def fit_logit(
    y: FloatArray,
    x: FloatArray,
    terms: tuple[str, ...],
    errors: Errors = CLASSIC,
    clusters: Clusters | None = None,
) -> ModelResult:
    """Logistic regression of ``y`` (0/1) on ``x``.

    Standard errors from the information at the optimum unless ``errors`` asks for others;
    McFadden's R2 and the likelihood-ratio test are against the intercept alone. Under separation the
    likelihood has no maximum: the result then has no numbers and names the columns concerned.
    """
    design = prepare(y, x, terms)
    checks = (*check_logit(design), *check_clusters(clusters, errors.type))
    if has_error(checks):
        return failed("logit", checks, design.dropped)
    newton = maximise(design)
    problem = diagnose(design, newton)
    if problem is not None or newton.covariance is None:
        return failed("logit", (*checks, *((problem,) if problem else ())), design.dropped)
    beta, covariance = design.as_given(newton.point.beta, newton.covariance)
    told = Uncertainty(covariance)
    if errors.kind != CLASSICAL:
        told = _sandwich(design, newton.point.beta, newton.covariance, errors, clusters)
    return ModelResult(
        kind="logit",
        converged=True,
        estimates=odds_estimates(design.terms, beta, told.covariance, told.df),
        fit=_fit(design, newton.point.loglik),
        checks=(*checks, *told.checks),
        method={"estimator": "maximum likelihood", "optimiser": "newton", **told.method},
        conventions={**CONVENTIONS, **told.conventions},
        convergence=Convergence(
            True, newton.iterations, float(np.abs(newton.point.score).max()), newton.decrement
        ),
        dropped=design.dropped,
        covariance=rows_of(told.covariance),
    )


def _sandwich(
    design: Design, beta: FloatArray, bread: FloatArray, errors: Errors, clusters: Clusters | None
) -> Uncertainty:
    """Robust or clustered errors from the scores x (y - p)."""
    at = curve(design.x @ beta)
    slices = Slices(design.x, design.y - at.p, bread, np.zeros(design.k), at.slope)
    back = np.eye(design.k)
    if design.shift.any():
        back[design.moments.intercept] -= design.shift
    return uncertainty(slices, back, errors, clusters, None, design.terms)


def check_logit(design: Design) -> tuple[Check, ...]:
    """Everything worth knowing before a logistic model is fitted."""
    checks = (*design.checks, *check_size(design), *check_binary(design), *check_outcome_varies(design))
    if has_error(checks):
        return checks
    lone = lone_columns(design)
    return (*checks, *lone) if lone else (*checks, *check_collinearity(design), *check_events(design))


def evaluate(design: Design, beta: FloatArray) -> Point:
    """One pass over the rows in blocks: log-likelihood, score and information."""
    k = design.k
    loglik, reach, score, information = 0.0, 0.0, np.zeros(k), np.zeros((k, k))
    for rows in blocks(design.n):
        part, target = design.x[rows], design.y[rows]
        eta = part @ beta
        p, slope, softplus = curve(eta)
        loglik += float(target @ eta - softplus.sum())
        score += (target - p) @ part
        weighted = part * np.sqrt(slope)[:, None]
        information += weighted.T @ weighted
        reach = max(reach, float(np.abs(eta).max()))
    return Point(beta, loglik, score, information, reach)


def start(design: Design) -> FloatArray:
    """The first Newton step from the intercept alone: its information is p (1 - p) X'X, so no pass."""
    found = design.moments
    if not design.has_intercept:
        return scaled_solve(found.gram / 4, found.cross - _half_sums(design))
    share = found.y_centre
    beta = scaled_solve(found.gram * (share * (1 - share)), found.cross)
    beta[found.intercept] = math.log(share / (1 - share)) - float(found.centre @ beta)
    return beta


def _half_sums(design: Design) -> FloatArray:
    sums: FloatArray = design.x.sum(axis=0) / 2
    return sums


def maximise(design: Design) -> Newton:
    """Newton's method with step halving, to the decrement or to where the likelihood runs off to infinity."""
    here = evaluate(design, start(design))
    step, decrement = np.zeros(design.k), math.inf
    for iteration in range(1, STEPS + 1):
        try:
            step = scaled_solve(here.information, here.score)
        except np.linalg.LinAlgError:
            return Newton(here, step, iteration, decrement, None)
        decrement = float(here.score @ step)
        if decrement < DECREMENT:
            # The last step is known and free; what it changes in the information is beyond the digits shown.
            there = replace(here, beta=here.beta + step)
            return Newton(there, step, iteration, decrement, scaled_inverse(here.information))
        if here.reach > 2 * EXTREME and certificate(design, step) is not None:
            return Newton(here, step, iteration, decrement, None)
        here = _advance(design, here, step)
    return Newton(here, step, STEPS, decrement, None)


def _advance(design: Design, here: Point, step: FloatArray) -> Point:
    """The next point, at the longest of 1, 1/2, 1/4 … steps that does not lower the likelihood."""
    rounding = 1e-12 * abs(here.loglik)
    length = 1.0
    while True:
        there = evaluate(design, here.beta + length * step)
        if there.loglik >= here.loglik - rounding or length < 1e-3:
            return there
        length /= 2


def diagnose(design: Design, newton: Newton) -> Check | None:
    """Why there is no maximum, or that the search failed; ``None`` when all is well."""
    converged = newton.covariance is not None
    if converged and newton.point.reach < EXTREME:
        return None
    at = newton.point.beta
    found = certificate(design, newton.step if newton.step.any() else at, at)
    if found is not None:
        return found
    if converged:
        return None
    message = say(
        "The search for the maximum did not settle in {iterations} steps; no numbers are given. Look "
        "for columns on very different scales or a very rare outcome.",
        iterations=newton.iterations,
    )
    return Check("error", "not_converged", message)


def _fit(design: Design, loglik: float) -> Fit:
    n, k = design.n, design.k
    share = float(design.y.mean())
    null = n * (share * math.log(share) + (1 - share) * math.log(1 - share))
    bic = k * math.log(n) - 2 * loglik
    fit = Fit(
        loglik=loglik, aic=2 * k - 2 * loglik, bic=bic, n=n, df=k, bic_n=n, bic_rows=bic, n_fixed=k,
        loglik_null=null, mcfadden_r2=1 - loglik / null,
    )  # fmt: skip
    if not design.has_intercept or k < 2:
        return fit
    chi2 = 2 * (loglik - null)
    return Fit(**{**vars(fit), "lr_chi2": chi2, "lr_df": k - 1, "lr_p": float(chdtrc(k - 1, chi2))})
