"""The API of measures and datasets: who sees what, drafts, lineage, freshness, downloads."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import DatasetVersion, Measure
from measures.services.datasets import build_dataset
from measures.services.rules import save_draft
from surveys.models import AuditEntry
from tests.clients import INSIDE, WITH_MICRODATA, client_of, clients_of, statuses
from tests.measures.conftest import FSP, Room

ROOT = "/api/v1"
VERSION = f"{ROOT}/datasets/mdms/integration/v1/"


@pytest.fixture
def version(room: Room, fsp: Measure, male: Measure) -> DatasetVersion:
    return build_dataset(room.user, room.dataset(measures=["fsp", "male"], items=["q_home"])).version


@pytest.fixture
def people(room: Room) -> dict[str, Client]:
    return clients_of(room.study)


ADDRESSES = {
    "/measures/mdms/fsp/": INSIDE,
    "/measures/mdms/fsp/v1/": INSIDE,
    "/datasets/mdms/integration/": INSIDE,
    "/datasets/mdms/integration/v1/": INSIDE,
    "/datasets/mdms/integration/v1/columns/fsp/": INSIDE,
    "/datasets/mdms/integration/v1/data.parquet": WITH_MICRODATA,
    "/datasets/mdms/integration/v1/exports/csv/": WITH_MICRODATA,
}


def test_who_sees_what_of_a_closed_study(version: DatasetVersion, people: dict[str, Client]) -> None:
    assert {address: statuses(people, ROOT + address) for address in ADDRESSES} == ADDRESSES


@pytest.mark.parametrize("name", ["measures", "datasets"])
def test_lists_hold_nothing_of_a_closed_study(
    name: str, version: DatasetVersion, people: dict[str, Client]
) -> None:
    counts = {who: client.get(f"{ROOT}/{name}/?study=mdms").json()["count"] for who, client in people.items()}
    assert (counts["anonymous"], counts["outsider"]) == (0, 0)
    assert counts["reader"] == counts["holder"] == counts["manager"] > 0


def test_drafts_are_shown_to_those_who_define(room: Room, fsp: Measure, people: dict[str, Client]) -> None:
    save_draft(room.user, room.study, "fsp", rule=FSP + " + 1", note="a try")
    states = {
        who: [one["state"] for one in people[who].get(f"{ROOT}/measures/mdms/fsp/").json()["versions"]]
        for who in ("reader", "manager")
    }
    assert states["reader"] == ["published"]
    assert sorted(states["manager"]) == ["draft", "published"]


def test_a_measure_tells_its_rule(fsp: Measure, people: dict[str, Client]) -> None:
    said = people["reader"].get(f"{ROOT}/measures/mdms/fsp/v1/").json()
    assert (said["name"], said["rule"], len(said["fingerprint"])) == ("fsp@1", FSP, 64)


def test_a_column_tells_its_tally_and_where_it_came_from(
    version: DatasetVersion, people: dict[str, Client]
) -> None:
    said = people["reader"].get(f"{VERSION}columns/fsp/").json()
    assert said["tally"] == {"valid": 6, "refused": 1, "dont_know": 1}
    assert said["measure_version"] == "fsp@1"
    assert said["lineage"]["wave_version"] == "mdms/2014@1"
    assert {one["variable"] for one in said["lineage"]["inputs"]} == {"q_union", "q_party"}
    columns = people["reader"].get(VERSION).json()["columns"]
    assert {one["name"]: sum(one["tally"].values()) for one in columns} == dict.fromkeys(
        version.codebook().names, 8
    )


def test_a_dataset_says_whether_it_holds(
    room: Room, version: DatasetVersion, people: dict[str, Client]
) -> None:
    address = f"{ROOT}/datasets/mdms/integration/"
    assert people["reader"].get(address).json()["freshness"] == {
        "state": "fresh",
        "causes": [],
        "next_step": "",
        "remarks": [],
    }
    room.publish("fsp", "any_of(q_union, q_party, q_sex == 1)", seen=True, note="men too")
    said: dict[str, Any] = people["reader"].get(address).json()["freshness"]
    assert said["state"] == "stale"
    assert "fsp@2" in said["causes"][0]


def test_latest_leads_to_the_numbered_version(version: DatasetVersion, people: dict[str, Client]) -> None:
    answer = people["holder"].get(f"{ROOT}/datasets/mdms/integration/latest/data.parquet", follow=True)
    assert answer.redirect_chain == [(f"{VERSION}data.parquet", 302)]
    assert answer["Wavebook-Version"] == "mdms/integration@1"
    assert b"".join(answer.streaming_content)[:4] == b"PAR1"
    assert AuditEntry.objects.get(action="export").actor == "a_holder"


def test_a_dataset_that_was_never_built_has_no_latest(room: Room, fsp: Measure) -> None:
    room.dataset("empty", measures=["fsp"])
    assert client_of(room.user).get(f"{ROOT}/datasets/mdms/empty/latest/").status_code == 404


@pytest.mark.parametrize(
    "address", ["measures/?studies=x", "datasets/?study=x&x=1", "datasets/mdms/integration/v1/?l=1"]
)
def test_a_misspelt_parameter_is_refused(
    address: str, version: DatasetVersion, people: dict[str, Client]
) -> None:
    assert people["reader"].get(f"{ROOT}/{address}").status_code == 400


def test_the_columns_of_a_version_are_read_at_once(room: Room, fsp: Measure, male: Measure) -> None:
    """A page of three columns and one of seven ask the database the same number of questions."""
    small = build_dataset(room.user, room.dataset("small", measures=["fsp"], items=["city"])).version
    items = ["city", "q_sex", "q_home", "q_union"]
    large = build_dataset(room.user, room.dataset("large", measures=["fsp", "male"], items=items)).version
    client, counts = client_of(room.user), []
    for version in (small, large):
        with CaptureQueriesContext(connection) as asked:
            said = client.get(f"{ROOT}/datasets/{version.dataset}/v1/").json()
        assert len(said["columns"]) == version.columns.count()
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 23  # ten of them ask whether the version still holds
