"""Simple slopes, predictions and diagnostics of linear and logistic models against R.

Tolerances: relative 1e-8 for linear models and 1e-7 for logits; both sides are closed forms at the optimum.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest

from analytics.core.frame import Frame
from analytics.core.kinds import read_spec, run_spec
from surveys.core.codebook import ValueType
from tests.analytics.columns import column
from tests.reference.cases import Case
from tests.reference.single import single_level

RELATIVE = {"linear": 1e-8, "logit": 1e-7}
FORMULA = {"linear": "trust ~ female*inc + age + edu", "logit": "y ~ female*inc + age + edu"}


@cache
def case() -> Case:
    return single_level()


@cache
def frame() -> Frame:
    numbers = ("y", "trust", "female", "age", "inc")
    made = {name: column(name, case().numbers(name).tolist(), ValueType.DECIMAL) for name in numbers}
    return {**made, "edu": column("edu", case().rows["edu"].cast(pl.String).to_list(), ValueType.TEXT)}


def result(kind: str, more: str = "") -> dict[str, Any]:
    (model,) = run_spec(read_spec(f"kind: {kind}\nformula: {FORMULA[kind]}\n{more}"), frame()).result[
        "models"
    ]
    return dict(model["result"])


@pytest.mark.parametrize("kind", ["linear", "logit"])
def test_simple_slopes(kind: str) -> None:
    reference = case().reference["after"][kind]["slopes"]
    asked = result(kind, "slopes: {of: female, at: {inc: [mean-sd, mean, mean+sd]}}")["slopes"]
    assert asked == result(kind)["slopes"]  # what is had unasked for every product
    assert [one["at"]["inc"] for one in asked] == pytest.approx(reference["at"], rel=1e-12)
    assert [one["estimate"] for one in asked] == pytest.approx(reference["slope"], rel=RELATIVE[kind])
    assert [one["std_error"] for one in asked] == pytest.approx(reference["se"], rel=RELATIVE[kind])


@pytest.mark.parametrize("kind", ["linear", "logit"])
def test_predictions_over_a_grid(kind: str) -> None:
    found = result(kind, "predict: {inc: [2, 5], female: [0, 1]}")["predictions"]
    reference = case().reference["after"][kind]["predict"]
    assert [one["at"] for one in found] == [{"inc": one["inc"], "female": one["female"]} for one in reference]
    for mine, theirs in zip(found, reference, strict=True):
        assert mine["estimate"] == pytest.approx(theirs["value"], rel=RELATIVE[kind])
        assert mine["std_error"] == pytest.approx(theirs["se"], rel=RELATIVE[kind])
        assert mine["conf_low"] < mine["estimate"] < mine["conf_high"]


def test_diagnostics_of_a_linear_model() -> None:
    found, reference = result("linear")["diagnostics"], case().reference["diagnostics"]["linear"]
    assert found["breusch_pagan"]["statistic"] == pytest.approx(reference["bp"], rel=1e-8)
    assert found["breusch_pagan"]["df"] == reference["bp_df"]
    assert found["breusch_pagan"]["p_value"] == pytest.approx(reference["bp_p"], rel=1e-8)
    for name in ("skewness", "kurtosis"):
        assert found[name] == pytest.approx(reference[name], rel=1e-8)
    assert found["jarque_bera"]["statistic"] == pytest.approx(reference["jarque_bera"], rel=1e-8)
    influence = found["influence"]
    assert influence["leverage"] == pytest.approx(reference["max_leverage"], rel=1e-8)
    assert influence["cook"] == pytest.approx(reference["max_cook"], rel=1e-8)
    assert influence["cook_rows"] == reference["many_cook"]
    for term, value in influence["dfbetas"].items():
        assert value == pytest.approx(reference["max_dfbetas"][_r(term)], rel=1e-8)
    for term, value in found["vif"].items():
        assert value == pytest.approx(case().reference["diagnostics"]["vif"][_r(term)], rel=1e-8)


def test_diagnostics_of_a_logit() -> None:
    found, reference = result("logit")["diagnostics"], case().reference["diagnostics"]["logit"]
    assert found["hosmer_lemeshow"]["statistic"] == pytest.approx(reference["hosmer_lemeshow"], rel=1e-7)
    assert found["hosmer_lemeshow"]["df"] == reference["hl_df"]
    assert found["brier"] == pytest.approx(reference["brier"], rel=1e-8)
    assert found["auc"] == pytest.approx(reference["auc"], rel=1e-8)
    assert found["influence"]["leverage"] == pytest.approx(reference["max_leverage"], rel=1e-7)
    assert found["influence"]["cook"] == pytest.approx(reference["max_cook"], rel=1e-7)
    assert sum(one["n"] for one in found["calibration"]) == case().reference["n"]


def _r(term: str) -> str:
    return term.replace("edu[", "edu").replace("]", "")
