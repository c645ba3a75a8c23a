"""Random-intercept linear models against R's ``lmer`` run to a tight optimum.

Tolerances:
* coefficients absolute 1e-6, standard errors relative 1e-6, log-likelihood absolute 1e-6: agreement is
  about 2e-8, 2e-7 and 1e-11, and the rest is where R's optimiser stops.
* variances relative 1e-5: the profile is flat, so they carry the square root of the deviance's error.
* group effects absolute 1e-5, for the same reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.core.estimators.mixed_linear import fit_mixed_linear
from tests.reference.cases import difference, load, null_model

COEF = 1e-6
SE_RELATIVE = 1e-6
LOGLIK = 1e-6
VARIANCE_RELATIVE = 1e-5
GROUP_EFFECT = 1e-5


@pytest.mark.parametrize("model", ["null", "main", "interaction"])
@pytest.mark.parametrize("estimator", ["REML", "ML"])
def test_exam(shared: Path, model: str, estimator: str) -> None:
    case = load(shared / "reference/stats/exam_lmm", ("school",))
    reference = case.reference[f"{model}_{estimator}"]
    terms = tuple(reference["coef"])
    schools = case.rows["school"].to_numpy()
    x = case.design(list(terms))
    result = fit_mixed_linear(case.numbers("normexam"), x, terms, schools, "school", estimator == "REML")
    found = difference(result, reference)
    assert found.coef < COEF
    assert found.se_relative < SE_RELATIVE
    assert max(found.loglik, found.aic, found.bic) < LOGLIK
    between, within = result.random
    assert between.variance == pytest.approx(reference["var_u"], rel=VARIANCE_RELATIVE)
    assert within.variance == pytest.approx(reference["var_e"], rel=VARIANCE_RELATIVE)
    assert result.icc is not None
    assert result.icc.value == pytest.approx(reference["icc"], rel=VARIANCE_RELATIVE)
    modes = {effect.level: effect for effect in result.group_effects}
    listed = reference["ranef"]
    for level, mode, sd in zip(listed["level"], listed["blup"], listed["cond_sd"], strict=True):
        assert modes[level].estimate == pytest.approx(mode, abs=GROUP_EFFECT)
        assert modes[level].std_dev == pytest.approx(sd, abs=GROUP_EFFECT)


def test_null_icc_is_on_the_response_scale(shared: Path) -> None:
    case = load(shared / "reference/stats/exam_lmm", ("school",))
    result = null_model(fit_mixed_linear, case.numbers("normexam"), case.rows["school"].to_numpy(), "school")
    assert result.icc is not None
    assert result.icc.scale == "response"
    assert result.icc.value == pytest.approx(case.reference["null_REML"]["icc"], rel=VARIANCE_RELATIVE)
