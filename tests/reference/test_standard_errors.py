"""Standard errors of linear and logistic models against R's sandwich and clubSandwich.

Tolerances:
* linear models relative 1e-8: closed forms on both sides, apart only by the order of summation.
* logits relative 1e-7 against the formulas at the converged optimum, and 1e-4 against sandwich itself: R's
  fitted weights are those of its last step but one.
* degrees of freedom relative 1e-6: they come from roots of nearly singular matrices.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest

from analytics.core.choices import Errors
from analytics.core.estimators.errors import Clusters
from analytics.core.estimators.groups import group_rows
from analytics.core.estimators.linear import fit_linear
from analytics.core.estimators.logit import fit_logit
from analytics.core.results import ModelResult
from tests.reference.cases import Case
from tests.reference.single import single_level

LINEAR, LOGIT, PRINTED, DF = 1e-8, 1e-7, 1e-4, 1e-6
TERMS = ["(Intercept)", "female", "age", "edu2", "edu3", "edu4", "edu5", "inc", "female:inc"]


@cache
def case() -> Case:
    return single_level()


def clusters(name: str) -> Clusters:
    return Clusters(name, group_rows(case().rows[name].to_numpy()))


def fitted(kind: str, errors: Errors) -> ModelResult:
    fit, y = (fit_linear, "trust") if kind == "linear" else (fit_logit, "y")
    by = clusters(errors.cluster) if errors.cluster else None
    return fit(case().numbers(y), case().design(TERMS), tuple(TERMS), errors, by)


def worst(result: ModelResult, reference: dict[str, float]) -> float:
    assert result.converged, result.checks
    return max(abs(one.std_error / reference[one.term] - 1) for one in result.estimates)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_robust(kind: str) -> None:
    linear = fitted("linear", Errors("robust", kind))
    assert worst(linear, case().reference["linear"][kind]) < LINEAR
    assert {one.df for one in linear.estimates} == {case().reference["n"] - len(TERMS)}
    logit = fitted("logit", Errors("robust", kind))
    assert worst(logit, case().reference["logit"][f"{kind}_exact"]) < LOGIT
    assert worst(logit, case().reference["logit"][kind]) < PRINTED
    assert {one.df for one in logit.estimates} == {None}


@pytest.mark.parametrize("by", ["city", "psu"])
@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR1S"])
def test_clustered(kind: str, by: str) -> None:
    for model, tolerance in (("linear", LINEAR), ("logit", PRINTED)):
        result = fitted(model, Errors("cluster", kind, by))
        assert worst(result, case().reference[model][f"{kind}_{by}"]) < tolerance
        assert {one.df for one in result.estimates} == {clusters(by).by.count - 1}


@pytest.mark.parametrize("by", ["city", "psu"])
def test_few_clusters(by: str) -> None:
    result, reference = (
        fitted("linear", Errors("cluster", "CR2", by)),
        case().reference["linear"][f"CR2_{by}"],
    )
    assert worst(result, reference["se"]) < LINEAR
    for one in result.estimates:
        assert one.df == pytest.approx(reference["df"][one.term], rel=DF)


def test_clusters_that_a_dummy_fits_alone() -> None:
    cities = sorted(case().rows["city"].unique().to_list())[1:]
    terms = ["(Intercept)", "female", "inc", *(f"city{one}" for one in cities)]
    y, x = case().numbers("trust"), case().design(terms)
    result = fit_linear(y, x, tuple(terms), Errors("cluster", "CR2", "city"), clusters("city"))
    reference = case().reference["linear_fixed"]
    for term in ("female", "inc"):
        assert result.of(term).estimate == pytest.approx(reference["coef"][term], rel=LINEAR)
        assert result.of(term).std_error == pytest.approx(reference["se"][term], rel=LINEAR)
        assert result.of(term).df == pytest.approx(reference["df"][term], rel=DF)


def test_the_joint_test_rests_on_the_errors_asked_for() -> None:
    fit = fitted("linear", Errors("robust", "HC3")).fit
    assert fit is not None
    assert fit.f_statistic == pytest.approx(case().reference["linear"]["wald_HC3"]["F"], rel=LINEAR)
    few = fitted("linear", Errors("cluster", "CR2", "city")).fit
    assert few is not None and few.f_statistic is None  # six clusters carry no test of eight slopes


def test_few_clusters_are_told() -> None:
    for kind, word in (("CR1", "far too small"), ("CR2", "best there is")):
        (check,) = [
            c for c in fitted("linear", Errors("cluster", kind, "city")).checks if "cluster" in c.code
        ]
        assert check.severity == "warning" and word in check.message
    one = Clusters("one", group_rows(np.zeros(len(case().rows), dtype=np.int64)))
    y, x = case().numbers("trust"), case().design(TERMS)
    failed = fit_linear(y, x, tuple(TERMS), Errors("cluster", "CR1", "one"), one)
    assert not failed.converged and failed.checks[-1].code == "one_cluster"


def test_a_far_origin_costs_no_digits() -> None:
    moved = case().rows.with_columns(age=pl.col("age") + 1e6)
    x = Case(moved, {}).design(TERMS)
    for errors in (Errors("robust", "HC3"), Errors("cluster", "CR2", "psu")):
        by = clusters(errors.cluster) if errors.cluster else None
        far = fit_linear(case().numbers("trust"), x, tuple(TERMS), errors, by)
        assert far.of("age").std_error == pytest.approx(
            fitted("linear", errors).of("age").std_error, rel=1e-7
        )


def test_a_row_that_a_term_fits_alone_is_told() -> None:
    x = np.column_stack([case().design(TERMS), np.arange(len(case().rows)) == 7])
    terms = (*TERMS, "alone")
    result = fit_linear(case().numbers("trust"), x, terms, Errors("robust", "HC3"))
    assert [check.code for check in result.checks] == ["fitted_alone"]
    assert all(np.isfinite(one.std_error) for one in result.estimates if one.term != "alone")


def test_a_dummy_for_each_cluster_has_no_error_by_cluster() -> None:
    terms = ("(Intercept)", *(f"city{name}" for name in sorted(set(case().rows["city"]))[1:]))
    x = case().design(list(terms))
    for fit, y in ((fit_linear, "trust"), (fit_logit, "y")):
        result = fit(case().numbers(y), x, terms, Errors("cluster", "CR0", "city"), clusters("city"))
        (check,) = [one for one in result.checks if one.code == "no_error"]
        assert set(check.terms) == set(terms)
        assert all(
            one["std_error"] is None and one["p_value"] is None for one in result.as_json()["estimates"]
        )
