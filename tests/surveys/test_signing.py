"""Signing decisions through the API and the page: what cannot be meant is told at once, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from surveys.core.codebook import Code, MissingRule
from surveys.models import CrosswalkDecision, Item, Membership, Study, User, WaveVersion
from surveys.services.crosswalk import decide, decide_row, save_item
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db
DECISIONS = "/api/v1/decisions/"
CODES = (Code(1, {"en": "local"}), Code(2, {"en": "other"}))


@pytest.fixture
def study() -> Study:
    return make_study()


@pytest.fixture
def sides(study: Study) -> tuple[WaveVersion, WaveVersion]:
    """Two waves that ask the same; in the second 5 was counted without a label, and twice only."""
    range_ = MissingRule("refused", low=-99, high=-90)
    later = variable("hukou", codes=CODES, missing=(MissingRule("refused", tag="a"), range_))
    return (
        make_wave_version(make_wave(study, "2014"), [(variable("hukou", codes=CODES), [1, 2, 2])]),
        make_wave_version(make_wave(study, "2016", position=1), [(later, [1, 5, 5])]),
    )


@pytest.fixture
def user(study: Study, sides: Any) -> User:
    return make_member(study)


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def given(**more: Any) -> dict[str, Any]:
    about = {"before": "mdms/2014@1", "after": "mdms/2016@1", "item": "hukou", "kind": "map"}
    return about | {"variable": "hukou", "code_map": [[1, 2], [2, 1]]} | more


def refused(client: Client, address: str = DECISIONS, **more: Any) -> tuple[int, list[dict[str, Any]]]:
    answer = client.post(address, given(**more), "application/json")
    assert not Item.objects.exists() and not CrosswalkDecision.objects.exists()
    return answer.status_code, answer.json()["problems"]


def test_a_misspelt_field_is_refused_and_the_one_that_was_meant_is_named(signed_in: Client) -> None:
    body = given(codes_map=[[1, 2], [2, 1]], zzz=1)
    del body["code_map"], body["kind"]
    answer = signed_in.post(DECISIONS, body, "application/json")
    assert answer.status_code == 400 and not CrosswalkDecision.objects.exists()
    told = {one["where"]: one for one in answer.json()["problems"]}
    assert told.keys() == {"codes_map", "zzz", "kind"}
    assert (told["codes_map"]["code"], told["codes_map"]["near"]) == ("unknown_field", ["code_map"])
    assert told["codes_map"]["message"] == "There is no field called “codes_map” here."
    assert "before, after, item" in told["zzz"]["hint"] and told["kind"]["code"] == "invalid"


def test_what_cannot_be_meant_is_told_beside_fields_that_are_not_there(signed_in: Client) -> None:
    more = {"zzz": 1, "item": "hukuo", "code_map": [[77, 1]], "missing_map": [[1, "rfused"]]}
    status, problems = refused(signed_in, **more)
    told = {one["where"]: one["code"] for one in problems}
    assert (status, told) == (400, {"zzz": "unknown_field", "item": "unknown_item",
                                    "code_map": "unknown_code", "missing_map": "unknown_reason"})  # fmt: skip
    problems = refused(signed_in, zzz=1, after="mdms/2017")[1]
    assert [one["code"] for one in problems] == ["unknown_field", "not_found"]
    body = given(codes_map=[[1, 2]], item="hukuo")
    del body["code_map"]
    problems = signed_in.post(DECISIONS, body, "application/json").json()["problems"]
    assert [one["where"] for one in problems] == ["codes_map", "item"]  # not that code_map is empty


def test_who_may_not_decide_learns_nothing_of_codes_beside_fields_that_are_not_there(
    client: Client, study: Study, sides: Any
) -> None:
    client.force_login(make_member(study, "reader", role="reader"))
    answer = client.post(DECISIONS, given(zzz=1, code_map=[[77, 1]]), "application/json")
    assert answer.json()["problems"][0]["code"] == "unknown_field"
    assert "77" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/api/v1/tokens/", "/api/v1/jobs/1/cancel/", f"{DECISIONS}1/undo/"])
def test_every_document_of_the_api_is_taken_whole_or_not_at_all(signed_in: Client, address: str) -> None:
    answer = signed_in.post(address, {"nme": "laptop"}, "application/json")
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["code"] == "unknown_field"


@pytest.mark.parametrize(
    ("more", "code", "where"),
    [
        ({"code_map": []}, "map_without_codes", "code_map"),
        ({"kind": "not_comparable", "reason": "asked otherwise"}, "barred_with_maps", "code_map"),
        ({"item": "nopenope", "kind": "rename"}, "unknown_item", "item"),
        ({"code_map": [[77, 88]]}, "unknown_code", "code_map"),
        ({"code_map": [[1, 1]], "missing_map": [[78, "refused"]]}, "unknown_code", "missing_map"),
        ({"missing_map": [["b", "refused"]]}, "bad_code", "code_map"),
        ({"missing_map": [[True, "refused"]]}, "bad_code", "missing_map"),
        ({"missing_map": [[".b", "refused"]]}, "unknown_code", "missing_map"),
        ({"missing_map": [[".a", "rfused"]]}, "unknown_reason", "missing_map"),
        ({"variable": "hukuo"}, "unknown_variable", "variable"),
        ({"after": "mdms/2014@1", "before": "mdms/2014@1"}, "wrong_order", "after"),
        ({"code_map": [[1, 55]]}, "unknown_target", "code_map"),
        ({"code_map": [[1, 55]], "new_codes": [56]}, "unknown_target", "code_map"),
        ({"code_map": [[1, 55]], "new_codes": [55, 56]}, "unused_code", "new_codes"),
        ({"code_map": [[1, 55]], "new_codes": [{"x": 1}]}, "bad_code", "new_codes"),
        ({"kind": "same", "code_map": [], "new_codes": [55]}, "unused_code", "new_codes"),
    ],
)
def test_what_cannot_be_meant_names_its_field(
    signed_in: Client, more: dict[str, Any], code: str, where: str
) -> None:
    status, problems = refused(signed_in, **more)
    assert status == 422
    assert (code, where) in [(one["code"], one["where"]) for one in problems]


def test_all_that_is_wrong_is_told_at_once(signed_in: Client) -> None:
    more = {"kind": "mapp", "variable": "hukuo", "missing_map": [[1, "rfused"]], "partial": True, "item": "x"}
    status, problems = refused(signed_in, **more)
    assert status == 422 and all(one["where"] for one in problems)
    told = {one["where"]: one for one in problems}
    assert told.keys() == {"kind", "variable", "reason", "item"}
    assert told["kind"]["near"] == ["map"]
    assert told["kind"]["hint"] == "Use one of same, map, rename, not_comparable, undetermined."


def test_codes_of_codebook_tags_ranges_and_of_counted_cells_are_known(study: Study, sides: Any) -> None:
    holder = make_member(study, "holder")
    Membership.objects.filter(user=holder).update(microdata=True)
    decision = decide_row(
        holder, *sides, item="hukou", kind="map", code_map=[[1, 2], [2, 1], [5, 1]],
        missing_map=[[".a", "dont_know"], [-95, "not_applicable"]],
    )  # fmt: skip
    assert decision.status == "complete"


def test_who_may_not_have_the_data_learns_of_no_rare_code(signed_in: Client, sides: Any) -> None:
    told = [refused(signed_in, code_map=[[code, 1]])[1][0] for code in (5, 77)]
    assert [one["message"] for one in told] == ["hukou has no code 5.", "hukou has no code 77."]
    assert {one["hint"] for one in told} == {"Its codebook lists 1, 2."}


def test_a_code_that_the_item_has_in_no_wave_is_named_as_new_or_refused(
    signed_in: Client, study: Study, sides: Any, user: User
) -> None:
    problems = refused(signed_in, code_map=[[1, 55], [2, 2]])[1]
    assert problems[0]["message"] == "hukou has no code 55 in any wave."
    assert problems[0]["hint"] == "Its codes are 1, 2. Name a code that is new to it in new_codes."
    signed = signed_in.post(DECISIONS, given(code_map=[[1, 55], [2, 2]], new_codes=[55]), "application/json")
    assert signed.status_code == 201 and signed.json()["code_map"] == [[1, 55], [2, 2]]
    noted = given(code_map=[[1, 55], [2, 1]], note="looked at")  # 55 is a code of the item from now on
    assert signed_in.post(DECISIONS, noted, "application/json").status_code == 201


def test_a_code_of_the_wrong_type_is_told_once(signed_in: Client) -> None:
    told = refused(signed_in, code_map=[["1", 2], [2, 1]])[1]
    assert [(one["code"], one["message"]) for one in told] == [
        ("bad_code", "“1” is a text, but hukou holds numbers.")
    ]
    told = refused(signed_in, code_map=[[1, "2"], [2, 1]])[1]
    assert [(one["code"], one["where"], one["message"]) for one in told] == [
        ("bad_code", "code_map", "“2” is a text, but the codes of hukou are numbers.")
    ]


def test_codes_that_a_decision_on_another_wave_gave_an_item_are_its_codes(
    signed_in: Client, study: Study, sides: Any, user: User
) -> None:
    """As a study folder signs it: a city that was surveyed in one wave only."""
    city = save_item(user, study, "city_wide")
    decide(user, city, sides[0].wave, variable="hukou", code_map=[[1, 4420], [2, 3101]])
    about = {"item": "city_wide", "variable": "hukou"}
    wrong = signed_in.post(DECISIONS, given(**about, code_map=[[1, 1], [2, 4420]]), "application/json")
    assert [one["message"] for one in wrong.json()["problems"]] == ["city_wide has no code 1 in any wave."]
    signed = signed_in.post(DECISIONS, given(**about, code_map=[[1, 3101], [2, 4420]]), "application/json")
    assert signed.status_code == 201


def test_an_item_whose_codes_nobody_wrote_down_takes_any(signed_in: Client, study: Study, sides: Any) -> None:
    for slug in ("2014", "2016"):
        make_wave_version(study.waves.get(slug=slug), [(variable("grp"), [1, 2, 2] * 10)])
    about = {"before": "mdms/2014@2", "after": "mdms/2016@2", "item": "grp", "variable": "grp"}
    signed = signed_in.post(DECISIONS, given(**about, code_map=[[1, 10], [2, 20]]), "application/json")
    assert signed.status_code == 201


def test_a_code_that_the_page_offers_is_taken_from_the_page(
    signed_in: Client, study: Study, sides: Any, user: User
) -> None:
    """The item is nowhere in the earlier wave: the page offers the codes of the variable beside it."""
    decide(user, save_item(user, study, "late"), sides[1].wave, variable="hukou", code_map=[[1, 7], [2, 8]])
    page = f"/studies/mdms/compare/row/decide/?{ROW}&item=late"
    form = {"item": "late", "kind": "map", "variable": "hukou", "source-0": "1", "map-0": "=2",
            "source-1": "2", "map-1": "=8", "source-2": '".a"', "missing-2": "on", "map-2": ""}  # fmt: skip
    assert signed_in.post(page, form | {"map-0": "=9"}).status_code == 422
    assert signed_in.post(page, form).status_code == 302
    assert CrosswalkDecision.objects.latest("id").code_map == [[1, 2], [2, 8]]


@pytest.mark.parametrize("kind", ["not_comparable", "undetermined"])
def test_a_variable_that_neither_wave_has_is_no_reason_to_bar_an_item(
    signed_in: Client, sides: Any, kind: str
) -> None:
    barred = {"kind": kind, "code_map": [], "reason": "asked otherwise"}
    status, problems = refused(signed_in, **barred, variable="hukuo")
    assert status == 422 and (problems[0]["code"], problems[0]["where"]) == ("unknown_variable", "variable")
    assert problems[0]["message"] == "Neither 2014 nor 2016 has a variable called “hukuo”."
    assert problems[0]["near"] == ["hukou"]
    assert signed_in.post(DECISIONS, given(**barred), "application/json").status_code == 201


def test_the_form_of_the_page_signs_and_names_its_own_fields(signed_in: Client, sides: Any) -> None:
    page = "/studies/mdms/compare/row/decide/?before=2014@1&after=2016@1&old=hukou&new=hukou"
    form = {"item": "hukou", "kind": "map", "variable": "hukou", "source-0": "1", "map-0": "=2",
            "source-1": "2", "map-1": "=1", "source-2": '".a"', "missing-2": "on", "map-2": ""}  # fmt: skip
    same = signed_in.post(page, form | {"map-0": "=1", "map-1": "=2"}, headers={"accept-language": "zh-hans"})
    assert same.status_code == 422 and "没有任何代码对应到别的代码。" in same.content.decode()
    assert signed_in.post(page, form).status_code == 302
    assert CrosswalkDecision.objects.get().code_map == [[1, 2], [2, 1]]


@pytest.mark.parametrize(
    ("kind", "name", "offered"),
    [
        ("same", "hukou", "“The codes are mapped as below.”"),
        ("rename_as_is", "reg", "“Renamed: reg carries it, with the codes below.”"),
    ],
)
def test_a_table_of_codes_that_was_edited_is_not_dropped_by_a_kind_without_a_map(
    signed_in: Client, study: Study, sides: Any, kind: str, name: str, offered: str
) -> None:
    make_wave_version(make_wave(study, "2018", position=2), [(variable(name, codes=CODES), [1, 2, 2])])
    page = f"/studies/mdms/compare/row/decide/?before=2014@1&after=2018@1&old=hukou&new={name}"
    kept = {"item": "hukou", "kind": kind, "variable": name, "note": "looked at",
            "source-0": "1", "map-0": "=1", "source-1": "2", "map-1": "=2"}  # fmt: skip
    edited = kept | {"map-1": "=1"}
    told = signed_in.post(page, edited)
    text = told.content.decode()
    assert told.status_code == 422 and not CrosswalkDecision.objects.exists()
    assert "The table of codes was edited, but this decision maps no codes." in text and offered in text
    assert f'value="{kind}" required checked' in text and 'value="looked at"' in text
    assert text.count('value="=1" selected') == 2
    chinese = signed_in.post(page, edited, headers={"accept-language": "zh-hans"}).content.decode()
    assert "编码表已修改" in chinese
    assert signed_in.post(page, kept).status_code == 302
    barred = edited | {"kind": "not_comparable", "reason": "asked otherwise"}
    assert signed_in.post(page, barred).status_code == 302  # where nothing carries it no table is meant


def test_a_table_that_nobody_edited_stands_in_the_way_of_no_kind(
    signed_in: Client, study: Study, sides: Any
) -> None:
    """Labels suggest that codes changed places; whoever knows better need not undo the suggestion."""
    turned = (Code(1, {"en": "other"}), Code(2, {"en": "local"}))
    make_wave_version(make_wave(study, "2018", position=2), [(variable("hukou", codes=turned), [1, 2, 2])])
    page = "/studies/mdms/compare/row/decide/?before=2014@1&after=2018@1&old=hukou&new=hukou"
    form = {"item": "hukou", "kind": "same", "variable": "hukou", "source-0": "1", "source-1": "2"}
    for chosen in ({"map-0": "=2", "map-1": "=1"}, {"map-0": "=1", "map-1": "=2"}):
        assert signed_in.post(page, form | chosen).status_code == 302
    assert signed_in.post(page, form | {"map-0": "=1", "map-1": "=1"}).status_code == 422
    assert CrosswalkDecision.objects.get().kind == "same"


def test_an_unknown_status_of_items_is_refused(signed_in: Client, sides: Any) -> None:
    told = signed_in.get("/api/v1/items/?study=mdms&status=bogus")
    assert told.status_code == 400 and "status is one of complete, partial" in told.json()["title"]
    assert signed_in.get("/api/v1/items/?study=mdms&status=no_data").status_code == 200


@pytest.fixture
def wide(study: Study, sides: Any, user: User) -> CrosswalkDecision:
    """A second, looser item that the same variable carries in both waves."""
    item = save_item(user, study, "hukou_wide")
    decide(user, item, sides[0].wave, variable="hukou")
    return decide(user, item, sides[1].wave, variable="hukou", code_map=[[1, 1], [2, 1]])


ROW = "before=2014@1&after=2016@1&old=hukou&new=hukou"


def test_each_item_of_a_variable_is_decided_about_on_its_row(
    signed_in: Client, study: Study, user: User, wide: CrosswalkDecision
) -> None:
    save_item(user, study, "hukou")
    page = signed_in.get(f"/studies/mdms/compare/row/?{ROW}").content.decode()
    assert 'name="item" value="hukou"' in page and f"?{ROW.replace('&', '&amp;')}".replace("@", "%40") in page
    assert "item=hukou_wide#decide" in page and "Sign this decision on hukou<" in page
    chosen = signed_in.get(f"/studies/mdms/compare/row/?{ROW}&item=hukou_wide").content.decode()
    assert 'name="item" value="hukou_wide"' in chosen and "Sign this decision on hukou_wide<" in chosen
    assert 'name="kind" value="map" required checked' in chosen
    form = {"item": "hukou_wide", "kind": "not_comparable", "variable": "hukou", "reason": "asked otherwise"}
    sent = signed_in.post(f"/studies/mdms/compare/row/decide/?{ROW}&item=hukou_wide", form)
    assert sent.status_code == 302 and "item=hukou_wide" in sent["Location"]
    last = CrosswalkDecision.objects.latest("id")
    assert (last.item.name, last.kind) == ("hukou_wide", "not_comparable")


def test_an_item_that_was_chosen_finds_its_form_open(signed_in: Client, wide: CrosswalkDecision) -> None:
    page = signed_in.get(f"/studies/mdms/compare/row/?{ROW}").content.decode()
    assert '<details id="decide"><summary>Decide otherwise' in page
    chosen = signed_in.get(f"/studies/mdms/compare/row/?{ROW}&item=hukou_wide").content.decode()
    assert '<details id="decide" open><summary>Decide otherwise' in chosen


def test_the_page_of_an_item_leads_to_the_form_that_signs_it(signed_in: Client, wide: Any) -> None:
    page = signed_in.get("/studies/mdms/items/hukou_wide/").content.decode()
    assert "&amp;item=hukou_wide#decision" in page


def test_an_item_of_the_row_that_is_nowhere_is_refused_with_near_misses(
    signed_in: Client, wide: CrosswalkDecision
) -> None:
    told = signed_in.get(f"/studies/mdms/compare/row/?{ROW}&item=hukou_wid")
    assert told.status_code == 404 and "hukou_wide" in told.content.decode()


def test_an_item_that_another_variable_carries_is_no_item_of_the_row(
    signed_in: Client, study: Study, sides: Any, user: User
) -> None:
    sex = variable("q_sex", codes=CODES)
    for version in sides:
        make_wave_version(version.wave, [(variable("hukou", codes=CODES), [1, 2]), (sex, [1, 2])])
    make_wave_version(make_wave(study, "2018", position=2), [(variable("CITY", codes=CODES), [1])])
    for name in ("q_sex", "lost", "new"):
        save_item(user, study, name)
    rows = "before=2014@2&after=2016@2&old=hukou&new=hukou", "before=2014@2&after=2018@1&new=CITY"
    told = signed_in.get(f"/studies/mdms/compare/row/?{rows[0]}&item=q_sex")
    text = told.content.decode()
    assert told.status_code == 404 and '<form class="form wide"' not in text
    assert "This row is not about q_sex: in mdms/2014@2 q_sex carries it." in text
    chinese = signed_in.get(
        f"/studies/mdms/compare/row/?{rows[0]}&item=q_sex", headers={"accept-language": "zh-hans"}
    )
    assert "此行与 q_sex 无关" in chinese.content.decode()
    form = {"item": "q_sex", "kind": "same", "variable": "hukou"}
    assert signed_in.post(f"/studies/mdms/compare/row/decide/?{rows[0]}&item=q_sex", form).status_code == 404
    for query in (f"{rows[0]}&item=lost", f"{rows[1]}&item=new"):  # nothing carries them: any variable may
        assert signed_in.get(f"/studies/mdms/compare/row/?{query}").status_code == 200, query


def test_what_holds_already_is_said_and_nothing_is_stored(
    signed_in: Client, study: Study, sides: Any, user: User
) -> None:
    """A map of another variable, as folders sign it, is offered by the form of the row as a renaming."""
    after = make_wave_version(
        make_wave(study, "2018", position=2), [(variable("reg", codes=CODES), [1, 2, 2])]
    )
    signed = decide(
        user, save_item(user, study, "hukou"), after.wave, variable="reg", code_map=[[1, 2], [2, 1]]
    )
    assert signed.kind == "map" and not signed.held_already
    page = "/studies/mdms/compare/row/decide/?before=2014@1&after=2018@1&old=hukou&new=reg"
    form = {"item": "hukou", "kind": "rename", "variable": "reg", "source-0": "1", "map-0": "=2",
            "source-1": "2", "map-1": "=1"}  # fmt: skip
    told = signed_in.post(page, form, follow=True)
    assert f"This holds already, nothing new was signed: decision {signed.pk}" in told.content.decode()
    body = given(after="mdms/2018@1", variable="reg")
    again = signed_in.post(DECISIONS, body, "application/json")
    assert (again.status_code, again.json()["id"]) == (200, signed.pk)
    assert CrosswalkDecision.objects.count() == 1
    other = signed_in.post(
        DECISIONS, given(after="mdms/2018@1", variable="reg", note="x"), "application/json"
    )
    assert other.status_code == 201


def test_a_note_leaves_what_was_decided_what_it_was(
    signed_in: Client, study: Study, sides: Any, user: User
) -> None:
    """The form of a row with two names offers a map, as folders sign it, as a renaming with codes."""
    after = make_wave_version(
        make_wave(study, "2018", position=2), [(variable("reg", codes=CODES), [1, 2, 2])]
    )
    item = save_item(user, study, "hukou")
    decide(user, item, after.wave, variable="reg", code_map=[[1, 2], [2, 1]])
    page = "/studies/mdms/compare/row/decide/?before=2014@1&after=2018@1&old=hukou&new=reg"
    form = {"item": "hukou", "kind": "rename", "variable": "reg", "source-0": "1", "map-0": "=2",
            "source-1": "2", "map-1": "=1"}  # fmt: skip
    for more, kind in (({"note": "looked at"}, "map"), ({"map-1": "=2", "note": "looked at"}, "rename")):
        assert signed_in.post(page, form | more).status_code == 302
        last = CrosswalkDecision.objects.latest("id")
        assert (last.kind, last.note) == (kind, "looked at")
