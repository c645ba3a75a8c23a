"""What goes out comes back, for tables nobody thought of; what does not is named in the list of losses.

``WAVEBOOK_TEST_EXAMPLES=1000`` tries so many tables per format (8 unless it is set).
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from surveys.core.codebook import Codebook, ValueType, Variable, codebook_from_json, text_in
from surveys.core.hashing import column_hash, table_hash
from surveys.core.reading.guess import guessed
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.work import work
from surveys.core.table import physical, split, tags_of
from surveys.core.writing import ExportTable, Loss, codebook_beside, write
from surveys.core.writing.labels import spss_names, stata_names
from tests.surveys.core.writing.generated import datasets, waves

EXAMPLES = int(os.environ.get("WAVEBOOK_TEST_EXAMPLES", "8"))
examples = settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    derandomize=EXAMPLES <= 8,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
_STEP = timedelta(microseconds=5)  # a double counts microseconds since 1582 to about four


@dataclass(frozen=True)
class Back:
    """A file as our own reader has it: its codebook, cells with codes in place, tags, reasons."""

    codebook: Codebook
    content_hash: str
    cells: list[pl.Series]
    tags: list[pl.Series | None]
    findings: list[dict[str, Any]]

    def absent(self, position: int) -> list[bool]:
        _, reasons = split(self.cells[position], self.tags[position], self.codebook.variables[position])
        return reasons.is_not_null().to_list()


def back(path: Path, kind: str, **options: Any) -> Back:
    target = path.with_name("back.parquet")
    said = work(path, memoryview(path.read_bytes()), kind, target, ReadOptions(**options))
    frame = pl.read_parquet(target)
    book = codebook_from_json(said["codebook"])
    places = range(len(book.variables))
    tags = [frame[tags_of(i)] if tags_of(i) in frame.columns else None for i in places]
    return Back(book, said["content_hash"], [frame[physical(i)] for i in places], tags, said["findings"])


def content_hash(table: ExportTable) -> str:
    """The hash of a wave as its import would tell it."""
    assert table.raw is not None
    pairs = [(v, table.raw(i)) for i, v in enumerate(table.codebook.variables)]
    return table_hash([(v.name, column_hash(v.type, *cells)) for v, cells in pairs], table.rows)


def told(value: Any) -> str:
    return f"{value + 0.0:.15g}" if isinstance(value, float) else str(value)


class Losses:
    """The list of losses, asked by variable."""

    def __init__(self, losses: tuple[Loss, ...]) -> None:
        self.losses = losses

    def of(self, name: str) -> set[str]:
        return {loss.what for loss in self.losses if loss.variable in (name, "")}

    def became(self, name: str) -> dict[str, str]:
        return {old: new for loss in self.losses if loss.variable == name for old, new in loss.became.items()}


def same(wanted: Any, found: Any, lost: set[str]) -> bool:
    """Whether a valid cell came back, give or take what was told."""
    if isinstance(wanted, str):
        wanted = wanted.rstrip(" ") if "trailing_blanks_cut" in lost else wanted
        cut = "text_shortened" in lost and found is not None and wanted.startswith(found.rstrip("…"))
        return (wanted or None) == found or cut
    if isinstance(wanted, datetime) and isinstance(found, datetime):
        step = timedelta(milliseconds=1) if "time_rounded" in lost else timedelta()
        return abs(wanted - found) <= step
    if isinstance(wanted, date) and isinstance(found, datetime):
        return datetime.combine(wanted, datetime.min.time()) == found
    if isinstance(wanted, int) and "number_rounded" in lost:
        return float(wanted) == float(found)
    return bool(wanted == found) or ("number_dropped" in lost and found is None)


def check_cells(table: ExportTable, found: Back, losses: Losses) -> None:
    """Every cell of ``table`` is in ``found``: as it is, or as the list of losses says."""
    for position, variable in enumerate(table.codebook.variables):
        _, reasons = table.column(position)
        raw = table.raw(position)[0] if table.raw else table.column(position)[0]
        lost, became = losses.of(variable.name), losses.became(variable.name)
        absent, tags = found.absent(position), found.tags[position]
        for row, (cell, why, now, gone) in enumerate(
            zip(raw.to_list(), reasons.to_list(), found.cells[position].to_list(), absent, strict=True)
        ):
            place = (variable, row, cell, why, now, losses.losses)
            if why is None:
                dropped = now is None and "number_dropped" in lost
                assert same(cell, now, lost), place
                assert not gone or dropped or (isinstance(cell, str) and not cell.strip(" ")), place
                continue
            new = became.get(told(cell) if cell is not None else why)
            if new is not None and new.startswith("."):
                assert now is None and (tags[row] if tags is not None else None) == (new[1:] or None), place
            elif new is not None and new != told(cell):
                assert now == (float(new) if new else None), place
            elif cell is None and why.startswith("tag:"):
                assert tags is not None and tags[row] == why[4:], place
            elif cell is not None:
                assert same(cell, now, lost), place
            undeclared = "missing_codes_undeclared" in lost
            assert gone or undeclared, place


def check_book(table: ExportTable, found: Codebook, losses: Losses, language: str) -> None:
    """Labels, texts and codes are there in ``language``, unless the list of losses says otherwise."""
    for wanted, now in zip(table.codebook.variables, found.variables, strict=True):
        lost = losses.of(wanted.name)
        place = (wanted, now, losses.losses)
        if "label_shortened" not in lost:
            assert text_in(now.labels, language) == text_in(wanted.labels, language), place
            assert (
                _labelled(wanted, language, wanted) == _labelled(now, language, wanted)
                or "value_labels_dropped" in lost
            ), place
        assert text_in(now.question, language) == text_in(wanted.question, language), place
        for name in ("universe", "unit", "group", "note"):
            assert getattr(now, name) == getattr(wanted, name), place
        if now.type is wanted.type:
            assert now.limits == wanted.limits, place
        if "level_not_carried" not in lost:
            assert now.level is wanted.level or wanted.level.value == "unknown", place


def _labelled(variable: Variable, language: str, apart: Variable) -> dict[Any, str]:
    """Labels of codes that are not missing in ``apart``: what is no longer declared is a code like others."""
    missing = {rule.value for rule in apart.missing}
    pairs = {c.value: text_in(c.labels, language) for c in variable.codes if c.value not in missing}
    return {value: text for value, text in pairs.items() if text}


@pytest.mark.parametrize("format", ["sav", "zsav", "dta"])
def test_labelled_formats(format: str, tmp_path: Path) -> None:
    @examples
    @given(table=waves() | datasets())
    def holds(table: ExportTable) -> None:
        path = tmp_path / f"x.{format}"
        losses = Losses(write(table, format, path, "zh"))
        found = back(path, format, languages=("zh",))
        names, _ = (stata_names if format == "dta" else spss_names)(table.codebook.names)
        assert list(found.codebook.names) == names
        check_cells(table, found, losses)
        check_book(table, found.codebook, losses, "zh")
        if format != "dta":
            renamed = dict(zip(table.codebook.names, names, strict=True))
            assert found.codebook.weight == renamed.get(table.codebook.weight, "")
            assert [(s.kind, s.variables) for s in found.codebook.sets] == [
                (s.kind, tuple(renamed[name] for name in s.variables)) for s in table.codebook.sets
            ]

    holds()


def test_parquet(tmp_path: Path) -> None:
    @examples
    @given(table=waves() | datasets())
    def holds(table: ExportTable) -> None:
        path = tmp_path / "x.parquet"
        losses = Losses(write(table, "parquet", path, "en"))
        found = back(path, "parquet")
        if table.raw is not None:
            assert found.content_hash == content_hash(table)
            assert found.codebook.fingerprint() == table.codebook.fingerprint()
        for position, variable in enumerate(table.codebook.variables):
            parted = split(found.cells[position], found.tags[position], found.codebook.variables[position])
            wanted = table.column(position)
            assert parted[0].to_list() == wanted[0].to_list(), variable
            if "missing_codes_merged" not in losses.of(variable.name):
                assert parted[1].to_list() == wanted[1].to_list(), variable

    holds()


def test_csv(tmp_path: Path) -> None:
    @examples
    @given(table=waves(cased=False))
    def holds(table: ExportTable) -> None:
        assert table.raw is not None
        for position, variable in enumerate(table.codebook.variables):
            # text that looks like numbers is read as numbers
            cells = table.raw(position)[0]
            assume(variable.type is not ValueType.TEXT or guessed(cells, "")[1] is ValueType.TEXT)
        table = replace(table, codebook=replace(table.codebook, sets=()))
        path = tmp_path / "x.csv"
        write(table, "csv", path, "en")
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file))
        found = back(path, "csv", codebook_path=codebook_beside(path), languages=("en",))
        assert len(rows) == table.rows
        for position, variable in enumerate(table.codebook.variables):
            at = head.index(variable.name)
            cells = table.raw(position)[0]
            if variable.type is ValueType.TEXT:
                assert [row[at] or None for row in rows] == cells.to_list(), variable
            elif variable.type.is_number:
                assert [float(row[at]) if row[at] else None for row in rows] == cells.cast(
                    pl.Float64
                ).to_list()
                back_again = found.cells[found.codebook.names.index(variable.name)]
                assert (
                    cells.is_null().all()
                    or back_again.cast(pl.Float64).to_list() == cells.cast(pl.Float64).to_list()
                )
            now = found.codebook.variable(variable.name)
            assert dict(now.labels) == {k: v for k, v in variable.labels.items() if v}, variable
            assert dict(now.question) == dict(variable.question)
            assert (now.universe, now.unit, now.group, now.note) == (
                variable.universe, variable.unit, variable.group, variable.note,
            )  # fmt: skip
            assert now.limits == variable.limits or now.type is not variable.type, variable

    holds()


def test_xlsx(tmp_path: Path) -> None:
    @examples
    @given(table=waves())
    def holds(table: ExportTable) -> None:
        assert table.raw is not None
        path = tmp_path / "x.xlsx"
        losses = Losses(write(table, "xlsx", path, "en"))
        book = openpyxl.load_workbook(path)
        head, *rows = list(book["data"].iter_rows(values_only=True))
        names = [row[0] for row in book["codebook"].iter_rows(values_only=True, min_row=2)]
        assert {v.name for v in table.codebook.variables} <= set(names) | set(book["codebook"]["B"])
        for position, variable in enumerate(table.codebook.variables):
            at = head.index(variable.name)
            lost = losses.of(variable.name)
            for row, cell in zip(rows, table.raw(position)[0].to_list(), strict=True):
                assert _in_workbook(cell, row[at], lost), (variable, cell, row[at])

    holds()


def _in_workbook(wanted: Any, found: Any, lost: set[str]) -> bool:
    if "date_as_text" in lost and wanted is not None:
        return found is not None and found[:10] == wanted.isoformat()[:10]
    if isinstance(wanted, date) and isinstance(found, datetime):
        moment = wanted if isinstance(wanted, datetime) else datetime.combine(wanted, datetime.min.time())
        return abs(moment - found) <= timedelta(milliseconds=1)
    if isinstance(wanted, str) and "characters_removed" in lost:
        return True
    if isinstance(wanted, str) and found is not None:
        wanted = wanted.replace("\r\n", "\n").replace("\r", "\n")
        return (
            found.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "\n")[:32_000]
            == wanted[:32_000]
        )
    if isinstance(wanted, float) and found is not None:
        return abs(float(found) - wanted) <= abs(wanted) * 1e-14
    return same(wanted, found, lost)
