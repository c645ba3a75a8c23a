"""Delimited files of the wild: rows of headings, widths, and every public file with its declared shape."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from surveys.core.reading.delimited import DelimitedReader
from surveys.core.reading.guess import guessed
from surveys.core.reading.raw import RawFile
from surveys.core.reading.workbook_reader import WorkbookReader

ENCODINGS = {"food-world-cup-data.csv": "macintosh"}  # nothing in it says so


def described(text: str, header_rows: int = 0) -> RawFile:
    return DelimitedReader(memoryview(text.encode()), "", header_rows).describe()


QUALTRICS = (
    'Q1,Q2\nHow old?,"Where,\nexactly?"\n'
    '"{""ImportId"":""QID1"",""choiceId"":""2""}","{\'ImportId\': \'QID2\'}"\n31,x\n'
)


def test_three_rows_of_headings_are_found_by_their_import_ids() -> None:
    file = described(QUALTRICS)
    assert file.rows == 1
    assert [(v.name, v.label, v.question, v.note) for v in file.variables] == [
        (b"Q1", b"How old?", b"How old?", b"ImportId QID1, choiceId 2"),
        (b"Q2", b"Where,\nexactly?", b"Where,\nexactly?", b"{'ImportId': 'QID2'}"),
    ]
    assert [f.code for f in file.findings] == ["header_rows"]


def test_the_older_two_rows_are_found_too() -> None:
    file = described("V1,Q1\nResponseID,How old?\nR_1,31\n")
    assert (file.rows, file.variables[1].question) == (1, b"How old?")


def test_rows_that_may_be_headings_stay_rows_until_they_are_declared() -> None:
    text = "id,Q1\nResponseID,How old?\nR_1,31\n"
    file = described(text)
    assert (file.rows, [f.code for f in file.findings]) == (2, ["extra_headings"])
    declared = described(text, 2)
    assert (declared.rows, declared.variables[1].question) == (1, b"How old?")
    (told,) = declared.findings
    assert told.code == "header_rows" and told.message.endswith("as declared: names and question texts.")
    assert described(QUALTRICS, 1).rows == 3


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("id,Q1,Q2\nWho?,How old?,Where?\n1,31,x\n2,40,y\n", True),
        ("id,Q1,Q2\nWho?,How old?,Where?\nno,years,place\n1,31,x\n2,40,y\n", True),
        ("Q1\n您的年龄是？\n31\n", True),
        ("id,Q1\n1,don't know\n2,31\n", False),  # an answer in words
        ("id,Q1,Q2\nNA,NA,x\n2,31,y\n", False),  # words for missing answers
        ("id,Q1\na,b\nc,d\n", False),  # nothing tells
        ("Q1\nrefused\n31\n", False),
    ],
)
def test_question_texts_without_import_ids_are_told_of_never_taken_for_answers_in_silence(
    text: str, is_told: bool
) -> None:
    file = described(text)
    assert [f.code for f in file.findings] == (["extra_headings"] if is_told else [])
    declared = described(text, 3 if "years" in text else 2)
    assert [f.code for f in declared.findings] == ["header_rows"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["0.6", "0.10000000000000001"], ValueType.DECIMAL),  # as C prints a double
        ([repr(1 / 3), repr(-2e-17), repr(1e300)], ValueType.DECIMAL),  # as Python and R do
        (["0,30000000000000004", "1,5"], ValueType.DECIMAL),
        (["0.1234567890123456789"], ValueType.TEXT),  # no double keeps it
        (["0,1234567890123456789"], ValueType.TEXT),
        (["1e400"], ValueType.TEXT),
        (["E10", "E11"], ValueType.TEXT),
    ],
)
def test_decimals_are_numbers_where_no_digit_is_lost(cells: list[str], kind: ValueType) -> None:
    values, found, findings = guessed(pl.Series(cells), "x")
    assert found is kind
    if kind is ValueType.DECIMAL:
        assert values.to_list() == [float(cell.replace(",", ".")) for cell in cells]
    elif cells[0][0] != "E":
        assert [one.code for one in findings] == ["digits_as_text"]


def test_blank_lines_between_others_are_told_of() -> None:
    file = described("\na,b\n1,2\n\n,\n3,4\n\n\n")
    assert file.rows == 3  # marks alone are a row without an answer
    assert [(f.code, f.message.split(": ")[1][0]) for f in file.findings] == [("empty_rows", "1")]
    assert described("a,b\n1,2\n\n\n").findings == []  # at the end they say nothing


def test_a_declared_number_must_be_possible() -> None:
    with pytest.raises(Refused, match="1 to 5 rows of headings, not 9"):
        described("a\n1\n", 9)
    assert described("a,b\nx,y\n", 2).rows == 0


def test_too_many_columns_are_refused_before_anything_else() -> None:
    with pytest.raises(Refused) as refused:
        described(",".join("a" * 40_000) + "\n1\n")
    assert [p.code for p in refused.value.problems] == ["too_large"]


def _shapes(shared: Path) -> list[tuple[Path, int, int]]:
    with (shared / "files" / "MANIFEST.csv").open(encoding="utf-8") as manifest:
        lines = list(csv.DictReader(manifest))
    flat = [line for line in lines if line["file"].endswith((".csv", ".xlsx"))]
    return [(shared / "files" / one["file"], int(one["rows"] or 0), int(one["cols"] or 0)) for one in flat]


def test_every_public_file_has_the_shape_it_is_said_to_have(shared: Path) -> None:
    """A survey tool's further rows of headings are rows to a program that does not know them."""
    found = _shapes(shared)
    assert len(found) > 15
    for path, rows, columns in found:
        if path.suffix == ".xlsx":
            file = WorkbookReader(path).describe()
            assert (file.rows, len(file.variables)) == (34, 10), path.name
            continue
        reader = DelimitedReader(memoryview(path.read_bytes()), ENCODINGS.get(path.name, ""))
        file = reader.describe()
        seen = (reader.rows + reader.headings.rows - 1, len(file.variables))
        assert seen == (rows, columns), path.name
        assert sum(chunk.rows for chunk in reader.chunks()) == reader.rows
