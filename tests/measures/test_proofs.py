"""What is proved at publishing, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from measures.core.coverage import Coverage, CoverageRow, holes
from measures.models import Dataset, Measure, Proposal
from measures.selectors import freshness
from measures.services.comparing import moves
from measures.services.datasets import build_dataset
from measures.services.proving import proven
from measures.services.rules import approve, changed_elsewhere, preview, publish, save_draft
from surveys.core.codebook import Code
from surveys.core.problems import Refused
from surveys.models import CrosswalkDecision, Study
from surveys.services.crosswalk import decide, save_item
from tests.factories import make_member, make_wave, make_wave_version
from tests.measures.conftest import CELLS, FSP, HOME, Room, codebook

SHARE = "case((group_mean(recode(q_home, {1..3: 1}, other=0), by=city) > 0.5, 1), otherwise=0)"


def test_outcomes_of_a_part_are_told_with_their_part(room: Room, client: Client) -> None:
    shared = room.publish("shared", SHARE)
    rows = shared.published.report["waves"][0]["coverage"]
    assert {row["item"]: row["through"].get("en") for row in rows} == {
        "q_home": "“Home”, recoded: 1 to 3 becomes 1; any other value becomes 0",
        "city": "“City”",
    }
    whole = preview(room.user, room.study, "recode(q_sex, {1: 1}, other=0)", room.version).as_json()
    assert all(row["through"] == {} for row in whole["coverage"])
    client.force_login(room.user)
    page = client.get("/studies/mdms/measures/shared/").content.decode()
    assert "What this part of the rule makes of q_home; the measure depends on more than that" in page
    page = client.get(
        "/studies/mdms/measures/shared/", headers={"accept-language": "zh-hans"}
    ).content.decode()
    assert "规则的这一部分对 q_home 给出的结果" in page and "“住房”" in page


# ---- waves that are lost


@pytest.fixture
def narrowed(room: Room, fsp: Measure) -> Measure:
    """A draft that reads an item which is not comparable in the second wave; no other row changes."""
    later = make_wave(room.study, "2016")
    make_wave_version(later, [(codebook()[name], cells) for name, cells in CELLS.items()])
    impossible = CrosswalkDecision.Status.IMPOSSIBLE
    item = save_item(room.user, room.study, "q_sex")
    decide(room.user, item, later, variable="q_sex", status=impossible, reason="asked otherwise")
    save_draft(room.user, room.study, "fsp", rule=f"case((q_sex == 9, 0), otherwise={FSP})")
    return fsp


WHY = (
    "fsp@1 is read on mdms/2016@1 (8 rows), fsp@draft is not: "
    "“q_sex” is not comparable in mdms/2016@1: asked otherwise."
)


def test_a_wave_that_is_lost_must_be_acknowledged(room: Room, narrowed: Measure, client: Client) -> None:
    with pytest.raises(Refused) as refused:
        publish(room.user, narrowed)
    assert [(one.code, one.message) for one in refused.value.problems] == [("wave_lost", WHY)]
    outcome = publish(room.user, narrowed, acknowledge_changes=True)
    assert outcome.as_json()["lost_waves"] == [WHY]
    (lost,) = outcome.version.report["lost_waves"]
    assert (lost["wave_version"], lost["rows"], lost["problem"]["message"]) == ("mdms/2016@1", 8, WHY)
    client.force_login(room.user)
    page = client.get("/studies/mdms/measures/fsp/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "fsp@1 可在 mdms/2016@1（8 行）上读取" in page
    before, after = narrowed.versions.order_by("number")
    told = {one.wave_version: one.problem and one.problem.code for one in moves(room.user, before, after)}
    assert told == {"mdms/2016@1": "wave_lost", "mdms/2014@1": None}
    page = client.get("/studies/mdms/measures/fsp/compare/?a=1&b=2").content.decode()
    assert "fsp@1 is read on mdms/2016@1 (8 rows), fsp@2 is not" in page


def test_who_approves_sees_the_wave_that_is_lost(room: Room, narrowed: Measure, client: Client) -> None:
    Study.objects.update(second_pair_of_eyes=True)
    with pytest.raises(Refused):
        publish(room.user, narrowed)
    proposal = publish(room.user, narrowed, acknowledge_changes=True).waits_for
    assert isinstance(proposal, Proposal)
    other = make_member(room.study, "other")
    client.force_login(other)
    page = client.get("/studies/mdms/measures/fsp/proposal/").content.decode()
    assert WHY in page and 'name="acknowledge"' in page
    with pytest.raises(Refused) as refused:
        approve(other, proposal)
    assert [one.code for one in refused.value.problems] == ["wave_lost"]
    assert approve(other, proposal, acknowledge_changes=True).as_json()["lost_waves"] == [WHY]


def test_the_editor_tells_of_it_beside_the_rows_that_change(room: Room, narrowed: Measure) -> None:
    draft = narrowed.draft
    assert draft is not None
    found = changed_elsewhere(room.user, room.study, draft.rule, room.version, narrowed)
    assert [(str(one.wave_version), one.problem and one.problem.message) for one in found] == [
        ("mdms/2016@1", WHY)
    ]
    assert changed_elsewhere(room.user, room.study, "q_unoin", room.version, narrowed) == ()


# ---- measures of measures


@pytest.mark.parametrize(
    ("earlier", "rule"),
    [
        ("count_of(q_union == 1, q_party == 1, q_sex == 1)", "recode(older, {0: 0, 1: 1, 2: 2, 3: 3})"),
        ("quantile_band(q_income, 3)", "recode(older, {1: 1, 2: 2, 3: 2})"),
        ("band(q_income, 100, 400, 700)", "recode(older, {1: 1, 2: 2, 3: 2, 4: 2})"),
        ("recode(q_home, {1: 1}, other=2)", "recode(older, {1: 1, 2: 0})"),
    ],
)
def test_a_derived_measure_is_recoded_by_the_values_it_can_have(room: Room, earlier: str, rule: str) -> None:
    room.publish("older", earlier)
    assert room.publish("newer", rule).published is not None
    with pytest.raises(Refused) as refused:
        room.publish("newer", rule.replace("2: 2, ", "").replace(", 2: 0", ""))
    assert {one.code for one in refused.value.problems} == {"uncovered_code"}


# ---- waves that come later


@pytest.fixture
def homes(room: Room) -> Dataset:
    """A dataset of a wave that came after its measure was published, with a code that the measure lacks."""
    room.publish("home", "recode(q_home, {1: 1, 2..3: 0})")
    more = replace(codebook()["q_home"], codes=(*HOME, Code(6, {"en": "boat", "zh": "船"})))
    later = make_wave(room.study, "2016")
    make_wave_version(later, [(codebook()["rid"], CELLS["rid"]), (more, [1, 2, 3, 6, 6, 6, 7, -1])])
    return room.dataset("homes", wave="2016", measures=["home"])


WARNED = "building mdms/homes@1 warned of answers without an outcome"
TOLD = (
    "home@1 was not proved on mdms/2016@1 when it was published: Code 6 “boat” of q_home (3 rows) has no "
    "outcome. Fewer than 10 rows hold values of q_home that have no outcome."
)


def test_a_build_on_a_later_wave_warns_of_codes_without_an_outcome(
    room: Room, homes: Dataset, client: Client
) -> None:
    outcome = build_dataset(room.user, homes)
    (warning,) = outcome.version.warnings
    assert warning["message"] == TOLD and outcome.as_json()["warnings"][0].startswith(TOLD)
    assert outcome.version.columns.get(name="home").derived.tally["out_of_range"] == 4
    reader = make_member(room.study, "reader", role="reader")
    client.force_login(reader)
    assert TOLD in client.get("/studies/mdms/datasets/homes@1/").content.decode()
    told = client.get("/api/v1/datasets/mdms/homes/v1/").json()["warnings"]
    assert [one["message"] for one in told] == [TOLD] and "said" not in told[0]
    again = build_dataset(room.user, homes)
    assert not again.is_new and again.warnings and freshness(homes).remarks == (WARNED,)


def test_what_was_proved_is_not_looked_at_again(room: Room, homes: Dataset) -> None:
    room.publish("home", "recode(q_home, {1: 1}, other=0)", seen=True)
    assert build_dataset(room.user, homes).version.warnings == []
    assert freshness(homes).remarks == ()


def test_the_page_of_a_measure_says_which_codes_of_a_later_wave_have_no_outcome(
    room: Room, homes: Dataset, client: Client
) -> None:
    client.force_login(make_member(room.study, "reader", role="reader"))
    page = client.get("/studies/mdms/measures/home/").content.decode()
    assert TOLD in page and "On mdms/2016@1" in page and "no outcome</span>" in page
    assert "<code>7</code>" not in page, "few rows share it"
    page = client.get("/studies/mdms/measures/home/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "home@1 发布时未在 mdms/2016@1 上检验" in page


def test_a_crosswalk_changed_after_publishing_is_proved_anew(room: Room, client: Client) -> None:
    room.publish("home", "recode(q_home, {1: 1, 2..3: 0})")
    room.publish("housed", "recode(home, {1: 2, 0: 1})")
    room.publish("male", "recode(q_sex, {1: 1}, other=0)")
    made = room.dataset("homes", measures=["home", "housed", "male"])
    assert build_dataset(room.user, made).version.warnings == []
    item = save_item(room.user, room.study, "q_home", labels={"en": "Home", "zh": "住房"})
    decide(room.user, item, room.wave, variable="q_home", code_map=[[1, 1], [2, 2], [3, 4]])
    outcome = build_dataset(room.user, made)
    told = "The crosswalk of mdms/2014@1 was changed after {} was proved on it: "
    warned = [str(one["message"]) for one in outcome.version.warnings]
    assert warned and warned[0].startswith(told.format("home@1") + "Code 4") and "male" not in str(warned)
    client.force_login(room.user)
    page = client.get("/studies/mdms/measures/home/").content.decode()
    assert told.format("home@1") in page and "This is how they are read now" in page
    assert "This is how they are read now" not in client.get("/studies/mdms/measures/male/").content.decode()
    decide(room.user, item, room.wave, variable="q_home", code_map=[[1, 1], [2, 2], [3, 3]])
    assert build_dataset(room.user, made).version.warnings == []


def test_holes_tell_no_single_answer() -> None:
    def row(value: int, label: str, rows: int) -> CoverageRow:
        return CoverageRow("q", value, None, label, rows, None, None, False)

    told = holes(
        Coverage((row(1, "one", 1), row(2, "", 12), row(3, "", 6), row(4, "", 7), row(5, "", 0)), ())
    )
    assert [one.message for one in told] == [
        "Code 1 “one” of q (1 row) has no outcome.",
        "Code 2 of q (12 rows) has no outcome.",
        "13 rows hold values of q that have no outcome.",
    ]


def test_a_crosswalk_changed_while_a_draft_was_checked_is_no_ground(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = save_item(room.user, room.study, "q_home", labels={"en": "Home", "zh": "住房"})
    draft = save_draft(room.user, room.study, "home", rule="recode(q_home, {1: 1, 2..3: 0})")

    def meanwhile(*args: object, **kwargs: object) -> object:
        proof = proven(draft)
        decide(room.user, item, room.wave, variable="q_home", code_map=[[1, 1], [2, 2], [3, 4]])
        return proof

    monkeypatch.setattr("measures.services.publishing.proven", meanwhile)
    with pytest.raises(Refused) as refused:
        publish(room.user, draft.measure)
    assert [one.code for one in refused.value.problems] == ["conflict"]
    assert draft.measure.versions.get().state == "draft"


def test_a_rule_names_an_answer_whatever_one_wave_declares_of_its_own_code(room: Room) -> None:
    """In 2014 code 3 is the item's 4; in 2016 the file's own code 4 is an absence."""
    later = make_wave(room.study, "2016")
    make_wave_version(later, [(codebook()[name], CELLS[name]) for name in ("rid", "q_home")])
    item = save_item(room.user, room.study, "q_home", labels={"en": "Home", "zh": "住房"})
    decide(room.user, item, room.wave, variable="q_home", code_map=[[1, 1], [2, 2], [3, 4]])
    decide(room.user, item, later, variable="q_home", missing_map=[[4, "dont_know"]])
    assert room.publish("home", "recode(q_home, {1..2: 1, 3..4: 0})").published is not None
    assert room.publish("fourth", "q_home == 4").published is not None


def test_an_item_that_comes_later_does_not_take_the_place_of_a_measure(room: Room) -> None:
    room.publish("cd", "recode(q_home, {1: 1}, other=0)")
    room.publish("ce", "cd + 1")
    made = room.dataset("both", measures=["cd", "ce"])
    assert build_dataset(room.user, made).version.number == 1
    raw = [(codebook()[name], CELLS[name]) for name in CELLS]
    make_wave_version(room.wave, [*raw, (replace(codebook()["q_sex"], name="cd"), [7] * 8)])
    with pytest.raises(Refused) as refused:
        build_dataset(room.user, made)
    (problem,) = refused.value.problems
    assert problem.code == "two_meanings" and problem.where == "ce@1"
    assert problem.message == "“cd” is a measure of the study, and an item of mdms/2014@2 too."
    found = freshness(made)
    assert not found.is_fresh and "“cd” is a measure of the study" in str(found.causes)
    item = save_item(room.user, room.study, "cd", labels={"en": "Another thing", "zh": "另一项"})
    decide(room.user, item, room.wave, variable="", status="impossible", reason="it is no item of ours")
    assert build_dataset(room.user, made).version.columns.get(name="ce").derived.tally["valid"] == 7
