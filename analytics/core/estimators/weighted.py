"""Linear and logistic models of a sample with weights, strata and sampling units, as R's svyglm fits them.

Sampling weights are no frequencies: estimates solve the weighted score equations, errors come from the spread
of the units' score totals, and the pseudo-likelihood is no likelihood, so that AIC and BIC are not given.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import fdtrc

from analytics.core.checks import (
    check_binary,
    check_collinearity,
    check_events,
    check_linear_scale,
    check_outcome_varies,
    check_size,
    has_error,
)
from analytics.core.estimators.categories import explained
from analytics.core.estimators.climbing import Climb, Place, climb, parts_for_good
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.drawn import DrawnRows, check_drawn
from analytics.core.estimators.logistic import curve
from analytics.core.estimators.moments import FloatArray, blocks
from analytics.core.estimators.separation import lone_columns, told_in_order
from analytics.core.estimators.summary import failed, rows_of, scaled_inverse, scaled_solve, t_estimates
from analytics.core.results import Check, Convergence, Fit, ModelResult
from surveys.core.said import say

CONVENTIONS = {
    "standard_errors": say("linearised over sampling units (Taylor)"),
    "test": say("t, degrees of freedom units - strata - slopes, as svyglm counts"),
    "weights": say("scaled to a mean of 1; no frequencies"),
}


def fit_weighted_linear(
    y: FloatArray, x: FloatArray, terms: tuple[str, ...], drawn: DrawnRows
) -> ModelResult:
    """Weighted least squares with linearised errors; R2 is that of the weighted sums of squares."""
    design, drawn, checks = _prepared(y, x, terms, drawn)
    if has_error(checks):
        return failed("linear", checks, design.dropped)
    checks += (*check_collinearity(design), *check_linear_scale(design))
    w, part = drawn.weights, design.x - design.moments.centre
    weighted = part * w[:, None]
    bread = scaled_inverse(part.T @ weighted)
    beta = bread @ (weighted.T @ design.y)
    left = design.y - part @ beta
    about = design.y - float(w @ design.y / w.sum()) if design.has_intercept else design.y
    r2 = 1 - float(w @ left**2) / float(w @ about**2)
    return _result("linear", design, drawn, checks, beta, bread, part * (w * left)[:, None], r2=r2)


def fit_weighted_logit(y: FloatArray, x: FloatArray, terms: tuple[str, ...], drawn: DrawnRows) -> ModelResult:
    """The weighted score equations of a logit, by Newton's method."""
    design, drawn, checks = _prepared(y, x, terms, drawn)
    checks += check_binary(design)
    if not has_error(checks):
        checks += lone_columns(design)
    if has_error(checks):
        return failed("logit", checks, design.dropped)
    checks += (*check_collinearity(design), *check_events(design))
    part = design.x - design.moments.centre
    found = climb(
        lambda at: _evaluate(part, design.y, drawn.weights, at),
        _start(design, drawn.weights),
        lambda step: _separates(part, design.y, step),
    )
    direction = found.step if found.step.any() else found.place.at
    separates = _separates(part, design.y, direction)
    ways = (direction, found.place.at) if separates else ()
    throughout = any(told_in_order(part @ one, design.y.astype(np.int64), 2) for one in ways)
    checks = explained(found, design, direction, separates, checks, throughout)
    if found.covariance is None or has_error(checks):
        return failed("logit", checks, design.dropped)
    left = drawn.weights * (design.y - curve(part @ found.place.at).p)
    scores = part * left[:, None]
    return _result("logit", design, drawn, checks, found.place.at, found.covariance, scores, found)


def _prepared(
    y: FloatArray, x: FloatArray, terms: tuple[str, ...], drawn: DrawnRows
) -> tuple[Design, DrawnRows, tuple[Check, ...]]:
    """The design of the rows that weigh something; units that lose all of theirs still count as drawn."""
    known = check_drawn(drawn)
    if not has_error(known):
        heavy = drawn.weights > 0
        y, x, drawn = y[heavy], x[heavy], drawn.of(heavy)
    design = prepare(y, x, terms)
    checks = (*design.checks, *check_size(design), *check_outcome_varies(design), *known)
    if not has_error(checks) and drawn.df + 1 - design.k < 1:
        message = say(
            "{units} sampling units in their strata leave {df} degrees of freedom, not enough for {k} "
            "coefficients.",
            units=len(drawn.used),
            df=drawn.df,
            k=design.k,
        )
        checks += (Check("error", "few_units", message),)
    return design, drawn, checks


