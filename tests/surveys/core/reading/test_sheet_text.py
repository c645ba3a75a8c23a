"""The character set of a codebook sheet: by its mark, the clear one, the named one, or a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveys.core.codebook import Codebook, ValueType, Variable
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, ReadResult, read
from surveys.core.reading.encodings import clear_set
from surveys.core.reading.revising import Answers, read_revision
from surveys.core.reading.sheet_text import Named, text_of
from surveys.core.reading.utf16 import codec_without_mark
from tests.surveys.core.reading.test_encodings import WESTERN, WRITING

SHEET = "variable,label_zh,codes_zh\nsex,性别,1=男 | 2=女\ntown,居住社区,\n"
TRADITIONAL = "variable,label_zh,codes_zh\nsex,性別,1=男 | 2=女\ntown,居住社區,\n"
CYRILLIC = "variable,label\nsex,Ваш пол\ntown,город\n"
WIDE = ("gb18030", "big5", "shift_jis", "euc-kr")


def reading(folder: Path, sheet: bytes, data: bytes = b"sex,town\n1,x\n2,y\n", **options: str) -> ReadResult:
    (folder / "wave.csv").write_bytes(data)
    (folder / "sheet.csv").write_bytes(sheet)
    (out := folder / "out").mkdir(exist_ok=True)
    languages = ("zh",)
    told = ReadOptions(codebook_path=folder / "sheet.csv", languages=languages, **options)  # type: ignore[arg-type]
    return read(folder / "wave.csv", out, told)


def codes(found: ReadResult) -> list[str]:
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"]
)
def test_sheets_of_chinese_programs_are_read(tmp_path: Path, codec: str) -> None:
    mark = "\ufeff" if codec in ("utf-16-le", "utf-16-be") else ""
    found = reading(tmp_path, (mark + SHEET).encode(codec))
    sex = found.codebook.variable("sex")
    assert sex.labels == {"zh": "性别"} and [code.labels["zh"] for code in sex.codes] == ["男", "女"]
    presumed = [f.message for f in found.findings if f.code == "sheet_encoding_presumed"]
    assert len(presumed) == codec.startswith("gb")
    assert all("read as gb18030" in text and "--codebook-encoding" in text for text in presumed)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_told_by_its_lines(tmp_path: Path, codec: str) -> None:
    found = reading(tmp_path, SHEET.encode(codec))
    assert found.codebook.variable("sex").labels == {"zh": "性别"}
    assert "sheet_encoding_presumed" in codes(found)


def test_bytes_that_are_no_lines_of_utf16_are_none() -> None:
    for data in (
        b"",
        b"a,b\n1,2\n",
        b"\0\1\2\3" * 40,
        b"a\0b\0",
        SHEET.encode(),
        b"a\0\n\0" + bytes(range(256)),
    ):
        assert codec_without_mark(data) == ""


@pytest.mark.parametrize("name", WRITING)
def test_only_writing_in_characters_of_two_bytes_is_clear(name: str) -> None:
    texts = [text.encode(name) for text in WRITING[name]]
    assert clear_set(texts) == (name if name in WIDE else "")
    for text in texts:  # a single word may be in doubt, never in another set
        assert clear_set([text]) in ("", name)


@pytest.mark.parametrize("texts", WESTERN)
def test_western_text_is_clear_in_one_set_and_never_taken_for_another(texts: list[str]) -> None:
    assert clear_set([text.encode("cp1252") for text in texts]) == "windows-1252"
    old = [text.encode("mac-roman", "ignore") for text in texts]
    assert clear_set(old) in ("", "windows-1252")


def test_what_is_not_clear_is_asked_about_with_samples(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        reading(tmp_path, CYRILLIC.encode("cp1251"))
    (problem,) = refused.value.problems
    assert (problem.code, problem.where) == ("unknown_codebook_encoding", "codebook sheet")
    assert problem.choices[0].answer == "windows-1251" and "Ваш пол" in problem.choices[0].samples
    assert "--codebook-encoding" in problem.hint
    found = reading(tmp_path, CYRILLIC.encode("cp1251"), codebook_encoding="windows-1251")
    assert found.codebook.variable("sex").labels == {"zh": "Ваш пол"} and "sheet_encoding" not in str(
        codes(found)
    )


def test_only_sets_that_read_the_whole_sheet_are_offered() -> None:
    data = CYRILLIC.encode("cp1251") + b"x,\x98\n"  # windows-1251 has no such character
    with pytest.raises(Refused) as refused:
        text_of(data)
    assert "windows-1251" not in [choice.answer for choice in refused.value.problems[0].choices]


def test_the_set_of_the_data_is_tried_for_the_sheet_where_it_fits(tmp_path: Path) -> None:
    data = "sex,город\n1,x\n".encode("cp1251")
    found = reading(tmp_path, CYRILLIC.encode("cp1251"), data, encoding="windows-1251")
    assert found.codebook.variable("sex").labels == {"zh": "Ваш пол"}
    western = "sex,Größe\n1,x\n".encode("cp1252")  # what reads any bytes is no word on the sheet
    found = reading(tmp_path, SHEET.encode("gbk"), western, encoding="windows-1252")
    assert found.codebook.variable("sex").labels == {"zh": "性别"}
    assert text_of(TRADITIONAL.encode("big5"), Named(of_data="gb18030")).text == TRADITIONAL
    assert text_of(SHEET.encode(), Named(of_data="windows-1252")).text == SHEET


@pytest.mark.parametrize(
    ("asked", "why"), [("klingon", "no character set called"), ("utf-8", "is not utf-8")]
)
def test_a_named_set_that_is_none_or_does_not_read_it_is_refused(
    tmp_path: Path, asked: str, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        reading(tmp_path, SHEET.encode("gbk"), codebook_encoding=asked)


def test_a_broken_sheet_tells_its_line(tmp_path: Path) -> None:
    for broken in (SHEET.encode() + "x,性".encode()[:-1], b"\xff\xfe" + SHEET.encode("utf-16-le") + b"x"):
        with pytest.raises(Refused) as refused:
            reading(tmp_path, broken)
        (problem,) = refused.value.problems
        assert (problem.code, problem.where) == ("unreadable_sheet", "codebook sheet, line 4")


@pytest.mark.parametrize(("codec", "asked"), [("gbk", ""), ("utf-16", ""), ("cp1251", "cp1251")])
def test_an_edited_sheet_is_read_the_same(tmp_path: Path, codec: str, asked: str) -> None:
    import polars as pl

    pl.DataFrame({"c0": [1, 2]}).write_parquet(tmp_path / "data.parquet")
    label = "Ваш пол" if asked else "性别"
    (tmp_path / "sheet.csv").write_bytes(f"variable,label_zh\nsex,{label}\n".encode(codec))
    (out := tmp_path / "out").mkdir()
    book = Codebook((Variable("sex", ValueType.INTEGER),))
    answers = Answers(tmp_path / "data.parquet", [{"n": 2, "valid": 2}])
    found = read_revision(tmp_path / "sheet.csv", out, book, "zh", answers, encoding=asked)
    assert found.codebook.variable("sex").labels == {"zh": label}
    assert ("sheet_encoding_presumed" in [f.code for f in found.findings]) == (codec == "gbk")
