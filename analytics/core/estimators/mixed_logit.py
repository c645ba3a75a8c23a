"""Random-intercept logit by the Laplace approximation or by adaptive quadrature.

The likelihoods are in :mod:`analytics.core.estimators.laplace` and
:mod:`analytics.core.estimators.quadrature`, the search in :mod:`analytics.core.estimators.mixed_search`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.core.checks import check_alike, check_groups, has_error
from analytics.core.estimators import logit
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.groups import Groups, group_rows
from analytics.core.estimators.laplace import Rows, State
from analytics.core.estimators.latent import LATENT, logit_fit, median_odds_ratio
from analytics.core.estimators.mixed_search import Ending, maximise, newton_step
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.profile import between_terms, squares_within
from analytics.core.estimators.quadrature import Likelihood
from analytics.core.estimators.summary import failed, normal_estimates, rows_of
from analytics.core.results import (
    Check,
    Convergence,
    GroupEffect,
    Icc,
    ModelResult,
    RandomEffect,
)
from surveys.core.said import say

LARGE = 10.0  # a standard deviation beyond which nearly every group is all 0 or all 1
WIDE_CLUSTERS = 200.0  # mean group size from which the approximation's error is nothing beside the errors
FINER = 15  # nodes of the rule that an approximation is held against
APART = 0.1  # in standard errors: a coefficient this far from what a finer rule gives is told of
APART_SIGMA = 0.05  # the same of the standard deviation between groups, relatively

BOUNDARY = (
    "The between-group variance is estimated as zero: the groups differ no more than chance would have them, "
    "and the estimates are those of the logistic regression without a random intercept."
)


def fit_mixed_logit(
    y: FloatArray,
    x: FloatArray,
    terms: tuple[str, ...],
    groups: npt.NDArray[Any],
    group: str = "group",
    nodes: int = 1,
) -> ModelResult:
    """Random-intercept logistic model of ``y`` (0/1) on ``x`` by ``groups`` (n,).

    ``nodes`` are the points of adaptive quadrature in each group; one is the Laplace approximation.
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
    checks += check_alike(by.totals(design.y[:, None])[:, 0], by.sizes, group)
    plain = logit.maximise(design)
    problem = logit.diagnose(design, plain)
    if problem is not None or plain.covariance is None:
        return failed("multilevel_logit", (*checks, *((problem,) if problem else ())), design.dropped)
    likelihood = Likelihood(Rows(by.sort(design.y), by.sort(design.x), by), nodes)
    ending = maximise(likelihood, plain.point.beta)
    if ending.kind == "optimum" and ending.state.loglik < plain.point.loglik:
        ending = replace(ending, kind="boundary")  # a local optimum: no variance at all fits better
    if ending.kind in ("lost", "endless"):
        return failed("multilevel_logit", (*checks, _no_answer(group, ending)), design.dropped)
    if ending.kind == "boundary":
        checks += (Check("warning", "boundary", BOUNDARY),)
        ending = _without_variance(ending, plain, by)
    else:
        checks += _doubts(group, likelihood, ending)
    return _result(design, by, group, ending, checks, nodes)


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


def _doubts(group: str, likelihood: Likelihood, ending: Ending) -> tuple[Check, ...]:
    """What to hold against a variance that was found."""
    sigma = math.exp(ending.state.log_sigma)
    found = list(_too_coarse(group, likelihood, ending))
    if sigma > LARGE:
        message = say(
            "The standard deviation between groups is {sigma:.0f} on the logit scale: nearly every "
            "group has one outcome only, and the estimates lean on a few.",
            sigma=sigma,
        )
        found.append(Check("warning", "extreme_variance", message))
    return tuple(found)


def _too_coarse(group: str, likelihood: Likelihood, ending: Ending) -> tuple[Check, ...]:
    """Whether a finer rule would give other estimates: by one Newton step on it from those that were found.

    The step understates a large difference, but shows it: the likelihoods part where groups are small and
    the variance is large.
    """
    rows, state, nodes = likelihood.rows, ending.state, likelihood.nodes
    if len(rows.y) / rows.by.count > WIDE_CLUSTERS or ending.covariance is None:
        return ()
    finer = Likelihood(rows, max(FINER, 2 * nodes + 1))
    step, _ = newton_step(finer.differentiate(finer.evaluate(state.beta, state.log_sigma, state.modes)))
    moved = float(np.max(np.abs(step[:-1]) / np.sqrt(np.diag(ending.covariance))[:-1], initial=0.0))
    wider = math.expm1(float(step[-1]))
    if moved < APART and abs(wider) < APART_SIGMA:
        return ()
    told = {
        "group": group,
        "mean_size": len(rows.y) / rows.by.count,
        "finer": finer.nodes,
        "percent": 100 * wider,
        "moved": moved,
    }
    if nodes == 1:
        message = say(
            "With {mean_size:.1f} rows a {group} on average the Laplace approximation is too coarse here: "
            "{finer} nodes of quadrature move the standard deviation between groups by about {percent:+.0f} "
            "percent and coefficients by up to {moved:.1f} standard errors. Ask for approximation: "
            "quadrature.",
            **told,
        )
        return (Check("warning", "laplace_is_coarse", message),)
    message = say(
        "{nodes} nodes are too few here: {finer} move the standard deviation between groups by about "
        "{percent:+.0f} percent and coefficients by up to {moved:.1f} standard errors. Ask for more nodes.",
        nodes=nodes,
        **told,
    )
    return (Check("warning", "too_few_nodes", message),)


def _result(
    design: Design, by: Groups, group: str, ending: Ending, checks: tuple[Check, ...], nodes: int
) -> ModelResult:
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
        fit=logit_fit(design, state.loglik, 1, nodes),
        random=(RandomEffect(group, "(Intercept)", sigma**2, sigma, by.count, sigma_error),),
        icc=Icc(sigma**2 / (sigma**2 + LATENT), "latent_logit", sigma**2, LATENT),
        median_odds_ratio=median_odds_ratio(sigma),
        group_effects=() if at_zero else _effects(by, group, state),
        checks=checks,
        method={
            "estimator": "maximum likelihood",
            "approximation": "laplace" if nodes == 1 else "quadrature",
            "nodes": nodes,
            "optimiser": "newton",
        },
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


def _effects(by: Groups, group: str, state: State) -> tuple[GroupEffect, ...]:
    spread = 1 / np.sqrt(state.curvature)
    columns = zip(by.levels, state.modes.tolist(), spread.tolist(), by.sizes.tolist(), strict=True)
    return tuple(GroupEffect(group, level, mode, sd, size) for level, mode, sd, size in columns)
