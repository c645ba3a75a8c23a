"""The codes beside a rule: labels, counts wave beside wave, and what is not told."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from measures.selectors.codes import item_codes
from surveys.core.codebook import Code, ResponseSet, ValueType
from surveys.services.crosswalk import decide
from tests.factories import make_study, make_user, make_wave, make_wave_version, variable
from tests.measures.conftest import GONE, Room

CODES = "/admin/measures/measure/codes/"
NAMES = "/admin/measures/measure/names/"
ITEMS = "/admin/measures/measure/items/"


@pytest.fixture
def researcher(room: Room, client: Client) -> Client:
    client.force_login(room.user)
    return client


def codes(client: Client, room: Room, item: str, **more: object) -> str:
    asked = {"study": room.study.pk, "wave": room.version.pk, "item": item} | more
    return str(client.get(CODES, asked).content.decode())


def test_codes_have_labels_counts_and_absences(researcher: Client, room: Room) -> None:
    page = codes(researcher, room, "q_home")
    assert "old town" in page and 'data-code="3"' in page and 'data-reason="refused"' in page
    found = item_codes(room.study, "q_home", room.version)
    assert found is not None
    assert [(row.value, row.counts) for row in found.codes] == [(1, (3,)), (2, (2,)), (3, (2,))]
    assert {row.reason: row.counts for row in found.reasons} == {"refused": (1,), "dont_know": (None,)}


def test_labels_are_in_the_language_that_is_chosen(researcher: Client, room: Room) -> None:
    assert "老城区" in codes(researcher, room, "q_home", labels="zh")
    assert "old town" in codes(researcher, room, "q_home", labels="en")
    page = researcher.get(
        CODES, {"study": room.study.pk, "item": "q_home"}, headers={"accept-language": "zh-hans"}
    )
    assert "农村" in page.content.decode()


def test_counts_stand_wave_beside_wave_with_codes_mapped(room: Room) -> None:
    wave = make_wave(room.study, "2016", position=2)
    home = variable("q_house", codes=(Code(10, {"en": "villa"}), Code(20, {"en": "village"})), missing=GONE)
    later = make_wave_version(wave, [(home, [10, 10, 20, -1])])
    item = room.study.items.create(name="q_home")
    decide(room.user, item, wave, variable="q_house", code_map=[[10, 1], [20, 3]])
    found = item_codes(room.study, "q_home", later)
    assert found is not None
    assert [str(version.wave.slug) for version in found.waves] == ["2016", "2014"]
    assert {row.value: row.counts for row in found.codes} == {1: (2, 3), 3: (1, 2), 2: (None, 2)}
    assert {row.value: row.labels["en"] for row in found.codes}[3] == "village"


def test_answers_of_few_are_not_told(researcher: Client, room: Room) -> None:
    wave = make_wave(room.study, "2016", position=2)
    cells = [35] * 12 + [77] * 3
    later = make_wave_version(
        wave, [(variable("age"), cells), (variable("place", ValueType.TEXT), ["x"] * 15)]
    )
    found = item_codes(room.study, "age", later)
    assert found is not None and found.is_withheld
    assert [(row.value, row.counts) for row in found.codes] == [(35, (12,))]
    page = codes(researcher, room, "age", wave=later.pk)
    assert "77" not in re.sub(r'"\d+"', "", page) and "fewer than ten" in page
    assert "&quot;x&quot;" in codes(
        researcher, room, "place", wave=later.pk
    )  # a text code is written in quotes


def test_a_measure_has_the_codes_of_its_value_labels(researcher: Client, room: Room) -> None:
    room.publish(
        "q_new", "recode(q_home, {1: 1, 2..3: 0})", value_labels=[{"value": 1, "labels": {"en": "rich"}}]
    )
    page = codes(researcher, room, "q_new")
    assert "rich" in page and 'data-code="1"' in page


def test_what_there_is_not_is_said(researcher: Client, room: Room) -> None:
    assert "no item called nothing" in codes(researcher, room, "nothing")
    assert "Put the cursor" in codes(researcher, room, "")
    assert "&lt;b&gt;" in codes(researcher, room, "<b>")


def test_codes_and_names_of_a_study_one_cannot_see_are_not_found(client: Client, room: Room) -> None:
    closed = make_study("closed")
    client.force_login(make_user("stranger", is_staff=True))
    for address in (CODES, NAMES):
        assert client.get(address, {"study": room.study.pk, "item": "q_sex"}).status_code == 404
        assert client.get(address, {"study": closed.pk}).status_code == 404
    client.logout()
    assert client.get(CODES, {"study": room.study.pk, "item": "q_sex"}).status_code == 302


def test_a_wave_of_another_study_has_no_codes_here(researcher: Client, room: Room) -> None:
    other = make_study("other", is_open=True)
    version = make_wave_version(make_wave(other), [(variable("q_sex"), [1])])
    asked = {"study": room.study.pk, "wave": version.pk, "item": "q_sex"}
    assert researcher.get(CODES, asked).status_code == 404


def test_names_are_items_measures_and_functions(researcher: Client, room: Room) -> None:
    room.publish("fsp", "any_of(q_union, q_party)")
    answer = researcher.get(NAMES, {"study": room.study.pk, "wave": room.version.pk})
    told = {one["name"]: one for one in json.loads(answer.content)["names"]}
    assert told["q_sex"] == {"name": "q_sex", "writes": "q_sex", "kind": "item", "label": "Sex"}
    assert told["fsp"]["kind"] == "measure" and told["any_of"]["kind"] == "function"


def test_multiple_response_sets_are_offered_as_names_and_among_the_items(
    researcher: Client, room: Room
) -> None:
    wave = make_wave(room.study, "2016")
    columns = [(variable(name), [1, 0]) for name in ("q_union", "q_party", "q_sex")]
    blocks = [
        ResponseSet("$member", "D", ("q_union", "q_party")),
        ResponseSet("$lost", "D", ("q_sex", "q_gone")),
    ]
    version = make_wave_version(wave, columns, sets=blocks)
    asked = {"study": room.study.pk, "wave": version.pk}
    told = {one["name"]: one for one in json.loads(researcher.get(NAMES, asked).content)["names"]}
    assert told["member"] == {
        "name": "member",
        "writes": "member",
        "kind": "set",
        "label": "q_union, q_party",
    }
    assert "lost" not in told, "one of its variables is no item here"
    page = researcher.get(ITEMS, asked).content.decode()
    assert 'data-insert="any_of(member)"' in page and "lost" not in page
    assert "any_of(member)" in researcher.get(ITEMS, asked | {"q": "q_party"}).content.decode()
    assert "any_of(member)" not in researcher.get(ITEMS, asked | {"q": "sex"}).content.decode()