def _start(design: Design, weights: FloatArray) -> FloatArray:
    at = np.zeros(design.k)
    if design.has_intercept:
        share = float(weights @ design.y / weights.sum())
        at[design.moments.intercept] = math.log(share / (1 - share))
    return at


def _evaluate(x: FloatArray, y: FloatArray, weights: FloatArray, at: FloatArray) -> Place:
    k = x.shape[1]
    loglik, reach, score, information = 0.0, 0.0, np.zeros(k), np.zeros((k, k))
    for rows in blocks(len(x)):
        part, w = x[rows], weights[rows]
        eta = part @ at
        p, slope, softplus = curve(eta)
        loglik += float(w @ (y[rows] * eta - softplus))
        score += (w * (y[rows] - p)) @ part
        information += (part * (w * slope)[:, None]).T @ part
        reach = max(reach, float(np.abs(eta).max()))
    return Place(at, loglik, score, information, reach)


def _separates(x: FloatArray, y: FloatArray, direction: FloatArray) -> bool:
    return parts_for_good(np.where(y[rows] > 0, 1.0, -1.0) * (x[rows] @ direction) for rows in blocks(len(x)))


def _result(
    kind: str,
    design: Design,
    drawn: DrawnRows,
    checks: tuple[Check, ...],
    beta: FloatArray,
    bread: FloatArray,
    scores: FloatArray,
    found: Climb | None = None,
    r2: float | None = None,
) -> ModelResult:
    """From coefficients, inverse information and scores of the centred columns to the record."""
    lift = design.lift
    covariance = lift @ (bread @ drawn.variance(scores) @ bread) @ lift.T
    beta = lift @ beta
    df = drawn.df + 1 - design.k
    error = np.sqrt(np.diag(covariance))
    return ModelResult(
        kind=kind,
        converged=True,
        estimates=t_estimates(design.terms, beta, error, np.full(design.k, float(df)), odds=kind == "logit"),
        fit=_fit(design, beta, covariance, df, r2),
        checks=checks,
        method={"estimator": "weighted score equations", "drawn": _told(drawn, df)},
        conventions=CONVENTIONS,
        convergence=_ended(found) if found else None,
        dropped=design.dropped,
        covariance=rows_of(covariance),
    )


def _ended(found: Climb) -> Convergence:
    return Convergence(True, found.iterations, float(np.abs(found.place.score).max()), found.decrement)


def _told(drawn: DrawnRows, df: int) -> dict[str, Any]:
    """What a program may want to know of how the rows were drawn."""
    return {
        "weights": drawn.weighed_by,
        "n_psu": len(drawn.used),
        "n_strata": drawn.strata_used,
        "df": df,
        "lonely_psu": drawn.design.lonely,
        "design_effect_of_weights": drawn.design_effect,
    }


def _fit(design: Design, beta: FloatArray, covariance: FloatArray, df: int, r2: float | None) -> Fit:
    """Rows and the joint Wald test; what would need a likelihood has no number."""
    own = np.array([i for i in range(design.k) if i != design.moments.intercept])
    f = None
    if 0 < len(own) <= df:
        f = float(beta[own] @ scaled_solve(covariance[np.ix_(own, own)], beta[own])) / len(own)
    nothing = float("nan")
    return Fit(
        loglik=nothing,
        aic=nothing,
        bic=nothing,
        n=design.n,
        df=design.k,
        likelihood="pseudo",
        bic_n=design.n,
        n_fixed=design.k,
        r2=r2,
        f_statistic=f,
        f_p=float(fdtrc(len(own), df, f)) if f is not None else None,
    )
