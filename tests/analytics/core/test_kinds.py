"""Running specifications on small generated data."""

from __future__ import annotations

import csv
import io

import pytest

from analytics.core.kinds import DONE, FAILED, Outcome, read_spec, run_spec
from analytics.core.tables import Table, TableCell, TableRow, table_of_result
from surveys.core.codebook import Level, ValueType
from surveys.core.problems import Refused
from surveys.core.said import Said
from tests.analytics.columns import column, labelled, survey

SERIES = """
kind: series
base: y ~ x + C(job)
absorbed: {occupation: C(job)}
groups: city
models:
  - {kind: logit}
  - {kind: logit, from: model1, add: z}
  - {kind: logit, from: model2, add: "x:z", center: [x]}
  - {kind: multilevel_linear, from: model1}
  - {kind: multilevel_linear, from: model4, add: z}
  - {kind: multilevel_logit, from: model3}
"""


@pytest.fixture(scope="module")
def series() -> Outcome:
    return run_spec(read_spec(SERIES), survey())


def test_a_series_uses_the_same_rows_throughout(series: Outcome) -> None:
    assert series.state == DONE
    assert series.n_used == 1180
    assert series.n_lost == {"x: refused": 20}
    assert {model["result"]["fit"]["n"] for model in series.result["models"]} == {1180}


def test_centring_moves_the_constant_and_not_the_slopes(series: Outcome) -> None:
    models = {model["name"]: model for model in series.result["models"]}
    assert set(models["model3"]["means"]) == {"x"}
    plain = run_spec(read_spec("kind: logit\nformula: y ~ x*z + C(job)"), survey())
    own = {one["term"]: one["estimate"] for one in models["model3"]["result"]["estimates"]}
    other = {one["term"]: one["estimate"] for one in plain.result["models"][0]["result"]["estimates"]}
    assert own["center(x):z"] == pytest.approx(other["x:z"], abs=1e-8)
    assert own["z"] == pytest.approx(other["z"] + other["x:z"] * models["model3"]["means"]["x"], abs=1e-8)


def test_likelihoods_are_compared_only_where_that_means_something(series: Outcome) -> None:
    found = {(one["smaller"], one["larger"]): one for one in series.result["comparisons"]}
    assert found["model1", "model2"]["df"] == 1
    assert found["model1", "model2"]["p_value"] < 0.01
    assert "different kinds" in found["model1", "model4"]["reason"]
    assert "REML" in found["model4", "model5"]["reason"]


def test_the_table_of_a_series(series: Outcome) -> None:
    table = table_of_result(series.result)
    by_key = {row.key: row for row in table.rows}
    assert [row.key for row in table.rows][:4] == ["x", "z", "x:z", "occupation"]
    assert [cell.text if cell else "" for cell in by_key["occupation"].cells] == ["in"] * 6
    assert [cell is not None for cell in by_key["x:z"].cells] == [False, False, True, False, False, True]
    assert by_key["x"].label == "Status"
    assert table_of_result(series.result, "zh").rows[4].label == "常数项"
    assert table.as_csv().splitlines()[0] == ",Model 1,Model 2,Model 3,Model 4,Model 5,Model 6"
    assert any("Centred on the sample mean: x" in note for note in table.notes)
    assert "C(job): farm" in " ".join(table.notes)
    assert "Model 1: logit, ML; BIC counts rows (" in table.notes[1]
    assert all(isinstance(note, Said) for note in table.notes[1:])
    told = " ".join(row.label for row in table_of_result(series.result, "zh").rows if row.section == "random")
    assert "残差" in told and "Residual" not in told and "latent" not in told


def test_each_model_on_its_own_rows() -> None:
    models = "models: [{kind: linear}, {kind: linear, from: model1, add: x}]"
    text = f"kind: series\nbase: y ~ z\nsample: each\n{models}"
    outcome = run_spec(read_spec(text), survey())
    assert [model["n_used"] for model in outcome.result["models"]] == [1200, 1180]
    assert "different rows" in outcome.result["comparisons"][0]["reason"]


