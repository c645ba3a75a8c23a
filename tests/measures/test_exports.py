"""Downloads of dataset versions: derived columns with their reasons, by service and by command."""

from __future__ import annotations

import hashlib
import json
from io import StringIO
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from django.core.management import call_command

from measures.models import Dataset, DatasetVersion, Measure
from measures.services.datasets import build_dataset
from measures.services.exports import export_dataset_version
from surveys.core.problems import Refused
from surveys.models import AuditEntry, Membership
from tests.measures.conftest import Room


@pytest.fixture
def dataset(room: Room, fsp: Measure, male: Measure) -> Dataset:
    room.publish("ln_income", "ln(q_income)", labels={"en": "Log income"})
    return room.dataset(measures=["fsp", "male", "ln_income"], items=["q_home"])


@pytest.fixture
def version(room: Room, dataset: Dataset) -> DatasetVersion:
    Membership.objects.filter(user=room.user).update(microdata=True)
    return build_dataset(room.user, dataset).version


def test_the_right_is_asked(room: Room, dataset: Dataset, tmp_path: Path) -> None:
    built = build_dataset(room.user, dataset).version
    with pytest.raises(Refused, match="may not download microdata"):
        export_dataset_version(room.user, built, "sav", tmp_path / "x.sav")


def test_spss_gets_the_codes_of_the_survey_and_declared_ones_for_the_rest(
    room: Room, version: DatasetVersion, tmp_path: Path
) -> None:
    outcome = export_dataset_version(room.user, version, "sav", tmp_path / "x.sav")
    found, about = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True, output_format="dict")
    assert found["q_home"] == [1, 2, 3, 1, 2, 3, 1, -1]  # as the survey coded a refusal
    assert about.variable_value_labels["q_home"][-1] == "refused"
    assert found["male"] == [1, 0, 1, 0, 1, 0, 1, 0]
    invented = {loss.variable for loss in outcome.losses if loss.what == "missing_code_invented"}
    assert {"fsp", "ln_income"} <= invented
    declared, _ = pyreadstat.read_sav(tmp_path / "x.sav", output_format="dict")
    assert declared["fsp"] == [1, 0, 1, 0, 1, 0, None, None]
    assert "mdms/integration@1" in outcome.citation
    assert AuditEntry.objects.filter(action="export", object_label="mdms/integration@1").count() == 1


def test_flat_formats_keep_derived_columns_clean_and_name_the_reasons_beside(
    room: Room, version: DatasetVersion, tmp_path: Path
) -> None:
    export_dataset_version(room.user, version, "parquet", tmp_path / "x.parquet")
    frame = pl.read_parquet(tmp_path / "x.parquet")
    assert frame["fsp"].to_list() == [1, 0, 1, 0, 1, 0, None, None]
    assert frame["fsp__reason"].to_list()[-2:] == ["refused", "dont_know"]
    assert frame["ln_income"].null_count() == 2  # ln(0) and an empty answer
    assert frame["ln_income__reason"].drop_nulls().len() >= 1


@pytest.mark.parametrize("format", ["sav", "dta", "csv", "xlsx", "parquet"])
def test_the_command_exports_the_latest_version(version: DatasetVersion, format: str, tmp_path: Path) -> None:
    path, out = tmp_path / f"x.{format}", StringIO()
    call_command("export", "mdms/integration", "--as", format, "--output", str(path), "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["version"] == "mdms/integration@1"
    assert (said["rows"], said["variables"]) == (8, 5)
    assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("format", ["sav", "zsav", "dta", "csv", "xlsx", "parquet"])
def test_a_file_read_back_holds_the_values_and_absences_of_its_version(
    version: DatasetVersion, format: str, tmp_path: Path
) -> None:
    """Reasons that have no code of their own among them, in formats that know codes alone."""
    path = tmp_path / f"x.{format}"
    call_command("export", "mdms/integration", "--as", format, "--output", str(path))
    out = StringIO()
    call_command("check_file", "mdms/integration@1", str(path), "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["same"], said["differing"], said["renamed"]) == (True, [], [])
    assert said["data_hash"] == said["data_hash_of_file"] == version.data_hash


def test_a_file_of_other_data_is_told_apart_column_by_column(
    room: Room, version: DatasetVersion, tmp_path: Path
) -> None:
    export_dataset_version(room.user, version, "parquet", tmp_path / "x.parquet")
    frame = pl.read_parquet(tmp_path / "x.parquet")
    frame.with_columns(male=1 - pl.col("male")).write_csv(tmp_path / "x.csv")
    export_dataset_version(room.user, version, "csv", tmp_path / "y.csv")
    (tmp_path / "y.codebook.csv").rename(tmp_path / "x.codebook.csv")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_file", "mdms/integration@1", str(tmp_path / "x.csv"), "--json", stdout=out)
    assert ended.value.code == 1
    assert json.loads(out.getvalue())["differing"] == ["male"]
