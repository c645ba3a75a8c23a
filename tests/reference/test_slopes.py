"""Random slopes against lme4's own objectives at a tight optimum, lmerTest and nlme.

Tolerances:
* linear: coefficients 5e-6 of their standard error, standard errors relative 1e-6, log-likelihood absolute
  1e-8, variances and covariances absolute 1e-6: ours ends at a gradient of 1e-12 and R's Newton steps are by
  differences; they agree to 1e-6, 2e-7, 2e-11 and 2e-7.
* the case without slope variance: R's own search (bobyqa) cannot be polished at the boundary; variances agree
  to 6e-8.
* degrees of freedom after Satterthwaite relative 1e-5: lmerTest takes its Hessian by differences.
* logit: as for the random intercept; the objective's inner steps are solved to 1e-13 in R.
* predicted effects of the logit 2e-2, for those alone are from the default ``glmer`` fit.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_slopes import fit_mixed_slopes
from analytics.core.estimators.mixed_slopes_logit import fit_mixed_slopes_logit
from analytics.core.results import ModelResult
from tests.reference.cases import HERE, Case, difference, load

COEF_IN_SE = 5e-6
SE_RELATIVE = 1e-6
LOGLIK = 1e-8
COVARIANCE = 1e-6
DF_RELATIVE = 1e-5
EFFECT = 1e-5
LOGIT_COEF_IN_SE, LOGIT_SE_RELATIVE, LOGIT_EFFECT = 1e-6, 1e-5, 2e-2


def people(name: str) -> Case:
    case = load(HERE / "slopes")
    return Case(case.rows.filter(pl.col("set") == name), case.reference[name])


def slopes(case: Case, slope: str) -> np.ndarray:
    return np.column_stack([np.ones(len(case.rows)), case.numbers(slope)])


def fit(case: Case, outcome: str, group: str, slope: str, reference: dict[str, Any]) -> ModelResult:
    terms = tuple(reference["terms"])
    return fit_mixed_slopes(
        case.numbers(outcome),
        case.design(list(terms)),
        terms,
        slopes(case, slope),
        ("(Intercept)", slope),
        case.rows[group].to_numpy(),
        group,
        reference["REML"],
        "satterthwaite",
    )


def covariance(result: ModelResult) -> np.ndarray:
    first, second = (one.variance for one in result.random[:2])
    joint = sum(one.covariance for one in result.random_correlations)
    return np.array([[first, joint], [joint, second]])


def same(result: ModelResult, reference: dict[str, Any]) -> None:
    found = difference(result, reference)
    assert found.coef_in_se < COEF_IN_SE
    assert found.se_relative < SE_RELATIVE
    assert max(found.loglik, found.aic, found.bic) < LOGLIK
    assert result.fit is not None and result.fit.df == reference["n_par"]
    assert covariance(result) == pytest.approx(np.array(reference["random"]["covariance"]), abs=COVARIANCE)
    assert result.random[2].std_dev == pytest.approx(reference["random"]["sigma_e"], abs=COVARIANCE)
    levels = list(dict.fromkeys(one.level for one in result.group_effects))
    order = [levels.index(level) for level in reference["ranef"]["level"]]
    effects = np.array([one.estimate for one in result.group_effects]).reshape(-1, 2)[order]
    spread = np.array([one.std_dev for one in result.group_effects]).reshape(-1, 2)[order]
    assert effects == pytest.approx(np.array(reference["ranef"]["effect"]), abs=EFFECT)
    assert spread == pytest.approx(np.array(reference["ranef"]["cond_sd"]), abs=EFFECT)


def same_df(result: ModelResult, reference: dict[str, Any]) -> None:
    for one in result.estimates:
        assert one.df == pytest.approx(reference["df"][one.term], rel=DF_RELATIVE)
        assert one.p_value == pytest.approx(reference["p"][one.term], rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("name", ["many", "few"])
@pytest.mark.parametrize("estimator", ["REML", "ML"])
def test_slopes(name: str, estimator: str) -> None:
    case = people(name)
    result = fit(case, "y", "place", "x", case.reference[estimator])
    same(result, case.reference[estimator])
    if estimator == "REML":
        same_df(result, case.reference["satterthwaite"])


def test_containment_is_that_of_nlme() -> None:
    case = people("few")
    terms = tuple(case.reference["REML"]["terms"])
    result = fit_mixed_slopes(
        case.numbers("y"),
        case.design(list(terms)),
        terms,
        slopes(case, "x"),
        ("(Intercept)", "x"),
        case.rows["place"].to_numpy(),
        "place",
    )
    assert {one.term: one.df for one in result.estimates} == case.reference["containment"]["df"]


@pytest.mark.parametrize("estimator", ["REML", "ML"])
def test_no_slope_variance_is_a_boundary_that_is_named(estimator: str) -> None:
    case = people("flat")
    reference = case.reference[estimator]
    result = fit(case, "y", "place", "x", reference)
    found = difference(result, reference)
    assert found.coef_in_se < COEF_IN_SE and found.se_relative < SE_RELATIVE and found.loglik < LOGLIK
    assert covariance(result) == pytest.approx(np.array(reference["random"]["covariance"]), abs=COVARIANCE)
    (check,) = [check for check in result.checks if check.code == "boundary"]
    assert "correlate +1" in check.message
    if estimator == "REML":
        same_df(result, case.reference["satterthwaite"])


@pytest.mark.parametrize("name", ["many", "few", "flat"])
def test_satterthwaite_of_a_random_intercept(name: str) -> None:
    case = people(name)
    terms = tuple(case.reference["REML"]["terms"])
    result = fit_mixed_linear(
        case.numbers("y"),
        case.design(list(terms)),
        terms,
        case.rows["place"].to_numpy(),
        "place",
        df="satterthwaite",
    )
    same_df(result, case.reference["satterthwaite_intercept"])


@pytest.mark.parametrize("estimator", ["REML", "ML"])
def test_exam(shared: Path, estimator: str) -> None:
    case = load(shared / "reference/stats/exam_lmm", ("school",))
    reference = json.loads((HERE / "exam_slopes/reference.json").read_text())
    result = fit(case, "normexam", "school", "standLRT", reference[estimator])
    same(result, reference[estimator])
    if estimator == "REML":
        same_df(result, reference["satterthwaite"])


@pytest.mark.parametrize("name", ["many", "few"])
def test_logit(name: str) -> None:
    case = people(name)
    reference = case.reference["logit"]
    terms = tuple(reference["terms"])
    result = fit_mixed_slopes_logit(
        case.numbers("d"),
        case.design(list(terms)),
        terms,
        slopes(case, "x"),
        ("(Intercept)", "x"),
        case.rows["place"].to_numpy(),
        "place",
    )
    found = difference(result, reference)
    assert found.coef_in_se < LOGIT_COEF_IN_SE
    assert found.se_relative < LOGIT_SE_RELATIVE
    assert max(found.loglik, found.aic, found.bic) < LOGLIK
    assert result.fit is not None and result.fit.df == reference["n_par"]
    assert covariance(result) == pytest.approx(np.array(reference["random"]["covariance"]), abs=COVARIANCE)
    is_boundary = "boundary" in [check.code for check in result.checks]
    assert is_boundary == (name == "few")  # there R's optimum has a correlation of -1
    if not is_boundary:
        errors = [one.std_error for one in result.random]
        assert errors == pytest.approx(reference["se_sd"], rel=LOGIT_SE_RELATIVE)
        effects = np.array([one.estimate for one in result.group_effects]).reshape(-1, 2)
        assert effects == pytest.approx(np.array(reference["ranef"]["effect"]), abs=LOGIT_EFFECT)
