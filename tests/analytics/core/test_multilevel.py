"""Multilevel models from specification to table: slopes, quadrature, tests between models, probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.kinds import Outcome, read_spec, run_spec
from analytics.core.spec import ModelSpec
from analytics.core.tables import table_of_result
from surveys.core.problems import Refused
from tests.analytics.columns import column, survey

MULTILEVEL = """
kind: series
groups: city
models:
  - {kind: logit, formula: "y ~ x + z"}
  - {kind: multilevel_logit, formula: "y ~ x + z", from: model1}
  - {kind: multilevel_logit, formula: "y ~ x + z", from: model2, random: 1 + x}
  - {kind: multilevel_logit, formula: "y ~ x + z", from: model2, method: {approximation: quadrature}}
  - {kind: multilevel_linear, formula: "y ~ x + z"}
  - {kind: multilevel_linear, formula: "y ~ x + z", from: model5, random: 1 + x}
  - {kind: multilevel_linear, formula: "y ~ x + z", from: model6}
"""


@pytest.fixture(scope="module")
def multilevel() -> Outcome:
    return run_spec(read_spec(MULTILEVEL), survey())


def test_a_variance_more_is_tested_at_its_boundary(multilevel: Outcome) -> None:
    """Half a point at zero and half of one degree; for a slope half of one and half of two degrees."""
    found = {(one["smaller"], one["larger"]): one for one in multilevel.result["comparisons"]}
    intercept, slope = found["model1", "model2"], found["model2", "model3"]
    assert (intercept["mixture"], intercept["df"]) == ([0, 1], 1)
    assert intercept["p_value"] == pytest.approx(0.5 * chi2.sf(intercept["statistic"], 1), rel=1e-9)
    assert (slope["mixture"], slope["df"]) == ([1, 2], 2)
    halves = 0.5 * chi2.sf(slope["statistic"], 1) + 0.5 * chi2.sf(slope["statistic"], 2)
    assert slope["p_value"] == pytest.approx(halves, rel=1e-9)
    assert "boundary of zero" in slope["note"]
    assert "different likelihoods" in found["model2", "model4"]["reason"]
    assert found["model5", "model6"]["mixture"] == [1, 2]  # REML, and the same terms
    assert "every slope" in found["model6", "model7"]["reason"]


def test_criteria_of_reml_are_not_laid_beside_each_other_silently(multilevel: Outcome) -> None:
    text = """
