"""Columns made of a wave that was corrected since: their counts and fits are told with the data only."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from measures.models import Dataset, Measure
from measures.services.datasets import build_dataset
from surveys.models import Membership, User
from tests.factories import make_member
from tests.measures.conftest import CELLS, Room


@pytest.fixture
def dataset(room: Room, fsp: Measure, male: Measure) -> Dataset:
    room.publish("income", "standardise(q_income)")
    dataset = room.dataset(measures=["fsp", "male", "income"], items=["city"])
    build_dataset(room.user, dataset)
    return dataset


@pytest.fixture
def reader(room: Room) -> User:
    return make_member(room.study, "reader", role="reader")


def _column(client: Client, user: User, name: str) -> Any:
    client.force_login(user)
    return client.get(f"/api/v1/datasets/mdms/integration/v1/columns/{name}/").json()


def test_only_columns_that_read_what_was_corrected_are_withheld(
    client: Client, room: Room, dataset: Dataset, reader: User
) -> None:
    assert _column(client, reader, "income")["fitted"]
    room.corrected(q_income=[101.0, *CELLS["q_income"][1:]])
    told = _column(client, reader, "income")
    assert told["frequencies"] is told["tally"] is told["waterfall"] is None and told["fitted"] == {}
    assert told["lineage"]["fitted"] == {} and "mdms/2014@2" in told["withheld"]
    assert _column(client, reader, "male")["frequencies"]["n"] == 8
    holder = make_member(room.study, "holder", role="reader")
    Membership.objects.filter(user=holder).update(microdata=True)
    assert _column(client, holder, "income")["fitted"], "who may have the data is told all"
    client.force_login(reader)
    listed = client.get("/api/v1/datasets/mdms/integration/v1/").json()["columns"]
    assert {one["name"] for one in listed if one["tally"] is None} == {"income"}
    page = client.get("/studies/mdms/datasets/integration@1/columns/income/").content.decode()
    assert "This was corrected in mdms/2014@2" in page and "<dt>Valid</dt>" not in page
    assert 'class="frequencies"' not in page and "Fitted on these rows" not in page
    page = client.get("/studies/mdms/datasets/integration@1/").content.decode()
    assert page.count('<td class="n">–</td>') == 1 and "This was corrected in mdms/2014@2" in page
    build_dataset(room.user, dataset)
    told = client.get("/api/v1/datasets/mdms/integration/v2/columns/income/").json()
    assert told["frequencies"]["n"] == 8 and told["fitted"] and told["withheld"] == ""


def test_where_a_row_went_every_column_and_its_codebook_is(
    client: Client, room: Room, dataset: Dataset, reader: User
) -> None:
    room.corrected(**{name: cells[1:] for name, cells in CELLS.items()})
    for name in ("fsp", "male", "income", "city"):
        assert _column(client, reader, name)["frequencies"] is None
    answer: Any = client.get("/studies/mdms/datasets/integration@1/download/ddi/?language=en")
    text = b"".join(answer.streaming_content).decode()
    assert "sumStat" not in text and "catStat" not in text and "This was corrected in mdms/2014@2" in text


def test_the_admin_is_no_way_round(client: Client, room: Room, dataset: Dataset) -> None:
    assert dataset.latest is not None
    derived = dataset.latest.columns.get(name="income").derived_id
    client.force_login(make_member(room.study, "colleague", role="manager"))
    address = f"/admin/measures/derivedcolumn/{derived}/change/"
    page = client.get(address).content.decode()
    assert ">Tally<" in page and "standardise" in page
    room.corrected(q_income=[101.0, *CELLS["q_income"][1:]])
    page = client.get(address).content.decode()
    assert ">Tally<" not in page and "standardise" not in page
    assert "This was corrected in mdms/2014@2" in page
