"""An edited codebook becomes a version with the same rows: rights, audit, counts, the command."""

from __future__ import annotations

import inspect
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from surveys.core.codebook import Code, Limits, MissingRule, Role, as_json
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Refused
from surveys.core.quality import LOOKED_FOR, dates, duplicates, grids, limits, skips
from surveys.core.reading import remarks
from surveys.models import AuditEntry, Study, User, Wave, WaveVersion
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


def test_jumps_are_held_against_the_wave_before_anew(study: Study, manager: User, tmp_path: Path) -> None:
    codes = (Code(1, {"en": "yes"}), Code(2, {"en": "no"}))
    told = variable("x", codes=codes, labels={"en": "X"}, missing=(MissingRule("refused", value=-1),))
    keys = list(range(120))
    make_wave_version(make_wave(study, "2012"), [(variable("rid"), keys), (told, [1, 2] * 60)])
    made = make_wave_version(
        make_wave(study, "2014", position=1), [(variable("rid"), keys), (told, [1, 2, 2, 9] * 30)]
    )
    old = Finding(Severity.WARNING, "jump", "25% of its answers lie in other codes than in mdms/2012@1.", "x")
    made.findings = [as_json(old)]
    lost = read(made, manager, tmp_path / "s.csv", ("-1=refused,nominal", "-1=refused | 9=lost,nominal"))
    second = save_revision(manager, lost)
    jumps = [one["message"] for one in second.findings if one["code"] == "jump"]
    assert jumps == ["25% of its rows are absent, 0% in mdms/2012@1."]
    assert jumps[0] in [finding.message for finding in lost.findings]
    back = ("-1=refused | 9=lost,nominal", "-1=refused,nominal")
    third = save_revision(manager, read(second, manager, tmp_path / "t.csv", back))
    assert [one["message"] for one in third.findings if one["code"] == "jump"] == [old.message]


def test_limits_that_are_declared_later_are_held_against_the_rows(
    version: WaveVersion, manager: User, tmp_path: Path
) -> None:
    path = sheet(version, manager, tmp_path / "s.csv")
    lines = path.read_text("utf-8").splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("variable,"))
    lines[head] += ",valid_min,valid_max"
    limited = [f"{line},1,2" if line.startswith("sex,") else line for line in lines]
    path.write_text("\n".join(limited), "utf-8")
    revision = read_revised(manager, version, path)
    assert [(one.part, one.old, one.new) for one in revision.changes[0].changes] == [("limits", "", "1 – 2")]
    told = "1 row holds a value outside its declared range, 1 to 2 (row 4)."
    assert [f.message for f in revision.findings if f.code == "outside_limits"] == [told]
    made = save_revision(manager, revision)
    assert (made.content_hash, made.codebook().variable("sex").limits) == (
        version.content_hash, Limits(low=1, high=2),
    )  # fmt: skip
    assert [one["message"] for one in made.findings if one["code"] == "outside_limits"] == [told]
    wider = read(made, manager, tmp_path / "t.csv", (",1,2", ",1,"))
    assert not [one for one in save_revision(manager, wider).findings if one["code"] == "outside_limits"]


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


AS_KEY = ("-1=refused,nominal,raw", "-1=refused,nominal,key")


def test_a_key_must_tell_the_rows_apart(version: WaveVersion, manager: User, tmp_path: Path) -> None:
    Wave.objects.update(key="")
    version.wave.refresh_from_db()
    with pytest.raises(Refused) as refused:
        read(version, manager, tmp_path / "s.csv", AS_KEY)
    assert {problem.code for problem in refused.value.problems} == {"missing_key"}


