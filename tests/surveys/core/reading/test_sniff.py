"""What a file is by its content: markup is no data in any encoding, unmarked UTF-16 is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveys.core.problems import Problem, Refused
from surveys.core.reading import ReadOptions, ReadResult, read
from surveys.core.reading.sniff import sniff

STARTS = ("<?xml version='1.0'?>", "\n <codeBook>", "<!-- x -->", "<!DOCTYPE codeBook>", "<HTML>")
ROWS = "id,性别,town\n1,女,东京\n2,男,x\n3,女,\n"


def reading(folder: Path, data: bytes, encoding: str = "") -> ReadResult:
    (folder / "w.csv").write_bytes(data)
    (out := folder / "out").mkdir(exist_ok=True)
    return read(folder / "w.csv", out, ReadOptions(encoding=encoding))


def problem(folder: Path, data: bytes, encoding: str = "") -> Problem:
    with pytest.raises(Refused) as refused:
        reading(folder, data, encoding)
    (found,) = refused.value.problems
    return found


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("start", STARTS)
def test_markup_is_no_data_and_a_ddi_has_its_place(tmp_path: Path, codec: str, start: str) -> None:
    rows = "<var name='a'>\n<labl>a, b, c</labl>\n</var>\n" * 30
    found = problem(tmp_path, (start + "\n" + rows).encode(codec))
    assert found.code == "unknown_format" and "XML document" in found.message
    assert "the codebook beside the data" in found.hint and "--codebook of the command" in found.hint


def test_a_public_ddi_in_utf16_is_no_wave(tmp_path: Path, shared: Path) -> None:
    for path in (shared / "files" / "ddi").iterdir():
        with pytest.raises(Refused, match="XML document"):
            sniff(path)


def test_text_that_holds_markup_is_data(tmp_path: Path) -> None:
    for text in ("id,t\n1,<codeBook>\n", "a<b,t\n1,2\n"):
        assert reading(tmp_path, text.encode()).rows == 1


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_asked_about_and_read_when_named(tmp_path: Path, codec: str) -> None:
    found = problem(tmp_path, ROWS.encode(codec))
    assert found.code == "unknown_encoding" and codec.upper() in found.message
    assert "--encoding" in found.hint and found.hint.endswith(f"for example {codec}.")
    (choice,) = found.choices
    assert (choice.answer, choice.labels) == (codec, ("id", "性别", "town"))
    told = reading(tmp_path, ROWS.encode(codec), codec.upper())
    assert (told.codebook.names, told.rows, told.encoding) == (("id", "性别", "town"), 3, codec.upper())
    marked = reading(tmp_path, ("\ufeff" + ROWS).encode(codec), codec)
    assert marked.codebook.names == ("id", "性别", "town")


def test_a_set_that_cannot_be_right_for_zero_bytes_is_asked_about_again(tmp_path: Path) -> None:
    assert problem(tmp_path, ROWS.encode("utf-16-le"), "gb18030").choices[0].answer == "utf-16-le"
