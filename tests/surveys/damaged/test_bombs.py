"""Files that are small on disk and vast in memory are refused by name, within the memory of any reading."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, read
from tests.surveys.core.reading.sav_bytes import Sav, Var
from tests.surveys.core.reading.xlsx_bytes import MAIN, number, row, text, workbook
from tests.surveys.damaged.parquet_bytes import with_rows

MEGABYTES = 2048  # of address space: what needs more dies, and that is told by another code
FIRST = row(1, text("A1", "x"))


def zsav(path: Path) -> None:
    """Two million rows of ten cells that are all the same: 160 MB of cells in 20 kB."""
    rows, columns, size = 2_000_000, 10, 4_000_000
    honest = Sav([Var(b"V%d" % i) for i in range(columns)], [], compression=2, cases=rows)
    head = honest._head() + honest._dictionary()
    block, blocks, start = zlib.compress(b"e" * size, 9), rows * columns // size, len(head)
    listed = b"".join(
        struct.pack("<qqii", start + i * size, start + 24 + i * len(block), size, len(block))
        for i in range(blocks)
    )
    trailer = struct.pack("<qqii", -100, 0, size, blocks) + listed
    place = struct.pack("<qqq", start, start + 24 + blocks * len(block), len(trailer))
    path.write_bytes(head + place + block * blocks + trailer)


def xlsx_of_five_million_rows(path: Path) -> None:
    workbook(path, FIRST + "<row><c><v>1</v></c></row>" * 5_000_000)


def xlsx_with_one_long_text(path: Path) -> None:
    """One shared text of 128 MB."""
    workbook(path, FIRST)
    with zipfile.ZipFile(path) as honest, zipfile.ZipFile(path.with_suffix(".bomb"), "w") as bomb:
        for name in honest.namelist():
            if not name.endswith("sharedStrings.xml"):
                bomb.writestr(name, honest.read(name))
        entry = zipfile.ZipInfo("xl/sharedStrings.xml")
        entry.compress_type, entry._compresslevel = zipfile.ZIP_DEFLATED, 1  # type: ignore[attr-defined]
        with bomb.open(entry, "w") as part:
            part.write(f'<sst xmlns="{MAIN}"><si><t>'.encode())
            for _ in range(128):
                part.write(b"a" * (1 << 20))
            part.write(b"</t></si></sst>")
    path.with_suffix(".bomb").replace(path)


def csv_gz(path: Path) -> None:
    path.write_bytes(gzip.compress(b"a\n" + b"1\n" * 5_000_000))


def parquet_of_many_rows(path: Path) -> None:
    """Three hundred million rows of one value."""
    pl.select(a=pl.repeat(None, 300_000_000, dtype=pl.Boolean)).write_parquet(
        path, row_group_size=100_000_000
    )


def parquet_that_lies(path: Path) -> None:
    """Fifteen rows that say they were a million million."""
    pl.DataFrame({"a": [1, 2, 3] * 5}).write_parquet(path)
    path.write_bytes(with_rows(path.read_bytes(), 15, 10**12))


BOMBS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "cells.zsav": ("too_large", zsav),
    "corners.xlsx": ("ragged_row", lambda p: workbook(p, FIRST + row(1_048_576, number("XFD1048576", 1)))),
    "rows.xlsx": ("too_large", xlsx_of_five_million_rows),
    "text.xlsx": ("too_large", xlsx_with_one_long_text),
    "rows.csv.gz": ("unknown_format", csv_gz),
    "columns.csv": ("too_large", lambda p: p.write_text(",".join(f"c{i}" for i in range(300_000)) + "\n")),
    "quote.csv": ("open_quote", lambda p: p.write_text('a,b\n1,"' + "2,3\n" * 2_000_000)),
    "rows.parquet": ("too_large", parquet_of_many_rows),
    "lies.parquet": ("damaged_file", parquet_that_lies),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str, tmp_path: Path) -> None:
    code, build = BOMBS[name]
    build(tmp_path / name)
    (out := tmp_path / "out").mkdir()
    with pytest.raises(Refused) as refused:
        read(tmp_path / name, out, ReadOptions(), megabytes=MEGABYTES)
    assert refused.value.problems[0].code == code
    assert list(out.iterdir()) == []
