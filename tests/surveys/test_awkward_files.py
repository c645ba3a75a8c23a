"""Honest files with what databases and formats stumble over: blank codes, null characters."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from surveys.core.reading import ReadOptions
from surveys.models import WaveVersion
from surveys.services.files import path_of
from surveys.services.waves import import_wave
from tests.factories import make_user
from tests.surveys.core.reading.sav_bytes import Sav, Var

pytestmark = pytest.mark.django_db(transaction=True)


def imported(path: Path, **more: str) -> WaveVersion:
    user = make_user("admin", is_superuser=True)
    return import_wave(user, "s", "w", path, original_name=path.name, options=ReadOptions(), **more).version


def cells(version: WaveVersion) -> list[object]:
    return pl.read_parquet(path_of(version.data)).to_series(0).to_list()


def findings(version: WaveVersion) -> set[tuple[str, str]]:
    return {(finding["code"], finding.get("variable", "")) for finding in version.findings}


def test_a_label_of_the_blank_value_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "blank.sav"
    sex = Var(b"SEX", width=1, format=1 << 16 | 1 << 8, codes=[(b" ", b"no answer"), (b"m", b"male")])
    path.write_bytes(Sav([sex], [[b"m"], [b" "], [b"f"]]).bytes())
    version = imported(path)
    assert [code.value for code in version.codebook().variable("SEX").codes] == ["m"]
    assert ("blank_label", "SEX") in findings(version)


def test_null_characters_inside_texts_are_taken_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "null.parquet"
    pl.DataFrame({"name": ["a\0b", "\0", "c"]}).write_parquet(path)
    version = imported(path)
    assert cells(version) == ["ab", None, "c"]
    assert ("null_characters", "name") in findings(version)


def test_null_characters_inside_codes_and_cells_of_sav_go_alike(tmp_path: Path) -> None:
    path = tmp_path / "null.sav"
    town = Var(b"TOWN", width=3, format=1 << 16 | 3 << 8, codes=[(b"a\0b", b"Fuzhou")])
    path.write_bytes(Sav([town], [[b"a\0b"], [b"c  "]]).bytes())
    version = imported(path)
    assert [code.value for code in version.codebook().variable("TOWN").codes] == ["ab"]
    assert cells(version) == ["ab", "c"]


def test_a_codebook_sheet_with_null_characters_is_read_without_them(tmp_path: Path) -> None:
    path, sheet = tmp_path / "w.csv", tmp_path / "book.csv"
    path.write_text("a\n1\n2\n")
    sheet.write_text("name,label\na,An\0swer\n")
    user = make_user("admin", is_superuser=True)
    options = ReadOptions(codebook_path=sheet)
    version = import_wave(user, "s", "w", path, original_name="w\0.csv", options=options).version
    assert (version.original_name, version.codebook().variable("a").label()) == ("w.csv", "Answer")