def test_rows_used_and_lost_are_each_models_own() -> None:
    """Two models without a row in common: each has its own rows, and the run has those of either."""
    text = """
kind: series
base: z ~ x
sample: each
models:
  - {kind: linear, where: {y: 0}}
  - {kind: linear, where: {y: 1}}
"""
    outcome = run_spec(read_spec(text), survey())
    first, second = outcome.result["models"]
    assert first["n_used"] + second["n_used"] == outcome.n_used == 1180
    assert first["n_lost"]["y: outside “where”"] + second["n_lost"]["y: outside “where”"] == 1200
    assert first["n_lost"]["x: refused"] + second["n_lost"]["x: refused"] == 20
    assert outcome.n_lost == {}


def test_a_model_without_rows_is_named() -> None:
    frame = {
        "y": column("y", [1.0, 2.0, 4.0]),
        "x": column("x", [1.0, 2.0, 2.0]),
        "z": column("z", [None] * 3),
    }
    text = "kind: series\nbase: y ~ x\nsample: each\nmodels: [{kind: linear}, {kind: linear, add: z}]"
    with pytest.raises(Refused, match="Model 2: No row has all"):
        run_spec(read_spec(text), frame)


NOT_NESTED = [
    ("{kind: linear, formula: z ~ x}", "{kind: linear, from: model1, formula: z ~ y}", "every term"),
    (
        "{kind: linear, formula: z ~ x}",
        "{kind: linear, from: model1, formula: x ~ z + y}",
        "different outcomes",
    ),
    (
        "{kind: linear, formula: y ~ x, outcome_value: 1}",
        "{kind: linear, from: model1, formula: y ~ x + z, outcome_value: 0}",
        "different outcomes",
    ),
    (
        "{kind: linear, formula: z ~ x, where: {y: 0}}",
        "{kind: linear, from: model1, add: C(job), where: {y: 1}}",
        "different rows",
    ),
    (
        "{kind: linear, formula: y ~ 1 + x:z}",
        "{kind: linear, from: model1, add: w, center: [x]}",
        "every term",
    ),
    ("{kind: linear, formula: z ~ x}", "{kind: linear, from: model1, add: C(job)}", ""),
    ("{kind: linear, formula: z ~ x + I(x^2)}", "{kind: linear, from: model1, add: y, center: [x]}", ""),
    ("{kind: linear, formula: y ~ x*z}", "{kind: linear, from: model1, add: C(job), center: [x]}", ""),
]


@pytest.mark.parametrize(("smaller", "larger", "reason"), NOT_NESTED)
def test_only_nested_models_of_the_same_rows_are_tested(smaller: str, larger: str, reason: str) -> None:
    frame = survey()
    frame = {**frame, "w": frame["z"]}
    text = f"kind: series\nsample: each\nmodels: [{smaller}, {larger}]"
    (found,) = run_spec(read_spec(text), frame).result["comparisons"]
    assert reason in found.get("reason", "") and ("statistic" in found) == (not reason)


def test_null_model_names_the_scale_of_its_icc() -> None:
    found = {}
    for kind in ("multilevel_linear", "multilevel_logit"):
        outcome = run_spec(read_spec(f"kind: {kind}\nformula: y ~ 1\ngroups: city"), survey())
        icc = outcome.result["models"][0]["result"]["icc"]
        found[icc["scale"]] = icc["value"]
    assert set(found) == {"response", "latent_logit"}
    assert found["response"] < found["latent_logit"]


def test_separation_fails_in_words() -> None:
    frame = {"y": column("y", [0, 0, 1, 1] * 20, ValueType.INTEGER), "x": column("x", [1, 2, 3, 4] * 20)}
    outcome = run_spec(read_spec("kind: logit\nformula: y ~ x"), frame)
    assert outcome.state == FAILED
    assert [check.severity for check in outcome.checks if check.severity == "error"]
    assert outcome.result["models"][0]["result"]["fit"] is None
    assert "no estimates" in " ".join(table_of_result(outcome.result).notes)


