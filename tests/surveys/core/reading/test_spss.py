"""SPSS system files: layouts no library writes, and every public file held against another reader."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyreadstat
import pytest

from surveys.core.codebook import Level
from surveys.core.problems import Refused
from surveys.core.reading.raw import RawMissing
from surveys.core.reading.spss_cells import SpssReader

from .cells import one_by_one
from .sav_bytes import Sav, Var

ROWS = [[1.0, b"ab"], [None, b""], [0.5, b"long text"], [-99.0, b"x" * 12], [151.0, b"y"]]
VARS = [Var(b"Q1", label=b"First"), Var(b"NAME", width=12, format=1 << 16 | 12 << 8)]


def cells(data: bytes) -> list[list[Any]]:
    """All columns of a file as Python values, None where empty."""
    reader = SpssReader(memoryview(data))
    file = reader.describe()
    columns: list[list[Any]] = [[] for _ in file.variables]
    for chunk in reader.chunks():
        for column, values in zip(columns, chunk.columns, strict=True):
            column += [_plain(value) for value in one_by_one(values)]
    return columns


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.rstrip(b" ")
    return None if math.isnan(value) else value


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [0, 1, 2])
@pytest.mark.parametrize("cases", [None, -1])
def test_every_layout_gives_the_same_cells(order: str, compression: int, cases: int | None) -> None:
    data = Sav(VARS, ROWS, compression=compression, order=order, cases=cases).bytes()
    assert cells(data) == [[1.0, None, 0.5, -99.0, 151.0], [b"ab", b"", b"long text", b"x" * 12, b"y"]]


@pytest.mark.parametrize("compression", [0, 1, 2])
@pytest.mark.parametrize("cases", [4, 6, 100_000_000])
def test_a_lie_about_the_number_of_rows_is_refused(compression: int, cases: int) -> None:
    with pytest.raises(Refused, match=r"declares|rows|unpack"):
        cells(Sav(VARS, ROWS, compression=compression, cases=cases).bytes())


@pytest.mark.parametrize("compression", [0, 1, 2])
@pytest.mark.parametrize("cases", [None, -1])
def test_no_cut_changes_cells_in_silence(compression: int, cases: int | None) -> None:
    """Cut anywhere: refused, or (rows unknown, cut between two rows) whole rows only."""
    whole = Sav(VARS, ROWS, compression=compression, cases=cases).bytes()
    truth = cells(whole)
    for length in range(0, len(whole), 3):
        try:
            found = cells(whole[:length])
        except Refused:
            continue
        assert cases == -1 or found == truth, length
        assert all(column == true[: len(column)] for column, true in zip(found, truth, strict=True)), length


END = b"\xfc" + bytes(7)  # a block of commands that is only the end mark


@pytest.mark.parametrize("small", [8, 24, 1 << 20])
@pytest.mark.parametrize(
    ("behind", "told"),
    [
        (b"", 0), (END, 0), (bytes(40), 40), (bytes(3), 3), (END + b"more text of any kind", 21),
        (END + bytes(8), 8), (b"\xfcmore te" + b"xt", 9),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rows", [ROWS, ROWS[:4] * 2, [[float(n), b"same"] for n in range(8)]])
def test_bytes_behind_the_last_row_are_told_of(
    rows: list[list[Any]], behind: bytes, told: int, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.core.reading.spss_stream.BLOCK", small)
    whole = Sav(VARS, rows).bytes()
    reader = SpssReader(memoryview(whole + behind))
    assert sum(chunk.rows for chunk in reader.chunks()) == len(rows)
    found = [f.message for f in reader.describe().findings if f.code == "trailing_bytes"]
    assert len(found) == bool(told)
    assert not told or found[0].startswith(f"{told} byte")


@pytest.mark.parametrize("behind", [b"", b"more", bytes(30)])
def test_bytes_behind_the_blocks_are_told_of(behind: bytes) -> None:
    reader = SpssReader(memoryview(Sav(VARS, ROWS, compression=2).bytes() + behind))
    assert sum(chunk.rows for chunk in reader.chunks()) == len(ROWS)
    found = [f.message for f in reader.describe().findings if f.code == "trailing_bytes"]
    assert [one.split()[0] for one in found] == ([str(len(behind))] if behind else [])


def test_chunks_of_any_size_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[float(i % 7) if i % 3 else i / 7, b"t" * (i % 13)] for i in range(500)]
    data = Sav(VARS, rows).bytes()
    truth = cells(data)
    for size in (8, 24, 56, 1000):
        monkeypatch.setattr("surveys.core.reading.spss_cells.BLOCK", size)
        assert cells(data) == truth


def test_missing_codes_and_ranges() -> None:
    lowest, highest = -1.7976931348623155e308, 1.7976931348623157e308
    variables = [
        Var(b"A", missing=(2, [8.0, 9.0])),
        Var(b"B", missing=(-2, [lowest, -1.0])),
        Var(b"C", missing=(-3, [90.0, highest, 7.0])),
        Var(b"D", width=4, format=1 << 16 | 4 << 8, missing=(1, [b"NA"])),
    ]
    found = SpssReader(memoryview(Sav(variables, [[1.0, 1.0, 1.0, b"x"]]).bytes())).describe().variables
    assert found[0].missing == [RawMissing(8.0), RawMissing(9.0)]
    assert found[1].missing == [RawMissing(low=None, high=-1.0)]
    assert found[2].missing == [RawMissing(7.0), RawMissing(low=90.0, high=None)]
    assert found[3].missing == [RawMissing(b"NA")]


def test_response_sets_of_all_three_kinds_and_the_weight() -> None:
    sets = b"$c=C 5 first Q1 Q2\n$d=D1 1 6 second Q1 Q2\n"
    extended = b"$e=E 11 1 1 5 third Q2 Q1\n"
    data = Sav([Var(b"Q1"), Var(b"Q2")], [[1.0, 0.0]], extensions=[(7, 1, sets), (19, 1, extended)], weight=2)
    file = SpssReader(memoryview(data.bytes())).describe()
    assert [(s.name, s.kind, s.variables, s.label, s.counted) for s in file.sets] == [
        (b"$c", "C", (b"Q1", b"Q2"), b"first", None),
        (b"$d", "D", (b"Q1", b"Q2"), b"second", b"1"),
        (b"$e", "E", (b"Q2", b"Q1"), b"third", b"1"),
    ]
    assert file.weight == b"Q2"


@pytest.mark.parametrize("record", [b"$c=C 99 short Q1\n", b"$c=C 1 a NOPE\n", b"$c=X 1 a Q1\n", b"nonsense"])
def test_damaged_response_sets_are_never_dropped_in_silence(record: bytes) -> None:
    with pytest.raises(Refused, match="multiple-response sets"):
        SpssReader(memoryview(Sav([Var(b"Q1")], [[1.0]], extensions=[(7, 1, record)]).bytes()))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_told_each_time", [False, True])
def test_missing_codes_of_long_texts_as_spss_and_as_older_pspp_write_them(
    order: str, is_told_each_time: bool
) -> None:
    def told(name: bytes, *values: bytes) -> bytes:
        length = struct.pack(f"{order}i", 8)
        rest = (length if is_told_each_time else b"").join(value.ljust(8) for value in values)
        return struct.pack(f"{order}i", len(name)) + name + bytes([len(values)]) + length + rest

    record = told(b"A", b"NA", b"DK", b"\x08") + told(b"B", b"ABCDEFGH")
    variables = [Var(b"A", width=12, format=1 << 16), Var(b"B", width=20, format=1 << 16)]
    data = Sav(variables, [[b"NA", b"x"]], order=order, extensions=[(22, 1, record)]).bytes()
    found = SpssReader(memoryview(data)).describe().variables
    assert [[one.value for one in variable.missing] for variable in found] == [
        [b"NA", b"DK", b"\x08"], [b"ABCDEFGH"],
    ]  # fmt: skip


def test_very_long_texts(tmp_path: Path) -> None:
    texts = ["", "a", "b" * 255, "c" * 256, "d" * 900, "汉" * 3000, "à" * 254]
    path = tmp_path / "long.sav"
    frame = pl.DataFrame({"n": range(len(texts)), "t": texts, "u": texts[::-1]})
    pyreadstat.write_sav(frame, path, row_compress=True)
    found = cells(path.read_bytes())
    assert [cell.decode() for cell in found[1]] == texts
    assert [cell.decode() for cell in found[2]] == texts[::-1]


def test_every_byte_changed_is_refused_or_read_but_never_a_bug() -> None:
    variables = [Var(b"A", codes=[(1.0, b"yes")]), Var(b"T", width=20, format=1 << 16, label=b"Label")]
    data = Sav(variables, [[1.0, b"abc"], [2.0, b"def"]], extensions=[(7, 1, b"$s=C 1 a A\n")]).bytes()
    for position in range(4, len(data)):
        for value in (0, 0xFF, data[position] ^ 1, data[position] ^ 0x80):
            changed = bytearray(data)
            changed[position] = value
            try:
                cells(bytes(changed))
            except Refused:
                continue


PUBLIC = ["formats", "mrsets", "chinese", "pooled", "malformed/OverflowVarValue.sav"]


def public_files(shared: Path) -> list[Path]:
    found: list[Path] = []
    for where in PUBLIC:
        path = shared / "files" / where
        found += sorted(path.rglob("*.sav")) if path.is_dir() else [path]
    return found


def test_public_files_agree_with_another_reader(shared: Path) -> None:
    """Names, labels, value labels, missing ranges, measures, formats, response sets and all cells."""
    for path in public_files(shared):
        reader = SpssReader(memoryview(path.read_bytes()))
        file = reader.describe()
        codec = "utf-8" if file.encoding == "UTF-8" else "latin-1"
        asked = {} if codec == "utf-8" else {"encoding": "ISO-8859-1"}
        columns, meta = pyreadstat.read_sav(
            path, user_missing=True, disable_datetime_conversion=True, output_format="dict", **asked
        )
        assert [v.name.decode(codec) for v in file.variables] == meta.column_names
        chunks = list(reader.chunks())
        for i, variable in enumerate(file.variables):
            name = meta.column_names[i]
            assert variable.label.decode(codec) == (meta.column_labels[i] or ""), (path.name, name)
            assert variable.format == meta.original_variable_types[name]
            assert variable.level is Level(meta.variable_measure[name])
            assert len(variable.missing) == len(meta.missing_ranges.get(name, []))
            labels = {
                v.decode(codec) if isinstance(v, bytes) else v: t.decode(codec) for v, t in variable.codes
            }
            assert labels == meta.variable_value_labels.get(name, {})
            ours = [cell for chunk in chunks for cell in one_by_one(chunk.columns[i])]
            _same_cells(ours, list(columns[name]), codec)
        theirs = {name.lstrip("$"): list(s["variable_list"]) for name, s in (meta.mr_sets or {}).items()}
        assert {s.name.decode().lstrip("$"): [v.decode() for v in s.variables] for s in file.sets} == theirs


def _same_cells(ours: list[Any], theirs: list[Any], codec: str) -> None:
    for a, b in zip(ours, theirs, strict=True):
        if isinstance(a, bytes):
            assert a.rstrip(b" ").decode(codec) == (b or "")
        else:
            assert np.isnan(a) if b is None or b != b else a == b


def test_the_head_alone_is_no_file() -> None:
    for data in (b"$FL2", b"$FL2" + bytes(200), struct.pack("<4s", b"$FL3") * 50):
        with pytest.raises(Refused):
            cells(data)
