"""What is stale is made again in the right order, what is fresh is left alone, and what failed says why."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.models import Analysis, Run
from analytics.selectors import graph_of_run, graph_of_study, run_freshness
from analytics.selectors.rerunning import rerun_plan
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.rerunning import ask_to_rerun, rerun_stale
from analytics.services.targets import define_target
from measures.core.freshness import State
from measures.models import Dataset
from measures.services.datasets import build_dataset, define_dataset
from surveys.core.problems import Refused
from surveys.models import Job
from surveys.services import jobs
from tests.analytics.conftest import Desk, columns
from tests.factories import make_member, make_wave_version

LOGIT: dict[str, Any] = {"kind": "logit", "formula": "y ~ x + member", "targets": "paper/t1#m1"}
CELLS = [
    {"column": "m1", "term": "member", "statistic": "estimate", "printed": "0.5"},
    {"column": "m1", "term": "n", "statistic": "n", "printed": "393"},
]


@pytest.fixture
def study(desk: Desk) -> dict[str, Any]:
    """A dataset of two measures, a run that reads one of them and one that reads neither, a table."""
    desk.measure("member", "z")
    desk.measure("twice", "member * 2")
    dataset = desk.dataset(measures=["member", "twice"], items=["y", "x"])
    notes = {"models": {"m1": {"label": "Model 1", "kind": "logit"}}}
    define_target(desk.user, desk.study, "paper/t1", kind="models", cells=CELLS, notes=notes)
    specs = {"on_member": LOGIT, "on_x": {"kind": "logit", "formula": "y ~ x"}}
    runs = {}
    for slug, spec in specs.items():
        analysis = define_analysis(desk.user, desk.study, slug, spec=spec)
        runs[slug] = run_analysis(desk.user, analysis, dataset.latest)
    return {"dataset": dataset, **runs}


def states(graph: Any) -> dict[str, str]:
    return {node.key: str(node.freshness.state) for node in graph.nodes}


def test_the_graph_leads_from_the_wave_to_the_printed_table(desk: Desk, study: dict[str, Any]) -> None:
    graph = graph_of_study(desk.user, desk.study)
    needs = {node.key: set(node.needs) for node in graph.nodes}
    run, other = (f"run:{study[name].pk}" for name in ("on_member", "on_x"))
    assert needs == {
        "wave:mdms/2014@1": set(),
        "measure:member@1": {"wave:mdms/2014@1"},
        "measure:twice@1": {"measure:member@1"},
        "dataset:mdms/integration@1": {"wave:mdms/2014@1", "measure:member@1", "measure:twice@1"},
        run: {"dataset:mdms/integration@1"},
        other: {"dataset:mdms/integration@1"},
        "target:paper/t1": {run},
    }
    assert set(states(graph).values()) == {"fresh"}
    keys = [node.key for node in graph.nodes]
    assert all(keys.index(need) < keys.index(key) for key, found in needs.items() for need in found)


def test_a_change_is_followed_with_its_cause_and_no_further(desk: Desk, study: dict[str, Any]) -> None:
    desk.measure("member", "1 - z")
    graph = graph_of_study(desk.user, desk.study)
    found = states(graph)
    run, other = (f"run:{study[name].pk}" for name in ("on_member", "on_x"))
    assert found[run] == found["target:paper/t1"] == found["dataset:mdms/integration@1"] == "stale"
    assert found[other] == found["wave:mdms/2014@1"] == "fresh"
    by_key = {node.key: node for node in graph.nodes}
    assert by_key["measure:member@1"].freshness.causes == ("member@1 was replaced by member@2",)
    assert "member@1 was replaced by member@2" in by_key["target:paper/t1"].freshness.causes[0]
    mine = graph_of_run(desk.user, study["on_x"])
    assert [node.key for node in mine.of_kind("measure")] == [] and states(mine)[other] == "fresh"


def test_datasets_come_before_runs_and_what_is_fresh_is_left_alone(desk: Desk, study: dict[str, Any]) -> None:
    desk.measure("member", "1 - z")
    plan = rerun_plan(desk.user, desk.study)
    assert [str(one) for one, _ in plan.datasets] == ["mdms/integration"]
    assert [run.pk for run, _ in plan.runs] == [study["on_member"].pk]
    assert [one.slug for one in plan.targets] == ["paper/t1"]
    steps = rerun_stale(desk.user, desk.study)
    assert [(step.kind, step.outcome) for step in steps] == [
        ("dataset", "done"),
        ("run", "done"),
        ("target", "done"),
    ]
    assert steps[0].after == "mdms/integration@2" and steps[1].before == f"#{study['on_member'].pk}"
    assert steps[1].changes["sign_changed"] >= 1
    assert sum(steps[2].changes.values()) == 2  # both printed figures
    assert Run.objects.count() == 3
    assert rerun_stale(desk.user, desk.study) == [] and rerun_plan(desk.user, desk.study).is_empty
    latest = Run.objects.get(pk=int(steps[1].after[1:]))
    assert str(latest.subject) == "mdms/integration@2" and run_freshness(latest).is_fresh


def test_a_rule_that_says_the_same_otherwise_makes_nothing_run(desk: Desk, study: dict[str, Any]) -> None:
    desk.measure("member", "z + 0", note="the same")
    assert rerun_stale(desk.user, desk.study) == []
    assert study["dataset"].versions.count() == 1 and Run.objects.count() == 2


def test_a_run_that_read_a_version_replaced_meanwhile_is_run_on_the_latest(
    desk: Desk, study: dict[str, Any]
) -> None:
    desk.measure("member", "1 - z")
    build_dataset(desk.user, study["dataset"])
    [step, target] = rerun_stale(desk.user, desk.study)
    assert (step.kind, step.outcome, target.kind) == ("run", "done", "target")


def test_a_changed_specification_is_run_again_without_a_build(desk: Desk, study: dict[str, Any]) -> None:
    define_analysis(desk.user, desk.study, "on_x", spec={"kind": "logit", "formula": "y ~ x + twice"})
    [step] = rerun_stale(desk.user, desk.study)
    assert (step.kind, step.outcome) == ("run", "done") and step.changes["only_b"] == 1


def test_what_cannot_be_built_is_told_and_hinders_only_its_own(
    client: Client, desk: Desk, study: dict[str, Any]
) -> None:
    define_dataset(
        desk.user, desk.study, "second", recipe={"wave": "2014", "key": "rid", "items": ["y", "x"]}
    )
    second = Dataset.objects.get(slug="second")
    loose = run_analysis(
        desk.user, {"kind": "logit", "formula": "y ~ x"}, build_dataset(desk.user, second).version
    )
    x = [cell + 1 for cell in desk.cells("x")]
    without = [(told, x if told.name == "x" else cells) for told, cells in columns() if told.name != "z"]
    make_wave_version(desk.wave, without)
    steps = {(step.kind, step.name): step for step in rerun_stale(desk.user, desk.study)}
    assert (
        steps["dataset", "mdms/integration"].outcome == "blocked" and steps["dataset", "mdms/integration"].why
    )
    assert steps["run", "mdms/on_member"].outcome == "blocked"
    assert steps["run", "mdms/on_x"].outcome == "waits" and "integration" in steps["run", "mdms/on_x"].why
    assert steps["dataset", "mdms/second"].outcome == "done"
    assert (
        steps["run", "mdms: logit"].outcome == "done" and steps["run", "mdms: logit"].before == f"#{loose.pk}"
    )
    job = ask_to_rerun(desk.user, desk.study)
    done = jobs.perform(jobs.claim("test", job.pk))
    assert {step["outcome"] for step in done.result["steps"]} == {"blocked", "waits"}
    client.force_login(desk.user)
    steps_told = client.get(f"/api/v1/jobs/{job.pk}/").json()["result"]["steps"]
    assert all(one["why"] and "said" not in one for one in steps_told)
    client.cookies["django_language"] = "zh-hans"
    assert "目前无法构建；其页面列出原因" in client.get("/studies/mdms/freshness/").content.decode()
    graph = states(graph_of_study(desk.user, desk.study))
    assert graph["dataset:mdms/integration@1"] == "blocked" and graph["wave:mdms/2014@1"] == "stale"


def test_a_run_without_numbers_or_that_is_refused_says_why(desk: Desk, study: dict[str, Any]) -> None:
    Analysis.objects.filter(slug="on_x").update(spec={"kind": "logit", "formula": "y ~ nothing"})
    desk.measure("member", "z * 0")
    steps = {step.name: step for step in rerun_stale(desk.user, desk.study)}
    assert steps["mdms/on_x"].outcome == "failed" and "nothing" in steps["mdms/on_x"].why
    assert steps["mdms/on_member"].outcome in ("done", "failed")


def test_only_whoever_may_run_may_ask(client: Client, desk: Desk, study: dict[str, Any]) -> None:
    reader = make_member(desk.study, "looks", "reader")
    with pytest.raises(Refused):
        rerun_stale(reader, desk.study)
    client.force_login(reader)
    assert client.post("/studies/mdms/rerun/").status_code == 403
    assert client.post("/api/v1/studies/mdms/rerun/").status_code == 403
    assert not Job.objects.filter(kind="rerun_stale").exists()
    page = client.get("/studies/mdms/freshness/")
    assert page.status_code == 200 and 'action="/studies/mdms/rerun/"' not in page.content.decode()


def test_button_job_page_command_and_api(client: Client, desk: Desk, study: dict[str, Any]) -> None:
    client.force_login(desk.user)
    desk.measure("member", "1 - z")
    plan = client.get("/api/v1/studies/mdms/rerun/").json()
    assert "member@1 was replaced by member@2" in plan["runs"][0]["causes"][0]
    assert 'action="/studies/mdms/rerun/"' in client.get("/studies/mdms/freshness/").content.decode()
    answer = client.post("/api/v1/studies/mdms/rerun/")
    assert answer.status_code == 202
    assert client.post("/studies/mdms/rerun/").status_code == 302  # joins the one that waits
    job = Job.objects.get(kind="rerun_stale")
    done = jobs.perform(jobs.claim("test", job.pk))
    assert done.state == Job.State.DONE and done.result_url == "/studies/mdms/freshness/"
    assert [step["outcome"] for step in done.result["steps"]] == ["done", "done", "done"]
    page = client.get("/studies/mdms/freshness/").content.decode()
    assert "What the last rerun did" in page and "mdms/integration@2" in page
    out = StringIO()
    call_command("rerun_stale", "mdms", "--json", "--as", "researcher", stdout=out)
    assert json.loads(out.getvalue()) == {"study": "mdms", "steps": []}
    told = client.get("/api/v1/studies/mdms/freshness/").json()
    assert told["counts"]["blocked"] == 0
    run = Run.objects.order_by("-pk").first()
    assert run is not None
    nodes = client.get(f"/api/v1/runs/{run.pk}/freshness/").json()["nodes"]
    assert [node["kind"] for node in nodes] == ["wave", "measure", "dataset", "run", "target"]
    cells = {cell["term"]: cell for cell in nodes[-1]["cells"]}
    assert cells["member"]["printed"]["estimate"] == "0.5" and cells["n"]["verdict"] == "equal"
    assert client.get(f"/runs/{run.pk}/freshness/").status_code == 200


def test_states_are_as_grave_as_their_gravest(desk: Desk) -> None:
    from analytics.selectors.graph_parts import worst

    assert worst([State.FRESH, State.BLOCKED, State.STALE]) is State.BLOCKED
    assert worst([]) is State.FRESH
