"""Decisions on rows of a comparison: who may sign, what they amount to, and how they are taken back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from surveys.core.codebook import Code, MissingRule
from surveys.core.problems import Refused
from surveys.models import AuditEntry, CrosswalkDecision, Item, Study, User, WaveVersion
from surveys.selectors import bindings, decided_since
from surveys.selectors.items import availability, item_over_waves
from surveys.services.comparing import Compared, compared
from surveys.services.crosswalk import decide, decide_row, save_item, undo
from surveys.views.comparison_list import Row, comparison_list
from tests.clients import INSIDE, WITH_MICRODATA, clients_of, statuses
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db
NO_MAPS: dict[str, Any] = {"code_map": [], "missing_map": []}
OLD = (Code(1, {"en": "male"}), Code(2, {"en": "female"}))
NEW = (Code(1, {"en": "male"}), Code(0, {"en": "female"}), Code(97, {"en": "do not know"}))
ROOT = "/api/v1"


@pytest.fixture
def study() -> Study:
    return make_study()


@pytest.fixture
def sides(study: Study) -> tuple[WaveVersion, WaveVersion]:
    """Two waves: sex was renamed and recoded, union was asked in the first alone."""
    old = [(variable("rid"), [1, 2, 3]), (variable("sex", codes=OLD, labels={"en": "Sex"}), [1, 2, 2])]
    old.append((variable("union", codes=(Code(1), Code(0))), [1, 0, 0]))
    gender = variable("gender", codes=NEW, labels={"en": "Sex"}, missing=(MissingRule("not_asked", value=8),))
    new = [(variable("rid"), [11, 12, 13]), (gender, [1, 0, 97])]
    return (
        make_wave_version(make_wave(study, "2014"), old),
        make_wave_version(make_wave(study, "2016", position=1), new),
    )


@pytest.fixture
def user(study: Study, sides: Any) -> User:
    return make_member(study)


def rename(user: User, sides: Any, **more: Any) -> CrosswalkDecision:
    given = {"item": "sex", "kind": "rename", "variable": "gender", "code_map": [[1, 1], [0, 2]],
             "missing_map": [[97, "dont_know"]]}  # fmt: skip
    return decide_row(user, *sides, **given | more)


def test_a_renaming_that_was_signed_is_the_crosswalk(study: Study, sides: Any, user: User) -> None:
    assert "sex" not in bindings(study, sides[1])
    decision = rename(user, sides, note="same question")
    assert (decision.status, decision.decided_by, decision.compared) == (
        "complete",
        user,
        "mdms/2014@1 mdms/2016@1",
    )
    bound = bindings(study, sides[1])["sex"]
    assert (bound.variable.name, bound.code_map, bound.missing_map) == (
        "gender",
        ((1, 1), (0, 2)),
        ((97, "dont_know"),),
    )
    entry = AuditEntry.objects.get(action="decide")
    assert entry.detail["decision"] == decision.pk and entry.actor == "researcher"


def test_a_renaming_that_was_signed_is_one_settled_row(study: Study, sides: Any, user: User) -> None:
    assert compared(user, *sides).found.removed == ("sex", "union")
    decision = rename(user, sides)
    found = compared(user, *sides)
    assert (found.found.removed, found.found.added, found.found.renamed) == (("union",), (), ())
    (row,) = [row for row in _rows_of(found) if row.before == "sex"]
    assert (row.after, row.standing, row.decisions) == ("gender", "decided", (decision,))
    assert row.kinds[0] == "renamed_by_decision"
    assert [one.name for one in _rows_of(found)].count("gender") == 1
    told = found.document()
    assert told["renamed_by_decision"] == [{"before": "sex", "after": "gender"}]
    assert told["code_relabelled"] == [] and told["removed"] == ["union"]
    undo(user, decision)
    assert "sex" in compared(user, *sides).found.removed


def test_a_variable_that_carries_two_items_shows_the_decisions_on_both(
    study: Study, sides: Any, user: User, client: Client
) -> None:
    strict = rename(user, sides)
    loosely = save_item(user, study, "sex_loose")
    decide(user, loosely, sides[0].wave, variable="sex")
    loose = decide(user, loosely, sides[1].wave, variable="gender", code_map=[[1, 1], [0, 2], [97, 2]])
    (row,) = [row for row in _rows_of(compared(user, *sides)) if row.before == "sex"]
    assert row.item == "sex" and row.decisions == (strict, loose)
    client.force_login(user)
    pair = "before=2014@1&after=2016@1"
    listed = client.get(f"/studies/mdms/compare/?{pair}").content.decode()
    assert "<code>sex</code> renamed" in listed and "<code>sex_loose</code>" in listed
    page = client.get(f"/studies/mdms/compare/row/?{pair}&old=sex&new=gender").content.decode()
    for decision in (strict, loose):
        assert f"/studies/mdms/decisions/{decision.pk}/undo/" in page
    assert "<code>sex_loose</code> <strong>" in page
    undo(user, strict)
    (row,) = [row for row in _rows_of(compared(user, *sides)) if row.before == "sex"]
    assert (row.item, row.decisions) == ("sex", (loose,))


def _rows_of(found: Compared) -> list[Row]:
    return list(comparison_list(found, {}).page.object_list)


def test_codes_left_over_make_the_match_partial_and_are_named(sides: Any, user: User) -> None:
    decision = rename(user, sides, missing_map=[])
    assert decision.status == "partial" and decision.reason == "Codes without a counterpart: 97."


def test_a_reason_made_here_is_said_in_the_language_of_the_page(
    study: Study, sides: Any, user: User, client: Client
) -> None:
    made = rename(user, sides, missing_map=[])
    client.force_login(user)
    pair = "before=2014@1&after=2016@1&old=sex&new=gender"
    pages = ["items/sex/", "items/", f"compare/row/?{pair}"]
    for address in pages:
        told = client.get(f"/studies/mdms/{address}", headers={"accept-language": "zh-hans"}).content.decode()
        assert "没有对应代码：97。" in told and "without a counterpart" not in told, address
    loaded = decide(  # as a folder gives it back
        user, made.item, sides[1].wave, variable="gender", code_map=made.code_map, status="partial",
        reason="Codes without a counterpart: 97.", since=1,
    )  # fmt: skip
    written = rename(user, sides, missing_map=[], reason="Somebody {wrote} this.")
    assert (loaded.said, written.said, written.reason_said) == (made.said, None, "Somebody {wrote} this.")
    assert "said" not in client.get(f"{ROOT}/decisions/").json()["results"][0]


def test_an_undoing_is_a_row_and_what_was_decided_before_holds_again(
    study: Study, sides: Any, user: User
) -> None:
    first = rename(user, sides)
    second = decide_row(
        user, *sides, item="sex", kind="not_comparable", variable="gender", reason="other question"
    )
    assert "sex" not in bindings(study, sides[1])
    row = undo(user, second, "it is the same question")
    assert row.undoes == second and row.kind == "undo"
    assert bindings(study, sides[1])["sex"].code_map == ((1, 1), (0, 2))
    assert CrosswalkDecision.objects.count() == 3
    with pytest.raises(Refused, match="undone already"):
        undo(user, second)
    with pytest.raises(Refused, match="not taken back itself"):
        undo(user, row)
    undo(user, first)
    assert "sex" not in bindings(study, sides[1])


def test_the_database_lets_nobody_change_a_decision(sides: Any, user: User) -> None:
    decision = rename(user, sides)
    with pytest.raises(IntegrityError), transaction.atomic():
        CrosswalkDecision.objects.filter(pk=decision.pk).update(reason="rewritten")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "not_comparable"}, "missing_reason"),
        ({"kind": "undetermined"}, "missing_reason"),
        ({"kind": "guess"}, "bad_kind"),
        ({"variable": "gendr"}, "unknown_variable"),
        ({"code_map": [[1, 1], [8, 2]]}, "absence_as_answer"),
        ({"missing_map": [[97, "dunno"]]}, "unknown_reason"),
        ({"code_map": [[{"x": 1}, 1]]}, "bad_code"),
        ({"code_map": [[1, float("nan")]]}, "bad_code"),
        ({"kind": "same"}, "same_with_maps"),
        ({"kind": "not_comparable", "item": "sexx", "reason": "other question", **NO_MAPS}, "unknown_item"),
        ({"kind": "undetermined", "item": "sexx", "reason": "asked otherwise?", **NO_MAPS}, "unknown_item"),
        ({"code_map": [["a\0", 1]]}, "not_storable"),
        ({"code_map": [[1, "\ud800"]]}, "not_storable"),
        ({"reason": "a\0b"}, "not_storable"),
        ({"note": "a\0b"}, "not_storable"),
        ({"variable": "a\0b"}, "not_storable"),
        ({"item": "a\0b"}, "not_storable"),
    ],
)
def test_what_cannot_be_meant_is_refused(sides: Any, user: User, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        rename(user, sides, **given)
    assert refused.value.problems[0].code == code
    assert not CrosswalkDecision.objects.exists() and not Item.objects.exists()


def test_the_same_again_is_no_new_row_but_another_note_is_signed(sides: Any, user: User) -> None:
    first = rename(user, sides, note="same question")
    assert rename(user, sides) == rename(user, sides, note="same question") == first
    noted = rename(user, sides, note="the translation was looked at")
    assert noted != first and noted.note == "the translation was looked at"
    mapped = rename(user, sides, kind="map", note=noted.note)
    assert mapped == noted and mapped.held_already and not noted.held_already


def test_what_no_database_holds_is_refused_at_every_door(
    study: Study, sides: Any, user: User, client: Client
) -> None:
    decision = rename(user, sides)
    with pytest.raises(Refused, match="cannot be stored"):
        undo(user, decision, "a\0b")
    with pytest.raises(Refused, match="cannot be stored"):
        save_item(user, study, "sex", note="a\0b")
    client.force_login(user)
    page = "/studies/mdms/compare/row/decide/?before=2014@1&after=2016@1&old=sex&new=gender"
    codes = {f"source-{at}": code for at, code in enumerate(["1", "0", "97", "8"])}
    form = {"item": "sex", "kind": "rename", "variable": "gender", "map-0": '="\\u0000"', **codes}
    told = client.post(page, form)
    assert told.status_code == 422 and "cannot be stored" in told.content.decode()
    given = {"before": "mdms/2014@1", "after": "mdms/2016@1", "item": "sex", "kind": "rename",
             "variable": "gender", "code_map": [[1, "a\0"]]}  # fmt: skip
    wrong = client.post(f"{ROOT}/decisions/", given, "application/json")
    assert (wrong.status_code, wrong.json()["problems"][0]["code"]) == (422, "not_storable")
    assert CrosswalkDecision.objects.count() == 1


def test_what_a_wave_lacks_may_be_left_open(sides: Any, user: User) -> None:
    decision = decide_row(user, *sides, item="union", kind="undetermined", reason="asked otherwise?")
    assert (decision.status, decision.variable) == ("undetermined", "union")


def test_a_match_may_be_signed_as_partial_for_a_reason_of_ones_own(sides: Any, user: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        decide_row(user, *sides, item="rid", kind="same", partial=True)
    decision = decide_row(user, *sides, item="rid", kind="same", partial=True, reason="numbered anew")
    assert (decision.kind, decision.status, decision.reason) == ("same", "partial", "numbered anew")


def test_what_holds_is_what_deciding_otherwise_begins_with(client: Client, sides: Any, user: User) -> None:
    decide_row(user, *sides, item="rid", kind="same", partial=True, reason="numbered anew")
    client.force_login(user)
    page = client.get(
        "/studies/mdms/compare/row/?before=2014@1&after=2016@1&old=rid&new=rid"
    ).content.decode()
    assert 'name="kind" value="same" required checked' in page and ">numbered anew</textarea>" in page
    assert 'name="partial" checked' in page


def test_a_map_of_another_variable_begins_as_a_renaming(client: Client, sides: Any, user: User) -> None:
    """As study folders sign it: the form of a row with two names offers a renaming."""
    decide(user, save_item(user, sides[0].study, "sex"), sides[1].wave, variable="gender", code_map=[[1, 1]])
    client.force_login(user)
    row = "/studies/mdms/compare/row/?before=2014@1&after=2016@1&old=sex&new=gender"
    assert 'name="kind" value="rename" required checked' in client.get(row).content.decode()


def test_a_renaming_without_a_map_stays_one_when_it_is_signed_as_it_begins(
    client: Client, sides: Any, user: User
) -> None:
    """Labels differ, so that suggestions would leave every code without a counterpart."""
    decide_row(user, *sides, item="sex", kind="rename", variable="gender")
    client.force_login(user)
    query = "?before=2014@1&after=2016@1&old=sex&new=gender"
    page = client.get(f"/studies/mdms/compare/row/{query}").content.decode()
    assert 'name="kind" value="rename_as_is" required checked' in page
    form = dict(re.findall(r'name="((?:source|missing)-\d+)" value="([^"]*)"', page))
    parts = page.split('<select name="map-')[1:]
    chosen = [re.search(r'<option value="([^"]*)" selected', part.split("</select>")[0]) for part in parts]
    form |= {f"map-{at}": unescape(one[1]) if one else "" for at, one in enumerate(chosen)}
    form = {name: unescape(value) for name, value in form.items()} | {"item": "sex", "variable": "gender"}
    for kind in ("rename_as_is", "rename"):
        told = client.post(
            f"/studies/mdms/compare/row/decide/{query}", form | {"kind": kind, "note": f"looked at: {kind}"}
        )
        assert told.status_code == 302
        decision = CrosswalkDecision.objects.latest("pk")
        assert (decision.kind, decision.code_map, decision.status) == ("rename", [], "complete"), kind


def test_a_strict_item_stays_where_a_loose_one_takes_its_variable(
    study: Study, sides: Any, user: User
) -> None:
    save_item(user, study, "union")
    decide(user, save_item(user, study, "union_loose"), sides[0].wave, variable="union", code_map=[[1, 1]])
    lines = {line.name: line for line in availability(study).rows}
    assert [lines[name].cells[0].status for name in ("union", "union_loose")] == ["same_name", "complete"]


def test_a_version_that_is_not_there_has_its_own_sentence(study: Study, sides: Any, user: User) -> None:
    with pytest.raises(Refused, match="has no version 2 yet") as refused:
        decide(user, save_item(user, study, "sex"), sides[1].wave, variable="gender", since=2)
    assert refused.value.problems[0].code == "unknown_version"


def test_who_may_sign(study: Study, sides: Any) -> None:
    reader = make_member(study, "reader", role="reader")
    with pytest.raises(Refused, match="may not define"):
        rename(reader, sides)
    decision = rename(make_member(study, "other"), sides)
    with pytest.raises(Refused, match="may not define"):
        undo(reader, decision)


def test_between_versions_of_one_wave_a_decision_holds_from_the_later_on(
    study: Study, sides: Any, user: User
) -> None:
    after = make_wave_version(
        sides[0].wave, [(variable("rid"), [1, 2, 3]), (variable("sex2", codes=OLD), [1, 2, 2])]
    )
    decision = decide_row(user, sides[0], after, item="sex", kind="rename", variable="sex2")
    assert decision.since == 2
    assert bindings(study, sides[0])["sex"].variable.name == "sex"
    assert bindings(study, after)["sex"].variable.name == "sex2"
    with pytest.raises(Refused, match="holds for the later one"):
        decide_row(user, after, sides[0], item="sex2", kind="not_comparable", reason="new")


def test_grid_and_crosswalk_say_the_same_of_every_item_in_every_wave(
    study: Study, sides: Any, user: User
) -> None:
    third = make_wave(study, "2018", position=2)
    last = make_wave_version(
        third, [(variable("rid"), [1]), (variable("gender", codes=OLD), [1]), (variable("sex"), [1])]
    )
    rename(user, sides)
    decide_row(user, sides[1], last, item="gender", kind="same")
    decide_row(user, sides[0], sides[1], item="union", kind="undetermined", reason="asked otherwise?")
    decide_row(user, sides[0], last, item="sex", kind="not_comparable", reason="another question")
    lines = {line.name: line for line in availability(study).rows}
    told = {name: [cell.status for cell in line.cells] for name, line in lines.items()}
    assert told == {
        "rid": ["same_name", "same_name", "same_name"],
        "sex": ["same_name", "complete", "impossible"],
        "union": ["same_name", "absent", "absent"],
        "gender": ["absent", "same_name", "complete"],
    }
    for place, version in enumerate((*sides, last)):
        bound = {name: (one.status, one.variable.name) for name, one in bindings(study, version).items()}
        cells = {name: line.cells[place] for name, line in lines.items()}
        gone = ("absent", "impossible", "undetermined")
        assert bound == {n: (c.status, c.variable) for n, c in cells.items() if c.status not in gone}
    (item,) = [line for line in lines.values() if line.name == "gender"]
    assert item.n_waves == 2  # in 2016 its variable carries the other item as well


def test_a_decision_for_later_versions_is_no_cause_of_change_in_earlier_ones(
    study: Study, sides: Any, user: User
) -> None:
    first, moment = sides[0], timezone.now()
    second = make_wave_version(first.wave, [(variable("rid"), [1]), (variable("sex2", codes=OLD), [1])])
    decision = decide_row(user, first, second, item="sex", kind="rename", variable="sex2")
    assert decided_since(first, "sex", moment) is None
    assert decided_since(second, "sex", moment) == decision
    undoing = undo(user, decision)
    assert decided_since(first, "sex", moment) is None
    assert decided_since(second, "sex", moment) == undoing


def test_the_grid_says_where_an_item_is_and_why_not(study: Study, sides: Any, user: User) -> None:
    rename(user, sides)
    decide_row(user, *sides, item="union", kind="not_comparable", reason="not asked in 2016")
    grid = availability(study)
    lines = {line.name: [(cell.status, cell.variable) for cell in line.cells] for line in grid.rows}
    assert lines["sex"] == [("same_name", "sex"), ("complete", "gender")]
    assert lines["union"][1][0] == "impossible" and "gender" not in lines
    assert [line.name for line in availability(study, query="UNI").rows] == ["union"]
    over = item_over_waves(study, "sex")
    assert [(line.value, line.becomes) for line in over.waves[1].lines if line.state != "removed"] == [
        (0, 2), (1, 1), (97, "dont_know"), (8, "not_asked")]  # fmt: skip
    with pytest.raises(Refused, match="no item called sxe"):
        item_over_waves(study, "sxe")


def test_a_decision_of_a_folder_goes_the_same_way(study: Study, sides: Any, user: User) -> None:
    item = save_item(user, study, "sex")
    first = decide(user, item, sides[1].wave, variable="gender", code_map=[[1, 1], [0, 2]])
    assert first.kind == "map"
    assert decide(user, item, sides[1].wave, variable="gender", code_map=[[1, 1], [0, 2]]) == first
    assert decide(user, item, sides[1].wave, variable="gender").kind == "rename"


ADDRESSES = {
    "/comparison/?before=mdms/2014@1&after=mdms/2016": INSIDE,
    "/items/?study=mdms": INSIDE,
    "/items/?study=mdms&item=sex": INSIDE,
    "/waves/mdms/2014/v1/erratum/": INSIDE,
    "/comparison/cells/?before=mdms/2014@1&after=mdms/2014@2": WITH_MICRODATA,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_sees_what_of_a_closed_study(address: str, study: Study, sides: Any) -> None:
    make_wave_version(sides[0].wave, [(variable("rid"), [1, 2, 3]), (variable("sex", codes=OLD), [1, 1, 2])])
    assert statuses(clients_of(study), ROOT + address) == ADDRESSES[address]


def test_the_api_signs_shows_and_takes_back(study: Study, sides: Any, user: User) -> None:
    people = clients_of(study)
    given = {"before": "mdms/2014@1", "after": "mdms/2016@1", "item": "sex", "kind": "rename",
             "variable": "gender", "code_map": [[1, 1], [0, 2]], "missing_map": [[97, "dont_know"]],
             }  # fmt: skip
    refused = people["reader"].post(f"{ROOT}/decisions/", given, "application/json")
    assert refused.status_code == 403
    assert "You may not decide on the crosswalk of this study." in refused.content.decode()
    said = people["manager"].post(f"{ROOT}/decisions/", given, "application/json")
    assert said.status_code == 201 and said.json()["decided_by"] == "a_manager"
    number = said.json()["id"]
    assert (
        people["manager"].post(f"{ROOT}/decisions/{number}/undo/", {}, "application/json").status_code == 201
    )
    listed = people["reader"].get(f"{ROOT}/decisions/?study=mdms").json()["results"]
    assert [(row["kind"], row["undone_by"] is None) for row in listed] == [("undo", True), ("rename", False)]
    assert people["outsider"].get(f"{ROOT}/decisions/").json()["count"] == 0
    address = f"{ROOT}/decisions/{number}/"
    assert statuses(people, address) == INSIDE
    one = people["reader"].get(address).json()
    assert (one["decided_by"], one["code_map"], one["undone_by"]) == (
        "a_manager",
        [[1, 1], [0, 2]],
        number + 1,
    )
    decide_row(user, *sides, item="union", kind="undetermined", reason="asked otherwise?")
    grid = f"{ROOT}/items/?study=mdms"
    assert statuses(people, grid) == INSIDE
    cells = {line["name"]: line["waves"] for line in people["reader"].get(grid).json()["items"]}
    told = cells["union"]["2016"]
    assert (told["status"], told["decided_by"], told["reason"]) == (
        "absent",
        "researcher",
        "asked otherwise?",
    )
    assert told["decided_at"] and cells["sex"]["2014"]["decided_at"] is None
    for no_code in ({"x": 1}, [2], True, 10**400):
        for pair in ([1, no_code], [no_code, 1]):
            wrong = people["manager"].post(
                f"{ROOT}/decisions/", given | {"code_map": [pair]}, "application/json"
            )
            assert (wrong.status_code, wrong.json()["problems"][0]["code"]) == (422, "bad_code")
    wrong = people["manager"].post(f"{ROOT}/decisions/", given | {"code_map": [[8, 2]]}, "application/json")
    assert wrong.status_code == 422 and "never “no”" in wrong.json()["problems"][0]["hint"]


def test_changed_cells_are_handed_out_with_an_audit_row(study: Study, sides: Any, client: Client) -> None:
    make_wave_version(sides[0].wave, [(variable("rid"), [1, 2, 4]), (variable("sex", codes=OLD), [1, 1, 2])])
    holder = clients_of(study)["holder"]
    address = f"{ROOT}/comparison/cells/?before=mdms/2014@1&after=mdms/2014@2"
    lines = b"".join(holder.get(address + "&as=csv").streaming_content).decode().splitlines()
    assert lines == ["change,key,variable,before,before_reason,after,after_reason", "row_removed,3,,,,,",
                     "row_added,4,,,,,", "cell,2,sex,2,,1,"]  # fmt: skip
    assert AuditEntry.objects.get(action="read_cells").detail["form"] == "csv"
    assert holder.get(address + "&as=xls").status_code == 404


def test_fields_that_are_missing_are_named_one_by_one(client: Client, sides: Any, user: User) -> None:
    client.force_login(user)
    told = client.post("/api/v1/decisions/", {"item": "sex"}, "application/json").json()["problems"]
    assert [one["where"] for one in told] == ["before", "after", "kind"]
    assert {one["message"] for one in told} == {"This field is required."}
