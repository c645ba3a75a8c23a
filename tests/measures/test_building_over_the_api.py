"""Defining and building datasets over the API: who may, what the job tells, what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from measures.models import DatasetVersion, Measure
from surveys.models import Job, Study
from surveys.services import jobs
from tests.clients import client_of, clients_of
from tests.measures.conftest import Room

ROOT = "/api/v1"
DATASET = f"{ROOT}/datasets/mdms/integration/"
BUILDS = f"{DATASET}builds/"
RECIPE = {"wave": "2014", "measures": ["fsp"], "items": ["q_home"], "key": "rid"}
TEXT = "wave: 2014\nmeasures: [fsp]\nitems: [q_home]\nkey: rid\n"


@pytest.fixture
def client(room: Room, fsp: Measure, male: Measure) -> Client:
    room.dataset(measures=["fsp", "male"], items=["q_home"])
    return client_of(room.user)


def sent(client: Client, given: Any, address: str = BUILDS) -> Any:
    return client.post(address, json.dumps(given), content_type="application/json")


def put(client: Client, given: Any, address: str = DATASET) -> Any:
    return client.put(address, json.dumps(given), content_type="application/json")


def done(client: Client, answer: Any) -> Any:
    """The document of the job after a worker has done it."""
    claimed = jobs.claim("test")
    assert claimed is not None
    jobs.perform(claimed)
    return client.get(answer["Location"]).json()


def test_a_version_is_built_by_a_job(room: Room, client: Client) -> None:
    answer = sent(client, {"note": "for the first paper"})
    assert answer.status_code == 202 and answer["Location"].endswith(f"/jobs/{Job.objects.get().pk}/")
    said = done(client, answer)
    assert said["state"] == "done" and (said["kind"], said["study"]) == ("build_dataset", "mdms")
    told = said["result"]
    assert (told["dataset_version"], told["is_new"], told["rows"]) == ("mdms/integration@1", True, 8)
    version = DatasetVersion.objects.get()
    assert (version.note, version.created_by) == ("for the first paper", room.user)
    again = done(client, sent(client, {}))["result"]
    assert (again["dataset_version"], again["is_new"], again["computed"]) == ("mdms/integration@1", False, 0)


def test_the_same_asked_twice_waits_once_and_no_note_is_lost(client: Client) -> None:
    asked = [sent(client, {"note": note})["Location"] for note in ("", "", "one", "other", "one")]
    assert len(set(asked)) == 3 and asked[0] == asked[1] and asked[2] == asked[4]
    notes = Job.objects.order_by("pk").values_list("payload__note", flat=True)
    assert [*notes] == ["", "one", "other"]


def test_who_may_build(room: Room, client: Client) -> None:
    people = clients_of(room.study) | {"researcher": client}
    found = {who: sent(one, {}).status_code for who, one in people.items()}
    assert found == {
        "anonymous": 404, "outsider": 404, "reader": 403, "holder": 403, "manager": 202, "researcher": 202
    }  # fmt: skip
    Study.objects.update(is_open=True)
    assert (sent(people["anonymous"], {}).status_code, sent(people["outsider"], {}).status_code) == (401, 403)


def test_what_is_wrong_is_told(room: Room, client: Client) -> None:
    answer = sent(client, {"notes": "x"})
    assert answer.status_code == 400 and answer.json()["problems"][0]["near"] == ["note"]
    assert sent(client, {"note": "x" * 2001}).status_code == 400
    assert sent(client, {}, BUILDS.replace("integration", "integratoin")).status_code == 404
    assert client.get(BUILDS).status_code == 405
    assert not Job.objects.exists()


def test_what_cannot_be_built_is_told_by_the_job(room: Room, fsp: Measure, client: Client) -> None:
    room.dataset(measures=["fsp"], key="city")
    said = done(client, sent(client, {}))
    assert said["state"] == "failed"
    assert [one["code"] for one in said["problems"]] == ["duplicate_key"]


# ---- recipes


def test_a_dataset_is_defined_changed_and_built(room: Room, fsp: Measure) -> None:
    client, labels = client_of(room.user), {"en": "Integration", "zh": "融入"}
    made = put(client, {"recipe": TEXT, "labels": labels})
    assert (made.status_code, made.json()["recipe"], made.json()["labels"]) == (201, RECIPE, labels)
    assert made.json()["versions"] == []
    assert done(client, sent(client, {}))["result"]["dataset_version"] == "mdms/integration@1"
    changed = put(client, {"recipe": RECIPE | {"items": ["city"]}, "description": {"en": "For a paper"}})
    said = changed.json()
    assert (changed.status_code, said["labels"], said["description"]) == (200, labels, {"en": "For a paper"})
    assert said["recipe"]["items"] == ["city"] and len(said["versions"]) == 1
    assert client.get(DATASET).json()["freshness"]["state"] == "stale"
    assert put(client, {"recipe": RECIPE}).json()["description"] == {"en": "For a paper"}


def test_who_may_define(room: Room, fsp: Measure) -> None:
    people = clients_of(room.study) | {"researcher": client_of(room.user)}
    found = {who: put(one, {"recipe": RECIPE}).status_code for who, one in people.items()}
    assert found == {
        "anonymous": 404, "outsider": 404, "reader": 403, "holder": 403, "manager": 201, "researcher": 200
    }  # fmt: skip
    Study.objects.update(is_open=True)
    assert put(people["anonymous"], {"recipe": RECIPE}).status_code == 401


@pytest.mark.parametrize(
    ("given", "status", "wanted"),
    [
        ({}, 400, ["invalid"]),
        ({"recipe": 7}, 400, ["invalid"]),
        ({"recipe": RECIPE, "label": {"en": "x"}}, 400, ["unknown_field"]),
        ({"recipe": {"key": "rid"}, "label": {}}, 400, ["unknown_field", "no_wave"]),
        ({"recipe": RECIPE, "labels": "x"}, 400, ["invalid"]),
        ({"recipe": ""}, 422, ["bad_recipe"]),
        ({"recipe": "wave: [2014"}, 422, ["bad_yaml"]),
        ({"recipe": {"mesures": ["fsp"], "items": "city"}}, 400, ["unknown_field", "no_wave", "bad_recipe"]),
        ({"recipe": RECIPE | {"measures": ["fsq"], "key": "rad"}}, 422, None),
    ],
)
def test_every_problem_of_a_recipe_is_told_at_once(
    room: Room, fsp: Measure, given: Any, status: int, wanted: list[str] | None
) -> None:
    answer = put(client_of(room.user), given)
    codes = [one["code"] for one in answer.json()["problems"]]
    assert len(codes) == 2 if wanted is None else sorted(codes) == sorted(wanted)
    assert answer.status_code == status, codes
    assert not room.study.datasets.exists()
