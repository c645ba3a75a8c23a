"""Multiverses: how the grid expands, that each specification is the single model, and what fails is told."""

from __future__ import annotations

import itertools
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.disclosure import disclosed
from analytics.core.kinds import DONE, FAILED, Outcome, check_spec_names, read_spec, run_spec
from analytics.core.kinds.cutting import cut_column
from analytics.core.kinds.models import fitted_model, model_sample
from analytics.core.multiverse.grid import combinations, grid_of, is_excluded
from analytics.core.multiverse.spec import Alternative, Axis, Cut, MultiverseSpec
from analytics.core.tables import table_of_result
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from tests.analytics.columns import column, survey

BASE = """
kind: multiverse
model: {kind: logit, formula: y ~ x + C(job), groups: city, center: [x]}
term: x
"""
WHOLE = f"""{BASE}
choices:
  - name: terms
    alternatives: [{{name: few}}, {{name: more, add: "z + x:z"}}, {{name: none, drop: C(job)}}]
  - name: family
    alternatives:
      - {{name: logit}}
      - {{name: linear, kind: linear}}
      - {{name: groups, kind: multilevel_linear, adopted: true}}
      - {{name: logit_groups, kind: multilevel_logit}}
  - {{name: enters, alternatives: [{{name: asis}}, {{name: half, cut: {{x: 0.5}}}}]}}
  - {{name: rows, alternatives: [{{name: all}}, {{name: some, where: {{job: [1, 2]}}}}]}}
"""
WEIGHTED = """
kind: multiverse
model: {kind: linear, formula: x ~ z + C(job)}
term: "C(job)[2]"
expect: negative
choices:
  - {name: weights, alternatives: [{name: without}, {name: with, weights: w}]}
  - name: errors
    alternatives: [{name: usual}, {name: robust, errors: {kind: robust}},
                   {name: cluster, errors: {kind: cluster, cluster: city}}]
  - {name: outcome, alternatives: [{name: x}, {name: other, outcome: ln(w)}]}
  - {name: member, alternatives: [{name: z}, {name: y, replace: {z: y}}]}
without: [{weights: with, errors: [robust, cluster]}]
"""


def spec_of(text: str) -> MultiverseSpec:
    spec = read_spec(text)
    assert isinstance(spec, MultiverseSpec)
    return spec


def frame() -> dict[str, Any]:
    found: dict[str, Any] = survey(600)
    weights = [1.0 + (at % 7) / 3 for at in range(600)]
    return {**found, "w": column("w", weights)}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return run_spec(read_spec(WHOLE), frame())


axes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(
    lambda sizes: tuple(
        Axis(f"axis{at}", tuple(Alternative(f"a{n}") for n in range(size)), f"a{size - 1}")
        for at, size in enumerate(sizes)
    )
)


@given(axes)
def test_the_grid_is_the_whole_product_each_once(given_axes: tuple[Axis, ...]) -> None:
    found, told = grid_of(given_axes, (), 0, 1)
    assert len(found) == len(set(found)) == told.whole == prod(len(axis.names) for axis in given_axes)
    assert set(found) == set(itertools.product(*(axis.names for axis in given_axes)))


@given(axes, st.integers(2, 50), st.integers(0, 9))
def test_a_draw_holds_the_adopted_one_and_is_the_same_again(
    given_axes: tuple[Axis, ...], n: int, seed: int
) -> None:
    found, told = grid_of(given_axes, (), n, seed)
    assert found == grid_of(given_axes, (), n, seed)[0]
    assert len(set(found)) == min(n, told.whole)
    assert tuple(axis.adopted for axis in given_axes) in found
    assert list(found) == [one for one in combinations(given_axes) if one in set(found)]


@given(axes, st.data())
@settings(max_examples=50)
def test_what_is_excluded_is_counted_and_nothing_else_is_lost(
    given_axes: tuple[Axis, ...], data: st.DataObject
) -> None:
    without = [
        {axis.name: (data.draw(st.sampled_from(axis.names)),)}
        for axis in data.draw(st.lists(st.sampled_from(given_axes), max_size=2))
    ]
    found, told = grid_of(given_axes, without, 0, 1)
    assert len(found) + told.excluded == told.whole
    assert not any(is_excluded(one, given_axes, without) for one in found)


def test_different_seeds_draw_differently() -> None:
    many = (*(Axis(f"axis{at}", tuple(map(Alternative, "abcd")), "a") for at in range(4)),)
    assert grid_of(many, (), 20, 1)[0] != grid_of(many, (), 20, 2)[0]


