"""SAS transport files: both layouts, IBM numbers of every length, letters, cuts, and the public files."""

from __future__ import annotations

import contextlib
import math
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.core.problems import Refused
from surveys.core.reading.sas_formats import calendar_of, format_text, is_own_format
from surveys.core.reading.xport_cells import XportReader, ibm_numbers

from .cells import columns_of, plain
from .xpt_bytes import Col, Xpt, ibm

COLUMNS = [
    Col(b"ID", label=b"Number of the respondent"),
    Col(b"DAY", 4, format=b"DATE", shown=(9, 0)),
    Col(b"CITY", 12, is_text=True, label="城市".encode(), format=b"$CHAR", shown=(12, 0)),
    Col(b"SHORT", 3),
]
CELLS: list[list[Any]] = [
    [1.0, 0.0, b"Fuzhou", 1.0],
    [-2.5, ".A", b"", None],
    [None, None, "厦门".encode(), ".Z"],
    ["._", 21915.0, b"x" * 12, 4096.0],
]
READ = [[row[i] for row in CELLS] for i in range(4)]


def read(data: bytes) -> tuple[Any, list[list[Any]]]:
    reader = XportReader(memoryview(data))
    return reader.describe(), columns_of(reader)


@pytest.mark.parametrize("version", [5, 8, 9])
def test_both_layouts_give_the_same_cells(version: int) -> None:
    file, cells = read(Xpt(COLUMNS, CELLS, version, label=b"A wave").bytes())
    assert cells == READ
    assert file.label == b"A wave"
    assert [v.name for v in file.variables] == [b"ID", b"DAY", b"CITY", b"SHORT"]
    assert [v.format for v in file.variables] == ["", "DATE9", "$CHAR12", ""]
    assert file.variables[1].calendar.kind == "date"
    assert [f.code for f in file.findings] == (["rows_not_declared"] if version == 5 else [])


def test_long_names_labels_and_formats() -> None:
    columns = [
        Col(b"a_name_of_thirty_two_characters_", label=b"L" * 200, format=b"A_LONG_FORMAT", shown=(12, 2)),
        Col(b"b", label=b"short"),
    ]
    file, cells = read(Xpt(columns, [[1.0, 2.0]], version=9).bytes())
    first, second = file.variables
    assert (first.name, first.label) == (b"a_name_of_thirty_two_characters_", b"L" * 200)
    assert (first.format, second.label) == ("A_LONG_FORMAT12.2", b"short")
    assert cells == [[1.0], [2.0]]


@given(st.floats(min_value=-1e70, max_value=1e70).filter(lambda x: x == 0 or abs(x) > 1e-70))
def test_every_double_comes_back_from_ibm_floating_point(value: float) -> None:
    cells = np.frombuffer(ibm(value), np.uint8).reshape(1, 8)
    numbers, tags = ibm_numbers(cells)
    assert (numbers.tolist(), tags) == ([value], None)


def test_a_number_that_begins_like_a_letter_is_a_number() -> None:
    """0x41 is "A", and the first byte of 1.0; only a fraction of nothing makes a letter of it."""
    cells = np.frombuffer(ibm(1.0) + b"A" + bytes(7) + ibm(-0.5), np.uint8).reshape(3, 8)
    numbers, tags = ibm_numbers(cells)
    assert (numbers[0], math.isnan(numbers[1]), numbers[2], tags) == (1.0, True, -0.5, [None, "A", None])


def test_several_data_sets_are_refused_by_their_names() -> None:
    for version in (5, 8):
        one = Xpt(COLUMNS, CELLS, version, name=b"PEOPLE")
        other = Xpt(COLUMNS, CELLS, version, name=b"HOUSES")
        with pytest.raises(Refused, match=r"2 data sets: PEOPLE, HOUSES"):
            read(one.bytes() + other.member())


@pytest.mark.parametrize("version", [5, 8])
def test_no_cut_goes_unnoticed(version: int) -> None:
    """Version 8 says how many rows there are; of version 5 no cut is silent, for the count is asked about."""
    data = Xpt(COLUMNS, CELLS * 30, version).bytes()
    _, whole = read(data)
    for end in range(0, len(data), 20):
        try:
            file, cells = read(data[:end])
        except Refused:
            continue
        assert version == 5
        assert [f.code for f in file.findings] == ["rows_not_declared"]
        assert all(column == full[: len(column)] for column, full in zip(cells, whole, strict=True))


