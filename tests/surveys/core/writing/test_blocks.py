"""Files are written some rows at a time: how many makes no difference, and cells are as the library writes
them, to the byte."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import polars as pl
import pyreadstat
import pytest

from surveys.core.codebook import Codebook, ValueType, Variable
from surveys.core.hashing import column_hash, table_hash
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.work import work
from surveys.core.table import PHYSICAL
from surveys.core.writing import ExportTable, dta_file, flat, sav_cells, write
from surveys.core.writing.narrow import WideTexts
from surveys.core.writing.sav_patch import patched
from tests.surveys.core.writing.tables import mixed_table

LONG = ["x" * 255, "北京" * 90 + "é", "y" * 256, "z" * 2000, "", " a", "12345678", "1234567812345678 "]


def table_of(*variables: Variable, cells: list[pl.Series]) -> ExportTable:
    """A wave of these variables without titles or missing codes."""
    why = [pl.select(pl.when(one.is_null()).then(pl.lit("system"))).to_series() for one in cells]
    return ExportTable(
        Codebook(variables),
        cells[0].len(),
        column=lambda i: (cells[i], why[i]),
        raw=lambda i: (cells[i], None),
        title="",
        citation="",
        is_synthetic=False,
    )


def library_frame(rows: int) -> pl.DataFrame:
    """Numbers that fit a code of one byte, that do not, and none; texts of one segment and of several."""
    draw = np.random.default_rng(rows)
    numbers = [0.0, -0.0, -99.0, -100.0, 151.0, 152.0, 0.5, 1e300, np.inf, -np.inf, 2.0**53, None]
    columns = {
        "small": pl.Series(draw.integers(-99, 152, rows), dtype=pl.Float64),
        "any": pl.Series([numbers[n] for n in draw.integers(0, len(numbers), rows)], dtype=pl.Float64),
        "none": pl.Series([None] * rows, dtype=pl.Float64),
        "short": pl.Series(["abc", "", "北", "abcdefgh"]).gather(draw.integers(0, 4, rows)),
        "long": pl.Series(LONG).gather(draw.integers(0, len(LONG), rows)),
        "blank": pl.Series([""] * rows, dtype=pl.String),
    }
    columns |= {f"n{i}": pl.Series(draw.normal(size=rows)) for i in range(9)}
    return pl.DataFrame(columns)


def ours(frame: pl.DataFrame, whole: bytes, step: int) -> bytes:
    """The bytecode of the frame with the room that a dictionary gives each text, so many units at a time."""
    found = patched(whole, {name: name for name in frame.columns}, Codebook(()), "en")
    starts = [*found.starts.values(), found.units]
    columns = [
        sav_cells.Texts(WideTexts(series), end - start)
        if series.dtype == pl.String
        else sav_cells.Numbers.of(series)
        for series, start, end in zip(frame.iter_columns(), starts[:-1], starts[1:], strict=True)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sav_cells, "_AT_ONCE", step)
        return b"".join(sav_cells.bytecode(columns, frame.height))


@pytest.mark.parametrize(("rows", "step"), [(1, 1), (7, 1), (40, 1000), (300, 1 << 20)])
def test_cells_of_a_system_file_are_the_librarys(rows: int, step: int, tmp_path: Path) -> None:
    frame, path = library_frame(rows), tmp_path / "x.sav"
    for narrower in (frame, frame.drop("n0", "n1"), frame.select("n0"), frame.select("long", "any")):
        pyreadstat.write_sav(narrower, str(path), row_compress=True)
        whole = path.read_bytes()
        cells = ours(narrower, whole, step)
        assert whole.endswith(cells)
        assert whole[: -len(cells)].endswith(b"\xe7\x03\0\0\0\0\0\0")  # type 999: nothing stands between


def test_blocks_of_a_compressed_system_file_are_the_librarys(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    texts = pl.Series("answer", [draw.bytes(1000).hex() for _ in range(2_500)])
    path, theirs = tmp_path / "x.zsav", tmp_path / "theirs.zsav"
    write(table_of(Variable("answer", ValueType.TEXT), cells=[texts]), "zsav", path, "en")
    pyreadstat.write_sav(pl.DataFrame([texts]), str(theirs), compress=True, column_labels=[""])
    found, wanted = bytearray(path.read_bytes()), theirs.read_bytes()
    found[92:109] = wanted[92:109]  # the moment of creation
    assert found == wanted
    block = struct.pack("<2i", 0x3FF000, 2)
    assert block in wanted[-24 - 2 * 24 :]  # more than one


@pytest.mark.parametrize(
    ("format", "where", "name"),
    [("sav", sav_cells, "_AT_ONCE"), ("zsav", sav_cells, "_AT_ONCE"), ("dta", dta_file, "_AT_ONCE")],
)
def test_rows_put_together_at_a_time_make_no_difference(
    format: str, where: object, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"x.{format}"
    write(mixed_table(), format, path, "en")
    at_once = path.read_bytes()
    monkeypatch.setattr(where, name, 1)
    write(mixed_table(), format, path, "en")
    assert path.read_bytes() == at_once


def test_parquet_of_several_row_groups_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flat, "_ROW_GROUP", 3)
    kinds = (ValueType.INTEGER, ValueType.TEXT, ValueType.DECIMAL)
    variables = tuple(Variable(kind.value, kind, labels={"en": "A label"}) for kind in kinds)
    cells = [
        pl.Series([1, -(2**62), None, 4, 127, 128, 7], dtype=PHYSICAL[ValueType.INTEGER]),
        pl.Series(["a", None, "北京", " a", "x" * 300, "b", "c"], dtype=pl.String),
        pl.Series([0.1, None, 1e300, -0.0, 2.0, 3.0, 4.0]),
    ]
    table = table_of(*variables, cells=cells)
    path = tmp_path / "x.parquet"
    write(table, "parquet", path, "en")
    assert pl.read_parquet(path).dtypes == [PHYSICAL[kind] for kind in kinds]
    said = work(path, memoryview(path.read_bytes()), "parquet", tmp_path / "back.parquet", ReadOptions())
    hashes = [(v.name, column_hash(v.type, one)) for v, one in zip(variables, cells, strict=True)]
    assert said["content_hash"] == table_hash(hashes, 7)