kind: series
groups: city
models: [{kind: multilevel_linear, formula: y ~ x}, {kind: multilevel_linear, formula: y ~ x + z}]
"""
    assert "reml_criteria" in [check.code for check in run_spec(read_spec(text), survey()).checks]
    assert "reml_criteria" not in [check.code for check in multilevel.checks]


def test_probabilities_in_a_typical_group_and_over_all(multilevel: Outcome) -> None:
    """The mean curve is flatter; over all groups the model gives the share that was observed, about."""
    models = {model["name"]: model["result"] for model in multilevel.result["models"]}
    told = models["model2"]["probabilities"]
    assert abs(told["averaged"] - 0.5) < abs(told["typical"] - 0.5)
    assert told["averaged"] == pytest.approx(told["observed"], abs=0.02)
    for effect in models["model2"]["marginal_effects"]:
        assert abs(effect["estimate"]) < abs(effect["typical"])
    assert models["model3"]["marginal_effects"] == []
    assert models["model3"]["probabilities"]["observed"] == told["observed"]


def test_the_table_names_slopes_and_correlations(multilevel: Outcome) -> None:
    table = table_of_result(multilevel.result)
    labels = [row.label for row in table.rows]
    assert {"Variance: city", "Variance: city × x", "Correlation: city × x"} <= set(labels)
    assert "Intraclass correlation (latent logit, slope terms at 0)" in labels
    assert any("quadrature with 7 nodes" in note for note in table.notes)
    assert all(text for row in table_of_result(multilevel.result, "zh-hans").rows for text in [row.label])


CENTRED = """
kind: multilevel_linear
formula: z ~ x*y
groups: city
random: 1 + x
center: {x: group, y: sample}
"""


def test_centred_within_groups_the_means_of_the_groups_enter_too() -> None:
    spec = read_spec(CENTRED)
    assert isinstance(spec, ModelSpec) and spec.random is not None
    assert spec.formula.text == "z ~ within(x) + center(y) + group_mean(x) + within(x):center(y)"
    assert spec.random.text == "within(x)"
    assert read_spec(spec.as_json()) == spec


def test_the_numbers_of_what_is_taken_within_groups() -> None:
    """Of the rows used alone: a row without x is in no mean."""
    frame = survey()
    found = run_spec(read_spec("kind: multilevel_linear\nformula: z ~ within(x)\ngroups: city"), frame)
    x, city = frame["x"].numbers(), frame["city"].numbers()
    used = ~np.isnan(x)
    own = np.array([x[used & (city == place)].mean() for place in city])
    by_hand = fit_mixed_linear(
        frame["z"].numbers()[used],
        np.column_stack([np.ones(used.sum()), (x - own)[used]]),
        ("(Intercept)", "within(x)"),
        city[used],
    )
    told = {one["term"]: one["estimate"] for one in found.result["models"][0]["result"]["estimates"]}
    assert told["within(x)"] == pytest.approx(by_hand.of("within(x)").estimate, rel=1e-10)
    labels = [column["labels"]["en"] for column in found.result["models"][0]["columns"]]
    assert labels == ["Constant", "Status (within groups)"]


def test_a_person_who_changes_does_not_move_the_group() -> None:
    """A logit with the mean of the group beside x: the effect of x is that of x within groups alone."""
    text = "kind: multilevel_logit\nformula: y ~ x\ngroups: city\ncenter: {x: group}"
    (model,) = run_spec(read_spec(text), survey()).result["models"]
    (effect,) = model["result"]["marginal_effects"]
    assert effect["term"] == "x"
    told = {one["term"]: one["estimate"] for one in model["result"]["estimates"]}
    frame = survey()
    x, city = frame["x"].numbers(), frame["city"].numbers()
    x, city = x[~np.isnan(x)], city[~np.isnan(x)]
    mean = np.array([x[city == place].mean() for place in city])
    eta = told["(Intercept)"] + told["within(x)"] * (x - mean) + told["group_mean(x)"] * mean
    p = 1 / (1 + np.exp(-eta))
    assert effect["typical"] == pytest.approx(told["within(x)"] * (p * (1 - p)).mean(), rel=1e-9)


WITHOUT_GROUPS = [
    ("kind: linear\nformula: z ~ x\ncenter: {x: group}", "needs groups, and a linear model has none"),
    ("kind: logit\nformula: y ~ group_mean(x)", "needs groups"),
    ("kind: multilevel_linear\ngroups: city\nformula: within(z) ~ x", "An outcome is not taken within"),
    ("kind: linear\nformula: z ~ x\ncenter: {x: country}", "mean of the sample or of the group"),
]


@pytest.mark.parametrize(("text", "words"), WITHOUT_GROUPS)
def test_where_nothing_is_taken_within_groups(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_spec(text)


def test_a_model_of_other_errors_or_weights_is_no_ground_for_a_likelihood_ratio() -> None:
    text = """
kind: series
groups: city
models:
  - {kind: logit, formula: "y ~ x", errors: {kind: robust}}
  - {kind: multilevel_logit, formula: "y ~ x", from: model1}
  - {kind: logit, formula: "y ~ x", weights: age}
  - {kind: multilevel_logit, formula: "y ~ x", from: model3}
"""
    frame = survey()
    frame["age"] = column("age", np.linspace(0.5, 2, len(frame["x"].values)).tolist())
    robust, weighted = run_spec(read_spec(text), frame).result["comparisons"]
    assert "Robust errors" in robust["reason"] and robust["wald"] is None  # no term was added
    assert "weigh or draw" in weighted["reason"] and "wald" not in weighted
