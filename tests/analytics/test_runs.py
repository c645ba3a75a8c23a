"""Runs: stored with all that made them, found again when asked again, refused or failed in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from analytics.core.kinds import KINDS
from analytics.models import Run
from analytics.selectors import erratum_of, run_document, run_freshness, table_of
from analytics.services.analyses import define_analysis, run_again, run_analysis
from analytics.services.runs import withdraw_run
from analytics.services.targets import define_target
from config.management.commands.status import Command as Status
from measures.core.freshness import FRESH, State
from measures.selectors import freshness
from measures.services.datasets import build_dataset
from surveys.core.codebook import Role
from surveys.core.problems import Refused
from surveys.models import AuditEntry
from tests.analytics.conftest import ROWS, Desk, columns
from tests.factories import make_member, make_study, make_wave_version

LOGIT = {"kind": "logit", "formula": "y ~ x + z + C(job)"}


def test_a_run_keeps_everything_that_made_it(desk: Desk) -> None:
    run = run_analysis(desk.user, LOGIT, desk.version)
    assert (run.state, run.kind, run.wave_version) == ("done", "logit", desk.version)
    assert run.n_used == ROWS - 7 and run.n_lost == {"x: refused": 7}
    assert run.inputs == {
        name: desk.version.variables.get(name=name).column_hash for name in ("y", "x", "z", "job")
    }
    assert run.spec["formula"] == "y ~ x + z + C(job)"
    assert set(run.environment) == {"python", "platform", "packages", "code", "estimators"}
    assert "/" not in run.environment["platform"]
    entry = AuditEntry.objects.get(action="run")
    assert (entry.actor, entry.study) == ("researcher", desk.study)


def test_the_same_question_is_answered_once(desk: Desk) -> None:
    first = run_analysis(desk.user, LOGIT, desk.version)
    spelled = "formula: y~x+z+C( job )\nkind: logit\n"
    assert run_analysis(desk.user, spelled, desk.version) == first
    assert run_analysis(desk.user, LOGIT | {"formula": "y ~ x + z"}, desk.version) != first
    assert Run.objects.count() == 2


def test_two_analyses_that_ask_the_same_have_a_run_each(desk: Desk) -> None:
    one = define_analysis(desk.user, desk.study, "one", spec=LOGIT)
    other = define_analysis(desk.user, desk.study, "other", spec=LOGIT)
    first = run_analysis(desk.user, one, desk.version)
    second = run_analysis(desk.user, other, desk.version)
    loose = run_analysis(desk.user, LOGIT, desk.version)
    assert [run.analysis for run in (first, second, loose)] == [one, other, None]
    assert first.result == second.result == loose.result and first.seconds == second.seconds
    asked_again = [run_analysis(desk.user, what, desk.version) for what in (one, other, LOGIT)]
    assert asked_again == [first, second, loose]


@pytest.mark.parametrize("is_loose", [True, False])
def test_the_database_keeps_identical_runs_one(desk: Desk, is_loose: bool) -> None:
    what = LOGIT if is_loose else define_analysis(desk.user, desk.study, "one", spec=LOGIT)
    run = run_analysis(desk.user, what, desk.version)
    run.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        run.save(force_insert=True)


def test_columns_that_are_not_read_do_not_matter(desk: Desk) -> None:
    run = run_analysis(desk.user, LOGIT, desk.version)
    later = desk.corrected(city=[1] * ROWS)
    assert run_freshness(run) == FRESH
    again = run_analysis(desk.user, LOGIT, later)
    assert again != run and again.key == run.key and again.result == run.result


def test_a_corrected_column_makes_its_runs_stale(desk: Desk) -> None:
    run = run_analysis(desk.user, LOGIT, desk.version)
    desk.corrected(z=[1 - cell for cell in desk.cells("z")])
    found = run_freshness(run)
    assert found.state is State.STALE
    assert found.causes == ("mdms/2014@1 was corrected: mdms/2014@2 differs in z",)


def test_a_column_read_otherwise_makes_its_runs_stale(desk: Desk) -> None:
    desk.measure("member", "z")
    dataset = desk.dataset(measures=["member"], items=["y", "x"])
    on_member = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ member"}, dataset.latest)
    on_x = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ x"}, dataset.latest)
    desk.measure("member", "z + 0", note="said otherwise, and the same")
    assert run_freshness(on_member) == FRESH
    desk.measure("member", "z", level="nominal")
    cause = "member@1 was replaced by member@3: the type or level of member was changed"
    assert run_freshness(on_member).causes == (cause,)
    assert run_freshness(on_x) == FRESH
    build_dataset(desk.user, dataset)
    assert run_freshness(on_member).causes == (cause,)
    again = run_again(desk.user, on_member, dataset.latest)
    assert again.key != on_member.key and run_freshness(again) == FRESH


def test_runs_name_the_correction_of_what_they_read_and_nothing_else(desk: Desk) -> None:
    dataset = desk.dataset(measures=[], items=["y", "x", "z"])
    on_x = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ x"}, dataset.latest)
    cells = {"x": [cell + 1 for cell in desk.cells("x")], "z": [1 - cell for cell in desk.cells("z")]}
    desk.corrected(**cells)
    assert freshness(dataset).causes[0].count("changed in") == 2
    told = run_freshness(on_x).causes
    assert len(told) == 1 and told[0].startswith("mdms/2014@1 was corrected: x changed in")
    build_dataset(desk.user, dataset)  # the correction stays the cause after it
    assert run_freshness(on_x).causes == told


def test_a_run_is_told_of_the_version_that_holds_its_correction_already(desk: Desk) -> None:
    dataset = desk.dataset(measures=[], items=["y", "x", "z"])
    on_x = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ x"}, dataset.latest)
    x = [cell + 1 for cell in desk.cells("x")]
    desk.corrected(x=x)
    latest = build_dataset(desk.user, dataset).version
    desk.corrected(x=x, z=[1 - cell for cell in desk.cells("z")])  # of no concern to the run
    assert not freshness(dataset).is_fresh
    assert run_freshness(on_x).step == f"{latest} is there: run again on it."


def test_a_run_is_not_blocked_by_what_it_does_not_read(desk: Desk) -> None:
    desk.measure("member", "z")
    desk.measure("twice", "member * 2")
    dataset = desk.dataset(measures=["member", "twice"], items=["y", "x"])
    on_x = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ x"}, dataset.latest)
    on_twice = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ twice"}, dataset.latest)
    make_wave_version(desk.wave, [(v, cells) for v, cells in columns() if v.name != "z"])
    assert freshness(dataset).state is State.BLOCKED and freshness(dataset).step
    assert run_freshness(on_x) == FRESH
    found = run_freshness(on_twice)
    assert found.state is State.BLOCKED and "called z" in found.causes[0] and found.step
    x = [cell + 1 for cell in desk.cells("x")]
    make_wave_version(
        desk.wave, [(v, x if v.name == "x" else cells) for v, cells in columns() if v.name != "z"]
    )
    found = run_freshness(on_x)
    assert found.state is State.STALE and found.step.startswith(f"{dataset} cannot be built")


def test_how_a_file_displays_a_variable_is_no_correction(desk: Desk) -> None:
    dataset = desk.dataset(measures=[], items=["y", "x"])
    on_set = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ x"}, dataset.latest)
    on_wave = run_analysis(desk.user, LOGIT, desk.version)
    make_wave_version(desk.wave, [(replace(v, format="F8.2"), cells) for v, cells in columns()])
    standing = freshness(dataset)
    assert standing == FRESH and standing.remarks == ()
    assert run_freshness(on_set) == run_freshness(on_wave) == FRESH
    assert erratum_of(desk.version) is None
    told = [(replace(v, role=Role.WEIGHT) if v.name == "x" else v, cells) for v, cells in columns()]
    make_wave_version(desk.wave, told)  # no answer is another, and a rebuild would carry it
    assert freshness(dataset) == FRESH and "x" in freshness(dataset).remarks[0]
    make_wave_version(desk.wave, [(replace(v, labels={"en": "new"}), cells) for v, cells in columns()])
    found, standing = erratum_of(desk.version), freshness(dataset)
    assert found is not None and set(found.correction.told.values()) == {"codebook"}
    assert standing == FRESH and standing.remarks[0].startswith("labels or texts of ")
    assert run_freshness(on_set) == run_freshness(on_wave) == FRESH


def test_codes_declared_missing_since_make_runs_on_the_wave_stale(desk: Desk) -> None:
    run = run_analysis(desk.user, LOGIT, desk.version)
    told = [(replace(v, missing=()) if v.name == "x" else v, cells) for v, cells in columns()]
    later = make_wave_version(desk.wave, told)
    assert run_freshness(run).causes == ("mdms/2014@1 was corrected: mdms/2014@2 differs in x",)
    assert run_analysis(desk.user, LOGIT, later).n_used > run.n_used


def test_a_mended_estimator_makes_its_runs_stale(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_analysis(desk.user, LOGIT, desk.version)
    monkeypatch.setitem(KINDS, "logit", replace(KINDS["logit"], version=99))
    assert run_freshness(run).causes == ("logit is computed otherwise since its version 99",)
    assert run_freshness(run_analysis(desk.user, LOGIT, desk.version)) == FRESH


MIXED = {"kind": "multilevel_logit", "formula": "y ~ x", "groups": "city"}
SERIES = {"kind": "series", "base": "y ~ x", "models": [{"kind": "logit"}]}


@pytest.mark.parametrize(
    ("kind", "version", "spec"),
    [("logit", 2, LOGIT), ("logit", 2, SERIES), ("multilevel_logit", 1, MIXED)],
)
def test_logits_from_before_rare_outcomes_went_uncounted_are_run_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str, version: int, spec: dict[str, object]
) -> None:
    """Since then a category left out of the fit has no marginal effect, and checks count out no few rows."""
    with monkeypatch.context() as then:
        then.setitem(KINDS, kind, replace(KINDS[kind], version=version))
        run = run_analysis(desk.user, spec, desk.version)
    (cause,) = run_freshness(run).causes
    assert cause.startswith(f"{kind} is computed otherwise")
    assert run_freshness(run_analysis(desk.user, spec, desk.version)) == FRESH


def test_runs_on_datasets_name_the_rule_that_was_replaced(desk: Desk) -> None:
    desk.measure("member", "z")
    dataset = desk.dataset(measures=["member"], items=["y", "x"])
    on_member = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ member"}, dataset.latest)
    on_x = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ x"}, dataset.latest)
    assert run_freshness(on_member) == run_freshness(on_x) == FRESH
    desk.measure("member", "1 - z")
    cause = "member@1 was replaced by member@2, which changes 400 of 400 rows"
    stale = run_freshness(on_member)
    assert stale.causes == (cause,) and stale.step.startswith(f"Build {dataset} again")
    assert run_freshness(on_x) == FRESH
    latest = build_dataset(desk.user, dataset).version
    stale = run_freshness(on_member)
    assert (stale.causes, stale.step) == ((cause,), f"{latest} is there: run again on it.")
    assert run_freshness(run_again(desk.user, on_member, dataset.latest)) == FRESH
    notes = table_of(desk.user, on_member).notes
    assert any("member@1" in note for note in notes) and any("mdms/integration@1" in note for note in notes)


def test_a_change_of_specification_makes_runs_stale(desk: Desk) -> None:
    analysis = define_analysis(desk.user, desk.study, "table2", spec=LOGIT)
    run = run_analysis(desk.user, analysis, desk.version)
    assert run_freshness(run) == FRESH
    define_analysis(desk.user, desk.study, "table2", spec=LOGIT | {"formula": "y ~ x"})
    run.refresh_from_db()
    assert run_freshness(run).causes == ("the specification of mdms/table2 was changed",)


def test_a_model_without_numbers_is_a_failed_run_in_words(desk: Desk) -> None:
    separated = desk.corrected(x=[float(cell) + 10 for cell in desk.cells("y")])
    run = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ x"}, separated)
    assert run.state == "failed"
    line = next(one for one in Status().work(desk.user)["runs"] if f"run {run.pk} " in one["name"])
    assert (line["state"], line["name"]) == ("failed", f"run {run.pk} of logit y ~ x")
    assert line["on"] == str(separated)
    assert [check["severity"] for check in run.checks].count("error") == 1
    assert run_document(desk.user, run)["estimates"] == []


def test_unknown_names_leave_nothing_behind(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        run_analysis(desk.user, {"kind": "logit", "formula": "y ~ jop + qqq"}, desk.version)
    assert [problem.near for problem in caught.value.problems] == [("job",), ()]
    assert [problem.position for problem in caught.value.problems] == [(4, 7), (10, 13)]
    assert not Run.objects.exists() and not AuditEntry.objects.filter(action="run").exists()


def test_rights(desk: Desk) -> None:
    reader = make_member(desk.study, "reader", role="reader")
    with pytest.raises(Refused, match="may not run analyses"):
        run_analysis(reader, LOGIT, desk.version)
    with pytest.raises(Refused, match="may not define"):
        define_analysis(reader, desk.study, "x", spec=LOGIT)
    stranger = make_member(make_study("other"), "stranger")
    with pytest.raises(Refused, match="no study called mdms"):
        run_analysis(stranger, LOGIT, desk.version)


def test_an_analysis_of_another_study(desk: Desk) -> None:
    other = make_study("other")
    theirs = define_analysis(make_member(other, "theirs"), other, "table2", spec=LOGIT)
    with pytest.raises(Refused, match="another study"):
        run_analysis(desk.user, theirs, desk.version)


def test_defining_twice(desk: Desk) -> None:
    first = define_analysis(desk.user, desk.study, "table2", spec=LOGIT, labels={"en": "Table 2"})
    again = define_analysis(desk.user, desk.study, "table2", spec=LOGIT, labels={"en": "Table 2"})
    assert again == first
    assert AuditEntry.objects.filter(object_label="mdms/table2").count() == 1
    with pytest.raises(Refused, match="no kind of analysis"):
        define_analysis(desk.user, desk.study, "table3", spec={"kind": "regression"})
    with pytest.raises(Refused, match="short name"):
        define_analysis(desk.user, desk.study, "Table 3", spec=LOGIT)


def test_what_no_database_holds_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="cannot be stored"):
        define_analysis(desk.user, desk.study, "table2", spec=LOGIT, labels={"zh": "\ud800"})
    cell = {"column": "a", "term": "b", "statistic": "se", "printed": "1"}
    for told in ({"cells": [cell | {"label": "a\0"}]}, {"cells": [cell], "notes": {"a": float("inf")}}):
        with pytest.raises(Refused) as refused:
            define_target(desk.user, desk.study, "t", kind="models", **told)
        assert refused.value.problems[0].code == "not_storable"
    with pytest.raises(Refused, match="cannot be stored"):
        withdraw_run(desk.user, run_analysis(desk.user, LOGIT, desk.version), "a\0b")


def test_the_document_of_a_run(desk: Desk) -> None:
    spec = {"kind": "multilevel_linear", "formula": "y ~ x", "groups": "city"}
    document = run_document(desk.user, run_analysis(desk.user, spec, desk.version))
    assert {"run", "state", "n_used", "n_lost", "estimates", "fit", "random", "checks", "targets"} <= set(
        document
    )
    fields = {"term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"}
    assert all(fields <= set(one) for one in document["estimates"])
    assert {"loglik", "aic", "bic", "n", "df"} <= set(document["fit"])
    assert document["random"][0]["group"] == "city" and document["random"][0]["n_groups"] == 8


def test_the_document_of_a_series_has_the_parts_of_a_single_model(desk: Desk) -> None:
    one = {"name": "one", "kind": "linear", "formula": "y ~ x"}
    two = {"name": "two", "kind": "multilevel_linear", "formula": "y ~ x", "groups": "city"}
    spec = {"kind": "series", "models": [one, two]}
    run = run_analysis(desk.user, spec, desk.version)
    document = run_document(desk.user, run)
    assert {one["model"] for one in document["estimates"]} == {"one", "two"}
    assert {one["model"] for one in document["random"]} == {"two"}
    assert document["fit"] == document["models"][-1]["fit"]


def test_an_outcome_that_is_also_a_term_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="The outcome y is also a term"):
        run_analysis(desk.user, {"kind": "linear", "formula": "y ~ x + y"}, desk.version)
