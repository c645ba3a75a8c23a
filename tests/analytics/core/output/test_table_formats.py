"""The renderers: figures as printed and unrounded, nothing executable, the same bytes each time."""

from __future__ import annotations

import io
import json
import re
import zipfile
from html.parser import HTMLParser

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn

from analytics.core.output.formats import TABLE_FORMATS, table_format
from analytics.core.output.latex import escaped
from analytics.core.output.table import Table, TableCell, TableRow, letter, typeset
from analytics.core.output.xlsx import number_format
from surveys.core.problems import Refused
from tests.analytics.core.output.tables import HOSTILE, TABLE


def written(form: str, table: Table = TABLE) -> bytes:
    return table_format(form).write(table)


@pytest.mark.parametrize("form", TABLE_FORMATS)
def test_the_same_table_gives_the_same_bytes_whenever_it_is_written(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(form)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert written(form) == first
    if form in ("docx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("form", TABLE_FORMATS)
def test_a_table_without_rows_is_written_too(form: str) -> None:
    assert written(form, Table((), (), ("Withheld.",)))


def test_a_cell_is_parted_into_figure_stars_and_error() -> None:
    cell = TableCell("-0.123** (0.045)", -0.1234, 0.0451, "**")
    assert (cell.figure, cell.stars, cell.below) == ("-0.123", "**", "(0.045)")
    assert (TableCell("5 (of 6)", 5.0).figure, TableCell("5 (of 6)", 5.0).below) == ("5 (of 6)", "")
    letters = TableCell("92.14‡ (1.04) B", 92.14, 1.04, "B")
    assert (letters.figure, letters.after, letters.below) == ("92.14‡", " B", "(1.04)")
    assert TableCell("92.14 B", 92.14, stars="B").figure == "92.14"
    assert [letter(n) for n in (1, 26, 27)] == ["a", "z", "aa"]


def test_an_unknown_format_is_refused_with_what_may_be_meant() -> None:
    with pytest.raises(Refused, match="Did you mean docx"):
        table_format("doc")


def test_a_workbook_holds_numbers_as_numbers_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx")))
    sheet, figures = book["table"], book["figures"]
    cells = [cell for one in book.worksheets for row in one.iter_rows() for cell in row]
    assert all(cell.data_type in ("n", "s", "inlineStr") for cell in cells)
    assert sheet["B4"].value == -0.12345 and sheet["B4"].number_format == '0.000"**"'
    assert sheet["B5"].value == 0.0451 and sheet["B5"].number_format == '"("0.000")"'
    assert sheet["D3"].value == HOSTILE
    assert [row[5].value for row in figures.iter_rows(min_row=2)][:2] == [-0.12345, None]
    assert figures.max_row == 1 + 7


@pytest.mark.parametrize(
    ("shown", "code"),
    [("0.123", "0.000"), ("15,999", "#,##0"), ("-21.5", "0.0"), ("1.2e-05", "0.0E+00"), ("12", "0")],
)
def test_number_formats_print_as_shown(shown: str, code: str) -> None:
    assert number_format(shown) == code


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


def test_a_page_says_everything_and_runs_nothing() -> None:
    page = _Page()
    page.feed(written("html").decode())
    assert "script" not in page.tags and HOSTILE in page.said
    assert "−0.123" in page.said and "(0.045)" in page.said and "Fit" in page.said
    assert page.tags.count("tbody") == 2


def test_latex_takes_texts_literally() -> None:
    text = written("tex").decode()
    assert r"\input{x}" not in text and r"\textbackslash{}input\{x\}" in text
    assert r"$-$0.123\rlap{\textsuperscript{**}}" in text and r"(0.045\rlap{)}" in text
    assert r"\cmidrule(lr){2-3}" in text and "xelatex" in text
    assert len(re.findall(r"\\(?:top|mid|bottom)rule", text)) == 4
    depth = 0
    for one in re.sub(r"\\[{}]", "", text):
        depth += {"{": 1, "}": -1}.get(one, 0)
        assert depth >= 0
    assert depth == 0
    rows = [line for line in text.splitlines() if line.endswith(r"\\") and "multicolumn{4}" not in line]
    assert all(len(re.findall(r"(?<!\\)&", line)) == 3 for line in rows if "multicolumn{2}" not in line)


def test_latex_of_english_alone_asks_for_no_chinese() -> None:
    plain = Table(("Model 1",), (TableRow("x", "[Status]", (TableCell("1"),)),))
    assert "xelatex" not in written("tex", plain).decode() and "{}[Status]" in written("tex", plain).decode()
    assert escaped("a\n\\b{}") == r"a \textbackslash{}b\{\}"
    assert escaped("√ ‡") == r"$\surd$ \ddag{}"


def test_word_has_three_rules_raised_stars_and_a_chinese_font() -> None:
    document = Document(io.BytesIO(written("docx")))
    (table,) = document.tables
    assert len(table.columns) == 4 and table.cell(0, 1).text == "Logit"
    assert table.cell(2, 1).text == "−0.123**\n(0.045)"
    runs = [run for row in table.rows for cell in row.cells for p in cell.paragraphs for run in p.runs]
    assert {run.font.superscript for run in runs if run.text == "**"} == {True}
    assert all(run._element.rPr.rFonts.get(qn("w:eastAsia")) == "SimSun" for run in runs)
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[0] == TABLE.title and HOSTILE in said
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_json_keeps_unrounded_figures() -> None:
    told = json.loads(written("json"))
    assert told["rows"][0]["cells"][0] == {
        "text": "-0.123** (0.045)", "value": -0.12345, "error": 0.0451, "stars": "**", "marks": [],
        "parts": {},
    }  # fmt: skip
    assert told["about"] == {"run": 7} and told["spans"][0]["width"] == 2


def test_headings_of_sections_stand_in_csv_and_text() -> None:
    assert "\r\nFit,,,\r\nN," in written("csv").decode("utf-8-sig")
    assert "\nFit\n" in TABLE.as_text()


def test_csv_makes_texts_like_formulas_harmless() -> None:
    text = written("csv").decode("utf-8-sig")
    assert "\"'=HYPERLINK" in text and ",-0.123** (0.045)," not in text.splitlines()[0]


SEVERAL = TableCell(
    "363 (10.1) [0.68]",
    10.0725,
    0.68345,
    parts=(("count", 363.0), ("percent", 10.0725), ("std_error", 0.68345)),
)
LETTERS = TableCell("92.14‡ (1.04) B", 92.1423, 1.0432, "B")
COMPOSED = Table(("A", "B"), (TableRow("x", "X", (SEVERAL, LETTERS)),))


def test_a_cell_of_several_numbers_is_whole_everywhere_and_each_number_exact_in_the_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", COMPOSED)))
    assert book["table"]["B2"].value == "363 (10.1) [0.68]" and book["table"]["B3"].value is None
    rows = [[cell.value for cell in row] for row in book["figures"].iter_rows(min_row=2)]
    assert [(row[8], row[5]) for row in rows if row[3] == "A"] == list(SEVERAL.parts)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "363 (10.1) [0.68] & " in written("tex", COMPOSED).decode()
    assert "<td>363 (10.1) [0.68]</td>" in written("html", COMPOSED).decode()
    assert Document(io.BytesIO(written("docx", COMPOSED))).tables[0].cell(1, 1).text == "363 (10.1) [0.68]"
    assert json.loads(written("json", COMPOSED))["rows"][0]["cells"][0]["parts"] == dict(SEVERAL.parts)


def test_the_letters_of_a_comparison_stand_once() -> None:
    assert "<td>92.14‡<sup>B</sup><br>(1.04)</td>" in written("html", COMPOSED).decode()
    cell = Document(io.BytesIO(written("docx", COMPOSED))).tables[0].cell(1, 2)
    assert cell.text == "92.14‡B\n(1.04)"
    assert r"(1.04\rlap{)}" in written("tex", COMPOSED).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", COMPOSED)))["table"]
    assert (sheet["C2"].value, sheet["C2"].number_format) == (92.1423, '0.00"‡ B"')
    assert (sheet["C3"].value, sheet["C3"].number_format) == (1.0432, '"("0.00")"')


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2.10 (-2.86 – 7.07)", "2.10 (−2.86 – 7.07)"),
        ("-2.29 (-4.92 – -0.35)", "−2.29 (−4.92 – −0.35)"),
        ("-.5e-07", "−.5e−07"),
        ("1-2 rooms", "1-2 rooms"),
        ("at-2", "at-2"),
    ],
)
def test_every_minus_of_a_figure_is_one(text: str, shown: str) -> None:
    assert typeset(text) == shown
    table = Table(("A",), (TableRow("x", "X", (TableCell(text),)),))
    assert shown in written("html", table).decode()
    assert shown.replace("−", "$-$") in written("tex", table).decode()