@pytest.mark.parametrize("text", [WHOLE, WEIGHTED])
def test_every_specification_is_the_model_run_alone(text: str) -> None:
    """To the last digit: the same functions on the same rows, whatever was fitted before."""
    spec, data = spec_of(text), frame()
    rows = run_spec(spec, data).result["specifications"]
    assert len(rows) == len(spec.specifications)
    for one, row in zip(spec.specifications, rows, strict=True):
        whole = {**data, **{cut.name: cut_column(cut, data[cut.variable]) for cut in one.cuts}}
        sample = model_sample((one.model,), whole)
        alone = fitted_model(one.model, whole, sample)
        name = next(c["name"] for c in alone["columns"] if c["key"] == one.term)
        own = next(e for e in alone["result"]["estimates"] if e["term"] == name)
        for field in ("estimate", "std_error", "p_value", "conf_low", "conf_high", "odds_ratio"):
            assert row[field] == own[field], (one.chosen, field)
        effects = {e["term"]: e for e in alone["result"]["marginal_effects"]}
        if "logit" in one.model.kind:
            assert row["effect"] == effects[one.cuts[0].name if one.cuts else "x"]["estimate"]
        elif not any(":" in term.text for term in one.model.formula.terms):
            assert row["effect"] == pytest.approx(own["estimate"], rel=1e-12)  # a mean of ones is taken
        assert (row["n_used"], row["kind"]) == (sample.n, one.model.kind)


def test_the_adopted_one_is_marked_and_ranked(outcome: Outcome) -> None:
    assert outcome.state == DONE
    rows, summary = outcome.result["specifications"], outcome.result["summary"]
    (adopted,) = [one for one in rows if one["adopted"]]
    assert adopted["chosen"] == ["few", "groups", "asis", "all"]
    assert sorted(one["rank"] for one in rows) == list(range(1, 49))
    assert adopted["rank"] == summary["adopted_rank"]
    assert summary["adopted"] == adopted["value"] == adopted["effect"]
    assert sum(one["value"] < adopted["value"] for one in rows) == adopted["rank"] - 1
    assert {axis["name"]: axis["adopted"] for axis in outcome.result["axes"]}["family"] == "groups"


def test_the_expected_sign_counts(outcome: Outcome) -> None:
    summary = outcome.result["summary"]
    rows = outcome.result["specifications"]
    assert summary["expected"] == 1
    assert summary["n_expected"] == sum(one["value"] > 0 and one["p"] < 0.05 for one in rows) > 0
    other = run_spec(read_spec(WHOLE.replace("term: x", "term: x\nexpect: negative")), frame())
    assert other.result["summary"]["n_other"] == summary["n_expected"]
    assert other.result["summary"]["share_expected"] == 0


def test_what_fails_is_counted_and_told() -> None:
    """A sample whose outcome does not vary, and a term that others determine."""
    text = """
kind: multiverse
model: {kind: logit, formula: y ~ x + z}
term: x
choices:
  - {name: rows, alternatives: [{name: all}, {name: ones, where: {y: 1}}, {name: nobody, where: {job: 9}}]}
  - {name: twice, alternatives: [{name: "no"}, {name: "yes", add: twin}]}
"""
    data = frame()
    twin = column("twin", [None if v is None else 2 * v for v in data["x"].values.to_list()])
    outcome = run_spec(read_spec(text.replace("y ~ x + z", "y ~ z + x")), {**data, "twin": twin})
    rows, summary = outcome.result["specifications"], outcome.result["summary"]
    assert outcome.state == DONE
    assert (summary["n"], summary["n_failed"], len(rows)) == (
        sum(not one["reason"] for one in rows), sum(bool(one["reason"]) for one in rows), 6
    )  # fmt: skip
    failed = {number for one in outcome.result["failures"] for number in one["numbers"]}
    assert failed == {one["number"] for one in rows if one["reason"]} >= {3, 4, 5, 6}
    assert all(one["value"] is None and one["rank"] is None for one in rows if one["reason"])
    messages = [check.message for check in outcome.checks if check.code == "failed_specifications"]
    assert any("does not vary" in message for message in messages)
    table = table_of_result(outcome.result)
    assert len(table.rows) == 6 and len(table.footnotes) == len(outcome.result["failures"])
    assert table.rows[-1].cells[2] is not None and table.rows[-1].cells[2].marks


def test_equations_that_cannot_be_solved_are_one_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    from analytics.core.kinds import bare

    def unsolvable(*_: Any) -> Any:
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setitem(bare.BARE, "linear", unsolvable)  # type: ignore[arg-type]
    outcome = run_spec(read_spec(WHOLE), frame())
    (failure,) = outcome.result["failures"]
    assert (
        failure["message"] == "The equations of the model cannot be solved." and len(failure["numbers"]) == 12
    )
    assert outcome.result["summary"]["n"] == 36


