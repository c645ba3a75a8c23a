"""Logistic regression against R's ``glm`` iterated to convergence.

Tolerances:
* everything relative 1e-7: both programs are converged to machine level and agree to about 1e-13 on their
  own; 1e-7 leaves room for a different order of summation on ill-scaled columns.
* p values relative 1e-6: a relative change of the statistic is multiplied by about its square in the tail.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.margins import Change, average_effects
from analytics.core.results import ModelResult
from tests.reference.cases import Case, city3k, difference, load

RELATIVE = 1e-7
P_RELATIVE = 1e-6
Z_COMPARED = 30.0  # beyond, a p value is under 1e-197 and its relative size means nothing


def same(result: ModelResult, reference: dict[str, Any]) -> None:
    found = difference(result, reference)
    assert found.coef_relative < RELATIVE
    assert found.se_relative < RELATIVE
    fit = result.fit
    assert fit is not None
    assert fit.loglik == pytest.approx(reference["logLik"], rel=RELATIVE)
    assert fit.loglik_null == pytest.approx(reference["logLik_null"], rel=RELATIVE)
    assert fit.aic == pytest.approx(reference["AIC"], rel=RELATIVE)
    assert fit.bic == pytest.approx(reference["BIC"], rel=RELATIVE)
    assert (fit.n, fit.df) == (reference["n"], reference["n_par"])
    if reference["lr_df"]:
        assert fit.mcfadden_r2 == pytest.approx(reference["mcfadden_r2"], rel=RELATIVE)
        assert fit.lr_chi2 == pytest.approx(reference["lr_chi2"], rel=RELATIVE)
        assert fit.lr_df == reference["lr_df"]
        assert fit.lr_p == pytest.approx(reference["lr_p"], rel=1e-5)  # chi2 of a thousand: e^(-chi2 / 2)
    for estimate in result.estimates:
        assert estimate.odds_ratio == pytest.approx(reference["odds_ratio"][estimate.term], rel=RELATIVE)
        assert estimate.odds_ratio_low == pytest.approx(reference["or_lo95"][estimate.term], rel=RELATIVE)
        assert estimate.odds_ratio_high == pytest.approx(reference["or_hi95"][estimate.term], rel=RELATIVE)
        if abs(estimate.statistic) < Z_COMPARED:
            assert estimate.p_value == pytest.approx(reference["p"][estimate.term], rel=P_RELATIVE)


def fit(case: Case, outcome: str, reference: dict[str, Any]) -> ModelResult:
    terms = reference["terms"]
    return fit_logit(case.numbers(outcome), case.design(terms), tuple(terms))


@pytest.mark.parametrize("model", ["model1_logit", "model2_logit", "model3_logit"])
def test_city3k(model: str) -> None:
    case = city3k()
    assert len(case.rows) == case.reference["n_model"]
    same(fit(case, "y", case.reference[model]), case.reference[model])


@pytest.mark.parametrize("model", ["main", "square", "interaction"])
def test_mroz(shared: Path, model: str) -> None:
    case = load(shared / "reference/stats/mroz_logit")
    same(fit(case, "lfp", case.reference[model]), case.reference[model])


@pytest.mark.parametrize("model", ["null", "main", "interaction"])
def test_verbagg(shared: Path, model: str) -> None:
    case = load(shared / "reference/stats/verbagg", ("id",))
    same(fit(case, "r2", case.reference["logit"][model]), case.reference["logit"][model])


def effects(case: Case, reference: dict[str, Any], changes: list[Change]) -> None:
    result = fit(case, "lfp", reference)
    beta = np.array([e.estimate for e in result.estimates])
    made = average_effects(case.design(reference["terms"]), beta, np.array(result.covariance), tuple(changes))
    for effect in made:
        assert effect.estimate == pytest.approx(reference["ame"][effect.term]["ame"], rel=RELATIVE)
        assert effect.std_error == pytest.approx(reference["ame"][effect.term]["se"], rel=RELATIVE)


def test_effects_of_single_columns(shared: Path) -> None:
    case = load(shared / "reference/stats/mroz_logit")
    reference = case.reference["main"]
    terms, x = reference["terms"], case.design(reference["terms"])
    changes = []
    for term in ("k5", "k618", "age", "lwg", "inc"):
        slope = np.zeros_like(x)
        slope[:, terms.index(term)] = 1
        changes.append(Change(term, slope=slope))
    for term in ("wc", "hc"):
        high, low = x.copy(), x.copy()
        high[:, terms.index(term)], low[:, terms.index(term)] = 1, 0
        changes.append(Change(term, high=high, low=low))
    effects(case, reference, changes)


def test_effect_through_a_square(shared: Path) -> None:
    case = load(shared / "reference/stats/mroz_logit")
    reference = case.reference["square"]
    terms = reference["terms"]
    slope = np.zeros((len(case.rows), len(terms)))
    slope[:, terms.index("age")] = 1
    slope[:, terms.index("I(age^2)")] = 2 * case.numbers("age")
    effects(case, reference, [Change("age_through_square", slope=slope)])


def test_effects_with_an_interaction_and_a_factor(shared: Path) -> None:
    case = load(shared / "reference/stats/mroz_logit")
    reference = case.reference["interaction"]
    terms, x = reference["terms"], case.design(reference["terms"])
    at = terms.index
    slope = np.zeros_like(x)
    slope[:, at("inc")], slope[:, at("wc:inc")] = 1, x[:, at("wc")]
    high, low = x.copy(), x.copy()
    high[:, at("wc")], high[:, at("wc:inc")] = 1, x[:, at("inc")]
    low[:, at("wc")], low[:, at("wc:inc")] = 0, 0
    changes = [Change("inc", slope=slope), Change("wc", high=high, low=low)]
    levels = [term for term in terms if term.startswith("ageg")]
    for level in levels:
        high, low = x.copy(), x.copy()
        for other in levels:
            high[:, at(other)] = low[:, at(other)] = 0
        high[:, at(level)] = 1
        changes.append(Change(level, high=high, low=low))
    effects(case, reference, changes)
