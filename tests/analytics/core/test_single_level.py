"""Errors, drawn samples and outcomes of several categories, from specification to table."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.frame import Column
from analytics.core.kinds import read_spec, run_spec
from analytics.core.side_by_side import regression_table
from analytics.core.tables import table_of_result
from surveys.core.codebook import Level
from surveys.core.problems import Refused
from tests.analytics.columns import column, labelled, survey


def test_errors_by_cluster_are_told_with_every_convention() -> None:
    text = "kind: linear\nformula: y ~ x + z\nerrors: {kind: cluster, cluster: city}"
    spec = read_spec(text)
    assert read_spec(spec.as_json()) == spec
    outcome = run_spec(spec, survey())
    (model,) = outcome.result["models"]
    assert model["result"]["method"]["errors"]["n_clusters"] == 8
    assert model["result"]["estimates"][1]["df"] < 7
    (note,) = [n for n in table_of_result(outcome.result).notes if "standard errors by" in n]
    assert "by cluster of city (8 clusters, CR2)" in note
    assert [check.code for check in outcome.checks if check.severity == "warning"] == ["few_clusters"]


def test_robust_errors_take_the_likelihood_ratio_away() -> None:
    series = "kind: series\nbase: y ~ x\nerrors: {kind: robust}\nmodels:\n"
    series += "- {kind: logit}\n- {kind: logit, from: model1, add: z}"
    (compared,) = run_spec(read_spec(series), survey()).result["comparisons"]
    assert "may be wrong" in compared["reason"]
    larger = run_spec(read_spec("kind: logit\nformula: y ~ x + z\nerrors: {kind: robust}"), survey())
    z = next(o for o in larger.result["models"][0]["result"]["estimates"] if o["term"] == "z")
    assert compared["wald"]["statistic"] == pytest.approx(z["statistic"] ** 2)  # one term: the square of z
    assert compared["wald"]["p_value"] == pytest.approx(z["p_value"])


def test_a_drawn_sample_has_walds_test_of_what_was_added() -> None:
    series = "kind: series\nbase: y ~ x\npsu: city\nmodels:\n- {kind: linear}\n"
    series += "- {kind: linear, from: model1, add: z}\n- {kind: linear, from: model1, add: C(job) + z + x:z}"
    first, second = run_spec(read_spec(series), survey()).result["comparisons"]
    assert (first["wald"]["df"], first["wald"]["df2"]) == (1, 5) and "statistic" not in first
    assert second["wald"] is None  # two degrees of freedom are left for four terms


def test_the_table_names_the_weight() -> None:
    frame = survey()
    frame = {**frame, "w": column("w", [1.0 + at % 3 for at in range(1200)])}
    outcome = run_spec(read_spec("kind: linear\nformula: y ~ x\nweights: w\npsu: city"), frame)
    assert "Model 1: weighted by w, scaled to a mean of 1." in table_of_result(outcome.result).notes
    without = run_spec(read_spec("kind: linear\nformula: y ~ x\npsu: city"), frame)
    assert not any("weighted by" in note for note in table_of_result(without.result).notes)


@pytest.mark.parametrize("reference", ["2", '"factory"', '"2"'])
def test_a_reference_is_named_by_code_or_label(reference: str) -> None:
    spec = {"kind": "logit", "formula": f"y ~ C(job, ref={reference})"}
    (model,) = run_spec(read_spec(spec), survey()).result["models"]
    assert model["references"] == {"C(job)": "factory"}
    assert [one["term"] for one in model["result"]["estimates"][1:]] == ["C(job)[1]", "C(job)[3]"]


def rated() -> dict[str, Column]:
    draw = np.random.default_rng(5)
    frame = survey()
    x = np.array([0.0 if value is None else value for value in frame["x"].values])
    mood = np.digitize(0.8 * x + draw.logistic(size=len(x)), [-1.0, 0.5, 2.0]) + 1
    labels = {1: "bad", 2: "fair", 3: "good", 4: "great"}
    return frame | {"mood": labelled("mood", mood.tolist(), labels, level=Level.ORDINAL)}


def test_an_ordered_logit_from_specification_to_table() -> None:
    outcome = run_spec(read_spec("kind: ordered_logit\nformula: mood ~ x + C(job)"), rated())
    (model,) = outcome.result["models"]
    assert [one["term"] for one in model["result"]["thresholds"]] == ["1|2", "2|3", "3|4"]
    assert "(Intercept)" not in {one["term"] for one in model["result"]["estimates"]}
    table = table_of_result(outcome.result)
    assert next(row.label for row in table.rows if row.section == "thresholds") == "Threshold: bad | fair"
    assert len({(one["term"], one["category"]) for one in model["result"]["marginal_effects"]}) == 12
    sums: dict[str, float] = {}
    for one in model["result"]["marginal_effects"]:
        sums[one["term"]] = sums.get(one["term"], 0.0) + one["estimate"]
    assert sums == pytest.approx(dict.fromkeys(sums, 0.0), abs=1e-12)  # what one category wins others lose
    assert model["result"]["proportional_odds"][0]["term"] == "all"


def test_a_multinomial_logit_from_specification_to_table() -> None:
    spec = read_spec("kind: multinomial_logit\nformula: mood ~ x + z\nreference: good")
    assert read_spec(spec.as_json()) == spec
    outcome = run_spec(spec, rated())
    table = table_of_result(outcome.result)
    assert table.columns == ("Model 1: bad", "Model 1: fair", "Model 1: great")
    assert "log odds against good" in " ".join(table.notes)
    (n,) = [row for row in table.rows if row.key == "n"]
    assert [cell is not None for cell in n.cells] == [True, False, False]
    side = regression_table(outcome.result)
    assert [head.label for head in side.heads] == list(table.columns)
    assert all(cell is not None for row in side.rows for cell in row.cells)


@pytest.mark.parametrize("kind", ["ordered_logit", "multinomial_logit"])
def test_models_of_categories_are_compared_by_their_likelihoods(kind: str) -> None:
    series = (
        f"kind: series\nbase: mood ~ x\nmodels:\n- {{kind: {kind}}}\n- {{kind: {kind}, from: model1, add: z}}"
    )
    (compared,) = run_spec(read_spec(series), rated()).result["comparisons"]
    assert compared["df"] == (1 if kind == "ordered_logit" else 3) and 0 < compared["p_value"] < 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: ordered_logit\nformula: job ~ x", "have no order"),
        ("kind: ordered_logit\nformula: ln(x) ~ z", "is no category"),
        ("kind: multinomial_logit\nformula: x ~ z", "takes 20"),
        ("kind: multinomial_logit\nformula: job ~ x\nreference: smith", "neither a code nor a label"),
        ("kind: multinomial_logit\nformula: job ~ x\noutcome_value: 2", "no “outcome_value”"),
        ("kind: ordered_logit\nformula: mood ~ x\nreference: good", "no “reference”"),
    ],
)
def test_outcomes_that_are_no_categories(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        run_spec(read_spec(text), rated())


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ("", "errors: {kind: robust} does without"),
        ("errors: {kind: robust, type: HC3}", "the standard errors of this model do without"),
        ("errors: {kind: cluster, cluster: city}", "the standard errors of this model do without"),
    ],
)
def test_robust_errors_are_advised_to_whom_has_none(errors: str, words: str) -> None:
    frame = survey(1200)
    x = [0.0 if cell is None else cell for cell in frame["x"].values.to_list()]
    noise = np.random.default_rng(2).normal(size=1200)
    frame = {**frame, "v": column("v", (noise * np.exp(np.array(x))).tolist()), "x": column("x", x)}
    outcome = run_spec(read_spec(f"kind: linear\nformula: v ~ x + z\n{errors}"), frame)
    (check,) = (one for one in outcome.checks if one.code == "unequal_variances")
    assert words in check.message and check.severity == "info"
