"""Downloads of wave versions: rights, audit, cache, what is reported, the command."""

from __future__ import annotations

import hashlib
import json
from io import StringIO
from pathlib import Path

import pyreadstat
import pytest
from django.core.management import call_command

from surveys.core.codebook import Code, MissingRule, ValueType
from surveys.core.problems import Refused
from surveys.models import AuditEntry, Export, Study, Wave, WaveVersion
from surveys.services.exports import export_wave_version
from tests.factories import make_member, make_study, make_user, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return make_study(citation="Wave Team (2014). A study of movers", is_open=True, is_synthetic=True)


@pytest.fixture
def version(study: Study) -> WaveVersion:
    rules = (MissingRule("refused", value=-1), MissingRule("dont_know", value=-2))
    codes = (Code(1, {"en": "male", "zh": "男"}), Code(2, {"en": "female", "zh": "女"}))
    labels = {"en": "Sex", "zh": "性别"}
    return make_wave_version(
        make_wave(study),
        [
            (variable("rid"), [1, 2, 3, 4]),
            (variable("sex", labels=labels, codes=codes, missing=rules), [1, 2, -1, -2]),
            (variable("income", ValueType.DECIMAL), [10.5, None, None, 0.0]),
        ],
        tags={"income": [None, "a", None, None]},
    )


@pytest.fixture
def local(study: Study) -> object:
    member = make_member(study, role="reader")
    study.memberships.update(microdata=True)
    return member


def test_a_member_without_microdata_is_refused(version: WaveVersion, study: Study, tmp_path: Path) -> None:
    manager = make_member(study, "manager", role="manager")
    with pytest.raises(Refused) as refused:
        export_wave_version(manager, version, "sav", tmp_path / "x.sav")
    assert refused.value.problems[0].code == "not_allowed"
    assert not (tmp_path / "x.sav").exists()
    assert not AuditEntry.objects.filter(action="export").exists()


def test_what_is_handed_out_is_what_is_reported(version: WaveVersion, local: object, tmp_path: Path) -> None:
    path = tmp_path / "x.sav"
    outcome = export_wave_version(local, version, "sav", path, "zh")  # type: ignore[arg-type]
    assert outcome.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (outcome.rows, outcome.variables, outcome.size) == (4, 3, path.stat().st_size)
    assert "mdms/2014@1" in outcome.citation and "synthetic" in outcome.citation
    frame, about = pyreadstat.read_sav(path, user_missing=True, output_format="dict")
    assert frame["sex"] == [1, 2, -1, -2]
    assert frame["income"] == [10.5, -991.0, None, 0.0]  # the tag had no code: one was invented, and says so
    assert about.variable_value_labels["sex"][1] == "男"
    assert {loss.what for loss in outcome.losses} == {"language_not_carried", "missing_code_invented"}


def test_each_export_is_audited_and_written_once(version: WaveVersion, local: object, tmp_path: Path) -> None:
    first = export_wave_version(local, version, "dta", tmp_path / "a.dta")  # type: ignore[arg-type]
    second = export_wave_version(local, version, "dta", tmp_path / "b.dta")  # type: ignore[arg-type]
    assert first.sha256 == second.sha256
    assert Export.objects.count() == 1
    entries = AuditEntry.objects.filter(action="export", object_label="mdms/2014@1")
    assert entries.count() == 2
    assert entries[0].detail["sha256"] == first.sha256


def test_a_csv_has_its_codebook_beside_it(version: WaveVersion, local: object, tmp_path: Path) -> None:
    outcome = export_wave_version(local, version, "csv", tmp_path / "x.csv", "en")  # type: ignore[arg-type]
    assert Path(outcome.codebook) == tmp_path / "x.codebook.csv"
    told = next(loss.why for loss in outcome.losses if loss.what == "codebook_apart")
    assert (
        ".codebook.csv" in told and "data.codebook.csv" not in told
    )  # it is called as whoever gets it likes
    assert "synthetic" in Path(outcome.codebook).read_text().splitlines()[2]
    assert (tmp_path / "x.csv").read_text().splitlines()[2] == "2,2,,tag:a"


def test_a_folder_is_no_file(version: WaveVersion, local: object, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "x.sav"):
        with pytest.raises(Refused, match="cannot be written there"):
            export_wave_version(local, version, "sav", path)  # type: ignore[arg-type]


def test_the_command_prints_what_the_service_says(version: WaveVersion, tmp_path: Path) -> None:
    out = StringIO()
    path = tmp_path / "x.parquet"
    call_command("export", "mdms/2014", "--as", "parquet", "--output", str(path), "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["version"] == "mdms/2014@1"
    assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert {"file", "rows", "variables", "losses"} <= said.keys()


def test_the_command_refuses_with_a_sentence_and_status_1(version: WaveVersion, tmp_path: Path) -> None:
    make_user("nobody")
    err = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("export", "mdms/2041", "--as", "sav", "--output", str(tmp_path / "x.sav"), stderr=err)
    assert stopped.value.code == 1
    assert "Did you mean mdms/2014?" in err.getvalue()
    with pytest.raises(SystemExit):
        call_command(
            "export",
            "mdms/2014",
            "--as",
            "sav",
            "--output",
            str(tmp_path / "x.sav"),
            "--user",
            "nobody",
            stderr=err,
        )
    assert "You may not download microdata" in err.getvalue()


def test_a_language_that_is_not_there_is_wrong_usage_and_those_that_are_are_named(
    version: WaveVersion, tmp_path: Path
) -> None:
    err = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("export", "mdms/2014", "--as", "csv", "--output", str(tmp_path / "x.csv"),
                     "--language", "fr", stderr=err)  # fmt: skip
    assert stopped.value.code == 2
    assert "no labels in “fr”" in err.getvalue() and "en, zh" in err.getvalue()
    assert not (tmp_path / "x.csv").exists()


def test_the_title_of_a_file_is_in_the_language_of_its_labels(
    version: WaveVersion, local: object, tmp_path: Path
) -> None:
    Study.objects.update(labels={"en": "Movers", "zh": "流动人口"}, languages=["en", "zh"])
    Wave.objects.update(labels={"en": "Round of 2014", "zh": "2014 年"})
    version = WaveVersion.objects.get()
    for language, wanted in (
        ("en", "mdms/2014@1 Movers, Round of 2014"),
        ("zh", "mdms/2014@1 流动人口, 2014 年"),
    ):
        for format in ("sav", "dta"):
            path = tmp_path / f"{language}.{format}"
            export_wave_version(local, version, format, path, language)  # type: ignore[arg-type]
            told = getattr(pyreadstat, f"read_{format}")(path, metadataonly=True, output_format="dict")[1]
            assert told.file_label.endswith(wanted)
