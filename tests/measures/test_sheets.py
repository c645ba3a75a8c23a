"""Measures as a sheet: written, edited, given back; only edits count and published versions stay."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from measures.core.sheets import Edit, SheetLine, cells, edited, edits
from measures.models import MeasureVersion
from measures.services.rules import new_version, save_draft
from measures.services.sheets import read_sheet, save_sheet, write_sheet
from surveys.core.problems import Refused
from tests.factories import make_member, make_study
from tests.measures.conftest import FSP, MALE, Room

WORDING: dict[str, Any] = {
    "labels": {"en": "Formal participation", "zh": "正式参与"},
    "value_labels": [{"value": 1, "labels": {"en": "yes", "zh": "是"}}, {"value": 0, "labels": {"en": "no"}}],
    "definition": {"en": "Member of one", "zh": "参加其一"},
    "citation": "A paper (2022)\np. 3",
    "examples": [{"given": {"q_union": 1, "q_party": 0}, "then": 1}],
    "concept": "participation",
    "unit": "=1+1",
}


@pytest.fixture
def measured(room: Room) -> Room:
    room.publish("fsp", FSP, **WORDING)
    room.publish("male", MALE, labels={"en": "Male"})
    return room


Editor = Callable[..., Path]


@pytest.fixture
def sheet(measured: Room, tmp_path: Path) -> Editor:
    """The sheet on disk, with cells edited: ``sheet({"fsp": {"label_en": "…"}}, drop=("note",))``."""

    def make(
        changed: dict[str, dict[str, str]], *, drop: tuple[str, ...] = (), add: tuple[Any, ...] = ()
    ) -> Path:
        path = tmp_path / "sheet.csv"
        write_sheet(measured.user, measured.study, path, "csv")
        rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"))))
        for row in rows:
            row.update(changed.get(row["measure"], {}))
        names = [name for name in rows[0] if name not in drop]
        names += [name for row in (*changed.values(), *add) for name in row if name not in names]
        return written(path, names, [*rows, *add])

    return make


def written(path: Path, names: list[str], rows: list[Any]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(dict.fromkeys(names)), extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)
    return path


def read(room: Room, path: Path) -> dict[str, list[tuple[str, str, str]]]:
    changes = read_sheet(room.user, room.study, path)
    assert not changes.problems
    return {one.name: [(e.column, e.old, e.new) for e in one.edits] for one in changes.changes}


def problems(room: Room, path: Path) -> list[str]:
    return [problem.code for problem in read_sheet(room.user, room.study, path).problems]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_sheet_given_back_as_it_was_changes_nothing(measured: Room, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"sheet.{form}"
    assert write_sheet(measured.user, measured.study, path, form) == 2
    assert read(measured, path) == {}
    with pytest.raises(Refused, match="says the same"):
        save_sheet(measured.user, read_sheet(measured.user, measured.study, path))
    assert not MeasureVersion.objects.filter(state="draft").exists()


def test_edits_become_drafts_and_published_versions_stay(measured: Room, sheet: Editor) -> None:
    path = sheet(
        {
            "fsp": {
                "rule": "any_of(q_union, q_party, at_least=1)", "label_zh": "参与", "definition_zh": "",
                "value_labels_zh": "1=是的 | 0=否 | 2=二", "citation": "", "note": "one answer is enough",
            },
            "male": {"concept_zh": "性别"},
        }
    )  # fmt: skip
    found = read(measured, path)
    assert ("label_zh", "正式参与", "参与") in found["fsp"] and ("definition_zh", "参加其一", "") in found[
        "fsp"
    ]
    assert found["male"] == [("concept_zh", "", "性别")]
    save_sheet(measured.user, read_sheet(measured.user, measured.study, path))
    fsp = measured.study.measures.get(name="fsp")
    assert fsp.published is not None and fsp.draft is not None
    assert (fsp.published.rule, fsp.published.citation) == (FSP, WORDING["citation"])
    draft = fsp.draft
    assert draft.rule == "any_of(q_union, q_party, at_least=1)" and draft.note == "one answer is enough"
    assert draft.labels == {"en": "Formal participation", "zh": "参与"} and draft.citation == ""
    assert draft.told("definition") == {"en": "Member of one"} and draft.unit == "=1+1"
    assert draft.value_labels == [
        {"value": 1, "labels": {"en": "yes", "zh": "是的"}},
        {"value": 0, "labels": {"en": "no", "zh": "否"}},
        {"value": 2, "labels": {"zh": "二"}},
    ]
    assert draft.examples == WORDING["examples"]
    male = measured.study.measures.get(name="male")
    assert male.concepts == {"zh": "性别"} and male.draft is None  # the concept is the measure's own


def relabelled(value_labels: list[dict[str, Any]], told: str) -> list[dict[str, Any]]:
    line = SheetLine("x", "", {"value_labels_en": told}, "line 2")
    found = edited({"labels": {}, "value_labels": value_labels}, [Edit("value_labels_en", "", told)], line)
    assert not line.problems
    labels: list[dict[str, Any]] = found["value_labels"]
    return labels


@pytest.mark.parametrize("told", ["1=one; 4=four", '1=one;"a b"=four | 2=two'])
def test_several_values_in_one_are_not_taken_for_a_label(told: str) -> None:
    line = SheetLine("x", "", {"value_labels_en": told}, "line 2")
    edited({"labels": {}, "value_labels": []}, [Edit("value_labels_en", "", told)], line)
    (problem,) = line.problems
    assert "looks like several values" in problem.message and problem.hint == "Write 1=yes | 0=no."
    assert relabelled([], "1=yes; no doubt") == [{"value": 1, "labels": {"en": "yes; no doubt"}}]


@pytest.mark.parametrize(
    "value", [12345678901234567, -(2**63), 0.12345678901234568, 1e-7, 5e-324, 1.7e308, 2.5, 2.0, "1e3", "7"]
)
def test_a_labelled_value_comes_back_as_it_is(value: float | str) -> None:
    labels = [{"value": value, "labels": {"en": "one", "zh": "一"}}]
    told = cells({"labels": {}, "value_labels": labels, "examples": []})["value_labels_en"]
    assert relabelled(labels, told.replace("one", "other")) == [
        {"value": value, "labels": {"zh": "一", "en": "other"}}
    ]
    (read,) = relabelled([], told)
    assert read["value"] == value and isinstance(read["value"], str) == isinstance(value, str)


def test_a_label_beside_the_edited_one_keeps_its_signs() -> None:
    labels = [
        {"value": 1, "labels": {"en": "yes | sure\nor so"}},
        {"value": 0, "labels": {"en": "no | never"}},
    ]
    told = cells({"labels": {}, "value_labels": labels, "examples": []})["value_labels_en"]
    assert told == "1=yes / sure or so | 0=no / never"
    found = relabelled(labels, told.replace("never", "hardly"))
    assert [one["labels"]["en"] for one in found] == ["yes | sure\nor so", "no / hardly"]


def test_numbers_that_no_variable_holds_stay_text() -> None:
    (read,) = relabelled([], f"{'9' * 5000}=many")
    assert read["value"] == "9" * 5000


def test_cells_of_formulas_are_texts_in_the_csv(measured: Room, tmp_path: Path) -> None:
    write_sheet(measured.user, measured.study, tmp_path / "sheet.csv", "csv")
    text = (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")
    assert "'=1+1" in text and ",=1+1" not in text and "'- {" in text


def test_a_sheet_of_chosen_measures(measured: Room, tmp_path: Path) -> None:
    assert write_sheet(measured.user, measured.study, tmp_path / "s.csv", "csv", ["male"]) == 1
    with pytest.raises(Refused, match=r"no measure called mael.*male"):
        write_sheet(measured.user, measured.study, tmp_path / "s.csv", "csv", ["mael"])


def test_deleted_lines_and_columns_leave_things(measured: Room, sheet: Editor) -> None:
    path = sheet({"male": {"label_en": "Man"}}, drop=("rule", "citation", "value_labels_en"))
    assert read(measured, path) == {"male": [("label_en", "Male", "Man")]}
    rows = [row for row in path.read_text().splitlines() if not row.startswith("fsp")]
    path.write_text("\n".join(rows))
    assert set(read(measured, path)) <= {"male"}


def test_only_what_was_edited_counts_when_the_measure_moved_on(measured: Room, sheet: Editor) -> None:
    path = sheet({"fsp": {"citation": "Another"}})
    measured.publish("fsp", FSP, **WORDING | {"labels": {"en": "Joined"}})  # meanwhile, elsewhere
    save_sheet(measured.user, read_sheet(measured.user, measured.study, path))
    draft = measured.study.measures.get(name="fsp").draft
    assert draft is not None and draft.citation == "Another" and draft.labels == {"en": "Joined"}


def test_a_cell_that_both_changed_is_a_problem(measured: Room, sheet: Editor) -> None:
    path = sheet({"fsp": {"label_en": "One thing"}})
    measured.publish("fsp", FSP, **WORDING | {"labels": {"en": "Another thing"}})
    assert problems(measured, path) == ["changed_by_both"]


@pytest.mark.parametrize("moved_on", [False, True])
def test_a_concept_that_changed_since_is_not_taken_back(
    measured: Room, sheet: Editor, moved_on: bool
) -> None:
    """A concept has no versions: what the sheet had is known by the hash beside the version it names."""
    path = sheet({"fsp": {"citation": "Another"}})
    save_draft(measured.user, measured.study, "fsp", rule=FSP, **WORDING | {"concept": {"zh": "参与"}})
    if moved_on:
        measured.publish("fsp", FSP, **WORDING | {"concept": {"zh": "参与"}, "labels": {"en": "Joined"}})
    assert read(measured, path) == {"fsp": [("citation", WORDING["citation"], "Another")]}
    save_sheet(measured.user, read_sheet(measured.user, measured.study, path))
    fsp = measured.study.measures.get(name="fsp")
    assert fsp.told_concept == {"zh": "参与"} and fsp.draft is not None and fsp.draft.citation == "Another"


def test_a_concept_that_both_changed_is_a_problem(measured: Room, sheet: Editor) -> None:
    path = sheet({"fsp": {"concept": "joining"}}, drop=("note",))
    save_draft(measured.user, measured.study, "fsp", rule=FSP, **WORDING | {"concept": "membership"})
    assert problems(measured, path) == ["changed_by_both"]
    save_draft(measured.user, measured.study, "fsp", rule=FSP, **WORDING | {"concept": "joining"})
    assert read(measured, path) == {}  # both say the same


def test_a_draft_that_was_changed_since_is_not_overwritten(measured: Room, sheet: Editor) -> None:
    fsp = measured.study.measures.get(name="fsp")
    new_version(measured.user, fsp)
    path = sheet({"fsp": {"label_en": "One thing"}})
    assert read(measured, path) == {"fsp": [("label_en", "Formal participation", "One thing")]}
    save_draft(measured.user, measured.study, "fsp", rule="q_union")
    assert problems(measured, path) == ["changed_since"]
    with pytest.raises(Refused, match="changed since"):
        save_sheet(measured.user, read_sheet(measured.user, measured.study, path))


def test_every_problem_is_told_at_once(measured: Room, sheet: Editor) -> None:
    new = {"measure": "1 bad", "rule": "q_sex"}
    lost = {"measure": "mael", "seen": "@1 abc", "rule": "q_sex"}
    path = sheet(
        {
            "fsp": {"rule": "", "level": "odd", "value_labels_en": "yes", "examples": "- {given: 1}"},
            "male": {"examples": "{"},
        },
        add=(new, lost),
    )
    found = read_sheet(measured.user, measured.study, path).problems
    codes = [problem.code for problem in found]
    assert {"unreadable_label", "no_rule", "bad_level", "bad_example", "bad_name", "not_found"} <= set(codes)
    assert len(codes) >= 7 and any("male" in problem.near for problem in found)
    assert read_sheet(measured.user, measured.study, path).changes == ()


def test_headings_that_are_unknown_and_measures_twice_are_refused(measured: Room, sheet: Editor) -> None:
    path = sheet({"fsp": {"lable_en": "x"}}, add=({"measure": "fsp"},))
    with pytest.raises(Refused) as refused:
        read_sheet(measured.user, measured.study, path)
    assert [problem.code for problem in refused.value.problems] == ["unknown_column", "measure_twice"]
    assert "label_en" in refused.value.problems[0].near
    path.write_text("name,rule\nfsp,1\n")
    with pytest.raises(Refused, match="which measures"):
        read_sheet(measured.user, measured.study, path)


def test_a_measure_that_stands_twice_hides_no_other_problem(measured: Room, sheet: Editor) -> None:
    path = sheet({"male": {"level": "odd"}}, add=({"measure": "fsp"}, {"measure": "fsp"}))
    found = read_sheet(measured.user, measured.study, path)
    codes = [problem.code for problem in found.problems]
    assert codes.count("measure_twice") == 2 and "bad_level" in codes
    with pytest.raises(Refused):
        save_sheet(measured.user, found)


def test_a_rule_that_does_not_hold_yet_is_remarked_on_and_kept(measured: Room, sheet: Editor) -> None:
    path = sheet({"fsp": {"rule": "any_of(q_unoin)"}, "male": {"rule": "recode("}})
    changes = read_sheet(measured.user, measured.study, path)
    assert [one.remarks[0].code for one in changes.changes] == [
        "unknown_name",
        changes.changes[1].remarks[0].code,
    ]
    assert len(save_sheet(measured.user, changes)) == 2


def test_a_new_line_makes_a_new_measure(measured: Room, sheet: Editor) -> None:
    path = sheet({}, add=({"measure": "home", "rule": "q_home == 1", "label_en": "Villa"},))
    changes = read_sheet(measured.user, measured.study, path)
    assert [(one.name, one.base) for one in changes.changes] == [("home", "")]
    save_sheet(measured.user, changes)
    draft = measured.study.measures.get(name="home").draft
    assert draft is not None and draft.labels == {"en": "Villa"}


def test_labels_of_odd_values_come_back() -> None:
    odd: tuple[Any, ...] = ("01", "1", 1.5, "a=b", 'x|"y', "plain")
    labels = [{"value": value, "labels": {"en": f'{at}" a=b'}} for at, value in enumerate(odd)]
    fields = {"rule": "x", "labels": {}, "examples": [], "value_labels": labels}
    line = SheetLine("m", "", {"value_labels_en": cells(fields)["value_labels_en"] + " | 2=two"}, "line 2")
    changed = edited(fields, edits(line, cells(fields)), line)["value_labels"]
    assert not line.problems
    assert changed == [*labels, {"value": 2, "labels": {"en": "two"}}]


def test_a_concept_is_not_taken_away() -> None:
    line = SheetLine("m", "", {}, "line 2")
    fields = {"labels": {}, "value_labels": [], "concept": {"en": "a", "zh": "b"}}
    assert edited(fields, [Edit("concept_zh", "b", "")], line)["concept"] == {"en": "a"}
    edited(fields | {"concept": "a"}, [Edit("concept", "a", "")], line)
    assert [problem.code for problem in line.problems] == ["no_concept"]


# ---- the page


def page_of(client: Client, room: Room, **sent: Any) -> Any:
    return client.post(f"/studies/{room.study.slug}/measures-sheet/", sent)


def test_the_page_shows_the_difference_and_saves_what_was_seen(
    client: Client, measured: Room, sheet: Editor
) -> None:
    client.force_login(measured.user)
    assert client.get(f"/studies/{measured.study.slug}/measures-sheet/").status_code == 200
    path = sheet({"fsp": {"label_en": "Joined <b>"}})
    answer = page_of(client, measured, sheet=SimpleUploadedFile("s.csv", path.read_bytes()))
    page = answer.content.decode()
    assert answer.status_code == 200 and "Joined &lt;b&gt;" in page and "Formal participation" in page
    seen = answer.context["confirm"].initial
    assert page_of(client, measured, **seen | {"seen": "0" * 64}).status_code == 422
    assert measured.study.measures.get(name="fsp").draft is None
    assert page_of(client, measured, **seen).status_code == 302
    draft = measured.study.measures.get(name="fsp").draft
    assert draft is not None and draft.labels["en"] == "Joined <b>"


def in_chinese(path: Path, codec: str) -> Path:
    """The sheet as a spreadsheet program of Chinese Windows saves it, with a label edited."""
    text = path.read_text(encoding="utf-8-sig").replace("正式参与", "参加正式的社会组织")
    path.write_bytes(text.encode(codec))
    return path


def test_the_page_says_in_which_character_set_a_sheet_was_read(
    client: Client, measured: Room, sheet: Editor
) -> None:
    client.force_login(measured.user)
    data = in_chinese(sheet({}), "gbk").read_bytes()
    answer = page_of(client, measured, sheet=SimpleUploadedFile("s.csv", data))
    page = answer.content.decode()
    assert "does not say which character set" in page and "参加正式的社会组织" in page
    named = page_of(client, measured, sheet=SimpleUploadedFile("s.csv", data), encoding="gb18030")
    page = named.content.decode()
    assert "does not say which character set" not in page and "参加正式的社会组织" in page
    assert page_of(client, measured, **named.context["confirm"].initial).status_code == 302
    draft = measured.study.measures.get(name="fsp").draft
    assert draft is not None and draft.labels["zh"] == "参加正式的社会组织"
    wrong = page_of(client, measured, sheet=SimpleUploadedFile("s.csv", data), encoding="utf-8")
    assert wrong.status_code == 422 and 'name="encoding"' in wrong.content.decode()


def test_the_command_says_in_which_character_set_a_sheet_was_read(
    measured: Room, sheet: Editor, capsys: pytest.CaptureFixture[str]
) -> None:
    path = in_chinese(sheet({}), "gbk")
    ask = ["load_measures_sheet", measured.study.slug, path, "--as", "researcher", "--json"]
    call_command(*ask)
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["code"] == "sheet_encoding_presumed"
    for option in ("--encoding", "--codebook-encoding"):
        call_command(*ask, option, "gb18030")
        told = json.loads(capsys.readouterr().out)
        assert told["findings"] == [] and told["changes"][0]["edits"][0]["new"] == "参加正式的社会组织"
    call_command(*ask[:-1])
    said = capsys.readouterr()
    assert "does not say which character set" in said.out + said.err


def test_the_page_tells_problems_and_offers_no_confirmation(
    client: Client, measured: Room, sheet: Editor
) -> None:
    client.force_login(measured.user)
    path = sheet({"fsp": {"level": "odd"}, "male": {"label_en": "Man"}})
    answer = page_of(client, measured, sheet=SimpleUploadedFile("s.csv", path.read_bytes()))
    assert answer.status_code == 422
    assert "odd" in answer.content.decode() and 'name="mark"' not in answer.content.decode()


@pytest.mark.parametrize(("form", "starts"), [("csv", b"\xef\xbb\xbfmeasure,seen,rule"), ("xlsx", b"PK")])
def test_the_sheet_is_downloaded(client: Client, measured: Room, form: str, starts: bytes) -> None:
    client.force_login(measured.user)
    answer = client.get(f"/studies/{measured.study.slug}/measures-sheet/{form}/?measure=male")
    assert answer.content.startswith(starts)
    assert client.get(f"/studies/{measured.study.slug}/measures-sheet/ods/").status_code == 404


def test_sheets_are_for_those_who_may_define(client: Client, measured: Room, sheet: Editor) -> None:
    path, address = sheet({"fsp": {"label_en": "x"}}), f"/studies/{measured.study.slug}/measures-sheet/"
    client.force_login(make_member(measured.study, "reads", "reader"))
    assert client.get(f"{address}csv/").status_code == 403
    assert page_of(client, measured, sheet=SimpleUploadedFile("s.csv", path.read_bytes())).status_code in (
        403,
        422,
    )
    assert measured.study.measures.get(name="fsp").draft is None
    client.force_login(make_member(make_study("else"), "stranger"))
    assert client.get(address).status_code == 404


# ---- the commands


def test_the_commands_write_tell_and_save(
    measured: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sheet.csv"
    call_command("measures_sheet", measured.study.slug, "--output", path, "--as", "researcher", "--json")
    assert json.loads(capsys.readouterr().out)["measures"] == 2
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Formal participation", "Joined"))
    ask = ["load_measures_sheet", measured.study.slug, path, "--as", "researcher"]
    call_command(*ask)
    assert "label_en: Formal participation -> Joined" in capsys.readouterr().out
    assert measured.study.measures.get(name="fsp").draft is None
    call_command(*ask, "--confirm", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["drafts"] == ["fsp@draft"] and told["changes"][0]["edits"][0]["new"] == "Joined"


def test_the_commands_refuse_with_every_problem(
    measured: Room, sheet: Editor, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sheet({"fsp": {"level": "odd", "rule": ""}})
    with pytest.raises(SystemExit):
        call_command("load_measures_sheet", measured.study.slug, path, "--as", "researcher", "--json")
    codes = {one["code"] for one in json.loads(capsys.readouterr().out)["problems"]}
    assert codes == {"no_rule", "bad_level"}
    with pytest.raises(SystemExit):
        call_command("measures_sheet", measured.study.slug, "--output", "sheet.txt", "--as", "researcher")
