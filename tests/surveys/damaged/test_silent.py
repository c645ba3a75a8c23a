"""Damage that looks like a smaller, honest file: each has its refusal, or the finding that tells of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, read, sandbox
from tests.surveys.core.reading import test_por, test_sas, test_xport
from tests.surveys.core.reading.por_bytes import Por
from tests.surveys.core.reading.sas_bytes import Sas
from tests.surveys.core.reading.sav_bytes import Sav, Var
from tests.surveys.core.reading.xlsx_bytes import number, row, text, workbook
from tests.surveys.core.reading.xpt_bytes import Xpt
from tests.surveys.damaged.one_by_one import in_this_process
from tests.surveys.damaged.parquet_bytes import with_rows
from tests.surveys.damaged.seeds import sav

TOWN = Var(b"T", 8, format=1 << 16 | 8 << 8)
UNKNOWN = Sav([Var(b"A"), Var(b"B")], [[0.1, 0.2]] * 60, cases=-1, compression=0).bytes()
PACKED = Sav([Var(b"A"), Var(b"B")], [[0.1, 0.2]] * 60, cases=-1).bytes()
PARQUET = io.BytesIO()
pl.DataFrame({"a": [1, 2, 3] * 5}).write_parquet(PARQUET)


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def dta(old: bytes, new: bytes) -> Callable[[Path], bytes]:
    """A Stata 15 file of five rows and two columns, with one of its counts turned to another."""

    def build(folder: Path) -> bytes:
        pyreadstat.write_dta(pl.DataFrame({"n": [1.0] * 5, "t": list("abcde")}), folder / "f", version=15)
        return changed((folder / "f").read_bytes(), old, new)

    return build


def old_dta(version: int, told: int) -> Callable[[Path], bytes]:
    """A file of an older Stata of five rows that says ``told`` of them."""

    def build(folder: Path) -> bytes:
        frame = pl.DataFrame({"n": [1.0] * 5, "t": list("abcde")})
        pyreadstat.write_dta(frame, folder / "f", version=version)
        data = (folder / "f").read_bytes()
        return data[:6] + told.to_bytes(4, "little") + data[10:]

    return build


def without_texts(folder: Path) -> bytes:
    """A workbook whose cells name texts of a part that is lost."""
    path = workbook(folder / "w", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared="<si><t>q</t></si>")
    held = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            if "sharedStrings" not in name:
                new.writestr(name, old.read(name))
    return held.getvalue()


def more_cells(folder: Path) -> bytes:
    rows = [row(1, text("A1", "a")), *(row(i, number(f"A{i}", i)) for i in range(2, 9))]
    return workbook(folder / "w", "".join(rows) + row(9, number("A9", 9), number("B9", 9))).read_bytes()


SILENT: dict[str, tuple[str, bytes | Callable[[Path], bytes]]] = {
    "more rows said.sav": ("damaged_file", sav(cases=25)),
    "fewer rows said.sav": ("damaged_file", sav(cases=23)),
    "fewer rows said.zsav": ("damaged_file", sav(cases=23, compression=2)),
    "no rows.sav": ("no_rows", Sav([Var(b"A")], []).bytes()),
    "no columns.sav": ("no_columns", Sav([], []).bytes()),
    "rows unknown and whole.sav": ("rows_not_declared", UNKNOWN),
    "rows unknown and cut in half.sav": ("rows_not_declared", UNKNOWN[: -16 * 30]),
    "rows unknown and cut in a row.sav": ("damaged_file", UNKNOWN[: -16 * 30 - 8]),
    "rows unknown, packed, cut in half.sav": ("damaged_file", PACKED[: len(PACKED) // 2]),
    "rows unknown, in blocks, cut.zsav": ("damaged_file", sav(cases=-1, compression=2)[:-200]),
    "a column lost.sav": ("damaged_file", changed(sav(compression=0), sav()[176:208], b"")),
    "a byte that is no UTF-8 at a cell's end.sav": ("unknown_encoding", Sav([TOWN], [[b"caf\xe9"]]).bytes()),
    "a byte that is no UTF-8 in a label's key.sav": (
        "unknown_encoding",
        Sav([Var(b"T", 8, format=1 << 16 | 8 << 8, codes=[(b"caf\xe9", b"x")])], [[b"caf"]]).bytes(),
    ),
    "a response set of a variable that is not there.sav": (
        "damaged_response_sets",
        Sav([Var(b"A")], [[1.0]], extensions=[(7, 1, b"$s=C 1 a NOPE\n")]).bytes(),
    ),
    "a response set cut short.sav": (
        "damaged_response_sets",
        Sav([Var(b"A")], [[1.0]], extensions=[(7, 1, b"$s=C 9 a A\n")]).bytes(),
    ),
    "more rows said.dta": ("damaged_file", dta(b"<N>\5", b"<N>\6")),
    "fewer rows said.dta": ("damaged_file", dta(b"<N>\5", b"<N>\4")),
    "fewer rows said in an old.dta": ("damaged_file", old_dta(12, 4)),
    "more rows said in an old.dta": ("damaged_file", old_dta(12, 6)),
    "fewer rows said in an older.dta": ("damaged_file", old_dta(8, 4)),
    "no rows said.dta": ("damaged_file", dta(b"<N>\5", b"<N>\0")),
    "fewer columns said.dta": ("damaged_file", dta(b"<K>\2", b"<K>\1")),
    "more columns said.dta": ("damaged_file", dta(b"<K>\2", b"<K>\3")),
    "more rows said.xpt": ("damaged_file", Xpt(test_xport.COLUMNS, test_xport.CELLS, 8, declared=9).bytes()),
    "fewer rows said.xpt": (
        "damaged_file",
        Xpt(test_xport.COLUMNS, test_xport.CELLS * 9, 8, declared=4).bytes(),
    ),
    "cut between records.xpt": ("damaged_file", Xpt(test_xport.COLUMNS, test_xport.CELLS * 9).bytes()[:-160]),
    "cut between rows and records.xpt": (
        "rows_not_declared",
        Xpt([test_xport.Col(b"A")], [[0.1]] * 40).bytes()[:-80],
    ),
    "more rows said.sas7bdat": ("damaged_file", Sas(test_sas.COLUMNS, test_sas.MANY, declared=101).bytes()),
    "fewer rows said.sas7bdat": ("damaged_file", Sas(test_sas.COLUMNS, test_sas.MANY, declared=99).bytes()),
    "no rows said.sas7bdat": ("no_rows", Sas(test_sas.COLUMNS, [], declared=0).bytes()),
    "cut.por": ("damaged_file", test_por.WHOLE.bytes()[:-160]),
    "fewer columns said.por": ("damaged_file", Por(test_por.VARIABLES, test_por.ROWS, declared=4).bytes()),
    "more rows said.parquet": ("damaged_file", with_rows(PARQUET.getvalue(), 15, 16)),
    "fewer rows said.parquet": ("damaged_file", with_rows(PARQUET.getvalue(), 15, 14, 1)),
    "no rows.parquet": ("no_rows", with_rows(PARQUET.getvalue(), 15, 0)),
    "a cell too many.csv": ("ragged_row", b"a,b\n1,2\n1,2,3\n"),
    "cut in a row.csv": ("ragged_row", b"a,b\n1,2\n1"),
    "zeros.csv": ("unknown_format", b"a,b\n1,2\n\0\0\0\0"),
    "a cell too many.xlsx": ("ragged_row", more_cells),
    "texts lost.xlsx": ("damaged_file", without_texts),
}


@pytest.mark.parametrize("name", SILENT)
def test_it_is_never_taken_in_silence(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "run", in_this_process)
    code, data = SILENT[name]
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data(tmp_path))
    (out := tmp_path / "out").mkdir()
    try:
        told = {finding.code for finding in read(path, out, ReadOptions()).findings}
    except Refused as refused:
        told = {problem.code for problem in refused.problems}
    assert code in told
