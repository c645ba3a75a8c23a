"""An edited codebook becomes a version with the same rows: rights, audit, counts, the command."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from surveys.core.codebook import Code, MissingRule
from surveys.core.problems import Refused
from surveys.models import AuditEntry, Study, User, WaveVersion
from surveys.services.exports import export_wave_version
from surveys.services.revisions import Revision, read_revised, save_revision
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return make_study()


@pytest.fixture
def manager(study: Study) -> User:
    return make_member(study, "manager", role="manager")


@pytest.fixture
def version(study: Study) -> WaveVersion:
    codes = (Code(1, {"en": "male"}), Code(2, {"en": "female"}))
    sex = variable("sex", labels={"en": "Sex"}, codes=codes, missing=(MissingRule("refused", value=-1),))
    return make_wave_version(make_wave(study), [(variable("rid"), [1, 2, 3, 4]), (sex, [1, 2, -1, 9])])


def sheet(version: WaveVersion, user: User, path: Path, *edits: tuple[str, str]) -> Path:
    """The version's own sheet with some texts exchanged."""
    export_wave_version(user, version, "codebook", path)
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def read(version: WaveVersion, user: User, path: Path, *edits: tuple[str, str]) -> Revision:
    return read_revised(user, version, sheet(version, user, path, *edits))


def test_the_rows_stay_and_the_codebook_is_new(version: WaveVersion, manager: User, tmp_path: Path) -> None:
    revision = read(
        version,
        manager,
        tmp_path / "s.csv",
        ("Sex", "Gender"),
        ("-1=refused,nominal", "-1=refused | 9=lost,nominal"),
    )
    assert [(one.name, one.valid) for one in revision.changes] == [("sex", (3, 2))]
    made = save_revision(manager, revision, "Nine was forgotten")
    assert str(made) == "mdms/2014@2" and made.note == "Nine was forgotten" and made.created_by == manager
    assert (made.content_hash, made.data_id, made.original_id) == (
        version.content_hash, version.data_id, version.original_id,
    )  # fmt: skip
    assert (
        made.codebook_hash == revision.codebook_hash == made.codebook().fingerprint() != version.codebook_hash
    )
    assert made.variables.get(name="sex").frequencies["absent"] == {"lost": 1, "refused": 1}
    assert "gender" in made.search_text.labels
    assert version.codebook().variable("sex").labels == {"en": "Sex"}
    entry = AuditEntry.objects.get(action="revise_codebook")
    assert entry.object_label == "mdms/2014@2" and entry.detail["base"] == "mdms/2014@1"


def test_a_sheet_that_says_the_same_makes_nothing(
    version: WaveVersion, manager: User, tmp_path: Path
) -> None:
    revision = read(version, manager, tmp_path / "s.csv")
    assert revision.is_empty
    with pytest.raises(Refused, match="says the same"):
        save_revision(manager, revision)
    assert version.wave.versions.count() == 1


def test_whoever_may_not_import_may_not_revise(version: WaveVersion, study: Study, tmp_path: Path) -> None:
    reader = make_member(study, "reader", role="reader")
    with pytest.raises(Refused, match="You may not import"):
        read(version, reader, tmp_path / "s.csv")


def test_a_key_must_tell_the_rows_apart(version: WaveVersion, manager: User, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(version, manager, tmp_path / "s.csv", ("-1=refused,nominal,raw", "-1=refused,nominal,key"))
    assert {problem.code for problem in refused.value.problems} == {"missing_key"}


def test_an_older_version_may_be_the_base_and_that_is_said(
    version: WaveVersion, manager: User, tmp_path: Path
) -> None:
    made = save_revision(manager, read(version, manager, tmp_path / "a.csv", ("Sex", "Gender")))
    revision = read(version, manager, tmp_path / "b.csv", ("Sex", "Sex of the person"))
    assert [f.code for f in revision.findings] == ["not_the_latest"]
    assert save_revision(manager, revision).number == made.number + 1


def command(*given: str) -> dict[str, Any]:
    out = StringIO()
    call_command("revise_codebook", *given, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_command_shows_first_and_saves_when_told(
    version: WaveVersion, manager: User, tmp_path: Path
) -> None:
    path = str(sheet(version, manager, tmp_path / "s.csv", ("Sex", "Gender")))
    seen = command("mdms/2014", path)
    assert seen["wave_version"] is None and not seen["is_new"]
    assert seen["changes"] == [
        {"variable": "sex", "changes": [{"part": "label", "old": "Sex", "new": "Gender", "language": "en"}]}
    ]
    made = command("mdms/2014@1", path, "--confirm", "--note", "wording")
    assert (
        made["wave_version"] == "mdms/2014@2" and made["codebook_hash"]["old"] != made["codebook_hash"]["new"]
    )
    again = command("mdms/2014", path, "--confirm")
    assert again["changes"] == [] and again["wave_version"] is None
    out = StringIO()
    call_command("revise_codebook", "mdms/2014", path, stdout=out)
    assert "Nothing changed" in out.getvalue()


def test_codebooks_go_out_by_command(version: WaveVersion, tmp_path: Path) -> None:
    for form in ("ddi", "html", "codebook", "sheet"):
        out = StringIO()
        path = tmp_path / f"x.{form}"
        call_command("export", "mdms/2014", "--as", form, "--output", str(path), "--json", stdout=out)
        assert json.loads(out.getvalue())["size"] == path.stat().st_size
