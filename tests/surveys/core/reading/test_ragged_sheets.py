"""Lines of a codebook sheet that are longer or shorter than its headings."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from surveys.core.problems import Refused
from surveys.core.reading.sheet_lines import read_lines
from surveys.core.reading.sheet_table import own_sheet


def test_a_note_with_a_comma_is_not_cut_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("variable,label_en,note\nsex,Sex,my note, with comma\nage,Age,fine,,\nx,X,a,b,c\n")
    for reading in (lambda: read_lines(path, "en", {}), lambda: own_sheet(path, "en")):
        with pytest.raises(Refused) as refused:
            reading()
        told = refused.value.problems
        assert [one.where for one in told] == ["codebook sheet, line 2", "codebook sheet, line 4"]
        assert told[0].message == "The line has 4 cells, but there are 3 headings."
        assert "between quotes" in told[0].hint


def test_a_line_of_text_that_ends_early_says_nothing_of_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("variable,label_en,note\nsex,Sex\nage,Age,fine,,\n")
    told = own_sheet(path, "en")
    assert told is not None and told.lines[0].cells == {"variable": "sex", "label_en": "Sex"}
    assert told.lines[1].cells["note"] == "fine"


def test_the_last_cells_of_a_workbook_may_have_been_emptied(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("variable", "label_en", "note"), ("sex", "Sex")):
        book.active.append(row)
    book.save(tmp_path / "sheet.xlsx")
    told = own_sheet(tmp_path / "sheet.xlsx", "en")
    assert told is not None and told.lines[0].cells == {"variable": "sex", "label_en": "Sex", "note": ""}
