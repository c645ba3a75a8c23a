"""Indices over waves: made once, told to whom they may be told, by page, command and API."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client

from measures.core.engine import DuckEngine
from measures.models import IndexFigures
from measures.selectors.versions import measure_named
from measures.services import indices as service
from measures.services.indices import IndexReport, index_report
from surveys.core.codebook import Code, ValueType
from surveys.core.problems import Refused
from surveys.models import Job, User, Wave
from surveys.services.jobs import claim, perform
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable
from tests.measures.conftest import YES_NO, Room

AREA = (Code(1, {"en": "town", "zh": "城镇"}), Code(2, {"en": "village", "zh": "乡村"}))
LACKS = "deprivation(lacks_a, lacks_b, lacks_c, cutoff=2)"


def surveyed(wave: Wave, seed: int, **more: list[Any]) -> None:
    """The next version of a wave: three conditions and an amount; 300 people in two areas, thirty blocks."""
    random = np.random.default_rng(seed)
    latent = random.normal(size=300)
    cells: dict[str, list[Any]] = {
        f"lacks_{name}": [int(x) for x in latent + random.normal(size=300) > at / 3]
        for at, name in enumerate("abc")
    }
    cells |= {"spent": [round(float(x), 2) for x in np.exp(latent)], "block": [at // 10 for at in range(300)]}
    cells |= {"area": [1 + at // 150 for at in range(300)]} | more
    flags = {
        name: variable(name, labels={"en": name, "zh": f"缺{name}"}, codes=YES_NO)
        for name in cells
        if name[:5] == "lacks"
    }
    others = {
        "spent": variable("spent", ValueType.DECIMAL),
        "block": variable("block", labels={"en": "Block", "zh": "街区"}),
        "area": variable("area", labels={"en": "Area", "zh": "地区"}, codes=AREA),
    }
    columns: list[Any] = [(variable("rid", labels={"en": "Respondent"}), list(range(300)))]
    columns += [((flags | others)[name], values) for name, values in cells.items()]
    make_wave_version(wave, columns)


@pytest.fixture
def surveyed_room(room: Room) -> Room:
    """Two waves with the conditions; the wave of the room has none of them."""
    surveyed(make_wave(room.study, "2015", position=1), 3)
    surveyed(make_wave(room.study, "2016", position=2), 4)
    room.publish("lacking", LACKS, labels={"en": "Lacking", "zh": "匮乏"})
    return room


def report(room: Room, name: str = "lacking", user: User | None = None, **asked: Any) -> IndexReport:
    version = measure_named(room.user, f"mdms/{name}").published
    assert version is not None
    return index_report(user or room.user, version, **asked)


def test_each_wave_that_has_the_items_is_told(surveyed_room: Room) -> None:
    found = report(surveyed_room)
    assert [str(one.wave) for one in found.rows] == ["mdms/2015@1", "mdms/2016@1"]
    assert [str(one.version) for one in found.left_out] == ["mdms/2014@1"]
    figures = found.rows[0].figures
    assert figures is not None and figures["n"] == 300
    cut = figures["counting"]["cuts"][1]
    assert figures["mean"] == pytest.approx(cut["headcount"] * cut["intensity"])
    assert sum(one["contribution"] for one in figures["components"]) == pytest.approx(figures["mean"])


def test_waves_are_passed_over_once(surveyed_room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    first = report(surveyed_room)
    assert IndexFigures.objects.count() == 2
    monkeypatch.setattr(DuckEngine, "patterns", lambda *asked: pytest.fail("the data were read again"))
    assert [one.figures for one in report(surveyed_room).rows] == [one.figures for one in first.rows]


def test_a_corrected_wave_is_passed_over_anew(surveyed_room: Room) -> None:
    before = report(surveyed_room).rows[1].figures
    surveyed(surveyed_room.study.waves.get(slug="2016"), 4, lacks_a=[1] * 300)
    after = report(surveyed_room).rows[1].figures
    assert before and after and after["mean"] > before["mean"]
    assert after["components"][0]["with_index"] is None, "what does not vary has no correlation"


def test_groups_add_up_to_the_whole(surveyed_room: Room) -> None:
    surveyed_room.study.memberships.filter(user=surveyed_room.user).update(microdata=True)
    rows = report(surveyed_room, by="area").rows[0]
    assert rows.groups is not None and rows.figures is not None and rows.group_labels is not None
    groups = rows.groups["groups"]
    assert [rows.group_labels[one["group"]]["en"] for one in groups] == ["town", "village"]
    assert sum(one["contribution"] for one in groups) == pytest.approx(rows.figures["mean"])
    assert sum(one["share"] for one in groups) == pytest.approx(1)
    assert sum(one["population"] for one in groups) == pytest.approx(1)
    assert rows.groups["between"] + rows.groups["within"] == pytest.approx(1)


def test_rows_whose_group_is_absent_are_a_group(surveyed_room: Room) -> None:
    surveyed_room.study.memberships.filter(user=surveyed_room.user).update(microdata=True)
    surveyed(surveyed_room.study.waves.get(slug="2015"), 3, area=[None] * 40 + [1] * 260)
    rows = report(surveyed_room, by="area").rows[0]
    assert rows.groups is not None and rows.figures is not None
    assert [(one["group"], one["n"]) for one in rows.groups["groups"]] == [(1, 260), (None, 40)]
    assert sum(one["contribution"] for one in rows.groups["groups"]) == pytest.approx(rows.figures["mean"])


def test_groups_are_not_told_to_those_who_may_not_download(surveyed_room: Room) -> None:
    assert report(surveyed_room).groupings == ()
    with pytest.raises(Refused, match="only to those who may download"):
        report(surveyed_room, by="area")


def test_extremes_of_few_rows_are_told_only_with_the_data(surveyed_room: Room) -> None:
    surveyed_room.publish("spending", "mean_of(standardise(spent), standardise(lacks_a))")
    figures = report(surveyed_room, "spending").rows[0].figures
    assert figures is not None
    assert (figures["components"][0]["low"], figures["components"][0]["high"]) == (None, None)
    assert figures["components"][1]["low"] is not None, "many rows share it"
    surveyed_room.study.memberships.filter(user=surveyed_room.user).update(microdata=True)
    told = report(surveyed_room, "spending").rows[0].figures
    assert told is not None and told["components"][0]["low"] < 0 < told["components"][0]["high"]


def test_an_index_of_blocks_counts_each_block_once(surveyed_room: Room) -> None:
    surveyed_room.study.memberships.filter(user=surveyed_room.user).update(microdata=True)
    surveyed_room.publish("poor", "group_share(lacks_a, by=block)")
    surveyed_room.publish("rich", "group_mean(spent, by=block)")
    rule = "mean_of(percentile_rank(poor, among=block), percentile_rank(rich, among=block))"
    surveyed_room.publish("blocks", rule)
    rows = report(surveyed_room, "blocks", by="area").rows[0]
    assert rows.figures is not None and rows.unit is not None and rows.groups is not None
    assert (rows.unit.name, rows.figures["n"], rows.figures["rows"]) == ("block", 30, 300)
    assert rows.figures["components"][0]["mean"] == pytest.approx(0.5)
    assert [one["n"] for one in rows.groups["groups"]] == [15, 15]
    surveyed(surveyed_room.study.waves.get(slug="2015"), 3, area=[1, 2] * 150)
    assert "fall into several" in report(surveyed_room, "blocks", by="area").rows[0].why_no_groups


def test_nothing_is_told_of_fewer_than_ten_rows(surveyed_room: Room) -> None:
    surveyed(surveyed_room.study.waves.get(slug="2015"), 3, lacks_a=[None] * 295 + [1] * 5)
    rows = report(surveyed_room).rows[0]
    assert (rows.figures, str(rows.why)) == (None, "Fewer than 10 rows have the index.")


@pytest.mark.parametrize(("by", "said"), [("aera", "no item called “aera”")])
def test_items_that_make_no_groups_are_refused(surveyed_room: Room, by: str, said: str) -> None:
    surveyed_room.study.memberships.filter(user=surveyed_room.user).update(microdata=True)
    with pytest.raises(Refused, match=said):
        report(surveyed_room, by=by)
    assert "more than 12 groups" in report(surveyed_room, by="rid").rows[0].why_no_groups


def test_a_rule_without_an_index_is_refused(surveyed_room: Room) -> None:
    surveyed_room.publish("male", 'recode(q_sex, {"male": 1, "female": 0})')
    with pytest.raises(Refused, match="holds no index"):
        report(surveyed_room, "male")


def test_large_waves_are_counted_by_a_worker(
    surveyed_room: Room, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, address = "/studies/mdms/measures/lacking/index/", "/studies/mdms/measures/lacking@1/index/count/"
    surveyed_room.study.is_open = True
    surveyed_room.study.save()
    monkeypatch.setattr(service, "MOST_AT_ONCE", 299)
    shown = client.get(page).content.decode()
    assert shown.count("This wave was not counted yet") == 2 and "count/" not in shown
    assert client.post(address).status_code in (302, 401, 403) and not Job.objects.exists()
    client.force_login(surveyed_room.user)
    assert f'action="{address}"' in client.get(page).content.decode()
    assert client.post(address).status_code == 302
    job = claim("w")
    assert job is not None and job.kind == "count_index"
    perform(job)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.result_url) == ("done", "/studies/mdms/measures/lacking@1/index/")
    assert not report(surveyed_room).is_waiting


def test_the_command_tells_it_to_people_and_to_programs(surveyed_room: Room) -> None:
    out = io.StringIO()
    options = {"acting_as": surveyed_room.user.get_username(), "stdout": out}
    call_command("index", "mdms/lacking", as_json=True, **options)
    told = json.loads(out.getvalue())
    assert told["measure_version"] == "mdms/lacking@1"
    made = told["rows"][0]["index"]
    assert (made["function"], made["cutoff"], made["components"][0]["name"]) == ("deprivation", 2, "lacks_a")
    assert {one["component"] for one in told["rows"][0]["components"]} == {"lacks_a", "lacks_b", "lacks_c"}
    out.truncate(0)
    call_command("index", "mdms/lacking", **options)
    assert "leave out lacks_a" in out.getvalue() and "2 *" in out.getvalue()
    assert "mdms/2014@1 is left out" in out.getvalue()


def test_the_api_tells_the_same(surveyed_room: Room, client: Client) -> None:
    client.force_login(surveyed_room.user)
    address = "/api/v1/measures/mdms/lacking/v1/index/"
    figures = report(surveyed_room).rows[0].figures
    assert figures is not None
    assert client.get(address).json()["rows"][0]["mean"] == figures["mean"]
    assert client.get(address, {"by": "area"}).status_code == 403


def test_who_does_not_see_the_study_sees_no_index(surveyed_room: Room, client: Client) -> None:
    client.force_login(make_member(make_study("other"), "elsewhere"))
    assert client.get("/api/v1/measures/mdms/lacking/v1/index/").status_code == 404
