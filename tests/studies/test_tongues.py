"""Every shipped measure on the shipped waves: by the slow interpreter, and by other programs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from measures.core.tongues.asked import Asked
from measures.selectors.scopes import Ground, ground, parsed
from measures.selectors.tongues import asked_for
from measures.selectors.trying import Tried, has_all_of, run_rules, try_rule
from surveys.core.table import physical, read_columns, tags_of
from surveys.models import Study, User, WaveVersion
from surveys.services.exports import export_wave_version
from surveys.services.files import path_of
from tests.conftest import ROOT, WHOLE, some_of
from tests.measures.core.tongues import programs
from tests.measures.core.tongues.programs import Text, text_of
from tests.measures.reference_interpreter import Absence, Cells, cells_of, differences
from tests.measures.reference_rows import rows_of

Measured = list[tuple[Asked, Cells]]  # what tongues are asked of each measure, and the engine's column of it

STUDIES = ROOT / "studies"


def asked_on(here: Ground, names: Collection[str], folder: Path) -> Iterator[tuple[Asked, Cells]]:
    """What tongues are asked of ``names`` on a wave and of what they rest on, and the engine's columns."""
    tried: dict[str, Tried] = {}
    for name, version in here.published.items():
        if name in names and has_all_of(here, parsed(version.rule), name):
            tried[name] = try_rule(here, version.rule, name)
    for name in {name for one in tried.values() for name in one.earlier} - tried.keys():
        tried[name] = try_rule(here, here.published[name].rule, name)
    results = run_rules(here, tried, folder)
    fitted: dict[str, Any] = {}
    for result in results.values():
        fitted |= result.fitted
    for name, one in tried.items():
        values, reasons = results[name].pair
        cells = list(zip(values, reasons, strict=True))
        yield asked_for(here, here.published[name], one, fitted), cells


@pytest.mark.proof
@pytest.mark.parametrize(
    ("name", "waves"), [("mdms", ("2014", "2016")), ("fuzhou", ("2009",)), ("community", ("2017",))]
)
def test_every_shipped_measure_is_the_same_column_in_every_tongue(
    name: str, waves: tuple[str, ...], boss: User, tmp_path: Path
) -> None:
    study, seen = Study.objects.get(slug=name), set[str]()
    names = some_of(sorted(file.stem for file in (STUDIES / name / "measures").glob("*.yaml")), 3)
    for slug in waves:
        here = ground(study, WaveVersion.objects.get(wave__study=study, wave__slug=slug))
        folder = tmp_path / slug
        folder.mkdir()
        asked = list(asked_on(here, names if WHOLE else {*names} - seen, folder))
        interpreted(here, asked)
        files = {form: exported(here, folder, form) for form in ("sav", "parquet")}
        letters_stand_in(asked, exported(here, folder, "dta"), path_of(here.version.data))
        agree(asked, "spss", partial(programs.run_pspp, files["sav"], folder=folder))
        agree(asked, "python", partial(programs.run_pandas, files["parquet"], folder=folder))
        if shutil.which("Rscript"):
            agree(asked, "r", partial(programs.run_r, pl.read_parquet(files["parquet"]), folder=folder))
        seen |= {one.rule.name for one, _ in asked}
    assert seen >= {*names}
    programs.program("Rscript", "r-base-core")


def interpreted(here: Ground, asked: Measured) -> None:
    """The engine gives what the slow interpreter gives, which reads the stored cells by itself.

    What is fitted, and what that rests on, is looked at in every row; the rest in every fourth.
    """
    rows = rows_of(path_of(here.version.data), {k: c for one, _ in asked for k, c in one.columns.items()})
    known, whole = set[str](), fitted_or_fitted_on(asked)
    for one, cells in asked:
        for rule in (*one.earlier, one.rule):
            if rule.name in known:
                continue
            known.add(rule.name)
            mine = rows if rule.name in whole else rows[::4]
            found = cells_of(rule.checked.root, mine, one.contexts)
            for row, (value, reason) in zip(mine, found, strict=True):
                row[rule.name] = value if reason is None else Absence(reason)
        step = 1 if one.rule.name in whole else 4
        column = [row[one.rule.name] for row in rows[::step]]
        expected = [(None, cell.reason) if isinstance(cell, Absence) else (cell, None) for cell in column]
        assert not differences(expected, cells[::step]), one.rule.name


def fitted_or_fitted_on(asked: Measured) -> set[str]:
    rules = {rule.name: rule.checked for one, _ in asked for rule in (*one.earlier, one.rule)}
    waiting = [name for name, checked in rules.items() if checked.is_data_dependent]
    found = set[str]()
    while waiting:
        found.add(name := waiting.pop())
        waiting += [other for other in rules[name].measures if other not in found]
    return found


def exported(here: Ground, folder: Path, form: str) -> Path:
    """The wave as somebody downloads it."""
    file = folder / f"wave.{form}"
    export_wave_version(User.objects.get(), here.version, form, file)
    return file


def letters_stand_in(asked: Measured, file: Path, stored: Path) -> None:
    """Nobody runs Stata here, but a Stata file shows whether it has the letters that the texts name."""
    data, _ = pyreadstat.read_dta(str(file), user_missing=True, output_format="dict")
    known = {c.variable.name: (c, one.files) for one, _ in asked for c in one.columns.values()}
    seen = 0
    for name, (column, files) in known.items():
        if not column.variable.type.is_number:
            continue
        frame, letters = read_columns(stored, [column.position]), files[name].letters
        tags = frame[tags_of(column.position)].to_list() if column.tags else [None] * frame.height
        cells = zip(frame[physical(column.position)].to_list(), tags, data[name], strict=True)
        for cell, tag, found in dict.fromkeys(cells):
            if isinstance(found, str):
                assert found == (tag if tag is not None else letters[cell]), (name, cell)
                seen += 1
            else:
                assert tag is None and found == cell, (name, cell)
    assert seen, "the waves have absences"


def agree(asked: Measured, tongue: str, run: Callable[[dict[str, Text]], dict[str, Cells]]) -> None:
    found = run({one.rule.name: text_of(one, tongue) for one, _ in asked})
    for one, cells in asked:
        assert not differences(cells, found[one.rule.name]), (tongue, one.rule.name)
