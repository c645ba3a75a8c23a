"""What a codebook gave a wave version survives dumping and loading, revised versions included."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from config.study_folder import dump_study, load_study
from surveys.core.problems import Refused
from surveys.core.reading.options import ReadOptions
from surveys.core.writing.codebook_json import codebook_text
from surveys.models import Study, User, WaveVersion
from surveys.services.revisions import read_revised, save_revision
from surveys.services.waves import import_wave
from tests.factories import make_user

DATA = "id,gender,media,born\n1,1,1;3,02/03/1980\n2,2,3,refused\n3,1,,05/06/1990\n4,9,1,01/02/1970\n"
SHEET = (
    "variable,type,label_en,label_zh,codes,missing,split,empty\n"
    "gender,decimal,Sex,性别,1=man;2=woman,9=refused,,\n"
    "media,,Media used,,1=radio;3=paper,,semicolon,zero\n"
    "born,date_dmy,Day of birth,,,refused=refused,,\n"
)


@pytest.fixture
def boss(db: None) -> User:
    return make_user("boss", is_superuser=True, is_staff=True)


def versions(slug: str) -> list[tuple[str, str]]:
    return list(
        WaveVersion.objects.filter(wave__study__slug=slug)
        .order_by("wave", "number")
        .values_list("content_hash", "codebook_hash")
    )


@pytest.fixture
def study(boss: User, tmp_path: Path) -> Study:
    """A flat file with a sheet that splits, dates and names absences; a revision; a correction."""
    data, sheet = tmp_path / "survey.csv", tmp_path / "sheet.csv"
    data.write_text(DATA, "utf-8")
    sheet.write_text(SHEET, "utf-8")
    options = ReadOptions(codebook_path=sheet, languages=("en", "zh"))
    first = import_wave(boss, "told", "2020", data, original_name="survey.csv", options=options)
    assert {v.type for v in first.version.variables.all()} == {"integer", "decimal", "text", "date"}
    sheet.write_text("variable,label_en\ngender,Gender of the respondent\n", "utf-8")
    save_revision(boss, read_revised(boss, first.version, sheet), "said better")
    data.write_text(DATA.replace("2,2,3", "2,1,3"), "utf-8")
    import_wave(boss, "told", "2020", data, original_name="survey.csv", options=ReadOptions(key="id"))
    return Study.objects.get(slug="told")


def renamed(folder: Path, slug: str) -> None:
    path = folder / "study.yaml"
    path.write_text(path.read_text("utf-8").replace("slug: told", f"slug: {slug}"), "utf-8")


def test_a_dumped_study_loads_with_the_codebooks_of_all_its_versions(
    boss: User, study: Study, tmp_path: Path
) -> None:
    told = dump_study(boss, study, tmp_path / "copy")
    assert "waves/2020/2/survey.csv.codebook.json" in told["written"]
    assert load_study(boss, tmp_path / "copy").created == []
    renamed(tmp_path / "copy", "again")
    load_study(boss, tmp_path / "copy")
    assert versions("again") == versions("told")
    assert len(versions("again")) == 3
    again = load_study(boss, tmp_path / "copy")
    assert again.created == again.changed == []
    dump_study(boss, Study.objects.get(slug="again"), tmp_path / "second")
    for number in (1, 2, 3):
        name = f"waves/2020/{number}/survey.csv.codebook.json"
        assert (tmp_path / "copy" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_a_codebook_that_was_edited_in_the_folder_is_the_next_version(
    boss: User, study: Study, tmp_path: Path
) -> None:
    dump_study(boss, study, tmp_path / "copy")
    path = tmp_path / "copy/waves/2020/3/survey.csv.codebook.json"
    text = path.read_text("utf-8")
    assert len([line for line in text.splitlines() if '"name"' in line]) == 4
    path.write_text(text.replace('"name": "gender"', '"name": "gender", "unit": "person"'), "utf-8")
    assert load_study(boss, tmp_path / "copy").created == ["wave version told/2020@4"]
    latest = WaveVersion.objects.get(wave__study=study, number=4)
    assert latest.codebook().variable("gender").unit == "person"


def test_a_codebook_of_another_file_is_refused(boss: User, study: Study, tmp_path: Path) -> None:
    data, book = tmp_path / "other.csv", tmp_path / "book.json"
    first = WaveVersion.objects.get(wave__study=study, number=1)
    book.write_text(codebook_text(first.codebook(), first.options["read_as"]), "utf-8")
    options = ReadOptions(codebook_path=book)
    data.write_text("id,sex,media,born\n1,1,1;3,02/03/1980\n", "utf-8")
    with pytest.raises(Refused) as refused:
        import_wave(boss, "told", "2021", data, original_name="other.csv", options=options)
    assert [problem.message for problem in refused.value.problems] == [
        "The codebook does not describe sex.",
        "The codebook describes gender, not in the file.",
    ]
    data.write_text("id,gender,media,born\nabc,1,1;3,02/03/1980\n", "utf-8")
    with pytest.raises(Refused) as refused:
        import_wave(boss, "told", "2021", data, original_name="other.csv", options=options)
    assert [(p.where, p.code) for p in refused.value.problems] == [("id", "codebook_of_another_file")]
    shutil.copy(tmp_path / "survey.csv", data)
    version = import_wave(boss, "told", "2021", data, original_name="other.csv", options=options).version
    assert version.codebook_hash == first.codebook_hash


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: [told],
        lambda told: {**told, "wavebook_codebook": 7},
        lambda told: {name: part for name, part in told.items() if name != "variables"},
        lambda told: {**told, "variables": [{"name": "id"}]},
        lambda told: {**told, "variables": [{"name": "id", "type": "integer", "labels": ["x"]}]},
        lambda told: {**told, "variables": [{"name": "id", "type": "integer", "codes": [{"value": "x"}]}]},
        lambda told: {**told, "variables": [{"name": "id", "type": "integer", "unit": 3}]},
        lambda told: {**told, "sets": [{"name": "s", "kind": "C", "variables": ["nobody"]}]},
        lambda told: {**told, "read_as": [3]},
        lambda told: {**told, "wrong": float("nan")},
    ],
)
def test_json_that_is_no_whole_codebook_is_refused(boss: User, tmp_path: Path, spoil: object) -> None:
    data, book = tmp_path / "d.csv", tmp_path / "book.json"
    data.write_text("id\n1\n", "utf-8")
    sound = {"wavebook_codebook": 1, "variables": [{"name": "id", "type": "integer"}]}
    book.write_text(json.dumps(spoil(sound)), "utf-8")  # type: ignore[operator]
    with pytest.raises(Refused) as refused:
        import_wave(boss, "s", "w", data, original_name="d.csv", options=ReadOptions(codebook_path=book))
    problem = refused.value.problems[0]
    assert problem.code == ("unreadable_sheet" if book.read_text().startswith("[") else "unreadable_codebook")


def test_a_whole_codebook_revises_a_version(boss: User, study: Study, tmp_path: Path) -> None:
    book = tmp_path / "book.json"
    first = WaveVersion.objects.get(wave__study=study, number=1)
    second = WaveVersion.objects.get(wave__study=study, number=2)
    book.write_text(codebook_text(first.codebook()), "utf-8")
    revision = read_revised(boss, second, book)
    assert [one.name for one in revision.changes] == ["gender"]
    assert revision.codebook_hash == first.codebook_hash