def test_when_all_fail_the_run_failed() -> None:
    text = f"""{BASE.replace("y ~", "z ~").replace("logit", "linear")}
choices:
  - {{name: outcome, alternatives: [{{name: job, outcome: job}}, {{name: more, outcome: job, add: z}}]}}
"""
    outcome = run_spec(read_spec(text.replace("z ~ x + C(job)", "z ~ x")), frame())
    assert outcome.state == FAILED and outcome.result["summary"]["n"] == 0
    assert [check.severity for check in outcome.checks] == ["error"]
    assert table_of_result(outcome.result).rows


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ("[{name: kind, alternatives: [{name: a}, {name: b, kind: multilevel_logit}]}]", "needs its groups"),
        ("[{name: a, alternatives: [{name: p}, {name: q, kind: linear}]},"
         " {name: b, alternatives: [{name: p}, {name: q, kind: logit}]}]", "Both a and b decide on kind"),
        ("[{name: a, alternatives: [{name: p}, {name: q}]}]", "are the same model"),
        ("[{name: a, alternatives: [{name: p}, {name: q, drop: x}]}]", "has no term x"),
        ("[{name: a, alternatives: [{name: p}, {name: q, drop: z}]}]", "has no term z to drop"),
        ("[{name: a, alternatives: [{name: p}, {name: q, cut: {z: 1}}]}]", "which “cut” names"),
        ("[{name: a, alternatives: [{name: p}, {name: q, cut: {x: high}}]}]", "“cut” names a number"),
        ("[{name: a, alternatives: [{name: p}]}]", "a list of 2 or more"),
        ("[{name: a, alternatives: [{name: p}, {name: p, add: z}]}]", "two alternatives called p"),
        ("[{name: a, alternatives: [{name: p}, {name: q, ad: z}]}]", "“ad” is not a field here"),
        ("[{name: a, alternatives: [{name: p, adopted: true}, {name: q, adopted: true}]}]", "More than one"),
        ("[{name: a, alternatives: [{name: p, errors: {kind: robust}},"
         " {name: q, errors: {kind: robust}, kind: multilevel_linear, groups: city}]}]", "have no “errors”"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_before(choices: str, words: str) -> None:
    text = f"kind: multiverse\nmodel: {{kind: logit, formula: y ~ x + C(job)}}\nterm: x\nchoices: {choices}"
    with pytest.raises(Refused) as refused:
        read_spec(text)
    assert words in " ".join(problem.message for problem in refused.value.problems)


def test_too_many_are_refused_and_may_be_drawn() -> None:
    listed = ", ".join(f"{{name: n{at}, cut: {{x: {at}}}}}" for at in range(40))
    more = ", ".join(f"{{name: m{at}, where: {{city: {at}}}}}" for at in range(40))
    text = f"{BASE}\nchoices:\n- {{name: a, alternatives: [{listed}]}}\n- {{name: b, alternatives: [{more}]}}"
    with pytest.raises(Refused, match="1,600 models; 1,000 are the most"):
        read_spec(text)
    assert len(spec_of(f"{text}\nat_random: 30\nseed: 5").specifications) == 30


def test_the_specification_is_what_is_written(outcome: Outcome) -> None:
    for text in (WHOLE, WEIGHTED, f"{WHOLE}\nat_random: 9\nseed: 4"):
        spec = spec_of(text)
        assert read_spec(spec.as_json()) == spec


def test_unknown_names_are_told_and_cuts_are_none() -> None:
    spec = spec_of(WHOLE)
    assert set(spec.columns) == {"y", "x", "job", "z", "city"}
    assert not check_spec_names(spec, ("y", "x", "job", "z", "city"))
    told = check_spec_names(spec, ("y", "xx", "job", "z", "city"))
    assert [problem.message for problem in told] == ["There is no variable x in this version."]


def test_a_cut_keeps_absences() -> None:
    data = column("x", [0.0, 0.5, 1.0, None, float("nan")])
    made = cut_column(Cut("x", 0.5), data)
    assert made.values.to_list() == [0, 1, 1, None, None]
    assert made.reasons.to_list() == [None, None, None, "refused", "not finite"]
    assert made.variable.name == "x ≥ 0.5" and made.variable.type is ValueType.INTEGER


def test_few_rows_in_one_specification_withhold_all(outcome: Outcome) -> None:
    assert disclosed(outcome.result, outcome.n_used).is_whole
    few = {**outcome.result, "specifications": [{**outcome.result["specifications"][0], "n_used": 4}]}
    assert disclosed(few, 1000).is_withheld


def test_the_table(outcome: Outcome) -> None:
    table = table_of_result(outcome.result, "zh")
    assert len(table.rows) == 48
    assert table.columns[:5] == ("terms", "family", "enters", "rows", "估计值（标准误）")
    values = [one["value"] for one in outcome.result["specifications"]]
    effects = [row.cells[9].value for row in table.rows if row.cells[9]]
    assert effects == sorted(values)
    assert sum("采用" in row.label for row in table.rows) == 1
