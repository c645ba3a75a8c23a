"""Defining and running analyses over the API: who may, what is told of wrong input, what is reused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from analytics.models import Analysis, Run
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.runs import withdraw_run
from surveys.core.plain_yaml import MOST_CHARACTERS
from surveys.models import Job, Study
from surveys.services import jobs
from tests.analytics.conftest import ROWS, Desk
from tests.clients import client_of, clients_of
from tests.factories import make_study

ROOT = "/api/v1"
RUNS = f"{ROOT}/runs/"
LINE = f"{ROOT}/analyses/mdms/line/"
LOGIT = {"kind": "logit", "formula": "y ~ x + z + C(job)"}
TEXT = "kind: logit\nformula: y ~ x + z + C(job)\n"


@pytest.fixture
def client(desk: Desk) -> Client:
    return client_of(desk.user)


@pytest.fixture
def everybody(desk: Desk) -> dict[str, Client]:
    return clients_of(desk.study) | {"researcher": client_of(desk.user)}


MAKERS = {"anonymous": 404, "outsider": 404, "reader": 403, "holder": 403, "manager": 201, "researcher": 200}


def sent(client: Client, address: str, given: Any, how: str = "post") -> Any:
    return getattr(client, how)(address, json.dumps(given), content_type="application/json")


def codes(answer: Any) -> list[str]:
    assert answer["Content-Type"] == "application/problem+json"
    return [one["code"] for one in answer.json()["problems"]]


def test_a_specification_is_run_and_the_same_again_is_the_run_there_is(desk: Desk, client: Client) -> None:
    made = sent(client, RUNS, {"spec": LOGIT, "dataset": "mdms/2014@1"})
    run = Run.objects.get()
    said = made.json()
    assert made.status_code == 201 and made["Location"] == f"http://testserver{RUNS}{run.pk}/"
    assert (said["id"], said["version"], said["state"], said["reused"]) == (
        run.pk,
        "mdms/2014@1",
        "done",
        False,
    )
    assert said["n_used"] == ROWS - 7 and said["freshness"]["state"] == "fresh" and said["analysis"] is None
    assert {name: said[name] for name in said if name != "reused"} == client.get(made["Location"]).json()
    again = sent(client, RUNS, {"spec": TEXT, "dataset": "mdms/2014"})
    assert again.status_code == 200 and again["Location"] == made["Location"]
    assert again.json() == said | {"reused": True}
    assert Run.objects.count() == 1 and run.created_by == desk.user


def test_a_form_may_send_the_text(client: Client) -> None:
    assert client.post(RUNS, {"spec": TEXT, "dataset": "mdms/2014@1"}).status_code == 201


def test_who_may_run(desk: Desk, everybody: dict[str, Client]) -> None:
    define_analysis(desk.user, desk.study, "line", spec=LOGIT)
    given = {RUNS: {"spec": LOGIT, "dataset": "mdms/2014@1"}, LINE + "runs/": {"dataset": "2014@1"}}
    for address, document in given.items():
        found = {who: sent(one, address, document).status_code for who, one in everybody.items()}
        assert found == MAKERS, address
    Study.objects.update(is_open=True)
    for address, document in given.items():
        assert sent(everybody["anonymous"], address, document).status_code == 401
        assert sent(everybody["outsider"], address, document).status_code == 403


def test_who_may_not_run_is_told_of_nothing_else(desk: Desk, everybody: dict[str, Client]) -> None:
    answer = sent(everybody["reader"], RUNS, {"spec": {"kind": "no such"}, "dataset": "mdms/2014@1"})
    assert codes(answer) == ["not_allowed"]


def test_every_problem_is_told_at_once(client: Client) -> None:
    answer = sent(client, RUNS, {"spec": {"kind": "logit", "formul": "y ~ x"}, "dataset": "mdms/2041"})
    assert answer.status_code == 404
    assert [(one["code"], one["where"]) for one in answer.json()["problems"]] == [
        ("not_found", "dataset"), ("missing_field", "formula"), ("unknown_field", "formul")
    ]  # fmt: skip
    answer = sent(
        client, RUNS, {"spec": {"formula": "y ~ x"}, "datset": "mdms/2014@1", "dataset": "mdms/2014"}
    )
    assert answer.status_code == 400 and codes(answer)[0] == "unknown_field"
    answer = sent(client, RUNS, {"spec": {"kind": "lgit"}, "dataset": "mdms/2014@1", "note": "x"})
    assert answer.status_code == 400 and len(codes(answer)) == 2
    assert answer.json()["problems"][1]["near"][0] == "logit"
    answer = sent(client, RUNS, {"spec": LOGIT | {"formula": "y ~ xx + jobb"}, "dataset": "mdms/2014@1"})
    assert answer.status_code == 422 and codes(answer) == ["unknown_variable", "unknown_variable"]
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("spec", "status", "code"),
    [
        (None, 400, "invalid"),
        (7, 400, "invalid"),
        (["kind: logit"], 400, "invalid"),
        ("x" * (MOST_CHARACTERS + 1), 400, "invalid"),
        ({"kind": "logit", "formula": "y ~ x", "note": "x" * MOST_CHARACTERS}, 400, "invalid"),
        ("", 422, "bad_yaml"),
        ("- a list", 422, "bad_yaml"),
        ("kind: [logit", 422, "bad_yaml"),
        ({}, 422, "missing_field"),
        ({"kind": "logit", "formula": "y ~ x\0"}, 422, "not_storable"),
    ],
)
def test_what_is_no_specification_is_told(client: Client, spec: Any, status: int, code: str) -> None:
    for answer in (
        sent(client, RUNS, {"spec": spec, "dataset": "mdms/2014@1"}),
        sent(client, LINE, {"spec": spec}, "put"),
    ):
        assert (answer.status_code, codes(answer)[0]) == (status, code)
    assert not Run.objects.exists() and not Analysis.objects.exists()


def test_what_takes_long_is_done_by_a_job(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.services.answering.MOST_EFFORT_AT_ONCE", 0)
    given = {"spec": TEXT, "dataset": "mdms/2014"}
    answers = [sent(client, RUNS, given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    job = Job.objects.get()  # asked for twice, done once
    assert (job.kind, job.study, job.payload["subject"]) == ("run_analysis", desk.study, "mdms/2014@1")
    assert answers[0]["Location"] == answers[1]["Location"] == f"http://testserver{ROOT}/jobs/{job.pk}/"
    desk.corrected(z=[1 - cell for cell in desk.cells("z")])  # what was asked stays what was asked
    assert jobs.perform(_claimed()).state == "done"
    said = client.get(answers[0]["Location"]).json()
    run = Run.objects.get()
    assert (said["state"], said["result"]["run"], str(run.subject)) == ("done", run.pk, "mdms/2014@1")
    there = sent(client, RUNS, given | {"dataset": "mdms/2014@1"})
    assert there.status_code == 200 and there.json()["id"] == run.pk


def test_numbers_that_are_known_are_no_long_work(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_analysis(desk.user, LOGIT, desk.version)
    define_analysis(desk.user, desk.study, "line", spec=LOGIT)
    monkeypatch.setattr("analytics.services.answering.MOST_EFFORT_AT_ONCE", 0)
    answer = sent(client, LINE + "runs/", {"dataset": "2014"})
    assert answer.status_code == 201 and answer.json()["analysis"] == "line" and not Job.objects.exists()


def _claimed() -> Job:
    found = jobs.claim("test")
    assert found is not None
    return found


def test_a_failed_run_is_a_run_and_says_why(desk: Desk, client: Client) -> None:
    desk.corrected(y=desk.cells("z"))
    answer = sent(client, RUNS, {"spec": LOGIT, "dataset": "mdms/2014@2"})
    assert (answer.status_code, answer.json()["state"]) == (201, "failed") and answer.json()["checks"]


def test_a_withdrawn_question_stays_withdrawn(desk: Desk, client: Client) -> None:
    withdraw_run(desk.user, run_analysis(desk.user, LOGIT, desk.version), "wrong weights")
    answer = sent(client, RUNS, {"spec": LOGIT, "dataset": "mdms/2014@1"})
    assert answer.status_code == 422 and codes(answer) == ["withdrawn"]


def test_few_rows_are_withheld_from_who_asked(desk: Desk, client: Client) -> None:
    few = {"kind": "descriptives", "variables": ["x"], "where": {"rid": [1, 2, 3]}}
    said = sent(client, RUNS, {"spec": few, "dataset": "mdms/2014@1"}).json()
    assert (said["result"], said["n_used"]) == ({}, None) and "Fewer than" in said["withheld"]


def test_an_analysis_is_defined_changed_and_run(desk: Desk, client: Client) -> None:
    desk.dataset(items=["y", "x", "z", "job"])
    labels = {"en": "A line", "zh": "一条线"}
    made = sent(client, LINE, {"spec": TEXT, "labels": labels}, "put")
    assert (made.status_code, made.json()["spec"], made.json()["labels"]) == (201, LOGIT, labels)
    first = sent(client, LINE + "runs/", {})
    assert (first.status_code, first.json()["analysis"], first.json()["version"]) == (
        201, "line", "mdms/integration@1"
    )  # fmt: skip
    assert sent(client, LINE + "runs/", {}).json() == first.json() | {"reused": True}
    changed = sent(client, LINE, {"spec": LOGIT | {"formula": "y ~ x"}}, "put")
    assert (changed.status_code, changed.json()["labels"]) == (200, labels)
    second = sent(client, LINE + "runs/", {"dataset": "mdms/2014@1"})
    assert second.status_code == 201 and second.json()["spec"]["formula"] == "y ~ x"
    assert second.json()["version"] == "mdms/2014@1"


def test_a_long_analysis_is_queued_as_on_its_page(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    define_analysis(desk.user, desk.study, "line", spec=LOGIT)
    monkeypatch.setattr("analytics.services.answering.MOST_EFFORT_AT_ONCE", 0)
    assert sent(client, LINE + "runs/", {"dataset": "2014"}).status_code == 202
    client.force_login(desk.user)
    assert jobs.perform(_claimed()).state == "done"
    assert str(Run.objects.get().analysis) == "mdms/line"


def test_who_may_define(everybody: dict[str, Client]) -> None:
    found = {who: sent(one, LINE, {"spec": LOGIT}, "put").status_code for who, one in everybody.items()}
    assert found == MAKERS
    Study.objects.update(is_open=True)
    assert sent(everybody["anonymous"], LINE, {"spec": LOGIT}, "put").status_code == 401


def test_wrong_definitions_are_told_whole(desk: Desk, client: Client) -> None:
    answer = sent(client, LINE, {"spec": {"kind": "logit", "formul": "y"}, "label": {"en": "x"}}, "put")
    assert answer.status_code == 400
    assert [one["where"] for one in answer.json()["problems"]] == ["label", "formula", "formul"]
    assert sent(client, LINE, {"spec": LOGIT, "labels": ["x"]}, "put").status_code == 400
    assert sent(client, f"{ROOT}/analyses/mdms/Line/", {"spec": LOGIT}, "put").status_code == 422
    assert sent(client, LINE + "runs/", {}).status_code == 404
    assert sent(client, f"{ROOT}/analyses/nowhere/line/", {"spec": LOGIT}, "put").status_code == 404
    assert not Analysis.objects.exists()


def test_an_analysis_reads_its_own_study_alone(desk: Desk, client: Client) -> None:
    define_analysis(desk.user, desk.study, "line", spec=LOGIT)
    make_study("other", is_open=True)
    answer = sent(client, LINE + "runs/", {"dataset": "other/2014"})
    assert answer.status_code == 404
    answer = sent(client, LINE + "runs/", {"datset": "2014"})
    assert answer.status_code == 400 and answer.json()["problems"][0]["near"] == ["dataset"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"spec": ' * 100_000, "{"])
def test_what_is_no_json_is_told(client: Client, text: str) -> None:
    answer = client.post(RUNS, text, content_type="application/json")
    assert answer.status_code == 400 and codes(answer) == ["parse_error"]


@pytest.mark.parametrize("depth", [40, 400, 880])
def test_deep_json_is_told(client: Client, depth: int) -> None:
    for name in ("where", "formula", "notes"):
        inner = json.loads("[" * depth + "]" * depth)
        answer = sent(client, RUNS, {"spec": LOGIT | {name: inner}, "dataset": "mdms/2014@1"})
        assert answer.status_code in (400, 422)
