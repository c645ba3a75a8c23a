"""Any two versions of a measure: by page, document, API and command; what was counted is kept."""

from __future__ import annotations

import pytest
from django.test import Client

from measures.models import Measure, MeasureVersion, Transition
from measures.services import comparing
from measures.services.comparing import moves, words_compared
from measures.services.rules import retire, save_draft
from surveys.core.problems import Refused
from surveys.models import Job
from surveys.services.jobs import claim, perform
from tests.factories import make_member, make_wave, make_wave_version
from tests.measures.conftest import CELLS, FSP, Room, codebook
from tests.measures.test_commands import run as command

PAGE = "/studies/mdms/measures/fsp/compare/"


@pytest.fixture
def three(room: Room, fsp: Measure) -> list[MeasureVersion]:
    room.publish("fsp", "q_union", seen=True, labels={"en": "Union"}, note="only the union")
    room.publish("fsp", "recode(q_home, {1: 1, (2, 3): 0})", seen=True)
    return list(fsp.versions.order_by("number"))


def test_any_two_versions_not_only_neighbours(room: Room, three: list[MeasureVersion]) -> None:
    found = words_compared(room.user, three[0], three[2])
    assert (found.before, found.after) == ("fsp@1", "fsp@3") and found.is_other_rule
    (move,) = moves(room.user, three[0], three[2])
    assert move.wave_version == "mdms/2014@1" and move.changes is not None
    rows = sum(count[-1] for count in move.changes["from_to"])
    assert rows == move.changes["changed"] > 0 and move.changes["rows"] == 8
    back = moves(room.user, three[2], three[0])[0].changes
    assert back is not None and back["changed"] == rows
    assert {(c[2], c[3], c[0], c[1], c[4]) for c in back["from_to"]} == set(
        map(tuple, move.changes["from_to"])
    )


def test_a_version_beside_itself(room: Room, three: list[MeasureVersion]) -> None:
    assert words_compared(room.user, three[1], three[1]).is_none
    (move,) = moves(room.user, three[1], three[1])
    assert move.changes is not None and move.changes["changed"] == 0


