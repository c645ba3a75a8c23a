"""Every shipped measure, written in other tongues and run by their programs on the shipped waves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from config.study_folder import load_study
from measures.core.tongues.asked import Asked
from measures.selectors.scopes import Ground, ground, parsed
from measures.selectors.tongues import asked_for
from measures.selectors.trying import Tried, has_all_of, run_rules, try_rule
from surveys.core.table import physical, read_columns, tags_of
from surveys.models import Study, User, WaveVersion
from surveys.services.exports import export_wave_version
from surveys.services.files import path_of
from tests.conftest import ROOT
from tests.factories import make_user
from tests.measures.core.tongues.programs import (
    Cells,
    Text,
    differences,
    program,
    run_pandas,
    run_pspp,
    run_r,
    text_of,
)


@pytest.fixture
def study(db: None) -> Study:
    return load_study(make_user("boss", is_superuser=True, is_staff=True), ROOT / "studies" / "mdms") and (
        Study.objects.get(slug="mdms")
    )


def asked_on(here: Ground, folder: Path) -> Iterator[tuple[Asked, Cells]]:
    """What tongues are asked of every measure that a wave has, and the engine's column of it."""
    tried: dict[str, Tried] = {}
    for name, version in here.published.items():
        if has_all_of(here, parsed(version.rule), name):
            tried[name] = try_rule(here, version.rule, name)
    results = run_rules(here, tried, folder)
    fitted: dict[str, Any] = {}
    for result in results.values():
        fitted |= result.fitted
    for name, one in tried.items():
        values, reasons = results[name].pair
        cells = list(zip(values, reasons, strict=True))
        yield asked_for(here, here.published[name], one, fitted), cells


def test_every_shipped_measure_is_the_same_column_in_every_tongue(study: Study, tmp_path: Path) -> None:
    """One load for all: it takes seconds."""
    for slug, at_least in (("2014", 40), ("2016", 40)):
        here = ground(study, WaveVersion.objects.get(wave__study=study, wave__slug=slug))
        folder = tmp_path / slug
        folder.mkdir()
        asked = list(asked_on(here, folder))
        assert len(asked) >= at_least
        files = {form: exported(here, folder, form) for form in ("sav", "parquet")}
        letters_stand_in(asked, exported(here, folder, "dta"), path_of(here.version.data))
        agree(asked, "spss", partial(run_pspp, files["sav"], folder=folder))
        agree(asked, "python", partial(run_pandas, files["parquet"], folder=folder))
        if shutil.which("Rscript"):
            agree(asked, "r", partial(run_r, pl.read_parquet(files["parquet"]), folder=folder))
    program("Rscript", "r-base-core")


def exported(here: Ground, folder: Path, form: str) -> Path:
    """The wave as somebody downloads it."""
    file = folder / f"wave.{form}"
    export_wave_version(User.objects.get(), here.version, form, file)
    return file


def letters_stand_in(asked: list[tuple[Asked, Cells]], file: Path, stored: Path) -> None:
    """Nobody runs Stata here, but a Stata file shows whether it has the letters that the texts name."""
    data, _ = pyreadstat.read_dta(str(file), user_missing=True, output_format="dict")
    known = {c.variable.name: (c, one.files) for one, _ in asked for c in one.columns.values()}
    seen = 0
    for name, (column, files) in known.items():
        if not column.variable.type.is_number:
            continue
        frame, letters = read_columns(stored, [column.position]), files[name].letters
        tags = frame[tags_of(column.position)] if column.tags else [None] * frame.height
        cells = zip(frame[physical(column.position)], tags, data[name], strict=True)
        for cell, tag, found in dict.fromkeys(cells):
            if isinstance(found, str):
                assert found == (tag if tag is not None else letters[cell]), (name, cell)
                seen += 1
            else:
                assert tag is None and found == cell, (name, cell)
    assert seen, "the waves have absences"


def agree(
    asked: list[tuple[Asked, Cells]], tongue: str, run: Callable[[dict[str, Text]], dict[str, Cells]]
) -> None:
    found = run({one.rule.name: text_of(one, tongue) for one, _ in asked})
    for one, cells in asked:
        assert not differences(cells, found[one.rule.name]), (tongue, one.rule.name)
