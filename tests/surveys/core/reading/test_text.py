"""Delimited text, character sets, types found by looking, codebook sheets."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from surveys.core.codebook import Code, Codebook, Level, MissingRule, ValueType, Variable
from surveys.core.findings import Finding
from surveys.core.problems import Refused
from surveys.core.reading.delimited import DelimitedReader, find_delimiter
from surveys.core.reading.encodings import decide
from surveys.core.reading.guess import guessed
from surveys.core.reading.headings import headings
from surveys.core.reading.labels import split_labels
from surveys.core.reading.sheet import lay_over
from surveys.core.reading.sheet_lines import read_lines


def delimited(text: str) -> DelimitedReader:
    return DelimitedReader(memoryview(text.encode()))


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a\n1\n", ","),
        ('a|b\n"x|y"|2\n', "|"),
    ],
)
def test_delimiters(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


def test_every_fault_is_told_at_once_by_line() -> None:
    with pytest.raises(Refused) as refused:
        delimited('a,b,a\n1,2,3\n4,5\n"x\ny",2,3\n6,7,8,9\n').describe()
    assert [(p.code, p.where) for p in refused.value.problems] == [
        ("ragged_row", "line 3"),
        ("ragged_row", "line 6"),
        ("duplicate_heading", "line 1"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [('a,b\n1,"2\n3,4\n', "open_quote"), ('a,b\n1,"2"x\n', "open_quote"), ("a,b\n1,\0\n", "nul_byte")],
)
def test_damaged_text_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        delimited(text).describe()
    assert code in [problem.code for problem in refused.value.problems]


def test_headings_are_names_and_labels() -> None:
    file = delimited("id,How old are you?,\n1,2,3\n").describe()
    assert [v.name for v in file.variables] == [b"id", b"How old are you?", b"column_3"]
    assert [v.label for v in file.variables] == [b"", b"How old are you?", b""]


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "-2", None, "0"], ValueType.INTEGER, [1, -2, None, 0]),
        (["350102000001", "350103000002"], ValueType.INTEGER, [350102000001, 350103000002]),
        (["010", "020"], ValueType.TEXT, ["010", "020"]),
        (["1234567890123456789012", "1"], ValueType.TEXT, ["1234567890123456789012", "1"]),
        (["+1", "2"], ValueType.TEXT, ["+1", "2"]),
        (["1.5", ".25", "-3", "1e3"], ValueType.DECIMAL, [1.5, 0.25, -3.0, 1000.0]),
        (["1,5", "2"], ValueType.DECIMAL, [1.5, 2.0]),
        (["1,234,567", "2"], ValueType.TEXT, ["1,234,567", "2"]),
        (["-", "."], ValueType.TEXT, ["-", "."]),
        (["NA", "1"], ValueType.TEXT, ["NA", "1"]),
        (["2014-02-30", "2014-01-01"], ValueType.TEXT, ["2014-02-30", "2014-01-01"]),
        (["01/02/2014"], ValueType.TEXT, ["01/02/2014"]),
    ],
)
def test_types_are_found_only_where_no_cell_would_change(
    cells: list[str | None], kind: ValueType, values: list[object]
) -> None:
    found, type_, _ = guessed(pl.Series(cells, dtype=pl.String), "x")
    assert (type_, found.to_list()) == (kind, values)


def test_dates_and_timestamps_are_found() -> None:
    assert guessed(pl.Series(["2014-01-31", None]), "x")[1] is ValueType.DATE
    assert (
        guessed(pl.Series(["2014-01-31T10:11:12.500000", "2014-01-31 10:11"]), "x")[1] is ValueType.DATETIME
    )


CHINESE = ["性别", "年龄", "社区参与"]


def test_what_is_declared_and_true_is_taken() -> None:
    assert decide([t.encode() for t in CHINESE], declared="UTF-8").codec == "utf-8"
    assert decide([t.encode("gbk") for t in CHINESE], declared="windows-936").codec == "gb18030"
    assert decide(["Größe".encode("cp1252")], declared="windows-1252").codec == "cp1252"


@pytest.mark.parametrize("declared", ["", "UTF-8", "windows-1252", "ascii", "no-such-set"])
def test_undeclared_or_wrongly_declared_chinese_is_asked_about(declared: str) -> None:
    """Old SPSS wrote GBK and said nothing, or something else; the samples show which set is right."""
    with pytest.raises(Refused, match=r"likeliest first: gb18030.*--encoding") as refused:
        decide([t.encode("gbk") for t in CHINESE], declared=declared)
    choices = refused.value.problems[0].choices
    assert choices[0].sentence() == "gb18030 “性别” “年龄” “社区参与”"


def test_undeclared_western_text_is_read_and_told() -> None:
    decision = decide(["Année".encode("cp1252"), "Größe".encode("cp1252")])
    assert decision.codec == "cp1252"
    assert [finding.code for finding in decision.findings] == ["encoding_presumed"]


def test_what_was_asked_for_is_taken_or_refused() -> None:
    assert decide([CHINESE[0].encode("gbk")], declared="windows-1252", asked="gbk").codec == "gb18030"
    with pytest.raises(Refused, match="hardly any of it can be decoded"):
        decide([CHINESE[0].encode("gbk")], asked="utf-8")
    with pytest.raises(Refused, match="no character set called klingon"):
        decide([b"x"], asked="klingon")


def test_utf8_cut_inside_its_last_character_is_still_utf8() -> None:
    assert decide(["性别".encode()[:-1]], declared="UTF-8").codec == "utf-8"
    with pytest.raises(Refused):
        decide([b"caf\xe9 au lait"], declared="UTF-8")


def test_bilingual_labels() -> None:
    assert split_labels("Sex | 性别", ("en", "zh"), " | ") == {"en": "Sex", "zh": "性别"}
    assert split_labels("Sex|性别", ("en", "zh"), " | ") == {"en": "Sex", "zh": "性别"}
    assert split_labels("Sex", ("en", "zh"), " | ") == {"en": "Sex"}
    assert split_labels("a | b | c", ("en", "zh"), " | ") == {"en": "a | b | c"}
    assert split_labels("Sex", (), "") == {"und": "Sex"}
    assert split_labels("", ("en",), "") == {}


BOOK = Codebook(
    (
        Variable(
            "Sex", ValueType.INTEGER, {"und": "old"}, codes=(Code(1, {"und": "m"}), Code(9, {"und": "?"}))
        ),
        Variable("city", ValueType.TEXT),
    )
)


def sheet(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "codebook.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sheet_is_laid_over_the_file(tmp_path: Path) -> None:
    text = (
        "Variable,label_en,label_zh,question_en,level,codes_en,missing,unit\n"
        "sex,Sex,性别,What is your sex?,nominal,1=male; 2=female,9=refused; -8,\n"
        "city,,城市,,,,,\n"
        "sexx,typo,,,,,,\n"
    )
    findings: list[Finding] = []
    book = lay_over(BOOK, read_lines(sheet(tmp_path, text), "en", {}), findings)
    sex, city = book.variables
    assert sex.labels == {"en": "Sex", "zh": "性别"}
    assert sex.question == {"en": "What is your sex?"}
    assert sex.level is Level.NOMINAL
    assert sex.codes == (Code(1, {"und": "m", "en": "male"}), Code(2, {"en": "female"}))
    assert sex.missing == (
        MissingRule("refused", value=9, labels={"und": "?"}),
        MissingRule("code:-8", value=-8),
    )
    assert city.labels == {"zh": "城市"}
    assert [(f.code, f.variable) for f in findings] == [("sheet_variable_unknown", "sexx")]


def test_a_dictionary_of_another_tool_is_understood(tmp_path: Path, shared: Path) -> None:
    path = shared / "files" / "redcap" / "simple__dictionary.csv"
    book = Codebook((Variable("sex", ValueType.INTEGER), Variable("age", ValueType.INTEGER)))
    sex = lay_over(book, read_lines(path, "en", {}), []).variables[0]
    assert sex.labels == {"en": "Gender"}
    assert [code.value for code in sex.codes] == [0, 1]


@pytest.mark.parametrize(
    "text",
    ["name_of_it,label\nsex,x\n", "variable,label\nsex,a\nSex,b\n", "variable,codes\nsex,nonsense\n",
     "variable,level\nsex,wide\n"],
)  # fmt: skip
def test_a_sheet_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused):
        lay_over(BOOK, read_lines(sheet(tmp_path, text), "en", {}), [])


def test_import_ids_nested_without_end_are_kept_as_they_are() -> None:
    crafted = '{"ImportId":' + "[" * 200_000
    found = headings([["a"], ["Asked?"], [crafted], ["1"]], "line 1")
    assert (found.rows, found.variables[0].note) == (3, crafted.encode())
