"""Random-intercept logit: Newton's method on the Laplace likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from analytics.core.checks import check_groups, has_error
from analytics.core.estimators import logit
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.groups import Groups, group_rows
from analytics.core.estimators.laplace import Derivatives, Rows, State, differentiate, evaluate
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.profile import between_terms, squares_within
from analytics.core.estimators.summary import failed, normal_estimates, rows_of, scaled_inverse, scaled_solve
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

STEPS = 60
DECREMENT = 1e-13  # squared length of the step still to go, in standard errors
START = math.log(0.5)  # a middling standard deviation on the logit scale
LONGEST = 1.0  # in ln sigma: further away the quadratic is not to be trusted
FLATTEST = 1e-3  # curvature, of columns scaled to 1, under which a saddle is not taken at its word
ZERO = math.log(1e-3)  # a standard deviation this small is zero if the likelihood still falls with it
NEARLY_ZERO = math.log(0.05)  # the same, when the score test at zero agrees
LARGE = 10.0  # a standard deviation beyond which nearly every group is all 0 or all 1
ENDLESS = math.log(100.0)  # and one at which the search is given up: the likelihood rises for ever
SMALL_CLUSTERS = 5.0  # mean group size under which Laplace is known to understate the variance

LATENT = math.pi**2 / 3  # variance of the standard logistic distribution

BOUNDARY = (
    "The between-group variance is estimated as zero: the groups differ no more than chance would have them, "
    "and the estimates are those of the logistic regression without a random intercept."
)


@dataclass(frozen=True)
class Ending:
    """Where Newton's method stopped: ``kind``: ``optimum``, ``boundary``, ``endless`` or ``lost``."""

    kind: str
    state: State
    gradient: float
    decrement: float
    iterations: int
    covariance: FloatArray | None = None


def fit_mixed_logit(
    y: FloatArray, x: FloatArray, terms: tuple[str, ...], groups: npt.NDArray[Any], group: str = "group"
) -> ModelResult:
    """Random-intercept logistic model of ``y`` (0/1) on ``x`` by ``groups`` (n,), Laplace approximation.

    Standard errors come from the exact Hessian in all parameters, the variance included. AIC and BIC count
    the variance and take rows as n, as lme4 does. The intraclass correlation is on the latent logit scale.
    At the boundary (variance zero) the answer is the plain logit, and a check says so.
    """
    by = group_rows(groups)
    design = prepare(y, x, terms)
    checks = logit.check_logit(design)
    between = between_terms(design, squares_within(design, by))
    level_two = tuple(t for t, flag in zip(design.terms, between.tolist(), strict=True) if flag)
    checks += check_groups(by.count, design.n, group, level_two)
    if has_error(checks):
        return failed("multilevel_logit", checks, design.dropped)
    plain = logit.maximise(design)
    problem = logit.diagnose(design, plain)
    if problem is not None or plain.covariance is None:
        return failed("multilevel_logit", (*checks, *((problem,) if problem else ())), design.dropped)
    rows = Rows(by.sort(design.y), by.sort(design.x), by)
    ending = _maximise(rows, plain.point.beta)
    if ending.kind == "optimum" and ending.state.loglik < plain.point.loglik:
        ending = replace(ending, kind="boundary")  # a local optimum: no variance at all fits better
    if ending.kind in ("lost", "endless"):
        return failed("multilevel_logit", (*checks, _no_answer(group, ending)), design.dropped)
    if ending.kind == "boundary":
        checks += (Check("warning", "boundary", BOUNDARY),)
        ending = _without_variance(ending, plain, by)
    else:
        checks += _doubts(group, design.n / by.count, math.exp(ending.state.log_sigma))
    return _result(design, by, group, ending, checks)


def _maximise(rows: Rows, beta: FloatArray) -> Ending:
    """Newton's method in (beta, ln sigma) from the plain logit, until the decrement or the boundary."""
    here = evaluate(rows, beta, START, np.zeros(rows.by.count))
    may_vanish = score_at_zero(rows, beta) <= 0
    gradient, decrement = math.inf, math.inf
    for iteration in range(1, STEPS + 1):
        at = differentiate(rows, here)
        gradient = float(np.abs(at.gradient).max())
        step, decrement = _step(at)
        if decrement < DECREMENT:
            covariance = scaled_inverse(-at.hessian)
            sigma_step = float(step[-1])
            here = replace(here, beta=here.beta + step[:-1], log_sigma=here.log_sigma + sigma_step)
            return Ending("optimum", here, gradient, decrement, iteration, covariance)
        vanishing = here.log_sigma < (NEARLY_ZERO if may_vanish else ZERO)
        if vanishing and at.gradient[-1] < 0:
            return Ending("boundary", here, gradient, decrement, iteration)
        if here.log_sigma > ENDLESS:
            return Ending("endless", here, gradient, decrement, iteration)
        moved = _advance(rows, here, step)
        if moved is None:
            break
        here = moved
    return Ending("lost", here, gradient, decrement, STEPS)


def score_at_zero(rows: Rows, beta: FloatArray) -> float:
    """d loglik / d sigma^2 at sigma = 0, half of sum_j [(sum y - p)^2 - sum w]: over 0 if groups matter."""
    state = evaluate(rows, beta, math.log(1e-6), np.zeros(rows.by.count))
    residual = rows.by.sums(rows.y - state.curve.p)
    return 0.5 * float((residual**2 - rows.by.sums(state.curve.slope)).sum())


