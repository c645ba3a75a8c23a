"""A multiverse against R: every specification alone, its average marginal effect, what each choice moves."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from analytics.core.frame import Column
from analytics.core.kinds import read_spec, run_spec
from analytics.core.multiverse.results import Specified, Summary
from analytics.core.multiverse.spec import MultiverseSpec
from analytics.core.multiverse.summary import ranked, summarise
from surveys.core.codebook import ValueType
from tests.analytics.columns import column, labelled

HERE = Path(__file__).parent / "multiverse"
ESTIMATE = 1e-10  # relative: both Newton methods end at rounding
NUMBER = 1e-6  # relative: the errors of glm are those of the weights one step before it stops
SHARE = 1e-9  # absolute, of shares between 0 and 1: both are least squares on the same values
SPEC = """
kind: multiverse
model: {kind: logit, formula: y ~ x + C(job)}
term: x
choices:
  - {name: family, alternatives: [{name: logit}, {name: linear, kind: linear}]}
  - {name: terms, alternatives: [{name: few}, {name: more, add: z}, {name: product, add: "z + x:z"}]}
  - {name: enters, alternatives: [{name: asis}, {name: half, cut: {x: 0.5}}, {name: one, cut: {x: 1}}]}
  - {name: rows, alternatives: [{name: all}, {name: some, where: {city: [1, 2, 3, 4, 5]}}]}
"""
HOLES = "without: [{family: linear, terms: product}]"


def frame() -> dict[str, Column]:
    with (HERE / "data.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    whole = {name: [int(row[name]) for row in rows] for name in ("y", "z", "city", "job")}
    x = [float(row["x"]) if row["x"] else None for row in rows]
    return {
        "y": column("y", whole["y"], ValueType.INTEGER),
        "x": column("x", x),
        "z": column("z", whole["z"], ValueType.INTEGER),
        "city": column("city", whole["city"], ValueType.INTEGER),
        "job": labelled("job", whole["job"], {1: "farm", 2: "factory", 3: "office"}),
    }


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "reference.json").read_text())
    return found


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return dict(run_spec(read_spec(SPEC), frame()).result)


def test_every_specification_is_that_of_r(result: dict[str, Any], reference: dict[str, Any]) -> None:
    ours = {tuple(one["chosen"]): one for one in result["specifications"]}
    assert result["scale"] == "effect" and len(ours) == len(reference["specifications"]) == 36
    for theirs in reference["specifications"]:
        own = ours[theirs["family"], theirs["terms"], theirs["enters"], theirs["rows"]]
        assert own["n_used"] == theirs["n"]
        for name in ("estimate", "std_error", "p_value", "effect", "effect_error"):
            within = ESTIMATE if name in ("estimate", "effect") else NUMBER
            assert own[name] == pytest.approx(theirs[name], rel=within), (own["chosen"], name)


def test_the_summary_is_that_of_r(result: dict[str, Any], reference: dict[str, Any]) -> None:
    told = result["summary"]
    names = ("lowest", "lower_quartile", "median", "upper_quartile", "highest")
    assert [told[name] for name in names] == pytest.approx(reference["quartiles"], rel=ESTIMATE)
    assert {one["name"]: one["share"] for one in told["axes"]} == pytest.approx(
        reference["shares"], abs=SHARE
    )
    assert told["together"] == pytest.approx(reference["together"], abs=SHARE)


def test_shares_in_a_grid_with_holes(reference: dict[str, Any]) -> None:
    spec = read_spec(f"{SPEC}{HOLES}\n")
    assert isinstance(spec, MultiverseSpec) and spec.grid.excluded == 6
    told = run_spec(spec, frame()).result["summary"]
    assert {one["name"]: one["share"] for one in told["axes"]} == pytest.approx(
        reference["shares_with_holes"], abs=SHARE
    )
    assert told["together"] == pytest.approx(reference["together_with_holes"], abs=SHARE)
    assert sum(one["share"] for one in told["axes"]) != pytest.approx(told["together"], abs=1e-6)


def test_values_that_are_all_the_same_have_no_shares() -> None:
    spec = read_spec(SPEC)
    assert isinstance(spec, MultiverseSpec)
    rows = [
        Specified(number, one.chosen, "logit", "", "x", number == 1, 100, value=0.1)
        for number, one in enumerate(spec.specifications, start=1)
    ]
    told: Summary = summarise(ranked(rows), spec.axes, 0)
    assert told.together is None and all(one.share is None for one in told.axes)