def test_what_was_counted_is_kept_until_it_would_come_out_otherwise(
    room: Room, three: list[MeasureVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = moves(room.user, three[0], three[1])
    assert Transition.objects.count() == 1
    with monkeypatch.context() as patch:
        patch.setattr(comparing, "_counted", lambda *asked: pytest.fail("counted again"))
        assert moves(room.user, three[0], three[1]) == first
    room.corrected(q_union=[1] * 8)
    again = moves(room.user, three[0], three[1])
    assert again[0].wave_version == "mdms/2014@2"
    assert again[0].changes is not None and again[0].changes["changed"] == 0


def test_a_wave_that_lacks_an_item_of_one_rule_says_so(room: Room, three: list[MeasureVersion]) -> None:
    variables = codebook()
    later = make_wave(room.study, "2016")
    names = ["rid", "q_union", "q_party"]
    make_wave_version(later, [(variables[name], CELLS[name]) for name in names])
    assert [m.wave_version for m in moves(room.user, three[0], three[1])] == ["mdms/2016@1", "mdms/2014@1"]
    lost, _counted = moves(room.user, three[0], three[2])
    assert (lost.wave_version, lost.changes) == ("mdms/2016@1", None) and lost.problem is not None
    assert "fsp@1 is read on mdms/2016@1 (8 rows), fsp@3 is not" in lost.problem.message


def test_large_waves_are_counted_by_a_worker(
    client: Client, room: Room, three: list[MeasureVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MOST_AT_ONCE", 3)
    client.force_login(room.user)
    page = client.get(f"{PAGE}?a=1&b=2").content.decode()
    assert "This wave was not counted yet" in page
    answer = client.post(f"{PAGE}count/?a=1&b=2")
    assert answer.status_code == 302
    job = claim("w")
    assert job is not None and job.kind == "compare_measures"
    perform(job)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.result_url or job.result["url"]) == ("done", f"{PAGE}?a=1&b=2")
    assert "2 of 8 rows differ." in client.get(f"{PAGE}?a=1&b=2").content.decode()


def test_waves_that_are_large_together_are_counted_one_after_the_other(
    room: Room, three: list[MeasureVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["rid", "q_union", "q_party"]
    cells = CELLS | {"q_union": [1] * 8}
    make_wave_version(make_wave(room.study, "2016"), [(codebook()[name], cells[name]) for name in names])
    monkeypatch.setattr(comparing, "MOST_AT_ONCE", 10)  # a wave has 8 rows
    found = moves(room.user, three[0], three[1])
    assert [one.changes is None for one in found] == [False, True] and comparing.not_computed(found)
    assert [m.changes is None for m in moves(room.user, three[0], three[1])] == [False, False]


def test_the_page_the_document_and_the_text(client: Client, room: Room, three: list[MeasureVersion]) -> None:
    client.force_login(room.user)
    page = client.get(f"{PAGE}?a=1&b=2").content.decode()
    assert "any_of(q_union, q_party)" in page and "<ins>+ q_union</ins>" in page and "only the union" in page
    assert "--- fsp@1" in page and "@@ values mdms/2014@1" in page
    told = client.get("/studies/mdms/measures/fsp/compare.json?a=1&b=2").json()
    assert told["rule"][0] == {"sign": "-", "depth": 0, "text": "any_of(q_union, q_party)"}
    assert told["values"][0]["changed"] == 2
    assert told == client.get("/api/v1/measures/mdms/fsp/comparison/?a=1&b=2").json()
    page = client.get(PAGE).content.decode()
    assert "fsp@2</code>" in page and "fsp@3</code>" in page, "without numbers the two latest"
    measure = client.get("/studies/mdms/measures/fsp@2/").content.decode()
    assert f"{PAGE}?a=1&amp;b=2" in measure and f"{PAGE}?a=2&amp;b=3" in measure


def test_what_is_not_there_is_said(client: Client, room: Room, three: list[MeasureVersion]) -> None:
    client.force_login(room.user)
    answer = client.get(f"{PAGE}?a=1&b=9")
    assert answer.status_code == 404 and "fsp@3" in answer.content.decode()
    assert client.get("/api/v1/measures/mdms/fsp/comparison/?a=1").status_code == 400
    assert client.get("/studies/mdms/measures/male/compare/").status_code == 404


def test_a_draft_is_compared_with_nothing_by_its_readers(client: Client, room: Room) -> None:
    save_draft(room.user, room.study, "new", rule=FSP)
    client.force_login(make_member(room.study, "reader", "reader", is_staff=False))
    assert client.get("/studies/mdms/measures/new/compare/").status_code == 404


def test_moves_of_few_rows_are_withheld_from_readers(room: Room, three: list[MeasureVersion]) -> None:
    reader = make_member(room.study, "reader", "reader", is_staff=False)
    (told,) = moves(reader, three[0], three[1])
    (whole,) = moves(room.user, three[0], three[1])
    assert told.changes is not None and whole.changes is not None
    assert told.changes["changed"] == whole.changes["changed"] == 2
    assert whole.changes["from_to"] and not [c for c in told.changes["from_to"] if not (c[1] and c[3])]


def test_retired_versions_are_compared_too(room: Room, three: list[MeasureVersion]) -> None:
    retire(room.user, three[1], "wrong")
    assert moves(room.user, three[1], three[2])[0].changes is not None


def test_versions_of_two_measures_are_not(room: Room, three: list[MeasureVersion], male: Measure) -> None:
    assert male.published is not None
    with pytest.raises(Refused):
        words_compared(room.user, three[0], male.published)


def test_by_command(room: Room, three: list[MeasureVersion]) -> None:
    code, said, _ = command("compare_measures", "mdms/fsp@1", "@2")
    assert code == 0 and said["before"] == "fsp@1" and said["values"][0]["changed"] == 2
    assert command("compare_measures", "mdms/fsp@1", "mdms/fsp@3")[1]["after"] == "fsp@3"
    assert command("compare_measures", "mdms/fsp", "@2")[1]["problems"][0]["code"] == "bad_reference"
    assert command("compare_measures", "mdms/fsp@1", "@7")[1]["problems"][0]["code"] == "not_found"
    for second in ("2", "@", "mdms/male@1", "@-1"):
        code, said, _ = command("compare_measures", "mdms/fsp@1", second)
        assert code and said["problems"][0]["code"] == "bad_reference", second
    assert command("compare_measures", "mdms/fsp@3", "@draft")[1]["problems"][0]["code"] == "no_draft"


def test_a_draft_is_compared_by_command(room: Room, three: list[MeasureVersion]) -> None:
    save_draft(room.user, room.study, "fsp", rule="any_of(q_union, q_party)")
    code, said, _ = command("publish_measure", "mdms/fsp")
    assert code and "compare_measures mdms/fsp@3 @draft" in said["problems"][0]["hint"]
    code, said, _ = command("compare_measures", "mdms/fsp@3", "@draft")
    (wave,) = said["values"]
    assert code == 0 and wave["changed"] == sum(move[4] for move in wave["from_to"]) > 0


def test_a_draft_is_compared_over_the_api(client: Client, room: Room, three: list[MeasureVersion]) -> None:
    save_draft(room.user, room.study, "fsp", rule="any_of(q_union, q_party)")
    client.force_login(room.user)
    found = client.get("/api/v1/measures/mdms/fsp/comparison/?a=3&b=draft")
    assert found.status_code == 200 and found.json()["values"][0]["changed"] > 0
    assert client.get("/api/v1/measures/mdms/fsp/comparison/?a=draft&b=3").status_code == 400
    client.force_login(make_member(room.study, "reader", role="reader"))
    assert client.get("/api/v1/measures/mdms/fsp/comparison/?a=3&b=draft").status_code == 404