def _step(at: Derivatives) -> tuple[FloatArray, float]:
    """The Newton step, bounded in ln sigma, and the decrement (infinite where the surface bends up)."""
    try:
        step = scaled_solve(-at.hessian, at.gradient)
        decrement = float(at.gradient @ step)
    except np.linalg.LinAlgError:
        step, decrement = _uphill(at), math.inf
    if abs(step[-1]) > LONGEST:
        step = step * (LONGEST / abs(step[-1]))
    return step, decrement


def _uphill(at: Derivatives) -> FloatArray:
    """Newton's step with every curvature taken as if it bent down: uphill also on a ridge or in a saddle."""
    scale = np.sqrt(np.abs(np.diag(at.hessian)))
    scale[scale == 0] = 1.0
    curvature, direction = np.linalg.eigh(at.hessian / np.outer(scale, scale))
    size = np.maximum(np.abs(curvature), FLATTEST)
    step: FloatArray = direction @ (direction.T @ (at.gradient / scale) / size) / scale
    return step


def _advance(rows: Rows, here: State, step: FloatArray) -> State | None:
    """The next state, at the longest of 1, 1/2, 1/4 … steps that does not lower the likelihood."""
    rounding = 1e-12 * abs(here.loglik)
    length = 1.0
    while length > 1e-4:
        there = evaluate(
            rows, here.beta + length * step[:-1], here.log_sigma + length * float(step[-1]), here.modes
        )
        if there.loglik >= here.loglik - rounding:
            return there
        length /= 2
    return None


def _without_variance(ending: Ending, plain: logit.Newton, by: Groups) -> Ending:
    """The plain logit's answer in the shape of a mixed one: no variance, no group effects."""
    assert plain.covariance is not None
    zero = np.zeros(by.count)
    state = State(
        plain.point.beta, -math.inf, zero, ending.state.curvature, ending.state.curve, plain.point.loglik
    )
    gradient = float(np.abs(plain.point.score).max())
    return Ending("boundary", state, gradient, plain.decrement, ending.iterations, plain.covariance)


def _no_answer(group: str, ending: Ending) -> Check:
    if ending.kind == "endless":
        message = say(
            "The between-group variance grows without end: the groups of {group} nearly all have one "
            "outcome only. No numbers are given.",
            group=group,
        )
        return Check("error", "variance_without_end", message)
    message = say(
        "The search did not settle in {iterations} steps; no numbers are given.", iterations=ending.iterations
    )
    return Check("error", "not_converged", message)


def _doubts(group: str, mean_size: float, sigma: float) -> tuple[Check, ...]:
    """What to hold against a variance that was found."""
    found = []
    if mean_size < SMALL_CLUSTERS:
        message = say(
            "{group} has {mean_size:.1f} rows a group on average: the Laplace approximation may "
            "misstate the between-group variance here.",
            group=group,
            mean_size=mean_size,
        )
        found.append(Check("warning", "small_groups", message))
    if sigma > LARGE:
        message = say(
            "The standard deviation between groups is {sigma:.0f} on the logit scale: nearly every "
            "group has one outcome only, and the estimates lean on a few.",
            sigma=sigma,
        )
        found.append(Check("warning", "extreme_variance", message))
    return tuple(found)


def _result(design: Design, by: Groups, group: str, ending: Ending, checks: tuple[Check, ...]) -> ModelResult:
    assert ending.covariance is not None
    k, state = design.k, ending.state
    sigma = math.exp(state.log_sigma)
    beta, covariance = design.as_given(state.beta, ending.covariance[:k, :k])
    at_zero = ending.kind == "boundary"
    sigma_error = None if at_zero else sigma * math.sqrt(float(ending.covariance[k, k]))
    return ModelResult(
        kind="multilevel_logit",
        converged=True,
        estimates=normal_estimates(design.terms, beta, np.sqrt(np.diag(covariance))),
        fit=_fit(design, state.loglik),
        random=(RandomEffect(group, "(Intercept)", sigma**2, sigma, by.count, sigma_error),),
        icc=Icc(sigma**2 / (sigma**2 + LATENT), "latent_logit", sigma**2, LATENT),
        median_odds_ratio=math.exp(math.sqrt(2) * sigma * float(ndtri(0.75))),
        group_effects=() if at_zero else _effects(by, group, state),
        checks=checks,
        method={"estimator": "maximum likelihood", "approximation": "laplace", "optimiser": "newton"},
        conventions={
            "standard_errors": say("inverse of the exact Hessian, variance included"),
            "test": "normal",
            "df": say("fixed effects and one variance"),
            "bic_n": say("rows, as in lme4"),
        },
        convergence=Convergence(True, ending.iterations, ending.gradient, ending.decrement),
        dropped=design.dropped,
        covariance=rows_of(covariance),
    )


def _fit(design: Design, loglik: float) -> Fit:
    df = design.k + 1
    bic = df * math.log(design.n) - 2 * loglik
    return Fit(
        loglik=loglik,
        aic=2 * df - 2 * loglik,
        bic=bic,
        n=design.n,
        df=df,
        likelihood="laplace",
        bic_n=design.n,
        bic_rows=bic,
        n_fixed=design.k,
    )


def _effects(by: Groups, group: str, state: State) -> tuple[GroupEffect, ...]:
    spread = 1 / np.sqrt(state.curvature)
    columns = zip(by.levels, state.modes.tolist(), spread.tolist(), by.sizes.tolist(), strict=True)
    return tuple(GroupEffect(group, level, mode, sd, size) for level, mode, sd, size in columns)
