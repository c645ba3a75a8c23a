"""SPSS portable files: numbers to the base 30, foreign character sets, cuts, and the public file."""

from __future__ import annotations

import contextlib
import random
import sys
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.core.problems import Refused
from surveys.core.reading import sniff
from surveys.core.reading.raw import RawMissing
from surveys.core.reading.spss_por import PortableReader
from surveys.core.reading.spss_portable import number_of

from .cells import columns_of, plain
from .por_bytes import DATE, DATETIME, TIME, Por, Var, number

VARIABLES = [
    Var(b"Q1", label=b"Trust", missing=[("9", [-8.0]), ("8", [99.0])]),
    Var(b"CITY", 12, label="城市".encode(), format=(1, 12, 0), missing=[("8", [b"NA"])]),
    Var(b"DAY", format=(DATE, 11, 0), missing=[("B", [1.0, 2.0])]),
    Var(b"AT", format=(DATETIME, 20, 0), missing=[("A", [1e15])]),
    Var(b"FOR", format=(TIME, 8, 0)),
]
ROWS: list[list[Any]] = [
    [1.5, b"Fuzhou", 13744944000.0, 13744980610.25, 90000.0],
    [-9.0, b"", None, 0.0, None],
    [None, "厦门/Z".encode(), 86400.0, -1.0, 0.5],
    [0.1, b"NA", 0.0, 1e-20, -1e20],
]
LABELS = [([b"Q1"], [(1.5, b"half"), (-9.0, b"refused")]), ([b"CITY"], [(b"NA", b"none given")])]
WHOLE = Por(VARIABLES, ROWS, LABELS, [b"A note", b" and its second line"], b"Q1")


def read(data: bytes) -> tuple[Any, list[list[Any]]]:
    reader = PortableReader(memoryview(data))
    return reader.describe(), columns_of(reader)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_everything_a_file_says_is_read(line_end: bytes) -> None:
    file, cells = read(Por(VARIABLES, ROWS, LABELS, WHOLE.documents, b"Q1", line_end=line_end).bytes())
    assert cells == [[row[i] for row in ROWS] for i in range(5)]
    q1, city, day, at, lasting = file.variables
    assert (q1.label, q1.format, q1.codes) == (b"Trust", "F8.2", [(1.5, b"half"), (-9.0, b"refused")])
    assert q1.missing == [RawMissing(high=-8.0), RawMissing(value=99.0)]
    assert (city.is_text, city.format, city.codes) == (True, "A12", [(b"NA", b"none given")])
    assert city.missing == [RawMissing(value=b"NA")]
    assert (day.missing, at.missing) == ([RawMissing(low=1.0, high=2.0)], [RawMissing(low=1e15)])
    assert [v.calendar.kind for v in (day, at, lasting)] == ["date", "datetime", "time"]
    assert [v.format for v in (day, at, lasting)] == ["DATE11", "DATETIME20", "TIME8"]
    assert (file.notes, file.weight, file.rows) == ([b"A note", b" and its second line"], b"Q1", None)


def test_spaces_lost_at_the_ends_of_lines_are_put_back() -> None:
    variables = [Var(b"T", 200, format=(1, 200, 0))]
    rows: list[list[Any]] = [[b"a" + b" " * 198 + b"b"], [b" " * 150 + b"c"]]
    data = Por(variables, rows, line_end=b"\n").bytes()
    stripped = b"\n".join(line.rstrip(b" ") for line in data.split(b"\n"))
    assert stripped != data
    assert read(stripped)[1] == [[row[0] for row in rows]]


def test_a_file_of_another_character_set_is_translated() -> None:
    """Written in EBCDIC, whose letters and digits are other bytes: the table of the head says which."""
    variables = [Var(b"Q1", label=b"Trust (%)"), Var(b"T", 8, format=(1, 8, 0))]
    rows: list[list[Any]] = [[-1.5, b"Az 09+"], [None, b"x"]]
    data = Por(variables, rows, codec="cp037", line_end=b"\n").bytes()
    file, cells = read(data)
    assert cells == [[-1.5, None], [b"Az 09+", b"x"]]
    assert file.variables[0].label == b"Trust (%)"


