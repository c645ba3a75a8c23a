"""Multiple response against R survey, on synthetic rows of a stratified clustered weighted sample (ours)."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from analytics.core.frame import Column
from analytics.core.kinds import Outcome, read_spec, run_spec
from surveys.core.codebook import ValueType
from tests.analytics.columns import column
from tests.reference.cases import HERE

CLOSED = 1e-10  # closed forms on both sides; R prints 15 digits
TEST = 1e-8  # small matrices are solved

KINDS = {pl.String: ValueType.TEXT, pl.Float64: ValueType.DECIMAL, pl.Int64: ValueType.INTEGER}
OPTIONS = ("park", "bus", "bike", "school", "clinic", "shop")
DESIGN = "weights: weight\nstrata: stratum\npsu: psu\n"


def frame_of_case() -> dict[str, Column]:
    rows = pl.read_csv(HERE / "multiresponse" / "data.csv", infer_schema_length=None)
    return {name: column(name, rows[name].to_list(), KINDS[type(rows[name].dtype)]) for name in rows.columns}


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "multiresponse" / "reference.json").read_text())
    return found


@pytest.fixture(scope="module")
def weighted() -> Outcome:
    variables = ", ".join(f"mr_{option}" for option in OPTIONS)
    text = f"kind: multiple_response\nvariables: [{variables}]\nby: gender\nadjust: bonferroni\n{DESIGN}"
    return run_spec(read_spec(text), frame_of_case())


def test_percent_of_cases_and_of_responses(weighted: Outcome, reference: dict[str, Any]) -> None:
    r, rows = reference["weighted"], weighted.result["table"]["rows"]
    found = [row["figures"][-1] for row in rows]
    for name, key in (
        ("weighted_count", "count"),
        ("percent", "pct_of_cases"),
        ("std_error", "se_pct_of_cases"),
        ("of_responses", "pct_of_responses"),
        ("responses_error", "se_pct_of_responses"),
    ):
        assert [one[name] for one in found] == pytest.approx(r[key], rel=CLOSED)
    assert weighted.result["design"]["df"] == r["df"]
    plain = reference["unweighted"]
    assert [one["count"] for one in found] == plain["count"]
    assert [one["plain_percent"] for one in found] == pytest.approx(plain["pct_of_cases"], rel=CLOSED)
    assert [one["plain_of_responses"] for one in found] == pytest.approx(
        plain["pct_of_responses"], rel=CLOSED
    )


def test_absences_are_not_the_answer_of_nothing(weighted: Outcome, reference: dict[str, Any]) -> None:
    whole = weighted.result["table"]["columns"][-1]
    assert weighted.n_used == whole["valid"] == reference["n_valid_cases"]
    assert whole["nothing"] == reference["n_cases_with_no_option"]
    assert sum(weighted.n_lost.values()) == reference["n_missing"]
    assert whole["weighted_n"] == pytest.approx(reference["weighted_valid_cases"], rel=CLOSED)


@pytest.mark.parametrize("option", OPTIONS)
def test_by_group_with_a_test_of_each_option(
    weighted: Outcome, reference: dict[str, Any], option: str
) -> None:
    row, r = weighted.result["table"]["rows"][OPTIONS.index(option)], reference["by_gender"][option]
    assert weighted.result["column_codes"][:-1] == r["level"]
    assert [one["percent"] for one in row["figures"][:-1]] == pytest.approx(r["pct"], rel=CLOSED)
    assert [one["std_error"] for one in row["figures"][:-1]] == pytest.approx(r["se"], rel=CLOSED)
    test = row["test"]
    assert (test["test"], [test["df"], test["df2"]]) == ("rao_scott", pytest.approx(r["df"], rel=TEST))
    assert test["statistic"] == pytest.approx(r["rao_scott_F"], rel=TEST)
    assert test["p_value"] == pytest.approx(r["p"], rel=TEST)
    assert test["adjusted"] == pytest.approx(min(1.0, 6 * r["p"]), rel=TEST)


def test_a_text_of_several_answers_gives_the_same(reference: dict[str, Any]) -> None:
    text = "kind: multiple_response\nvariables: [mr_joined]\nform: text\nbase: ticked\n"
    outcome = run_spec(read_spec(text), frame_of_case())
    rows = {row["option"]: row["figures"][-1] for row in outcome.result["table"]["rows"]}
    r = reference["unweighted"]
    assert [rows[option]["count"] for option in OPTIONS] == r["count"]
    found = [rows[option]["percent"] for option in OPTIONS]
    assert found == pytest.approx(r["pct_of_cases_that_answered_any"], rel=CLOSED)
    assert [rows[option]["of_responses"] for option in OPTIONS] == pytest.approx(
        r["pct_of_responses"], rel=CLOSED
    )
