"""Random-intercept logit against the optimum of lme4's objectives, inner steps solved exactly in R.

Laplace, and adaptive quadrature with 7, 9 and 25 nodes.

Tolerances (stock ``glmer`` stops early and is the looser party, so its own output is not compared):
* coefficients 1e-6 of their standard error, standard errors relative 1e-5: two independent exact programs
  agree to 3e-7 and 6e-7; R's Hessian is by differences.
* sigma absolute 1e-6, log-likelihood, AIC and BIC absolute 1e-6: they agree to 4e-8 and 4e-11.
* standard error of sigma relative 1e-4: R's comes from differences of differences.
* predicted group effects 2e-3, for those alone are from the default ``glmer`` fit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.results import ModelResult
from tests.reference.cases import Case, city3k, difference, load, null_model

COEF_IN_SE = 1e-6
SE_RELATIVE = 1e-5
SIGMA = 1e-6
LOGLIK = 1e-6
SIGMA_SE_RELATIVE = 1e-4
GROUP_EFFECT = 2e-3


def same(result: ModelResult, reference: dict[str, Any]) -> None:
    found = difference(result, reference)
    assert found.coef_in_se < COEF_IN_SE
    assert found.se_relative < SE_RELATIVE
    assert max(found.loglik, found.aic, found.bic) < LOGLIK
    assert result.fit is not None and result.icc is not None
    assert result.fit.df == reference["n_par"]
    (effect,) = result.random
    assert effect.std_dev == pytest.approx(reference["sigma_u"], abs=SIGMA)
    assert effect.std_error == pytest.approx(reference["se_sigma_u"], rel=SIGMA_SE_RELATIVE)
    assert effect.n_groups == reference["n_groups"]
    assert result.icc.value == pytest.approx(reference["icc_latent"], abs=SIGMA)
    assert result.median_odds_ratio == pytest.approx(reference["median_odds_ratio"], abs=5 * SIGMA)
    modes = {effect.level: effect for effect in result.group_effects}
    levels = reference["ranef"]["level"]
    for level, mode, sd in zip(
        levels, reference["ranef"]["mode"], reference["ranef"]["cond_sd"], strict=True
    ):
        assert modes[level].estimate == pytest.approx(mode, abs=GROUP_EFFECT)
        assert modes[level].std_dev == pytest.approx(sd, abs=GROUP_EFFECT)


def fit(case: Case, outcome: str, group: str, reference: dict[str, Any]) -> ModelResult:
    terms = reference["terms"]
    x = case.design(terms)
    groups, nodes = case.rows[group].to_numpy(), reference["nAGQ"]
    return fit_mixed_logit(case.numbers(outcome), x, tuple(terms), groups, group, nodes)


@pytest.mark.parametrize("nodes", [1, 7])
@pytest.mark.parametrize("model", [4, 5, 6])
def test_city3k(model: int, nodes: int) -> None:
    case = city3k()
    reference = case.reference[f"model{model}_glmm_nAGQ{nodes}"]
    result = fit(case, "y", "city", reference)
    same(result, reference)
    assert [check.code for check in result.checks] == ["few_groups"]


@pytest.mark.parametrize("nodes", [1, 9, 25])
def test_cbpp(shared: Path, nodes: int) -> None:
    case = load(shared / "reference/stats/cbpp", ("herd", "period"))
    reference = case.reference[f"nAGQ{nodes}"]
    same(fit(case, "ill", "herd", reference), reference)


@pytest.mark.parametrize("nodes", [1, 7, 25])
@pytest.mark.parametrize("terms", ["null", "main", "interaction"])
def test_verbagg(shared: Path, terms: str, nodes: int) -> None:
    case = load(shared / "reference/stats/verbagg", ("id",))
    model = f"{terms}_nAGQ{nodes}"
    same(fit(case, "r2", "id", case.reference["glmm"][model]), case.reference["glmm"][model])


def test_null_model_names_its_scale(shared: Path) -> None:
    case = load(shared / "reference/stats/verbagg", ("id",))
    reference = case.reference["glmm"]["null_nAGQ1"]
    result = null_model(fit_mixed_logit, case.numbers("r2"), case.rows["id"].to_numpy(), "id")
    assert result.icc is not None
    assert result.icc.scale == "latent_logit"
    assert result.icc.value == pytest.approx(reference["icc_latent"], abs=SIGMA)
