"""Linear mixed model with a random intercept, by REML or ML, on sufficient statistics.

The likelihood and its search are in :mod:`analytics.core.estimators.profile`.
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
from analytics.core.estimators.design import Design, prepare_within
from analytics.core.estimators.groups import Groups, group_rows
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.profile import Solution, Sums, between_terms, search, sufficient
from analytics.core.estimators.satterthwaite import satterthwaite
from analytics.core.estimators.slope_profile import solve_slopes
from analytics.core.estimators.slopes import basis, slope_sums
from analytics.core.estimators.summary import (
    CONTAINMENT,
    SATTERTHWAITE,
    containment,
    failed,
    mixed_linear_fit,
    rows_of,
    t_estimates,
)
from analytics.core.results import (
    Check,
    Convergence,
    GroupEffect,
    Icc,
    ModelResult,
    RandomEffect,
)
from surveys.core.said import say

BOUNDARY = (
    "The between-group variance is estimated as zero: the groups differ no more than chance would have them, "
    "and the model equals one without a random intercept."
)


def fit_mixed_linear(
    y: FloatArray,
    x: FloatArray,
    terms: tuple[str, ...],
    groups: npt.NDArray[Any],
    group: str = "group",
    reml: bool = True,
    df: str = CONTAINMENT,
) -> ModelResult:
    """Random-intercept linear model of ``y`` on ``x`` with an intercept for each of ``groups`` (n,).

    Fit statistics follow nlme: AIC counts the fixed effects and two variances; BIC takes n - p under REML and
    n under ML (``bic_rows`` has n for both, as lme4). Tests are t with nlme's containment degrees of freedom:
    terms that vary within groups against rows, terms that do not against groups; or those
    after Satterthwaite. Standard errors are those of the fixed effects given the variances.
    """
    by = group_rows(groups)
    design, within = prepare_within(y, x, terms, by)
    between = between_terms(design, np.diag(within.gram)[:-1])
    level_two = tuple(t for t, flag in zip(design.terms, between.tolist(), strict=True) if flag)
    checks = (*design.checks, *check_size(design), *check_outcome_varies(design))
    checks += check_groups(by.count, design.n, group, level_two, by_t=True)
    if has_error(checks):
        return failed("multilevel_linear", checks, design.dropped)
    checks += (*check_collinearity(design), *check_linear_scale(design))
    sums = sufficient(design, by, within)
    ended = search(sums, design, reml)
    if ended.best is None:
        why = _no_answer(ended.ending, group, ended.iterations)
        return failed("multilevel_linear", (*checks, why), design.dropped)
    if ended.best.rho == 0:
        checks += (Check("warning", "boundary", BOUNDARY),)
    return _result(design, by, group, sums, ended.best, reml, between, checks, ended.iterations, df)


def _no_answer(ending: str, group: str, iterations: int) -> Check:
    if ending == "perfect":
        message = "The terms give the outcome exactly: is one of them the outcome itself under another name?"
        return Check("error", "perfect_fit", message)
    if ending == "perfect_within":
        message = say(
            "Within each of the groups of {group} the terms give the outcome exactly: nothing is left that "
            "would vary from row to row.",
            group=group,
        )
        return Check("error", "perfect_fit", message)
    message = say(
        "The search did not settle in {iterations} steps; no numbers are given.", iterations=iterations
    )
    return Check("error", "not_converged", message)


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
    df: str,
) -> ModelResult:
    n, k = design.n, design.k
    residual_variance = best.residual / (n - k if reml else n)
    variance = best.rho * residual_variance
    beta, covariance = design.as_given(
        design.moments.uncentre(sums.start + best.beta, design.moments.y_centre),
        design.moments.uncentre_covariance(best.inverse * residual_variance),
    )
    if df == SATTERTHWAITE:
        degrees = _satterthwaite(design, by, best.rho, reml)
    else:
        degrees = containment(between, by.count, n, design.moments.intercept)
    estimates = t_estimates(design.terms, beta, np.sqrt(np.diag(covariance)), degrees)
    return ModelResult(
        kind="multilevel_linear",
        converged=True,
        estimates=estimates,
        fit=mixed_linear_fit(design.n, design.k, best.deviance, 2, reml),
        random=(
            RandomEffect(group, "(Intercept)", variance, math.sqrt(variance), by.count),
            RandomEffect("", "Residual", residual_variance, math.sqrt(residual_variance)),
        ),
        icc=Icc(variance / (variance + residual_variance), "response", variance, residual_variance),
        group_effects=_effects(by, group, sums, best, residual_variance),
        checks=checks,
        method={"estimator": "reml" if reml else "ml", "optimiser": "profiled deviance", "df": df},
        conventions=_conventions(reml, df),
        convergence=Convergence(True, iterations, abs(best.slope) if best.rho else 0.0, 0.0),
        dropped=design.dropped,
        covariance=rows_of(covariance),
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


def _satterthwaite(design: Design, by: Groups, rho: float, reml: bool) -> FloatArray:
    """Degrees of freedom (k,) from the sums of a model whose only effect of a group is the constant's."""
    ones = np.ones((design.n, 1))
    sums = slope_sums(design, by, ones, basis(ones))
    at = solve_slopes(sums, np.array([[math.sqrt(rho)]]), reml)
    return satterthwaite(sums, at, reml, design.contrasts())


def _conventions(reml: bool, df: str) -> dict[str, str]:
    return {
        "standard_errors": say("given the estimated variances"),
        "test": say("t, degrees of freedom after Satterthwaite, as in lmerTest")
        if df == SATTERTHWAITE
        else say("t, containment degrees of freedom as in nlme"),
        "df": say("fixed effects and two variances, as in nlme and lme4"),
        "bic_n": say("rows minus fixed effects, as in nlme under REML; bic_rows: rows, as in lme4")
        if reml
        else "rows",
        "loglik": say("restricted (REML); not comparable between models with different fixed effects")
        if reml
        else "full",
    }
