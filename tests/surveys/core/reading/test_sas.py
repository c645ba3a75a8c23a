"""SAS data sets: every word size, byte order and packing, lies, deleted rows, and the public files."""

from __future__ import annotations

import contextlib
import random
import struct
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.core.problems import Refused
from surveys.core.reading.sas_cells import SasReader
from surveys.core.reading.sas_packing import ROSS, RUNS, unpacked

from .cells import columns_of, plain
from .sas_bytes import Col, Sas, packed_by_ross, packed_by_runs

COLUMNS = [
    Col(b"id", label=b"Number of the respondent"),
    Col(b"day", 4, format=b"DATE", shown=(9, 0)),
    Col("城市".encode(), 12, is_text=True, label="住在哪里".encode(), format=b"$CHAR", shown=(12, 0)),
    Col(b"short", 3),
    Col(b"why", 90, is_text=True),
]
WORDS = [b"", b"yes", b"because " * 9 + b"so", b"@" * 40, b"no" + b" " * 60 + b"!"]
CELLS: list[list[Any]] = [
    [1.0, 0.0, b"Fuzhou", 1.0, WORDS[0]],
    [-2.5, ".A", b"", None, WORDS[1]],
    [None, None, "厦门".encode(), ".Z", WORDS[2]],
    ["._", 21915.0, b"x" * 12, 4096.0, WORDS[3]],
    [0.1, -1.0, b"Xiamen", 0.0, WORDS[4]],
]
MANY = CELLS * 20
LAYOUTS = [(word, order, method) for word in (4, 8) for order in "<>" for method in (b"", RUNS, ROSS)]


def read(data: bytes, encoding: str = "") -> tuple[Any, list[list[Any]]]:
    reader = SasReader(memoryview(data), encoding)
    return reader.describe(), columns_of(reader)


