"""Lists over many datasets: what they say, and that they ask the database little for each more."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.models import Measure
from measures.selectors import columns_reading, datasets_standing, freshness
from measures.selectors.scopes import ground, one_look
from measures.services.datasets import build_dataset
from tests.measures.conftest import Room

MOST_PER_DATASET = 5


def make(room: Room, names: list[str]) -> list[str]:
    for name in names:
        build_dataset(room.user, room.dataset(name, measures=["fsp"], items=["q_home"]))
    return names


@pytest.fixture
def many(room: Room, fsp: Measure, male: Measure) -> list[str]:
    return make(room, ["d1", "d2"])


def queries(room: Room) -> int:
    with CaptureQueriesContext(connection) as asked:
        datasets_standing(room.study)
    return len(asked)


def test_each_more_dataset_costs_a_handful_of_queries(room: Room, many: list[str]) -> None:
    before = queries(room)
    more = make(room, ["d3", "d4", "d5", "d6"])
    assert queries(room) - before <= MOST_PER_DATASET * len(more)


def test_the_list_says_what_each_dataset_says(room: Room, many: list[str]) -> None:
    room.publish("fsp", "any_of(q_union, q_party, q_sex == 1)", seen=True, note="men too")
    room.dataset("unbuilt", measures=["male"])
    rows = datasets_standing(room.study)
    assert {row[0].slug for row in rows} == {*many, "unbuilt"}
    for dataset, latest, state in rows:
        assert state == freshness(type(dataset).objects.get(pk=dataset.pk))
        assert (latest is None) == (dataset.slug == "unbuilt")


def test_a_ground_is_remembered_within_one_look_only(room: Room) -> None:
    with one_look():
        assert ground(room.study, room.version) is ground(room.study, room.version)
    assert ground(room.study, room.version) is not ground(room.study, room.version)


def test_what_reads_a_variable_is_found(room: Room, many: list[str]) -> None:
    columns = columns_reading(room.version, "q_union")
    assert {column.name for column in columns} == {"fsp"}
    assert {column.version.dataset.slug for column in columns} == set(many)
    assert not columns_reading(room.version, "q_income")
