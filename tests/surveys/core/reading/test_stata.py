"""Stata files: every type and tag, and the public files held against another reader."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyreadstat
import pytest

from surveys.core.problems import Refused
from surveys.core.reading.stata_cells import StataReader, _texts

from .cells import one_by_one


def cells(data: bytes) -> list[list[Any]]:
    """All columns as Python values; a tag as ``.a``, an empty number as None."""
    reader = StataReader(memoryview(data))
    file = reader.describe()
    columns: list[list[Any]] = [[] for _ in file.variables]
    for chunk in reader.chunks():
        for i, values in enumerate(chunk.columns):
            tags = chunk.tags.get(i, [None] * chunk.rows)
            for value, tag in zip(one_by_one(values), tags, strict=True):
                plain = None if isinstance(value, float) and math.isnan(value) else value
                columns[i].append(f".{tag}" if tag else plain)
    return columns


@pytest.mark.parametrize("version", [8, 10, 12, 13, 14, 15])
def test_tags_and_values_of_every_release(tmp_path: Path, version: int) -> None:
    path = tmp_path / "tags.dta"
    frame = pd.DataFrame(
        {"n": pd.Series([1.0, -2.5, "a", "z", float("nan"), 100.0], dtype=object), "t": list("abcdef")}
    )
    pyreadstat.write_dta(
        frame,
        path,
        version=version,
        missing_user_values={"n": ["a", "z"]},
        variable_value_labels={"n": {1: "one", "a": "refused"}},
    )
    reader = StataReader(memoryview(path.read_bytes()))
    variable = reader.describe().variables[0]
    assert cells(path.read_bytes()) == [
        [1.0, -2.5, ".a", ".z", None, 100.0],
        [b"a", b"b", b"c", b"d", b"e", b"f"],
    ]
    assert variable.codes == [(1, b"one")]
    assert variable.tags == [("a", b"refused")]


def test_a_text_ends_at_its_first_zero_byte_whatever_follows() -> None:
    for cells in ([b"ab\0cd", b"abcde", b"\0\0\0\0e"], [b"ab\0\0\0", b"abcde", b"\0\0\0\0\0"]):
        table = np.frombuffer(b"".join(cells), np.uint8).reshape(3, 5)
        assert _texts(table).to_list() == [b"ab", b"abcde", b""]


def test_long_texts(tmp_path: Path) -> None:
    texts = ["", "short", "x" * 5000, "汉" * 1000]
    path = tmp_path / "long.dta"
    pd.DataFrame({"n": range(4), "t": texts}).to_stata(
        path, version=118, convert_strl=["t"], write_index=False
    )
    assert [cell.decode() for cell in cells(path.read_bytes())[1]] == texts


def test_public_files_agree_with_another_reader(shared: Path) -> None:
    for path in sorted((shared / "files" / "formats").glob("*.dta")):
        reader = StataReader(memoryview(path.read_bytes()))
        file = reader.describe()
        columns, meta = pyreadstat.read_dta(
            path, user_missing=True, disable_datetime_conversion=True, output_format="dict"
        )
        found = cells(path.read_bytes())
        assert [v.name.decode() for v in file.variables] == meta.column_names
        assert [v.label.decode() for v in file.variables] == [label or "" for label in meta.column_labels]
        for ours, name in zip(found, meta.column_names, strict=True):
            theirs = columns[name]
            for a, b in zip(ours, theirs, strict=True):
                if isinstance(a, bytes):
                    assert a.decode() == (b or "")
                elif isinstance(b, str):
                    assert a == f".{b}"
                else:
                    assert a == b or (a is None and (b is None or b != b))


@pytest.mark.parametrize("version", [10, 15])
def test_every_byte_changed_is_refused_or_read_but_never_a_bug(tmp_path: Path, version: int) -> None:
    path = tmp_path / "small.dta"
    frame = pl.DataFrame({"n": [1.0, 2.0], "t": ["abc", "de"]})
    pyreadstat.write_dta(frame, path, version=version, variable_value_labels={"n": {1: "one"}})
    data = path.read_bytes()
    for position in range(0, len(data), 3):
        for value in (0, 0xFF, data[position] ^ 1, data[position] ^ 0x80):
            changed = bytearray(data)
            changed[position] = value
            try:
                cells(bytes(changed))
            except Refused:
                continue


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.dta"
    pyreadstat.write_dta(pl.DataFrame({"n": [float(i) for i in range(100)]}), path)
    data = path.read_bytes()
    for length in (20, 300, len(data) // 2, len(data) - 40):
        with pytest.raises(Refused):
            cells(data[:length])


@pytest.mark.parametrize(("version", "junk"), [(14, 0), (14, 1), (15, 50)])
def test_bytes_behind_the_end_are_told_of(tmp_path: Path, version: int, junk: int) -> None:
    path = tmp_path / "x.dta"
    pyreadstat.write_dta(pd.DataFrame({"n": [1.0, 2.0]}), str(path), version=version)
    found = StataReader(memoryview(path.read_bytes() + b"x" * junk)).describe().findings
    assert [one.code for one in found] == (["trailing_bytes"] if junk else [])
    assert not junk or str(found[0].message).startswith(f"{junk} byte")
