"""Ordered and multinomial logits against R: MASS::polr and nnet::multinom, brought to their optimum.

Tolerances:
* coefficients 1e-7 of a standard error and log-likelihoods relative 1e-10: Newton's method on both sides.
* standard errors of the ordered logit relative 1e-5: R's Hessian is by differences; of the multinomial one
  1e-7: R's is exact.
* polr itself 1e-3: it stops where its likelihood flattens, and its Hessian is by differences.
* marginal effects relative 1e-6 (their delta method is by differences in R).
* Brant's tests relative 1e-6.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analytics.core.estimators.brant import brant
from analytics.core.estimators.categories import Categories
from analytics.core.estimators.category_margins import MultinomialCurves, OrderedCurves, category_effects
from analytics.core.estimators.margins import Change
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.multinomial import fit_multinomial
from analytics.core.estimators.ordered import fit_ordered
from analytics.core.results import ModelResult
from tests.reference.cases import Case
from tests.reference.single import single_level

IN_SE, LOGLIK, BY_DIFFERENCES, EXACT, PRINTED = 1e-7, 1e-10, 1e-5, 1e-7, 1e-3
TERMS = ("(Intercept)", "female", "age", "edu2", "edu3", "edu4", "edu5", "inc")
TENURE = ("own", "rent", "other")


@cache
def case() -> Case:
    return single_level()


def ordered() -> ModelResult:
    codes = case().rows["health"].to_numpy().astype(np.int64) - 1
    return fit_ordered(Categories(("1", "2", "3", "4", "5"), codes), case().design(list(TERMS)), TERMS)


def multinomial() -> ModelResult:
    codes = np.array([TENURE.index(one) for one in case().rows["tenure"]])
    return fit_multinomial(Categories(TENURE, codes), case().design(list(TERMS)), TERMS)


def test_ordered_logit() -> None:
    result, reference = ordered(), case().reference["ordered"]
    assert result.converged and result.fit is not None, result.checks
    found = {one.term: one for one in (*result.estimates, *result.thresholds)}
    assert set(found) == set(reference["coef"])
    for term, one in found.items():
        assert abs(one.estimate - reference["coef"][term]) < IN_SE * reference["se"][term]
        assert one.std_error == pytest.approx(reference["se"][term], rel=BY_DIFFERENCES)
        assert one.estimate == pytest.approx(reference["polr"]["coef"][term], rel=PRINTED)
        assert one.std_error == pytest.approx(reference["polr"]["se"][term], rel=PRINTED)
    assert result.fit.loglik == pytest.approx(reference["logLik"], rel=LOGLIK)
    assert result.fit.df == reference["n_par"]
    assert result.fit.aic == pytest.approx(reference["AIC"], rel=LOGLIK)
    assert result.fit.bic == pytest.approx(reference["BIC"], rel=LOGLIK)


def test_multinomial_logit() -> None:
    result, reference = multinomial(), case().reference["multinomial"]
    assert result.converged and result.fit is not None, result.checks
    found = {f"{one.category}:{one.term}": one for one in result.estimates}
    assert set(found) == set(reference["coef"])
    for term, one in found.items():
        assert abs(one.estimate - reference["coef"][term]) < IN_SE * reference["se"][term]
        assert one.std_error == pytest.approx(reference["se"][term], rel=EXACT)
    assert result.fit.loglik == pytest.approx(reference["logLik"], rel=LOGLIK)
    assert -2 * result.fit.loglik == pytest.approx(reference["multinom_deviance"], rel=1e-9)
    assert result.fit.df == reference["n_par"]
    assert result.fit.aic == pytest.approx(reference["AIC"], rel=LOGLIK)
    assert result.fit.bic == pytest.approx(reference["BIC"], rel=LOGLIK)


def test_effects_on_every_category() -> None:
    x, female, inc = case().design(list(TERMS)), np.array([1]), np.array([7])
    ends = (np.ones((len(x), 1)), np.zeros((len(x), 1)))
    changes = [Change("female", *ends, columns=female), Change("inc", slope=ends[0], columns=inc)]
    many = multinomial()
    beta = np.array([one.estimate for one in many.estimates]).reshape(2, len(TERMS))
    found = [("multinomial", category_effects(MultinomialCurves(beta, TENURE), x, matrix(many), changes))]
    few = ordered()
    slopes, cuts = (np.array([o.estimate for o in part]) for part in (few.estimates, few.thresholds))
    curves = OrderedCurves(slopes, cuts, ("1", "2", "3", "4", "5"))
    less = [replace(one, columns=one.columns - 1) for one in changes if one.columns is not None]
    found.append(("ordered", category_effects(curves, x[:, 1:], matrix(few), less)))
    for name, effects in found:
        reference = case().reference[name]["ame"]
        listed = list(effects)
        for term in ("female", "inc"):
            mine = [one for one in listed if one.term == term]
            assert [one.estimate for one in mine] == pytest.approx(reference[term], rel=1e-6)
            assert [one.std_error for one in mine] == pytest.approx(reference[f"{term}_se"], rel=1e-5)


def matrix(result: ModelResult) -> FloatArray:
    return np.array(result.covariance)


def test_proportional_odds() -> None:
    codes = case().rows["health"].to_numpy().astype(np.int64) - 1
    tests, checks = brant(Categories(("1", "2", "3", "4", "5"), codes), case().design(list(TERMS)), TERMS)
    assert not checks
    for test in tests:
        reference = case().reference["ordered"]["brant"][test.term]
        assert test.statistic == pytest.approx(reference["chi2"], rel=1e-6)
        assert (test.df, test.p_value) == (reference["df"], pytest.approx(reference["p"], rel=1e-6))
    assert len(tests) == len(TERMS)


def test_odds_that_are_not_proportional_are_told() -> None:
    draw = np.random.default_rng(3)
    x = draw.normal(size=4000)
    low, high = draw.random(4000) < 1 / (1 + np.exp(-x)), draw.random(4000) < 0.5
    codes = low.astype(np.int64) * (1 + high)
    _, checks = brant(
        Categories(("a", "b", "c"), codes), np.column_stack([np.ones(4000), x]), ("(Intercept)", "x")
    )
    assert [(check.severity, check.terms) for check in checks] == [("warning", ("x",))]


def test_separation_is_named() -> None:
    codes = case().rows["health"].to_numpy().astype(np.int64) - 1
    x = case().design(list(TERMS)).copy()
    x[:, 1] = codes >= 4  # the highest category alone
    high = fit_ordered(Categories(("1", "2", "3", "4", "5"), codes), x, TERMS)
    assert [check.code for check in high.checks] == ["separation"] and high.checks[0].terms == ("female",)
    x[:, 1] = codes + np.random.default_rng(1).random(len(codes))  # in order throughout
    told = fit_ordered(Categories(("1", "2", "3", "4", "5"), codes), x, TERMS)
    assert not told.converged and told.checks[-1].terms == ("female",)
    assert "in every row" in told.checks[-1].message and "in every row" not in high.checks[0].message
    tenure = np.array([TENURE.index(one) for one in case().rows["tenure"]])
    x[:, 1] = (tenure == 1) & (codes > 2)
    cell = fit_multinomial(Categories(TENURE, tenure), x, TERMS)
    assert not cell.converged and "no row has own, other" in cell.checks[-1].message
    x[:, 1] = np.where(tenure == 2, 3.0, 1.0) + codes / 10
    far = fit_multinomial(Categories(TENURE, tenure), x, TERMS)
    assert not far.converged and far.checks[-1].code == "separation" and "female" in far.checks[-1].terms
    assert "for some of the rows" in far.checks[-1].message


def test_two_categories_are_a_logit() -> None:
    codes = case().rows["female"].to_numpy().astype(np.int64)
    for fit in (fit_ordered, fit_multinomial):
        result = fit(Categories(("0", "1"), codes), case().design(list(TERMS)), TERMS)
        assert not result.converged and "use a logit" in result.checks[-1].message
