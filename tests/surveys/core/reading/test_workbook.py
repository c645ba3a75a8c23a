"""Workbooks: what every kind of cell becomes, what is told, what is refused before it does harm."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, package, read, workbook_reader
from surveys.core.reading.number_formats import temporal
from surveys.core.reading.raw import RawFile
from surveys.core.reading.workbook_reader import WorkbookReader
from surveys.core.writing import write
from surveys.core.writing.codebook_json import codebook_text
from tests.surveys.core.writing.tables import make_table, mixed_table, variable

from .xlsx_bytes import cell, number, row, text, workbook


def table(path: Path, **options: Any) -> tuple[RawFile, dict[str, list[Any]]]:
    reader = WorkbookReader(path, **options)
    file = reader.describe()
    (chunk,) = reader.chunks()
    names = [v.name.decode() for v in file.variables]
    return file, {name: cells.to_list() for name, cells in zip(names, chunk.columns, strict=True)}


def codes(file: RawFile) -> set[tuple[str, str]]:
    return {(finding.code, finding.variable) for finding in file.findings}


def test_every_kind_of_cell(tmp_path: Path) -> None:
    heads = "abcdefgh"
    rows = row(1, *(text(f"{letter.upper()}1", letter) for letter in heads))
    rows += row(
        2,
        number("A2", 1),
        number("B2", "1.5E-1"),
        text("C2", "010"),
        cell("D2", "b", 1),
        number("E2", 41670, 1),
        number("F2", 41670.5, 2),
        number("G2", 0.25, 3),
        '<c r="H2" t="s"><v>0</v></c>',
    )
    rows += row(4, number("A4", "3.0", 4), cell("D4", "b", 0), cell("H4", "str", "x_x000D_y", "<f>T(1)</f>"))
    shared = "<si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>aid</t></rPh></si>"
    file, found = table(workbook(tmp_path / "w.xlsx", rows, shared=shared))
    assert found == {
        "a": [1, 3],
        "b": [0.15, None],
        "c": ["010", None],
        "d": [1, 0],
        "e": [date(2014, 1, 31), None],
        "f": [datetime(2014, 1, 31, 12), None],  # noqa: DTZ001
        "g": [21_600.0, None],
        "h": ["rich", "x\ry"],
    }
    assert file.variables[3].codes == [(1, b"TRUE"), (0, b"FALSE")]
    assert codes(file) == {("true_or_false", "d"), ("formulas", "h"), ("empty_rows", "")}


def test_errors_are_absences_and_formulas_give_their_stored_results(tmp_path: Path) -> None:
    rows = row(1, text("A1", "x"), text("B1", "y"))
    rows += row(2, cell("A2", "e", "#N/A"), number("B2", 1))
    rows += row(3, number("A3", 2), '<c r="B3"><f>A3*2</f></c>')
    rows += row(4, '<c r="A4"><f>A3</f><v>2</v></c>', number("B4", 1))
    file, found = table(workbook(tmp_path / "w.xlsx", rows))
    assert found == {"x": [None, 2, 2], "y": [1, None, 1]}
    assert codes(file) == {
        ("error_cells", "x"),
        ("formulas", "x"),
        ("formulas_without_result", "y"),  # and no word of a stored result
    }


@pytest.mark.parametrize(
    ("is_1904", "serial", "day"),
    [
        (False, 1, date(1900, 1, 1)),
        (False, 59, date(1900, 2, 28)),
        (False, 61, date(1900, 3, 1)),
        (True, 0, date(1904, 1, 1)),
        (True, 40208, date(2014, 1, 31)),
    ],
)
def test_both_calendars(tmp_path: Path, is_1904: bool, serial: int, day: date) -> None:
    rows = row(1, text("A1", "x")) + row(2, number("A2", serial, 1))
    assert table(workbook(tmp_path / "w.xlsx", rows, is_1904=is_1904))[1] == {"x": [day]}


@pytest.mark.parametrize("serial", [60, -3, 2_958_466])
def test_days_that_no_calendar_holds_stay_numbers(tmp_path: Path, serial: int) -> None:
    rows = row(1, text("A1", "x")) + row(2, number("A2", serial, 1))
    file, found = table(workbook(tmp_path / "w.xlsx", rows))
    assert found == {"x": [serial]}
    assert codes(file) == {("dates_out_of_range", "x")}


LONG = "1234567890123456789"


@pytest.mark.parametrize(
    ("stored", "values", "is_told"),
    [
        ([LONG, "1234567890123456788"], [int(LONG), int(LONG) - 1], False),
        (["-9223372036854775808", "007"], [-(2**63), 7], False),
        (["12345678901234567890", "1"], ["12345678901234567890", "1"], True),
        ([LONG, "0.5"], [LONG, "0.5"], True),
        (["9007199254740992", "0.5"], [2.0**53, 0.5], False),
        (["1.5E+19", "100000000000000000000"], [1.5e19, 1e20], False),
    ],
)
def test_long_whole_numbers_keep_their_digits(
    stored: list[str], values: list[Any], is_told: bool, tmp_path: Path
) -> None:
    cells = "".join(row(i, number(f"A{i}", one)) for i, one in enumerate(stored, 2))
    file, found = table(workbook(tmp_path / "w.xlsx", row(1, text("A1", "x")) + cells))
    assert found == {"x": values}
    assert [type(one) for one in found["x"]] == [type(one) for one in values]
    assert codes(file) == ({("large_number_as_text", "x")} if is_told else set())


def test_long_whole_numbers_beside_texts_keep_their_digits(tmp_path: Path) -> None:
    rows = row(1, text("A1", "x")) + row(2, number("A2", LONG)) + row(3, text("A3", "none"))
    assert table(workbook(tmp_path / "w.xlsx", rows))[1] == {"x": [LONG, "none"]}


def test_mixed_columns_are_text_and_told(tmp_path: Path) -> None:
    cells = [
        number("A2", "12.0"), number("A3", 0.5), text("A4", "NA"), number("A5", 41670, 1), cell("A6", "b", 0),
        number("A7", 0.5, 3), number("A8", 41670.5, 2),
    ]  # fmt: skip
    rows = row(1, text("A1", "x")) + "".join(row(i, one) for i, one in enumerate(cells, 2))
    file, found = table(workbook(tmp_path / "w.xlsx", rows))
    assert found["x"] == ["12", "0.5", "NA", "2014-01-31", "FALSE", "12:00:00", "2014-01-31 12:00:00"]
    assert codes(file) == {("mixed_cells", "x"), ("words_for_missing", "x")}


def test_titles_margins_merged_cells_hidden_rows_and_other_sheets(tmp_path: Path) -> None:
    rows = row(2, text("B2", "Wave 2014")) + row(4, text("B4", "id"), text("C4", "city"))
    rows += row(5, number("B5", 1), text("C5", "Fuzhou"))
    rows += '<row r="6" hidden="1"><c r="B6"><v>2</v></c></row>' + row(7, '<c r="B7"/>')
    merged = '<mergeCells><mergeCell ref="C5:C6"/><mergeCell ref="B2:C2"/></mergeCells>'
    path = workbook(tmp_path / "w.xlsx", rows, after=merged, more={"notes": row(1, text("A1", "z"))})
    file, found = table(path)
    assert found == {"id": [1, 2], "city": ["Fuzhou", None]}
    assert file.notes == [b"Wave 2014"]
    assert codes(file) == {
        ("other_sheets", ""),
        ("title_rows", ""),
        ("hidden_rows", ""),
        ("merged_cells", "city"),
    }
    with pytest.raises(Refused, match=r"no sheet note; it has data, notes. Did you mean notes"):
        WorkbookReader(path, "note")
    with pytest.raises(Refused, match="no rows"):
        read(path, tmp_path, ReadOptions(sheet="notes"))


def test_heading_rows_of_a_survey_tool(tmp_path: Path) -> None:
    rows = row(1, text("A1", "Q1"), text("B1", "Q2"))
    rows += row(2, text("A2", "How old?"), text("B2", "Where?"))
    rows += row(3, text("A3", '{"ImportId":"QID1"}'), text("B3", '{"ImportId":"QID2"}'))
    rows += row(4, number("A4", 31), text("B4", "x"))
    file, found = table(workbook(tmp_path / "w.xlsx", rows))
    assert found == {"Q1": [31], "Q2": ["x"]}
    assert [(v.question, v.note) for v in file.variables] == [
        (b"How old?", b"ImportId QID1"),
        (b"Where?", b"ImportId QID2"),
    ]


def test_every_cell_outside_the_table_is_told_by_row(tmp_path: Path) -> None:
    rows = row(1, text("B1", "x"), text("C1", "x")) + row(2, number("B2", 1), number("D2", 1))
    rows += "".join(row(i, number(f"B{i}", 1)) for i in range(3, 60)) + row(60, number("A60", 2))
    with pytest.raises(Refused) as refused:
        table(workbook(tmp_path / "w.xlsx", rows))
    assert [(p.code, p.where) for p in refused.value.problems] == [
        ("duplicate_heading", "row 1"),
        ("ragged_row", "row 2"),
        ("ragged_row", "row 60"),
    ]


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
X = row(1, text("A1", "x"))
BOMBS: dict[str, dict[str, str]] = {
    "the last cell there is, and the first": {"rows": X + row(1_048_576, number("XFD1048576", 1))},
    "more rows than there are": {"rows": X + row(1_048_577, number("A1048577", 1))},
    "more columns than there are": {"rows": row(1, text("XFE1", "x"))},
    "rows that pack to nothing": {"rows": X + "<row><c><v>1</v></c></row>" * 80_000},
    "a text that packs to nothing": {"rows": X, "shared": "<si><t>" + "a" * 2_000_000 + "</t></si>"},
    "a text longer than a cell": {"rows": row(1, text("A1", "ab" * 600_000))},
    "entities": {"rows": X, "prolog": LAUGHS},
    "an entity from outside": {
        "rows": X,
        "prolog": '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    },
    "few cells over a wide area": {
        "rows": row(1, text("A1", "x"), text("XFD1", "y"))
        + "".join(row(i, "<c><v>1</v></c>") for i in range(2, 100)),
    },
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "FREE", 1 << 20)
    monkeypatch.setattr(workbook_reader, "MOST_CELLS", 1_000_000)
    with pytest.raises(Refused) as refused:
        table(workbook(tmp_path / "w.xlsx", **BOMBS[kind]))  # type: ignore[arg-type]
    assert {p.code for p in refused.value.problems} <= {"too_large", "ragged_row"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (row(2, number("A2", 1)) + row(1, number("A1", 1)), "out of order"),
        (row(1, number("B1", 1), number("A1", 1)), "out of order"),
        (row(1, number("A1", "many")), "is none"),
        (row(1, text("A1", "x")) + row(2, number("A2", "1e999")), "is none"),
        (row(1, cell("A1", "s", 7)), "text that is not there"),
        (row(1, number("a1", 1)), "has no place"),
        ("<row>", "well-formed"),
    ],
)
def test_a_damaged_sheet_is_refused(rows: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=words):
        table(workbook(tmp_path / "w.xlsx", rows))


def test_what_is_no_workbook_is_named(tmp_path: Path) -> None:
    def archive(**members: bytes) -> Path:
        with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as held:
            for name, data in members.items():
                held.writestr(name, data)
        return tmp_path / "f.xlsx"

    named = {
        "zip archive, but not": archive(**{"a.csv": b"a,b\n1,2\n"}).read_bytes(),
        r"binary Excel workbook \(.xlsb\)": archive(**{"xl/workbook.bin": b""}).read_bytes(),
        r"OpenDocument file \(.ods\)": archive(
            mimetype=b"application/vnd.oasis.opendocument.spreadsheet"
        ).read_bytes(),
        r"old Excel workbook \(.xls\)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "gzip archive; unpack it first": b"\x1f\x8b\x08" + bytes(100),
    }
    for words, data in named.items():
        (tmp_path / "f.xlsx").write_bytes(data)
        with pytest.raises(Refused, match=words):
            read(tmp_path / "f.xlsx", tmp_path, ReadOptions())


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"), ('[$-804]yyyy"年"m"月"d"日"', "date"), ("mmm", "date"),
        ("d/m/yy h:mm", "datetime"), ("h:mm AM/PM", "time"), ("[h]:mm:ss", "time"), ("mm:ss.0", "time"),
        ("General", None), ("#,##0.00", None), ("0.00E+00", None), ("[Red]0;-0", None), ("0\\d", None),
        ('"day" 0', None), ("@", None), ("[$USD] 0", None),
    ],
)  # fmt: skip
def test_number_formats(code: str, kind: str | None) -> None:
    assert temporal(164, code) == kind


def test_built_in_formats() -> None:
    assert [temporal(n, None) for n in (0, 14, 21, 22, 46, 57)] == [
        None,
        "date",
        "time",
        "datetime",
        "time",
        "date",
    ]


def test_what_we_write_comes_back_through_the_door(tmp_path: Path) -> None:
    write(mixed_table(), "xlsx", tmp_path / "x.xlsx", "en")
    found = read(tmp_path / "x.xlsx", tmp_path, ReadOptions(), original_name="x.xlsx")
    assert (found.format, found.rows, found.encoding) == ("xlsx", 4, "UTF-8")
    types = {v.name: v.type for v in found.codebook.variables}
    assert (types["sex"], types["born"], types["at"]) == (
        ValueType.INTEGER,
        ValueType.DATE,
        ValueType.DATETIME,
    )
    frame = pl.read_parquet(found.parquet)
    assert frame["c0"].to_list() == [1, 2, -1, -2]
    assert {f.code for f in found.findings} >= {"other_sheets"}
    assert "wrong_extension" not in {f.code for f in found.findings}


def test_empty_rows_between_others_are_told_of(tmp_path: Path) -> None:
    rows = row(1, text("A1", "a"), text("B1", "b")) + row(2, number("A2", 1), number("B2", 2))
    rows += row(3) + row(6, number("A6", 3), number("B6", 4)) + row(9)
    file, found = table(workbook(tmp_path / "w.xlsx", rows))
    assert found == {"a": [1, 3], "b": [2, 4]}
    told = [finding for finding in file.findings if finding.code == "empty_rows"]
    assert [one.message for one in told] == ["Empty rows between others were left out: 3 (the first: row 3)."]


def test_a_file_of_our_own_keeps_the_rows_that_answer_nothing(tmp_path: Path) -> None:
    cells = [None, 1, None, 2, None]
    own = make_table((variable("x"), cells, ["system" if cell is None else None for cell in cells]))
    write(own, "xlsx", tmp_path / "x.xlsx", "en")
    (tmp_path / "x.json").write_text(codebook_text(own.codebook), encoding="utf-8")
    options = ReadOptions(codebook_path=tmp_path / "x.json")
    for asked in (options, ReadOptions(codebook_path=tmp_path / "x.xlsx"), ReadOptions()):
        found = read(tmp_path / "x.xlsx", tmp_path, asked, original_name="x.xlsx")
        assert pl.read_parquet(found.parquet)["c0"].to_list() == cells
        assert "empty_rows" not in {finding.code for finding in found.findings}


def test_a_file_of_our_own_that_another_program_saved_gains_no_row(tmp_path: Path) -> None:
    own = make_table((variable("x"), [1, None, 2], [None, "system", None]))
    (tmp_path / "x.json").write_text(codebook_text(own.codebook), encoding="utf-8")
    saved = row(1, text("A1", "x")) + row(2, number("A2", 1)) + row(4, number("A4", 2))
    saved += "".join(row(place) for place in range(5, 40))  # styled below the table
    path = workbook(tmp_path / "x.xlsx", saved)
    found = read(path, tmp_path, ReadOptions(codebook_path=tmp_path / "x.json"))
    assert pl.read_parquet(found.parquet)["c0"].to_list() == [1, None, 2]
    assert [one.message for one in found.findings if one.code == "empty_rows"] == [
        "Empty rows between others were read as rows without an answer: 1 (the first: 3)."
    ]


_LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
_MILLISECONDS = st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
_CELLS = {
    ValueType.INTEGER: st.integers(-(2**53), 2**53),
    ValueType.DECIMAL: st.floats(allow_nan=False, allow_infinity=False),
    ValueType.TEXT: st.text(_LETTERS, min_size=1, max_size=30)
    | st.sampled_from(["_x000D_", "1", "007", "a&<b>"]),
    ValueType.DATE: st.dates(date(1900, 3, 1)),
    ValueType.DATETIME: _MILLISECONDS,
}  # fmt: skip


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(data=st.data())
def test_generated_tables_come_back_from_a_workbook(tmp_path: Path, data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 12))
    columns = [(variable("id"), list(range(rows)), [None] * rows)]
    for place, (kind, cells) in enumerate(_CELLS.items()):
        values = data.draw(st.lists(st.none() | cells, min_size=rows, max_size=rows))
        reasons = ["system" if value is None else None for value in values]
        columns.append((variable(f"v{place}", kind), values, reasons))
    write(make_table(*columns), "xlsx", tmp_path / "x.xlsx", "en")
    _, found = table(tmp_path / "x.xlsx")
    for about, values, _ in columns:
        assert found[about.name] == values, about.name
