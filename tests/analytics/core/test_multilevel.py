"""Multilevel models from specification to table: slopes, quadrature, tests between models, probabilities."""

from __future__ import annotations

import pytest
from scipy.stats import chi2

from analytics.core.kinds import Outcome, read_spec, run_spec
from analytics.core.tables import table_of_result
from tests.analytics.columns import survey

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