def test_a_cut_in_a_row_is_refused_in_version_5() -> None:
    data = Xpt(COLUMNS, CELLS * 30).bytes()
    refused = 0
    for end in range(len(data) - 80, 960, -80):
        try:
            read(data[:end])
        except Refused as problem:
            refused += "middle of a row" in str(problem)
    assert refused > 20


@pytest.mark.parametrize("declared", [1, 3, 5, 10**14])
def test_a_lie_about_the_number_of_rows_is_refused(declared: int) -> None:
    with pytest.raises(Refused, match="rows"):
        read(Xpt(COLUMNS, CELLS * 4, version=8, declared=declared).bytes())


def test_blank_rows_at_the_end_are_the_filling_of_the_last_record() -> None:
    columns = [Col(b"A", 8, is_text=True)]
    for rows in (1, 3, 10, 11):
        cells = [[b"row %d" % i] for i in range(rows)]
        file, found = read(Xpt(columns, cells).bytes())
        assert (file.rows, len(found[0])) == (rows, rows)


def test_a_description_that_contradicts_itself_is_refused() -> None:
    data = bytearray(Xpt(COLUMNS, CELLS).bytes())
    first = 8 * 80  # the first variable: type, hash, width, number …, and its place in a row
    for at, value in ((0, 3), (4, 9), (4, -1), (84, 4), (84, 10_000), (86, 8)):
        changed = bytearray(data)
        struct.pack_into(">h", changed, first + at, value)
        with pytest.raises(Refused):
            read(bytes(changed))


def test_public_files_agree_with_another_reader(shared: Path) -> None:
    paths = [p for p in sorted((shared / "files").rglob("*")) if p.suffix.lower() == ".xpt"]
    assert len(paths) == 4
    for path in paths:
        file, found = read(path.read_bytes())
        columns, meta = pyreadstat.read_xport(path, disable_datetime_conversion=True, output_format="dict")
        assert [v.name.decode() for v in file.variables] == meta.column_names
        assert [v.label.decode() for v in file.variables] == [label or "" for label in meta.column_labels]
        assert [v.format for v in file.variables] == [
            meta.original_variable_types[name] or "" for name in meta.column_names
        ]
        for ours, name in zip(found, meta.column_names, strict=True):
            assert ours == [plain(value) for value in columns[name]], (path.name, name)


def test_a_library_s_own_files_are_read(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"a_long_name": [1.5, None, -3e10], "text": ["x", "", "汉字"]})
    pyreadstat.write_xport(frame, tmp_path / "f.xpt", file_format_version=8, column_labels=["L" * 60, None])
    file, cells = read((tmp_path / "f.xpt").read_bytes())
    assert cells == [[1.5, None, -3e10], [b"x", b"", "汉字".encode()]]
    assert file.variables[0].label == b"L" * 60


def test_changed_bytes_end_as_a_reading_or_a_refusal() -> None:
    data = Xpt(COLUMNS, CELLS, version=8).bytes()
    rng = random.Random(5)
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(rng.choice([1, 2, 4])):
            changed[rng.randrange(len(changed))] = rng.choice([0, 32, 57, 127, 255])
        with contextlib.suppress(Refused):
            read(bytes(changed))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("DATE", "date"), ("MMDDYY", "date"), ("YYMMDDS", "date"), ("MONYY", "date"), ("E8601DA", "date"),
        ("DEUDFDD", "date"), ("WEEKDATX", "date"), ("yymmdd", "date"),
        ("DATETIME", "datetime"), ("DTDATE", "datetime"), ("E8601DT", "datetime"), ("NLDATM", "datetime"),
        ("TIME", "time"), ("HHMM", "time"), ("TOD", "time"), ("E8601TM", "time"),
        ("BEST", None), ("F", None), ("COMMA", None), ("DATING", None), ("TIMES", None), ("", None),
    ],
)  # fmt: skip
def test_formats_say_what_a_number_is(name: str, kind: str | None) -> None:
    calendar = calendar_of(name)
    assert (calendar.kind if calendar else None) == kind


def test_formats_are_written_as_sas_writes_them() -> None:
    assert [format_text(b"TIME", 20, 3), format_text(b"$", 6, 0), format_text(b"", 0, 0)] == [
        "TIME20.3", "$6", "",
    ]  # fmt: skip
    assert [name for name in ("BEST", "$CHAR", "DATE", "SEX", "$CITY", "", "$") if is_own_format(name)] == [
        "SEX", "$CITY",
    ]  # fmt: skip
