"""The rule editor in the admin, as a browser without script asks for it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from measures.admin import editor
from measures.models import Dataset, Measure, MeasureVersion
from measures.services.datasets import build_dataset
from measures.services.rules import new_version
from surveys.core.codebook import Level
from tests.factories import make_member, make_study, make_user, make_wave, make_wave_version, variable
from tests.measures.conftest import CELLS, FSP, MALE, Room, codebook

LIST = "/admin/measures/measure/"
PREVIEW = f"{LIST}preview/"


@pytest.fixture
def researcher(room: Room, client: Client) -> Client:
    client.force_login(room.user)
    return client


def sent(room: Room, rule: str, **more: object) -> dict[str, object]:
    return {"study": room.study.pk, "wave": room.version.pk, "rule": rule} | more


def change(measure: Measure) -> str:
    return f"{LIST}{measure.pk}/change/"


# ---- the live preview


def test_the_preview_says_sentence_tally_and_table(researcher: Client, room: Room) -> None:
    page = researcher.post(PREVIEW, sent(room, FSP)).content.decode()
    assert "Union" in page and "工会" in page
    assert "<b>6</b> valid" in page and "<b>1</b> refused" in page
    assert "q_party" in page and "<html" not in page


def test_the_preview_follows_the_language_of_the_page(researcher: Client, room: Room) -> None:
    page = researcher.post(PREVIEW, sent(room, MALE), headers={"accept-language": "zh-hans"}).content.decode()
    assert "性别" in page and "男" in page


def test_the_preview_shows_labels_as_they_are_typed(researcher: Client, room: Room) -> None:
    labels = {
        "value_label": ["1", "0", ""],
        "value_label_en": ["a man", "", ""],
        "value_label_zh": ["", "女", ""],
    }
    page = researcher.post(PREVIEW, sent(room, MALE, **labels)).content.decode()
    assert "a man" in page and "女" in page


def test_a_mistake_is_shown_with_its_place_and_near_misses(researcher: Client, room: Room) -> None:
    page = researcher.post(PREVIEW, sent(room, "any_of(q_party,\r\n q_unoin)")).content.decode()
    assert 'data-start="17" data-end="24"' in page and "<mark>q_unoin</mark>" in page
    assert 'data-replace="q_union"' in page and "line 2, character 2" in page


def test_every_mistake_is_shown(researcher: Client, room: Room) -> None:
    page = researcher.post(PREVIEW, sent(room, "any_of(q_unoin, q_prty)")).content.decode()
    assert page.count('<li class="wbe-problem"') == 2


def test_an_uncovered_code_is_marked(researcher: Client, room: Room) -> None:
    page = researcher.post(PREVIEW, sent(room, "recode(q_home, {1: 1, 2: 0})")).content.decode()
    assert "wbe-uncovered" in page and "Not ready to publish" in page


def test_the_preview_tells_of_labels_and_examples_what_publishing_would(
    researcher: Client, room: Room
) -> None:
    examples = "- {given: {q_sex: 1}, then: 0}\n- {given: {q_union: 1}, then: 1}"
    labels = {"value_label": ["1.5"], "value_label_en": ["half"], "value_label_zh": [""]}
    more = {"examples": examples} | labels
    page = researcher.post(PREVIEW, sent(room, MALE, **more)).content.decode()
    assert "Not ready to publish" in page and page.count('<li class="wbe-problem"') == 3
    assert "<b>rule: example 1</b>: The rule gives 1, the example says 0." in page
    assert "The example does not say what q_sex is." in page and "“1.5” has a label" in page
    chinese = {"accept-language": "zh-hans"}
    page = researcher.post(PREVIEW, sent(room, MALE, **more), headers=chinese).content.decode()
    assert "The rule gives" not in page and "example 1" not in page
    right = sent(room, MALE, examples="- {given: {q_sex: 2}, then: 0}")
    assert "wbe-problem" not in researcher.post(PREVIEW, right).content.decode()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("- {given: [", "Something is opened here and not closed"),
        ("just words", "one example per line"),
        ("- {given: {q_sex: 1}}", "A worked example needs given and then."),
        ("- words", "A worked example needs given and then."),
        ("- {given: {q_sex: 2020-01-01}, then: 2020-01-01}", "example 1"),
        ("- {given: {1: 1}, then: 1}", "example 1"),
    ],
)
def test_examples_half_written_are_told_in_the_preview(
    researcher: Client, room: Room, written: str, told: str
) -> None:
    page = researcher.post(PREVIEW, sent(room, MALE, examples=written)).content.decode()
    assert told in page and "wbe-tally" in page


def test_rows_that_change_are_shown(researcher: Client, room: Room, fsp: Measure) -> None:
    more = {"measure": fsp.pk, "compare": "1"}
    page = researcher.post(PREVIEW, sent(room, "q_union", **more)).content.decode()
    assert "2 of 8 rows of mdms/2014@1 (25.0 %) change against fsp@1" in page
    same = researcher.post(PREVIEW, sent(room, FSP, **more)).content.decode()
    assert "No row of mdms/2014@1 changes against fsp@1" in same


def test_rows_that_change_in_other_waves_are_told_beside_them(
    researcher: Client, room: Room, fsp: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = codebook()
    later = make_wave(room.study, "2016")
    cells = CELLS | {"q_union": [0] * 8, "q_party": [0] * 8}
    make_wave_version(later, [(variables[name], values) for name, values in cells.items()])
    page = researcher.post(f"{LIST}elsewhere/", sent(room, "q_union", measure=fsp.pk)).content.decode()
    assert "No row of mdms/2016@1 changes" in page
    other = sent(room, "1 - q_union", measure=fsp.pk)
    page = researcher.post(f"{LIST}elsewhere/", other).content.decode()
    assert "8 of 8 rows of mdms/2016@1 change as well" in page and "data-wave" in page
    preview = researcher.post(PREVIEW, other | {"compare": "1"}).content.decode()
    assert 'hx-trigger="load delay:1500ms"' in preview
    monkeypatch.setattr(editor, "MOST_UNASKED", 7)
    preview = researcher.post(PREVIEW, other | {"compare": "1"}).content.decode()
    assert 'hx-trigger="click"' in preview and "Count the other waves" in preview
    for broken in ("any_of(", "q_unoin"):
        page = researcher.post(f"{LIST}elsewhere/", sent(room, broken, measure=fsp.pk))
        assert page.status_code == 200 and "wbe-elsewhere" not in page.content.decode()


def test_scores_are_summed_up(researcher: Client, room: Room) -> None:
    page = researcher.post(PREVIEW, sent(room, "standardise(q_income)")).content.decode()
    assert "mean" in page and "decimal numbers" in page


def test_text_of_a_rule_is_escaped(researcher: Client, room: Room) -> None:
    page = researcher.post(PREVIEW, sent(room, "<script>alert(1)</script>")).content.decode()
    assert "<script>" not in page


def test_a_rule_of_any_length_gets_an_answer(researcher: Client, room: Room) -> None:
    for rule in ("1" * 20_000, "(" * 3000, "q_sex + " * 900 + "1", "`" * 50, "不存在的题目 == 1"):
        page = researcher.post(PREVIEW, sent(room, rule))
        assert page.status_code == 200 and "wbe-problem" in page.content.decode(), rule[:10]


def test_nothing_typed_and_no_data(researcher: Client, room: Room) -> None:
    assert "Write a rule" in researcher.post(PREVIEW, sent(room, "  ")).content.decode()
    empty = type(room.study).objects.create(slug="empty", is_open=True)
    page = researcher.post(PREVIEW, {"study": empty.pk, "rule": "1"}).content.decode()
    assert "no wave with data" in page


def test_who_begins_is_offered_rules_that_hold_over_items_of_the_study(
    researcher: Client, room: Room
) -> None:
    page = researcher.post(PREVIEW, sent(room, ""), headers={"accept-language": "zh-hans"}).content.decode()
    rules = re.findall(r'class="wbe-insert" data-insert="([^"]*)"', page)
    assert rules == [
        "q_home == 1", "q_home in (1, 3)", "any_of(q_union, q_party)", "recode(q_home, {1: 1}, other=0)",
        "is_missing(q_home)",
    ]  # fmt: skip
    assert "若“住房”为别墅" in page  # what each says, in the language of the page
    for rule in rules:
        answer = researcher.post(PREVIEW, sent(room, rule)).content.decode()
        assert "wbe-sentence" in answer and "wbe-problems" not in answer


def test_a_first_step_over_an_amount_parts_it_at_the_median(researcher: Client, room: Room) -> None:
    wave = make_wave(room.study, "2016", position=2)
    age = variable("age", level=Level.SCALE, labels={"en": "Age"})
    later = make_wave_version(wave, [(age, [20, 30, 41, 50, 60, 61, 62, 63, 64, 22, 23, 24] * 2)])
    page = researcher.post(PREVIEW, sent(room, "", wave=later.pk)).content.decode()
    assert 'data-insert="band(age, 46)"' in page


def test_a_wave_of_another_study_is_not_tried(researcher: Client, room: Room) -> None:
    other = type(room.study).objects.create(slug="other", is_open=True)
    page = researcher.post(PREVIEW, sent(room, FSP, study=other.pk)).content.decode()
    assert "no wave with data" in page


def test_previews_are_for_those_who_may_define(client: Client, room: Room) -> None:
    reader = make_member(room.study, "reader", role="reader")
    client.force_login(reader)
    assert client.post(PREVIEW, sent(room, FSP)).status_code == 403
    client.force_login(make_user("stranger", is_staff=True))
    assert client.post(PREVIEW, sent(room, FSP)).status_code == 404
    client.logout()
    assert client.post(PREVIEW, sent(room, FSP)).status_code == 302


# ---- items


def test_items_are_found_by_name_and_by_labels_in_any_language(researcher: Client, room: Room) -> None:
    def found(text: str) -> str:
        return researcher.get(f"{LIST}items/", sent(room, "", q=text)).content.decode()

    assert 'data-insert="q_union"' in found("union")
    assert 'data-insert="q_home"' in found("老城") and 'data-insert="q_union"' not in found("老城")
    assert "No item found" in found("zebra")


# ---- pages


def test_the_editor_has_its_parts_and_fetches_nothing_from_elsewhere(
    researcher: Client, fsp: Measure
) -> None:
    page = researcher.get(change(fsp)).content.decode()
    assert FSP in page and "any_of" in page and "unfold/js/htmx/htmx.js" in page
    assert 'src="http' not in page and 'rel="stylesheet" href="http' not in page
    assert "New version" in page and "Save draft" not in page


def test_a_measure_is_written_saved_and_published(researcher: Client, room: Room) -> None:
    assert researcher.get(f"{LIST}add/").status_code == 200
    wording = {
        "study": room.study.pk, "name": "male", "rule": MALE, "level": "nominal", "label_en": "Male",
        "label_zh": "男性", "value_label": ["1", "0"], "value_label_en": ["male", "female"],
        "value_label_zh": ["男", "女"], "examples": "- {given: {q_sex: 1}, then: 1}", "save": "1",
    }  # fmt: skip
    answer = researcher.post(f"{LIST}add/", wording)
    measure = Measure.objects.get()
    assert answer.status_code == 302 and answer["Location"] == change(measure)
    draft = measure.draft
    assert draft is not None and draft.labels == {"en": "Male", "zh": "男性"}
    assert draft.value_labels[0] == {"value": 1, "labels": {"en": "male", "zh": "男"}}
    wording.pop("save")
    page = researcher.post(change(measure), wording | {"publish": "1"}, follow=True).content.decode()
    assert "male@1 is published." in page and measure.published is not None


def test_a_rule_is_tried_on_a_wave_that_has_its_items(researcher: Client, room: Room, fsp: Measure) -> None:
    later = make_wave(room.study, "2016", position=9)
    newest = make_wave_version(later, [(codebook()["rid"], CELLS["rid"])])

    def chosen(page: str) -> list[str]:
        return re.findall(
            r'<option value="(\d+)" selected', page.partition('id="wave"')[2].partition("</select>")[0]
        )

    assert chosen(researcher.get(change(fsp)).content.decode()) == [str(room.version.pk)]
    assert chosen(researcher.get(f"{change(fsp)}?wave={newest.pk}").content.decode()) == [str(newest.pk)]
    new_version(room.user, fsp)
    wording = {"rule": f"{FSP} ", "level": "unknown", "wave": str(newest.pk)}
    page = researcher.post(change(fsp), wording, follow=True).content.decode()
    assert chosen(page) == [str(newest.pk)]  # kept over a save


def test_what_hinders_publishing_is_told_at_once_and_once(researcher: Client, room: Room) -> None:
    wording = {"study": room.study.pk, "name": "home", "rule": "recode(q_home, {1: 1})", "level": "nominal"}
    page = researcher.post(f"{LIST}add/", wording | {"publish": "1"}, follow=True).content.decode()
    assert "The draft is saved, and not published" in page and page.count("has no outcome") == 2
    assert "has no outcome" not in researcher.get(change(Measure.objects.get())).content.decode()


def test_a_refusal_has_the_labels_of_codes_in_the_language_of_the_page(
    researcher: Client, room: Room
) -> None:
    wording = {"study": room.study.pk, "name": "home", "rule": "recode(q_home, {1: 1})", "level": "nominal"}
    chinese = {"accept-language": "zh-hans"}
    answer = researcher.post(f"{LIST}add/", wording | {"publish": "1"}, follow=True, headers=chinese)
    page = answer.content.decode()
    assert "农村" in page and "village" not in page


def test_rows_that_change_must_be_ticked(researcher: Client, room: Room, fsp: Measure) -> None:
    new_version(room.user, fsp)
    wording = {"rule": "q_union", "level": "unknown", "publish": "1"}
    page = researcher.post(change(fsp), wording, follow=True).content.decode()
    assert "2 of 8 rows against fsp@1" in page
    page = researcher.post(change(fsp), wording | {"acknowledge": "1"}, follow=True).content.decode()
    assert "fsp@2 is published." in page


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": "2 fast"}, "cannot be the name of a measure"),
        ({"rule": ""}, "Rule:"),
        ({"examples": "- {given: ["}, "line 1, character 12: Something is opened here and not closed"),
        ({"examples": "- &a [1]\n- *a"}, "Aliases (*name) are not read."),
        ({"examples": "just words"}, "one example per line"),
        ({"level": "nominall"}, "Level"),
    ],
)
def test_bad_input_keeps_what_was_typed(
    researcher: Client, room: Room, wrong: dict[str, str], told: str
) -> None:
    wording = {"study": room.study.pk, "name": "male", "rule": MALE, "level": "nominal", "label_zh": "男性"}
    answer = researcher.post(f"{LIST}add/", wording | wrong)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert "男性" in answer.content.decode() and not Measure.objects.exists()


def test_new_version_discard_and_retire(researcher: Client, fsp: Measure) -> None:
    researcher.post(f"{LIST}{fsp.pk}/new-version/")
    assert fsp.draft is not None
    assert "Save draft" in researcher.get(change(fsp)).content.decode()
    assert "Save draft" not in researcher.get(change(fsp), {"version": "1"}).content.decode()
    researcher.post(f"{LIST}{fsp.pk}/discard/")
    assert fsp.draft is None
    page = researcher.post(f"{LIST}{fsp.pk}/retire/1/", {"reason": ""}, follow=True).content.decode()
    assert "needs a reason" in page
    researcher.post(f"{LIST}{fsp.pk}/retire/1/", {"reason": "wrong"})
    assert fsp.versions.get().state == MeasureVersion.State.RETIRED


def test_a_reader_sees_and_changes_nothing(client: Client, room: Room, fsp: Measure) -> None:
    client.force_login(make_member(room.study, "reader", role="reader"))
    page = client.get(change(fsp)).content.decode()
    assert FSP in page and "New version" not in page and "hx-post" not in page
    assert client.post(f"{LIST}{fsp.pk}/new-version/").status_code == 403
    client.post(change(fsp), {"rule": "q_union", "level": "unknown", "save": "1"})
    assert fsp.draft is None


def test_a_stranger_sees_nothing(client: Client, room: Room, fsp: Measure) -> None:
    client.force_login(make_user("stranger", is_staff=True))
    assert "fsp" not in client.get(LIST).content.decode()
    assert client.get(change(fsp)).status_code in (302, 404)
    assert "no study" in client.get(f"{LIST}add/").content.decode()


def test_lists_and_frozen_pages_open(researcher: Client, room: Room, fsp: Measure) -> None:
    version = build_dataset(room.user, room.dataset(measures=["fsp"])).version
    for model in ("measure", "measureversion", "dataset", "datasetversion", "derivedcolumn"):
        assert researcher.get(f"/admin/measures/{model}/").status_code == 200
    derived = f"derivedcolumn/{version.columns.get(name='fsp').derived_id}/change/"
    for path in (derived, f"dataset/{version.dataset_id}/change/"):
        assert researcher.get(f"/admin/measures/{path}").status_code == 200
    assert fsp.published is not None
    wording = researcher.get(f"/admin/measures/measureversion/{fsp.published.pk}/change/")
    assert wording["Location"] == f"{change(fsp)}?version=1"
    page = researcher.get(f"/admin/measures/datasetversion/{version.pk}/change/")
    assert page["Location"] == "/studies/mdms/datasets/integration@1/"


def test_a_recipe_is_changed_in_the_admin(researcher: Client, room: Room, fsp: Measure) -> None:
    recipe = "wave: 2014\nmeasures: [fps]\nkey: rid\n"
    wrong = {"study": room.study.pk, "slug": "formal", "recipe": recipe}
    page = researcher.post("/admin/measures/dataset/add/", wrong).content.decode()
    assert "Did you mean fsp?" in page and not Dataset.objects.exists()
    for text, told in (("# nothing", "Nothing is written here."), ("- a", "A recipe is a table of")):
        page = researcher.post("/admin/measures/dataset/add/", wrong | {"recipe": text}).content.decode()
        assert told in page
    right = wrong | {"recipe": recipe.replace("fps", "fsp"), "label_zh": "正式参与"}
    assert researcher.post("/admin/measures/dataset/add/", right).status_code == 302
    dataset = Dataset.objects.get()
    assert dataset.labels == {"zh": "正式参与"} and dataset.recipe["measures"] == ["fsp"]
    answer = researcher.post(
        "/admin/measures/dataset/", {"action": "build", "_selected_action": [dataset.pk]}
    )
    assert answer.status_code == 302 and "/jobs/" in answer["Location"]


def test_a_new_measure_is_of_the_study_one_came_from(researcher: Client, room: Room) -> None:
    """Placeholders are items of that study, and its crumbs are in the language of the page."""
    other = make_study("aaa")
    other.memberships.create(user=room.user, role="researcher")
    page = researcher.get(f"{LIST}add/", {"study": "mdms"}).content.decode()
    assert f'<option value="{room.study.pk}" selected>mdms</option>' in page
    assert 'placeholder="q_sex == 1"' in page and "{given: {q_sex: 1}, then: 1}" in page
    empty = researcher.get(f"{LIST}add/", {"study": "aaa"}).content.decode()
    assert f'<option value="{other.pk}" selected>aaa</option>' in empty
    assert 'placeholder="q_sex' not in empty
    chinese = researcher.get(f"{LIST}add/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "测量与数据集" in chinese
    assert "?study=mdms" in researcher.get("/studies/mdms/").content.decode()


def test_an_item_taken_out_of_the_rule_is_told_once_and_leads_to_the_examples(
    researcher: Client, room: Room
) -> None:
    given = "\n".join(f"- {{given: {{q_union: {n}, q_party: 0}}, then: {n}}}" for n in (0, 1, 1))
    wording = {"study": room.study.pk, "name": "fsp", "rule": "q_union", "level": "nominal"}
    page = researcher.post(
        f"{LIST}add/", wording | {"examples": given, "publish": "1"}, follow=True
    ).content.decode()
    said = "The example gives q_party, which the rule does not use. Remove it from the worked example."
    assert page.count(said) == 1 and "fsp: examples 1, 2, 3" in page and "Did you mean" not in page
    assert 'href="#examples"' in page and '<details class="wbe-card wbe-details" open>' in page


def test_near_misses_stand_apart(researcher: Client, room: Room) -> None:
    page = researcher.post(PREVIEW, sent(room, "q_unoin + q_uninon")).content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert re.search(r"Did you mean \w+(, \w+)*( or \w+)?\?", words)


def test_previews_draw_without_styles_and_write_large_numbers_apart(researcher: Client, room: Room) -> None:
    cells = {name: values * 200 for name, values in CELLS.items()}
    room.corrected(**cells | {"rid": list(range(1600))})
    pages = [
        researcher.post(PREVIEW, sent(room, rule) | {"wave": ""}).content.decode()
        for rule in (MALE, "q_income * rid")
    ]
    assert "style=" not in "".join(pages) and "1,600 rows" in pages[0] and "<b>1,600</b>" in pages[0]
    assert '<svg class="bar stacked"' in pages[0] and '<svg class="histogram"' in pages[1]


def test_what_a_measure_means_is_told_in_the_language_of_the_reader(researcher: Client, room: Room) -> None:
    wording = {
        "study": room.study.pk, "name": "male", "rule": MALE, "level": "nominal", "concept": "sex",
        "concept_zh": "性别概念", "definition": "Sex as told.", "definition_zh": "自报性别。",
        "universe": "all",
    }  # fmt: skip
    researcher.post(f"{LIST}add/", wording | {"publish": "1"})
    version = Measure.objects.get().published
    assert version is not None and version.texts == {"definition": {"en": "Sex as told.", "zh": "自报性别。"}}
    assert (version.definition, version.universe, version.told("universe")) == ("Sex as told.", "all", "all")
    address = "/studies/mdms/measures/male/"
    english = researcher.get(address).content.decode()
    chinese = researcher.get(address, HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "Sex as told." in english and "自报性别" not in english
    assert "自报性别" in chinese and "性别概念" in chinese and "Sex as told." not in chinese
    again = researcher.get(change(version.measure)).content.decode()
    assert "自报性别" in again and "性别概念" in again