def test_no_rows_left() -> None:
    frame = {"y": column("y", [None, 1.0]), "x": column("x", [1.0, None])}
    with pytest.raises(Refused, match="Most rows were lost to y: refused"):
        run_spec(read_spec("kind: linear\nformula: y ~ x"), frame)


LINEAR_OUTCOMES = [
    ("kind: linear\nformula: job ~ x", "nominal"),
    ("kind: logit\nformula: ln(x) ~ z", "no binary outcome"),
]


@pytest.mark.parametrize(("text", "words"), LINEAR_OUTCOMES)
def test_outcomes_that_do_not_fit(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        run_spec(read_spec(text), survey())


def test_descriptives_by_share_mean_and_category() -> None:
    outcome = run_spec(read_spec("kind: descriptives\nvariables: [y, x, job]"), survey())
    rows = outcome.result["table"]["rows"]
    assert [row["kind"] for row in rows] == ["share", "mean", "level", "level", "level", "level"]
    assert (rows[0]["n"], rows[1]["n"], rows[1]["absent"]) == (1200, 1180, {"refused": 20})
    assert rows[5]["count"] == 0  # a category of the codebook that nobody has
    assert outcome.n_used == 1200
    whole = run_spec(read_spec("kind: descriptives\nvariables: [y, x]\nmissing: listwise"), survey())
    assert (whole.n_used, whole.n_lost) == (1180, {"x: refused": 20})


def test_show_that_does_not_fit() -> None:
    with pytest.raises(Refused) as caught:
        run_spec(read_spec("kind: descriptives\nvariables: [x, job]\nshow: {x: share}"), survey())
    assert "other than 0 and 1" in str(caught.value)


def test_crosstab_with_bases_and_filter() -> None:
    frame = {
        "a": labelled("a", [1, 1, 2, 2, None, 1], {1: "yes", 2: "no", 3: "never"}),
        "g": labelled("g", [1, 1, 1, 2, 2, 2], {1: "formal", 2: "informal"}),
        "w": column("w", [1, 1, 1, 1, 1, 0], ValueType.INTEGER),
    }
    outcome = run_spec(read_spec("kind: crosstab\nvariable: a\nby: g\nwhere: {w: 1}"), frame)
    table = outcome.result["table"]
    assert table["bases"] == [3, 1, 4]
    assert [row["counts"] for row in table["rows"]] == [[2, 0, 2], [1, 1, 2], [0, 0, 0]]
    assert outcome.n_lost == {"w: outside “where”": 1, "a: refused": 1}
    assert table_of_result(outcome.result).as_lists()[0] == ["", "formal", "informal", "All"]


def test_a_scale_with_labelled_ends_keeps_its_order() -> None:
    frame = {
        "a": labelled("a", [7, 1, 4, 2], {7: "delighted", 1: "unhappy"}, level=Level.SCALE),
        "g": labelled("g", [1, 1, 1, 1], {1: "x"}),
    }
    result = run_spec(read_spec("kind: crosstab\nvariable: a\nby: g"), frame).result
    assert result["codes"] == ["1", "2", "4", "7"]


RISKY = ["=HYPERLINK(1)", "-1+cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "\t=1", "\r=1", "-", "-0.5* (0.1)"]


@pytest.mark.parametrize("label", RISKY)
def test_spreadsheets_run_nothing(label: str) -> None:
    frame = {"a": labelled("a", [1, 2], {1: label, 2: "no"}), "g": labelled("g", [1, 1], {1: "x"})}
    text = table_of_result(run_spec(read_spec("kind: crosstab\nvariable: a\nby: g"), frame).result).as_csv()
    cells = [line[0] for line in csv.reader(io.StringIO(text, newline="")) if line]
    assert f"'{label}" in cells and label not in cells


def test_numbers_stay_numbers_and_notes_stand_below() -> None:
    rows = tuple(TableRow(text, text, (TableCell(text),)) for text in ("-0.512", "+3", "-1,204.5", "-1e-05"))
    lines = Table(("A",), rows, ("- a note",)).as_csv().splitlines()
    assert lines == [",A", "-0.512,-0.512", "+3,+3", '"-1,204.5","-1,204.5"', "-1e-05,-1e-05", "'- a note"]


FIGURES = [
    ("-0.600** (0.184)", "−0.600** (0.184)"),
    ("-0.5* (0.1)", "−0.5* (0.1)"),
    ("-0.041 (0.052)", "−0.041 (0.052)"),
    ("-0.12 to -0.01", "−0.12 to −0.01"),
    ("-1.2e-05†", "−1.2e−05†"),
    ("-0.10 (1.02) [0.03]", "−0.10 (1.02) [0.03]"),
    ("-0.5", "-0.5"),
    ("-0.5*(A1)", "'-0.5*(A1)"),
    ("-1+1", "'-1+1"),
    ("=1", "'=1"),
]


@pytest.mark.parametrize(("shown", "written"), FIGURES)
def test_a_figure_below_zero_has_no_apostrophe_and_is_no_formula(shown: str, written: str) -> None:
    text = Table(("A",), (TableRow("a", "a", (TableCell(shown),)),)).as_csv()
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == ["a", written]


def test_a_category_that_was_left_out_of_the_fit_has_no_effect_to_tell() -> None:
    """Nor has what stands for it: no row says what one of the two does without the other."""
    frame = survey()
    jobs = frame["job"].values.to_list()
    levels = sorted({job for job in jobs if job is not None})
    twin = [None if job is None else int(job == levels[-1]) for job in jobs]
    frame = {**frame, "twin": column("twin", twin, ValueType.INTEGER)}
    (model,) = run_spec(read_spec("kind: logit\nformula: y ~ x + twin + C(job)"), frame).result["models"]
    assert len(model["result"]["dropped"]) == 1
    assert [one["term"] for one in model["result"]["marginal_effects"]] == ["x"]
    (told,) = (one["message"] for one in model["result"]["checks"] if one["code"] == "not_estimable")
    assert told.startswith("3 of 4 average marginal effects are not given")
    assert "twin (it depends on C(job)[3], left out of the fit)" in told and "C(job)[3] (" in told


@pytest.mark.parametrize("more", ["", "\nweights: w"])
def test_rows_that_are_all_told_apart_are_told_of_as_such(more: str) -> None:
    """With weights or without, and where one pair of rows overlaps only some are."""
    x = [float(at - 50) + 0.5 for at in range(100)]
    frame = {
        "y": column("y", [int(one > 0) for one in x], ValueType.INTEGER),
        "w": column("w", [1.0 + at % 3 for at in range(100)]),
    }
    for cells, words in ((x, "in every row"), ([*x[:49], 0.0, 0.0, *x[51:]], "for some of the rows")):
        outcome = run_spec(
            read_spec(f"kind: logit\nformula: y ~ x{more}"), {**frame, "x": column("x", cells)}
        )
        (check,) = (one for one in outcome.checks if one.code == "separation")
        assert words in check.message and outcome.state == FAILED


@pytest.mark.parametrize(
    ("events", "words"), [(9, "Fewer than 10 rows with"), (10, "10 rows with the rarer")]
)
def test_few_rows_of_the_rarer_outcome_are_not_counted_out(events: int, words: str) -> None:
    frame = {
        "y": column("y", [1] * events + [0] * (100 - events), ValueType.INTEGER),
        "x": column("x", [float(at * 37 % 100) for at in range(100)]),
    }
    checks = run_spec(read_spec("kind: logit\nformula: y ~ x"), frame).checks
    (check,) = (one for one in checks if one.code == "few_events")
    assert check.message.startswith(words) and (events == 10 or "9 rows" not in check.message)


def test_a_mean_of_nothing_has_no_sign() -> None:
    frame = {**survey(), "even": column("even", [-1.0, 1.0, -0.0002] * 400)}
    model = run_spec(read_spec("kind: linear\nformula: y ~ even\ncenter: [even]"), frame)
    assert any("even (0.000)" in note for note in table_of_result(model.result).notes)
    described = run_spec(read_spec("kind: descriptives\nvariables: [even]"), frame)
    (row,) = table_of_result(described.result).rows
    assert row.cells[2] is not None and row.cells[2].text == "0.00"
