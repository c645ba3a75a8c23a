"""Logit with an intercept and slopes that differ between groups, by the Laplace approximation.

The likelihood is in :mod:`analytics.core.estimators.slope_laplace`, its search in
:mod:`analytics.core.estimators.slope_search`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.core.checks import check_alike, check_groups, has_error
from analytics.core.estimators import logit
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.groups import Groups, group_rows
from analytics.core.estimators.latent import LATENT, logit_fit, median_odds_ratio
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.profile import between_terms, squares_within
from analytics.core.estimators.random_parts import (
    boundary_check,
    check_mean_slopes,
    check_random,
    group_effects,
    parameters,
    random_effects,
    root_mean_square,
    share,
    without_dust,
)
from analytics.core.estimators.slope_laplace import SlopeRows
from analytics.core.estimators.slope_profile import lower
from analytics.core.estimators.slope_search import SlopeEnding, search_slopes_logit
from analytics.core.estimators.slopes import Basis, basis
from analytics.core.estimators.summary import failed, normal_estimates, rows_of
from analytics.core.results import Check, Convergence, Icc, ModelResult, RandomEffect
from surveys.core.said import say

KIND = "multilevel_logit"


def fit_mixed_slopes_logit(
    y: FloatArray,
    x: FloatArray,
    terms: tuple[str, ...],
    z: FloatArray,
    z_terms: tuple[str, ...],
    groups: npt.NDArray[Any],
    group: str = "group",
) -> ModelResult:
    """``y`` (0/1) on ``x`` (n, k) with effects of ``z`` (n, q), the constant first, by ``groups`` (n,).

    The effects have any covariance.  AIC and BIC count it and take rows as n.  Intraclass correlation and
    median odds ratio are those of rows whose slope terms are 0.
    """
    by, design = group_rows(groups), prepare(y, x, terms)
    checks = logit.check_logit(design)
    between = between_terms(design, squares_within(design, by))
    level_two = tuple(t for t, flag in zip(design.terms, between.tolist(), strict=True) if flag)
    checks += check_groups(by.count, design.n, group, level_two)
    if not has_error(checks):
        checks += check_random(design, z, z_terms, by, group)
        checks += check_mean_slopes(z_terms, by, group)
    if has_error(checks):
        return failed(KIND, checks, design.dropped)
    checks += check_alike(by.totals(design.y[:, None])[:, 0], by.sizes, group)
    plain = logit.maximise(design)
    problem = logit.diagnose(design, plain)
    if problem is not None or plain.covariance is None:
        return failed(KIND, (*checks, *((problem,) if problem else ())), design.dropped)
    try:
        base = basis(z)
        rows = SlopeRows(by.sort(design.y), by.sort(design.x), by.sort(base.rows(z)), by)
        ending = search_slopes_logit(rows, plain.point.beta)
    except np.linalg.LinAlgError:
        return failed(KIND, (*checks, _no_answer(group, "lost", 0)), design.dropped)
    if ending.kind in ("lost", "endless") or ending.state.loglik < plain.point.loglik - 1e-6:
        return failed(KIND, (*checks, _no_answer(group, ending.kind, ending.iterations)), design.dropped)
    return _result(design, by, group, z, z_terms, base, ending, checks)


def _no_answer(group: str, kind: str, iterations: int) -> Check:
    if kind == "endless":
        message = say(
            "The variance between groups of {group} grows without end: nearly all of them have one outcome "
            "only, at least along a slope. No numbers are given.",
            group=group,
        )
        return Check("error", "variance_without_end", message)
    message = say(
        "The search did not settle in {iterations} steps; no numbers are given.", iterations=iterations
    )
    return Check("error", "not_converged", message)


def _result(
    design: Design,
    by: Groups,
    group: str,
    z: FloatArray,
    z_terms: tuple[str, ...],
    base: Basis,
    ending: SlopeEnding,
    checks: tuple[Check, ...],
) -> ModelResult:
    assert ending.covariance is not None
    state = ending.state
    factor = lower(state.theta)
    psi = base.covariance(factor @ factor.T)
    if ending.kind == "boundary":
        psi = without_dust(psi, root_mean_square(z), 1.0)
    effects, correlations = random_effects(psi, z_terms, group, by.count)
    if ending.kind == "boundary":
        checks += (boundary_check(effects, correlations, group),)
    elif ending.of_theta is not None:
        effects = _with_errors(effects, base.back, factor, ending.of_theta)
    beta, covariance = design.as_given(state.beta, ending.covariance)
    into = base.back @ factor
    spread = np.einsum("ij,gjk,ik->gi", into, state.inverse, into)
    return ModelResult(
        kind=KIND,
        converged=True,
        estimates=normal_estimates(design.terms, beta, np.sqrt(np.diag(covariance))),
        fit=logit_fit(design, state.loglik, parameters(len(z_terms))),
        random=effects,
        random_correlations=correlations,
        icc=Icc(share(float(psi[0, 0]), LATENT), "latent_logit_at_zero", float(psi[0, 0]), LATENT),
        median_odds_ratio=median_odds_ratio(math.sqrt(float(psi[0, 0]))),
        group_effects=group_effects(by, group, z_terms, state.modes @ into.T, np.sqrt(spread)),
        checks=checks,
        method={"estimator": "maximum likelihood", "approximation": "laplace", "optimiser": "newton"},
        conventions={
            "standard_errors": say("inverse of the Hessian, variances and covariances included"),
            "test": "normal",
            "df": say("fixed effects, and variances and covariances of the effects"),
            "bic_n": say("rows, as in lme4"),
            "icc": say("of rows whose terms with slopes are 0; elsewhere it is another"),
        },
        convergence=Convergence(True, ending.iterations, ending.gradient, ending.decrement, ending.curvature),
        dropped=design.dropped,
        covariance=rows_of(covariance),
    )


def _with_errors(
    effects: tuple[RandomEffect, ...], back: FloatArray, factor: FloatArray, of_theta: FloatArray
) -> tuple[RandomEffect, ...]:
    """Standard errors of the standard deviations, by the delta method from those of the elements of L."""
    made = []
    for row, one in zip(back, effects, strict=True):
        slope = np.outer(row, row @ factor)[np.tril_indices(len(factor))] / max(one.std_dev, 1e-300)
        error = math.sqrt(float(slope @ of_theta @ slope))
        made.append(RandomEffect(one.group, one.term, one.variance, one.std_dev, one.n_groups, error))
    return tuple(made)