def test_the_key_of_the_wave_stays(study: Study, manager: User, tmp_path: Path) -> None:
    columns = [(variable("rid", role=Role.KEY), [1, 2]), (variable("code"), [5, 6])]
    version = make_wave_version(make_wave(study), columns)
    export_wave_version(manager, version, "codebook", tmp_path / "s.csv")
    text = (tmp_path / "s.csv").read_text(encoding="utf-8")
    moved = text.replace(",key", ",RAW").replace(",raw", ",key").replace(",RAW", ",raw")
    (tmp_path / "s.csv").write_text(moved, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_revised(manager, version, tmp_path / "s.csv")
    assert [p.code for p in refused.value.problems] == ["key_taken", "other_key"]


def test_a_wave_without_a_key_may_be_given_one(study: Study, manager: User, tmp_path: Path) -> None:
    version = make_wave_version(make_wave(study, key=""), [(variable("rid"), [1, 2])])
    save_revision(manager, read(version, manager, tmp_path / "s.csv", (",raw", ",key")))
    assert Wave.objects.get().key == "rid"


def test_what_the_latest_version_says_already_makes_nothing(
    version: WaveVersion, manager: User, tmp_path: Path
) -> None:
    path = sheet(version, manager, tmp_path / "s.csv", ("Sex", "Gender"))
    first, second = (read_revised(manager, version, path) for _ in range(2))
    save_revision(manager, first)
    with pytest.raises(Refused) as refused:
        save_revision(manager, second)
    assert [p.code for p in refused.value.problems] == ["nothing_changed"]
    assert version.wave.versions.count() == 2


def test_a_version_made_since_it_was_read_is_not_undone(
    version: WaveVersion, manager: User, tmp_path: Path
) -> None:
    mine = read(version, manager, tmp_path / "a.csv", ("Sex", "Gender"))
    save_revision(manager, read(version, manager, tmp_path / "b.csv", ("Sex", "Sex of the person")))
    with pytest.raises(Refused) as refused:
        save_revision(manager, mine)
    assert [p.code for p in refused.value.problems] == ["made_since"]
    assert version.wave.versions.count() == 2


def test_what_the_import_found_is_kept(version: WaveVersion, manager: User, tmp_path: Path) -> None:
    codes = ("encoding_guessed", "same_label", "jump", "sheet_column_unknown")
    version.findings = [as_json(Finding(Severity.INFO, code, "As it was.", "sex")) for code in codes]
    made = save_revision(manager, read(version, manager, tmp_path / "s.csv", ("Sex", "Gender")))
    found = [one["code"] for one in made.findings]
    assert found[0] == "encoding_guessed" and "jump" not in found  # no wave came before
    assert "same_label" not in found and "sheet_column_unknown" not in found
    assert "codes_without_label" in found


def test_what_is_looked_for_again_is_known_by_its_codes() -> None:
    modules = (dates, duplicates, grids, limits, skips, remarks)
    told = re.findall(r'Finding\(Severity\.\w+, "(\w+)"', "".join(map(inspect.getsource, modules)))
    assert set(told) == LOOKED_FOR | remarks.REMARKED


def test_labels_given_back_are_lost_no_more(version: WaveVersion, manager: User, tmp_path: Path) -> None:
    plain = [(variable("rid"), [1, 2, 3, 4]), (variable("sex"), [1, 2, -1, 9])]  # the very same cells
    later = make_wave_version(version.wave, plain)
    gone = Finding(Severity.WARNING, "labels_gone", "Variables that have a label in mdms/2014@1 …")
    later.findings = [as_json(gone)]
    text = f"variable,label_en{chr(10)}rid,Number{chr(10)}"
    (tmp_path / "s.csv").write_text(text, encoding="utf-8")
    half = save_revision(manager, read_revised(manager, later, tmp_path / "s.csv"))
    assert [f["message"] for f in half.findings if f["code"] == "labels_gone"] == [
        "Variables that have a label in mdms/2014@1 and none here: sex."
    ]
    (tmp_path / "s.csv").write_text(text + f"sex,Sex{chr(10)}", encoding="utf-8")
    whole = save_revision(manager, read_revised(manager, half, tmp_path / "s.csv"))
    assert "labels_gone" not in {f["code"] for f in whole.findings}


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


def test_a_sheet_given_twice_changes_nothing_the_second_time(
    study: Study, manager: User, tmp_path: Path
) -> None:
    rules = (
        MissingRule("refused", value=-1, labels={"en": "Would not say"}),
        MissingRule("refused", value=-2),
    )
    first = make_wave_version(make_wave(study), [(variable("x", missing=rules), [1, 2, -1, -2])])
    path = sheet(first, manager, tmp_path / "s.csv", ("-1=refused", "-1=no_answer"))
    second = save_revision(manager, read_revised(manager, first, path))
    again = read_revised(manager, second, path)
    assert again.is_empty and [f.code for f in again.findings] == ["sheet_of_another_version"]
    with pytest.raises(Refused) as refused:
        save_revision(manager, again)
    assert refused.value.problems[0].code == "nothing_changed"


def test_a_sheet_of_an_earlier_version_undoes_nothing(
    version: WaveVersion, manager: User, tmp_path: Path
) -> None:
    second = save_revision(manager, read(version, manager, tmp_path / "a.csv", ("male", "man")))
    revision = read_revised(manager, second, sheet(version, manager, tmp_path / "b.csv", ("Sex", "Gender")))
    assert [(c.part, c.old, c.new) for one in revision.changes for c in one.changes] == [
        ("label", "Sex", "Gender")
    ]
    told = revision.findings[0]
    assert told.code == "sheet_of_another_version" and "mdms/2014@1" in told.message
    other = tmp_path / "c.csv"
    other.write_text((tmp_path / "b.csv").read_text().replace("mdms/2014@1", "mdms/1999@1"))
    whole = read_revised(manager, second, other)
    assert len(whole.changes[0].changes) == 2 and whole.findings[0].code == "sheet_of_another_version"
