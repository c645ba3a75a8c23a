"""Linear and logistic models of drawn samples against R's svyglm.

Tolerances: linear models relative 1e-8 (closed forms); logits 1e-7 and their errors 1e-5, since R's weights
are those of its last step but one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.core.frame import Frame
from analytics.core.kinds import read_spec, run_spec
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from tests.analytics.columns import column
from tests.reference.cases import Case
from tests.reference.single import single_level

LINEAR, LOGIT, LOGIT_SE = 1e-8, 1e-7, 1e-5
DESIGNS = {
    "full": "weights: weight\nstrata: stratum\npsu: psu",
    "weights_only": "weights: weight",
    "psu_only": "weights: weight\npsu: psu",
    "finite": "weights: weight\nstrata: stratum\npsu: psu\nfpc: population",
}
NUMBERS = (
    "y",
    "trust",
    "female",
    "age",
    "inc",
    "weight",
    "stratum",
    "psu",
    "district",
    "chosen",
    "population",
)


@cache
def case() -> Case:
    found = single_level()
    chosen = (pl.col("inc") >= 8) & (pl.col("district") == 2)
    population = 2 * pl.col("psu").n_unique().over("stratum")
    rows = found.rows.with_columns(chosen=chosen.cast(pl.Int64), population=population)
    return Case(rows, found.reference)


@cache
def frame() -> Frame:
    made = {name: column(name, case().numbers(name).tolist(), ValueType.DECIMAL) for name in NUMBERS}
    edu = column("edu", case().rows["edu"].cast(pl.String).to_list(), ValueType.TEXT)
    return {**made, "edu": edu}


def fitted(text: str, frame: Frame) -> dict[str, Any]:
    (model,) = run_spec(read_spec(text), frame).result["models"]
    assert model["result"]["converged"], model["result"]["checks"]
    return dict(model["result"])


def close(result: dict[str, Any], reference: dict[str, Any], beta: float, error: float) -> None:
    names = {one["term"]: one["term"].replace("edu[", "edu").rstrip("]") for one in result["estimates"]}
    assert set(names.values()) == set(reference["coef"])
    for one in result["estimates"]:
        assert one["estimate"] == pytest.approx(reference["coef"][names[one["term"]]], rel=beta)
        assert one["std_error"] == pytest.approx(reference["se"][names[one["term"]]], rel=error)
        assert one["df"] == reference["df_resid"]


@pytest.mark.parametrize("design", DESIGNS)
def test_models_of_a_drawn_sample(design: str) -> None:
    for kind, outcome, beta, error in (("linear", "trust", LINEAR, LINEAR), ("logit", "y", LOGIT, LOGIT_SE)):
        text = f"kind: {kind}\nformula: {outcome} ~ female + age + edu + inc\n{DESIGNS[design]}"
        close(fitted(text, frame()), case().reference["design"][design][kind], beta, error)


def test_a_domain_keeps_the_units_that_it_leaves_empty() -> None:
    text = f"kind: linear\nformula: trust ~ female + age\nwhere: {{chosen: 1}}\n{DESIGNS['full']}"
    close(fitted(text, frame()), case().reference["design"]["domain"]["linear"], LINEAR, LINEAR)


def test_a_stratum_of_one_unit_is_an_open_choice() -> None:
    strata = case().numbers("stratum")
    strata = strata.copy()
    strata[0] = 999
    lone = {**frame(), "stratum": column("stratum", strata.tolist(), ValueType.DECIMAL)}
    text = f"kind: linear\nformula: trust ~ female + age\n{DESIGNS['full']}"
    with pytest.raises(Refused) as refused:
        run_spec(read_spec(text), lone)
    assert [one.code for one in refused.value.problems] == ["lonely_psu"]
    for choice, called in (("centre", "adjust"), ("certainty", "certainty")):
        result = fitted(f"{text}\nlonely_psu: {choice}", lone)
        close(result, case().reference["design"][f"lonely_{called}"], LINEAR, LINEAR)


def test_weights_are_no_frequencies() -> None:
    text = f"kind: logit\nformula: y ~ female + age\n{DESIGNS['full']}"
    heavy = column("weight", (case().numbers("weight") * 1000).tolist(), ValueType.DECIMAL)
    light, scaled = fitted(text, frame()), fitted(text, {**frame(), "weight": heavy})
    for one, other in zip(light["estimates"], scaled["estimates"], strict=True):
        assert one["std_error"] == pytest.approx(other["std_error"], rel=1e-10)
    assert light["fit"]["aic"] is None and light["fit"]["loglik"] is None


def test_rows_that_weigh_nothing_are_not_in_the_fit() -> None:
    weights = case().numbers("weight").copy()
    weights[case().numbers("female") == 1] = 0.0
    gone = {**frame(), "weight": column("weight", weights.tolist(), ValueType.DECIMAL)}
    text = f"kind: logit\nformula: y ~ age\n{DESIGNS['psu_only']}"
    own = fitted(f"{text}\nwhere: {{female: 0}}", frame())
    for one, other in zip(fitted(text, gone)["estimates"], own["estimates"], strict=True):
        assert one["estimate"] == pytest.approx(other["estimate"], rel=1e-9)
        assert one["std_error"] == pytest.approx(other["std_error"], rel=1e-9)


def test_effects_of_a_drawn_sample_are_weighted() -> None:
    text = f"kind: logit\nformula: y ~ female + age\n{DESIGNS['full']}"
    result = fitted(text, frame())
    beta = np.array([one["estimate"] for one in result["estimates"]])
    x, w = case().design(["(Intercept)", "female", "age"]), case().numbers("weight")
    with_one, without = x.copy(), x.copy()
    with_one[:, 1], without[:, 1] = 1.0, 0.0
    by_hand = np.average(1 / (1 + np.exp(-with_one @ beta)) - 1 / (1 + np.exp(-without @ beta)), weights=w)
    assert result["marginal_effects"][0]["estimate"] == pytest.approx(by_hand, rel=1e-9)


def test_what_weights_cost_is_told() -> None:
    one = case().numbers("weight").copy()
    one[0] = 1000 * one.mean()
    heavy = {**frame(), "weight": column("weight", one.tolist(), ValueType.DECIMAL)}
    for kind, outcome in (("linear", "trust"), ("logit", "y")):
        text = f"kind: {kind}\nformula: {outcome} ~ female + age\n{DESIGNS['weights_only']}"
        codes = {check["code"]: check["severity"] for check in fitted(text, heavy)["checks"]}
        assert codes["weighting_effect"] == codes["extreme_weights"] == "warning"
        codes = {check["code"]: check["severity"] for check in fitted(text, frame())["checks"]}
        assert codes["weighting_effect"] == "info" and "extreme_weights" not in codes