def turned(cells: list[list[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*cells, strict=True)]


@pytest.mark.parametrize(("word", "order", "method"), LAYOUTS)
@pytest.mark.parametrize("padding", [0, 4])
def test_every_layout_gives_the_same_cells(word: int, order: str, method: bytes, padding: int) -> None:
    data = Sas(COLUMNS, MANY, word, order, method, padding, label=b"A wave").bytes()
    file, cells = read(data)
    assert cells == turned(MANY)
    assert (file.label, file.rows, file.encoding) == (b"A wave", 100, "UTF-8")
    assert [v.name.decode() for v in file.variables] == ["id", "day", "城市", "short", "why"]
    assert [v.label.decode() for v in file.variables[:3]] == ["Number of the respondent", "", "住在哪里"]
    assert [v.format for v in file.variables] == ["", "DATE9", "$CHAR12", "", ""]
    assert file.variables[1].calendar.kind == "date"


@pytest.mark.parametrize(
    ("word", "order", "method"), [one for one in LAYOUTS if one[2] != ROSS and one[:2] != (8, ">")]
)
def test_another_reader_reads_these_files_alike(tmp_path: Path, word: int, order: str, method: bytes) -> None:
    """Those it reads: it knows no big 64-bit systems and not all of Ross packing."""
    path = tmp_path / "f.sas7bdat"
    path.write_bytes(Sas(COLUMNS, MANY, word, order, method).bytes())
    columns, meta = pyreadstat.read_sas7bdat(
        path, user_missing=True, disable_datetime_conversion=True, output_format="dict"
    )
    texts = {"城市", "why"}
    for ours, name in zip(turned(MANY), meta.column_names, strict=True):
        theirs = [plain(value) for value in columns[name]]
        if name not in texts:
            theirs = [f".{value.decode()}" if isinstance(value, bytes) else value for value in theirs]
        assert ours == theirs, name


def test_stat_transfer_begins_rows_where_sas_leaves_a_gap() -> None:
    columns = [Col(b"a"), Col(b"b"), Col(b"c", 3)]
    cells = [[float(i), 2.0, None] for i in range(30)]
    for release in (b"9.0401M3", b"9.0000M0"):
        assert read(Sas(columns, cells, word=4, release=release).bytes())[1] == turned(cells)


RUNS_OF_BYTES = st.lists(
    st.tuples(st.sampled_from([0, 32, 64, 7, 200]), st.integers(1, 5000)), min_size=1, max_size=6
)


@settings(max_examples=60)
@given(RUNS_OF_BYTES, st.binary(max_size=300))
def test_what_is_packed_comes_back(runs: list[tuple[int, int]], noise: bytes) -> None:
    row = noise + b"".join(bytes([byte]) * size for byte, size in runs) + noise * 2
    assert unpacked(packed_by_runs(row), len(row), RUNS) == row
    assert unpacked(packed_by_ross(row), len(row), ROSS) == row


@pytest.mark.parametrize(
    ("packed", "row"),
    [
        (b"\x80x" b"\xd3" b"\xe0" b"\xf1", b"x" + b"@" * 5 + b"  " + bytes(3)),
        (b"\xc2z" b"\x40\x01z" b"\x50\x00", b"z" * 5 + b"z" * 19 + b"@" * 17),
        (b"\x20" + b"q" * 96 + b"\x60\x02", b"q" * 96 + b" " * 19),
        (b"\x00\x01" + b"k" * 65 + b"\x70\x00", b"k" * 65 + bytes(17)),
        (b"\x10\x00" + b"w" * 4160, b"w" * 4160),
    ],
)  # fmt: skip
def test_commands_of_run_lengths(packed: bytes, row: bytes) -> None:
    assert unpacked(packed, len(row), RUNS) == row


@pytest.mark.parametrize(
    ("packed", "row"),
    [
        (b"\x10\x00abc" b"\x30\x00", b"abcabc"),  # three bytes, then three from three before
        (b"\x20\x00ab" b"\x02c", b"abccccc"),
        (b"\x40\x00a" b"\x11\x01z", b"a" + b"z" * 36),
        (b"\x10\x00abc" b"\x20\x00\x04", b"abc" + (b"abc" * 7)[:20]),  # a repetition that reaches into itself
    ],
)  # fmt: skip
def test_commands_of_ross_packing(packed: bytes, row: bytes) -> None:
    assert unpacked(packed, len(row), ROSS) == row


@pytest.mark.parametrize("method", [RUNS, ROSS])
@pytest.mark.parametrize(
    "packed",
    [b"", b"\x80", b"\x30abc", b"\x7f\xff", b"\x80\x00\x30\x00", b"\xff\xff\x1f\xff\x00", b"\x10\x00ab"],
)
def test_packed_rows_that_do_not_fit_are_refused(packed: bytes, method: bytes) -> None:
    with pytest.raises(Refused):
        unpacked(packed, 20, method)


@pytest.mark.parametrize("method", [b"", RUNS, ROSS])
@pytest.mark.parametrize("declared", [1, 99, 101, 10**5])
def test_a_lie_about_the_number_of_rows_is_refused(method: bytes, declared: int) -> None:
    with pytest.raises(Refused, match="rows"):
        read(Sas(COLUMNS, MANY, method=method, declared=declared).bytes())


def test_deleted_rows_are_left_out_and_spoken_of() -> None:
    for word in (4, 8):
        file, cells = read(Sas(COLUMNS, MANY, word, deleted=frozenset({0, 7, 99})).bytes())
        kept = [row for i, row in enumerate(MANY) if i not in (0, 7, 99)]
        assert cells == turned(kept)
        assert (file.rows, [f.code for f in file.findings]) == (97, ["deleted_rows"])


def test_deleted_rows_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(Refused, match="which ones cannot be told"):
        read(Sas(COLUMNS, MANY, method=RUNS, declared_deleted=3).bytes())
    with pytest.raises(Refused, match="which one cannot be told"):
        read(Sas(COLUMNS, MANY, deleted=frozenset({3, 4}), declared_deleted=1).bytes())


def test_every_cut_is_refused() -> None:
    data = Sas(COLUMNS, MANY).bytes()
    for end in range(0, len(data), 997):
        with pytest.raises(Refused):
            read(data[:end])


def test_a_character_set_without_a_name_must_be_named() -> None:
    data = Sas([Col(b"t", 8, is_text=True)], [[b"abc"]], encoding=70).bytes()
    with pytest.raises(Refused, match=r"number 70.*--encoding"):
        read(data)
    assert read(data, "mac-arabic")[1] == [[b"abc"]]


def test_public_files_agree_with_another_reader(shared: Path) -> None:
    paths = [*sorted((shared / "files").rglob("*.sas7bdat"))]
    seen = 0
    for path in paths:
        if path.stem == "charset_aara":
            continue  # not read there; here only when its character set is named
        file, found = read(path.read_bytes())
        codec = "gb18030" if file.encoding == "GB18030" else "utf-8"
        columns, meta = pyreadstat.read_sas7bdat(
            path, user_missing=True, disable_datetime_conversion=True, output_format="dict"
        )
        assert [v.name.decode(codec) for v in file.variables] == meta.column_names
        assert [v.label.decode() for v in file.variables] == [label or "" for label in meta.column_labels]
        assert [v.format for v in file.variables] == [
            meta.original_variable_types[name] or "" for name in meta.column_names
        ]
        for ours, name in zip(found, meta.column_names, strict=True):
            assert ours == [plain(value) for value in columns[name]], (path.name, name)
        seen += 1
    assert seen == len(paths) - 1 >= 6


def test_damaged_public_files_are_refused_or_read_right(shared: Path) -> None:
    """None of them is read in silence as an empty table or with formats of other variables."""
    paths = sorted((shared / "malformed_sas7bdat").glob("*.sas7bdat"))
    assert len(paths) == 4
    for path in paths:
        with pytest.raises(Refused):
            read(path.read_bytes())


def test_a_mended_public_file_is_read_whole(shared: Path) -> None:
    """Rows packed by SAS itself, the Ross way: one pointer of the file was turned to another record."""
    data = bytearray((shared / "malformed_sas7bdat" / "panic_date_range.sas7bdat").read_bytes())
    struct.pack_into("<QQ", data, 65536 + 40 + 6 * 24, 63616, 72)
    file, packed = read(bytes(data))
    _, plain_ones = read((shared / "files" / "formats" / "sample.sas7bdat").read_bytes())
    by_name = dict(zip([v.name for v in file.variables], packed, strict=True))
    assert by_name[b"mynum"] == plain_ones[1]
    assert [v.format for v in file.variables][:3] == ["$1", "BEST12", "YYMMDD10"]


@pytest.mark.parametrize("method", [b"", RUNS, ROSS])
def test_changed_bytes_end_as_a_reading_or_a_refusal(method: bytes) -> None:
    data = Sas(COLUMNS, MANY[:20], method=method).bytes()
    busy = [i for i, byte in enumerate(data) if byte not in (0, 32)]
    rng = random.Random(7)
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(rng.choice([1, 2, 4])):
            changed[rng.choice(busy)] = rng.choice([0, 1, 32, 127, 128, 255])
        with contextlib.suppress(Refused):
            read(bytes(changed))