@pytest.mark.parametrize("codec", ["ascii", "cp037"])
def test_it_is_told_by_its_content(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "anything.txt"
    path.write_bytes(Por([Var(b"Q1")], [[1.0]], codec=codec).bytes())
    assert sniff.sniff(path) == "por"
    assert [f.code for f in sniff.extension_finding("anything.txt", "por")] == ["wrong_extension"]
    assert sniff.extension_finding("wave.por", "por") == ()


@given(st.integers(-(2**53), 2**53), st.integers(-60, 60))
def test_every_double_comes_back_from_the_base_thirty(whole: int, power: int) -> None:
    value = whole * 2.0**power
    assert number_of(number(value).rstrip(b"/")) == value


@pytest.mark.parametrize(
    ("token", "value"),
    [(b"0", 0), (b"T", 29), (b"-10", -30), (b"1.F", 1.5), (b".F", 0.5), (b"1+2", 900), (b"2T-1", 89 / 30)],
)
def test_numbers_as_spss_writes_them(token: bytes, value: float) -> None:
    assert number_of(token) == value


@pytest.mark.parametrize(
    "token", [b"", b"-", b".", b"1_0", b" 1", b"U", b"1..2", b"a", b"1+", b"1+ZZ", b"1+TTT"]
)
def test_what_is_no_number_is_refused(token: bytes) -> None:
    with pytest.raises(Refused):
        number_of(token)


def test_a_range_whose_beginning_was_lost_is_told() -> None:
    """PSPP writes the highest number in the place of where "x THRU HIGHEST" begins."""
    variable = Var(b"Q1", missing=[("A", [sys.float_info.max])])
    file, _ = read(Por([variable], [[1.0]]).bytes())
    assert file.variables[0].missing == []
    assert [(f.code, f.variable) for f in file.findings] == [("missing_range_lost", "Q1")]


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_every_cut_is_refused(line_end: bytes) -> None:
    data = Por(VARIABLES, ROWS * 5, LABELS, line_end=line_end).bytes()
    end = data.rindex(b"/")  # of the last cell
    for size in range(0, end, 7):
        with pytest.raises(Refused):
            read(data[:size])


@pytest.mark.parametrize(
    "lie",
    [
        {"declared": 3},
        {"end": b""},
        {"end": b"?"},
        {"labels": [([b"NONE"], [(1.0, b"x")])]},
        {"labels": [([b"Q1", b"CITY"], [(1.0, b"x")])]},
        {"variables": [*VARIABLES[:4], VARIABLES[0]]},
    ],
)
def test_a_file_that_contradicts_itself_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read(Por(**{"variables": VARIABLES, "rows": ROWS, **lie}).bytes())


def test_the_public_file_agrees_with_another_reader(shared: Path) -> None:
    path = shared / "files" / "formats" / "sample.por"
    file, found = read(path.read_bytes())
    columns, meta = pyreadstat.read_por(path, disable_datetime_conversion=True, output_format="dict")
    assert [v.name.decode() for v in file.variables] == meta.column_names
    assert [v.label.decode() for v in file.variables] == meta.column_labels
    assert [note.decode() for note in file.notes] == meta.notes
    for variable, ours in zip(file.variables, found, strict=True):
        name = variable.name.decode()
        assert variable.format == meta.original_variable_types[name]
        labels = {value: text.decode() for value, text in variable.codes}
        assert labels == meta.variable_value_labels.get(name, {})
        for one, other in zip(ours, map(plain, columns[name]), strict=True):
            # The other reader adds digit by digit and is off in the last place; ours is the nearest double.
            assert one == (pytest.approx(other, rel=1e-15) if isinstance(other, float) else other)


@pytest.mark.parametrize(("behind", "told"), [(b"", 0), (b"Z" * 90, 0), (b"\r\n\x1a", 0), (b"more rows", 9)])
def test_what_stands_behind_the_end_is_told_of(behind: bytes, told: int) -> None:
    reader = PortableReader(memoryview(WHOLE.bytes() + behind))
    assert sum(chunk.rows for chunk in reader.chunks())
    found = [f.message for f in reader.describe().findings if f.code == "trailing_bytes"]
    assert len(found) == bool(told) and (not told or found[0].startswith(f"{told} bytes"))


def test_changed_bytes_end_as_a_reading_or_a_refusal() -> None:
    data = WHOLE.bytes()
    rng = random.Random(11)
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(rng.choice([1, 2, 4])):
            changed[rng.randrange(len(changed))] = rng.choice(b"0/*ZTA9 \n\xff")
        with contextlib.suppress(Refused):
            read(bytes(changed))
