"""Files that we wrote ourselves, imported again into the wave that they came from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from surveys.core.codebook import Code, MissingRule, ValueType
from surveys.core.reading import ReadOptions
from surveys.models import Study, User, WaveVersion
from surveys.services.exports import export_wave_version
from surveys.services.studies import create_study
from surveys.services.waves import ImportOutcome, import_wave
from tests.factories import make_study, make_user, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin() -> User:
    return make_user("admin", is_superuser=True)


@pytest.fixture
def study() -> Study:
    return make_study(citation="Wave Team (2014). A study of movers")


def made(study: Study, refused: int = -1) -> WaveVersion:
    """A version that no format but Parquet carries whole."""
    sex = variable(
        "sex", labels={"en": "Sex", "zh": "性别"}, codes=(Code(1, {"en": "male", "zh": "男"}),),
        missing=(MissingRule("refused", value=refused),),
    )  # fmt: skip
    text = variable("why", ValueType.TEXT, format="A600")
    wave = study.waves.first() or make_wave(study)
    return make_wave_version(
        wave, [(variable("rid"), [1, 2, 3]), (sex, [1, 1, refused]), (text, ["", "x", "y"])]
    )


def again(admin: User, version: WaveVersion, path: Path, **options: object) -> ImportOutcome:
    return import_wave(
        admin, version.study, version.wave.slug, path, original_name=path.name, options=ReadOptions(**options)
    )


@pytest.mark.parametrize("format", ["sav", "zsav", "dta", "parquet", "xlsx"])
def test_an_export_brought_back_as_it_was_makes_no_version(
    format: str, study: Study, admin: User, tmp_path: Path
) -> None:
    version, path = made(study), tmp_path / f"x.{format}"
    export_wave_version(admin, version, format, path)
    outcome = again(admin, version, path)
    assert (outcome.version, outcome.is_new) == (version, False)
    assert [f.message for f in outcome.findings] == [
        f"The file is {version} as it was handed out, unchanged."
    ]
    assert version.wave.versions.count() == 1


def test_what_is_said_on_reading_or_an_older_version_is_looked_at(
    study: Study, admin: User, tmp_path: Path
) -> None:
    version, path = made(study), tmp_path / "x.sav"
    export_wave_version(admin, version, "sav", path)
    asked = again(admin, version, path, missing_reasons={"-1": "dont_know"})
    assert asked.is_new and asked.version.codebook().variable("sex").missing[0].reason == "dont_know"
    assert again(admin, version, path).is_new  # takes the content of the first version up again


def imported(admin: User, study: Study, folder: Path, **options: object) -> WaveVersion:
    """A version read from a file that declares -1 missing."""
    path, frame = folder / "first.sav", pd.DataFrame({"rid": [1, 2, 3], "sex": [1, 1, -1]})
    pyreadstat.write_sav(frame, str(path), missing_ranges={"sex": [-1]})
    said = ReadOptions(**options)
    return import_wave(admin, study, "2014", path, original_name=path.name, options=said).version


def test_what_the_study_says_since_on_reading_is_looked_at(study: Study, admin: User, tmp_path: Path) -> None:
    version, path = imported(admin, study, tmp_path), tmp_path / "x.sav"
    export_wave_version(admin, version, "sav", path)
    create_study(admin, study.slug, citation="Another", languages=["en"])
    create_study(admin, study.slug, languages=["en", "zh"])
    assert again(admin, version, path).findings[0].code == "own_export"  # changed back, or of no file
    create_study(admin, study.slug, missing_reasons={"-1": "dont_know"})
    asked = again(admin, WaveVersion.objects.get(pk=version.pk), path)
    assert asked.is_new and asked.version.codebook().variable("sex").missing[0].reason == "dont_know"


def test_what_was_said_with_an_import_is_no_change_of_the_study(
    study: Study, admin: User, tmp_path: Path
) -> None:
    version = imported(admin, study, tmp_path, missing_reasons={"-1": "refused"}, languages=("zh",))
    export_wave_version(admin, version, "sav", tmp_path / "x.sav")
    create_study(admin, study.slug, citation="Another")
    assert again(admin, version, tmp_path / "x.sav").findings[0].code == "own_export"


def test_a_file_somebody_changed_is_read(study: Study, admin: User, tmp_path: Path) -> None:
    version, path = made(study), tmp_path / "x.sav"
    export_wave_version(admin, version, "sav", path)
    frame, _ = pyreadstat.read_sav(str(path))
    pyreadstat.write_sav(frame.assign(sex=2), str(path))
    assert again(admin, version, path).is_new


def test_a_workbook_of_ours_is_read_with_its_own_codebook(study: Study, admin: User, tmp_path: Path) -> None:
    version, path = made(study), tmp_path / "x.xlsx"
    export_wave_version(admin, version, "xlsx", path)
    outcomes = {}
    for wave, options in (("own", {}), ("named", {"codebook_path": path}), ("bare", {"sheet": "data"})):
        said = ReadOptions(languages=("en", "zh"), **options)
        outcomes[wave] = import_wave(admin, study, wave, path, original_name=path.name, options=said)
    own, named, bare = (outcomes[wave].version for wave in ("own", "named", "bare"))
    assert own.codebook().fingerprint() == named.codebook().fingerprint()
    sex = own.codebook().variable("sex")
    assert (sex.labels["zh"], sex.missing[0].reason) == ("性别", "refused")
    assert not bare.codebook().variable("sex").labels
    told = {one.code: one.message for one in outcomes["own"].findings}
    assert told["own_codebook"].startswith("The workbook is one of ours: its sheet codebook was taken")
    assert "own_codebook" not in {
        one.code for one in (*outcomes["named"].findings, *outcomes["bare"].findings)
    }


def test_a_workbook_of_somebody_else_with_such_sheets_is_read_as_before(
    study: Study, admin: User, tmp_path: Path
) -> None:
    path = tmp_path / "x.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"id": [1, 2], "sex": [1, 2]}).to_excel(writer, sheet_name="data", index=False)
        pd.DataFrame({"variable": ["sex"], "note": ["of ours"]}).to_excel(
            writer, sheet_name="codebook", index=False
        )
    outcome = import_wave(admin, study, "2014", path, original_name=path.name, options=ReadOptions())
    assert "own_codebook" not in {one.code for one in outcome.findings}
    assert not outcome.version.codebook().variable("sex").note


def test_a_correction_that_is_taken_back_was_not_cut_on_its_way(
    study: Study, admin: User, tmp_path: Path
) -> None:
    files = {}
    for name, rows in (("first", 3), ("more", 5), ("fewer", 2)):
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_text("id,sex\n" + "".join(f"{n},1\n" for n in range(rows)))
    codes = []
    for name in ("first", "more", "first", "fewer"):
        outcome = import_wave(
            admin, study, "2014", files[name], original_name=f"{name}.csv", options=ReadOptions()
        )
        codes.append({finding.code for finding in outcome.findings} & {"earlier_content", "fewer_rows"})
    assert codes == [set(), set(), {"earlier_content"}, {"fewer_rows"}]
