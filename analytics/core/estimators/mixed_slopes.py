"""Linear mixed model with an intercept and slopes that differ between groups, by REML or ML.

The sums are in :mod:`analytics.core.estimators.slopes`, the likelihood and its search in
:mod:`analytics.core.estimators.slope_profile`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

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
from analytics.core.estimators.profile import PERFECT, between_terms, squares_within
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
from analytics.core.estimators.satterthwaite import satterthwaite
from analytics.core.estimators.slope_profile import Found, search_slopes
from analytics.core.estimators.slopes import Basis, SlopeSums, basis, slope_sums
from analytics.core.estimators.summary import (
    CONTAINMENT,
    SATTERTHWAITE,
    containment,
    failed,
    mixed_linear_fit,
    rows_of,
    t_estimates,
)
from analytics.core.results import Check, Convergence, Icc, ModelResult, RandomEffect
from surveys.core.said import say

KIND = "multilevel_linear"


def fit_mixed_slopes(
    y: FloatArray,
    x: FloatArray,
    terms: tuple[str, ...],
    z: FloatArray,
    z_terms: tuple[str, ...],
    groups: npt.NDArray[Any],
    group: str = "group",
    reml: bool = True,
    df: str = CONTAINMENT,
) -> ModelResult:
    """``y`` on ``x`` (n, k) with effects of ``z`` (n, q), the constant first, for each of ``groups`` (n,).

    The effects have any covariance.  Conventions of fit and tests are those of ``fit_mixed_linear``; AIC
    counts q (q + 1) / 2 variances and covariances and the residual variance.  The intraclass correlation is
    that of rows whose slope terms are 0.
    """
    by, design = group_rows(groups), prepare(y, x, terms)
    between = between_terms(design, squares_within(design, by))
    level_two = tuple(t for t, flag in zip(design.terms, between.tolist(), strict=True) if flag)
    checks = (*design.checks, *check_size(design), *check_outcome_varies(design))
    checks += check_groups(by.count, design.n, group, level_two, by_t=True)
    if not has_error(checks):
        checks += check_random(design, z, z_terms, by, group)
        checks += check_mean_slopes(z_terms, by, group, has_choice=True) if df == CONTAINMENT else ()
    if has_error(checks):
        return failed(KIND, checks, design.dropped)
    checks += (*check_collinearity(design), *check_linear_scale(design))
    try:
        base = basis(z)
        sums = slope_sums(design, by, z, base)
        if sums.gram[-1, -1] <= PERFECT * design.moments.y_square:
            return failed(KIND, (*checks, _perfect()), design.dropped)
        ended = search_slopes(sums, z.shape[1], reml)
    except np.linalg.LinAlgError:
        return failed(KIND, (*checks, _unsettled(0)), design.dropped)
    if ended.ending == "unsettled":
        return failed(KIND, (*checks, _unsettled(ended.iterations)), design.dropped)
    return _result(design, by, group, z, z_terms, base, sums, ended, reml, df, between, checks)


def _perfect() -> Check:
    message = "The terms give the outcome exactly: is one of them the outcome itself under another name?"
    return Check("error", "perfect_fit", message)


def _unsettled(iterations: int) -> Check:
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
    sums: SlopeSums,
    ended: Found,
    reml: bool,
    df: str,
    between: npt.NDArray[np.bool_],
    checks: tuple[Check, ...],
) -> ModelResult:
    at, n, k = ended.best, design.n, design.k
    residual = at.residual / (n - k if reml else n)
    psi = base.covariance(at.factor @ at.factor.T) * residual
    if ended.ending == "boundary":
        psi = without_dust(psi, root_mean_square(z), residual)
    effects, correlations = random_effects(psi, z_terms, group, by.count)
    if ended.ending == "boundary":
        checks += (boundary_check(effects, correlations, group),)
    given = design.contrasts()
    beta = given @ (sums.start + at.beta)
    beta[design.moments.intercept] += design.moments.y_centre if design.has_intercept else 0.0
    covariance = given @ (at.inverse * residual) @ given.T
    degrees = (
        satterthwaite(sums, at, reml, given)
        if df == SATTERTHWAITE
        else containment(between, by.count, n, design.moments.intercept)
    )
    modes = at.shrink @ (sums.outer @ np.append(-at.beta, 1.0))[:, :, None]
    spread = np.einsum("ij,gjk,ik->gi", base.back, at.shrink, base.back) * residual
    return ModelResult(
        kind=KIND,
        converged=True,
        estimates=t_estimates(design.terms, beta, np.sqrt(np.diag(covariance)), degrees),
        fit=mixed_linear_fit(design.n, design.k, at.deviance, parameters(len(z_terms)) + 1, reml),
        random=(*effects, RandomEffect("", "Residual", residual, math.sqrt(residual))),
        random_correlations=correlations,
        icc=Icc(share(psi[0, 0], residual), "response_at_zero", float(psi[0, 0]), residual),
        group_effects=group_effects(
            by, group, z_terms, modes[:, :, 0] @ base.back.T, np.sqrt(np.maximum(spread, 0.0))
        ),
        checks=checks,
        method={"estimator": "reml" if reml else "ml", "optimiser": "profiled deviance", "df": df},
        conventions=slope_conventions(reml, df),
        convergence=Convergence(True, ended.iterations, ended.gradient, ended.decrement, ended.curvature),
        dropped=design.dropped,
        covariance=rows_of(covariance),
    )


def slope_conventions(reml: bool, df: str) -> dict[str, str]:
    """What the figures of a linear model with slopes follow."""
    told = {
        "standard_errors": say("given the estimated variances"),
        "test": say("t, degrees of freedom after Satterthwaite, as in lmerTest")
        if df == SATTERTHWAITE
        else say("t, containment degrees of freedom as in nlme"),
        "df": say("fixed effects, variances and covariances of the effects, and the residual variance"),
        "bic_n": say("rows minus fixed effects, as in nlme under REML; bic_rows: rows, as in lme4")
        if reml
        else "rows",
        "loglik": say("restricted (REML); not comparable between models with different fixed effects")
        if reml
        else "full",
        "icc": say("of rows whose terms with slopes are 0; elsewhere it is another"),
    }
    return told
