"""Labels of tagged missings in codebook sheets: written, read back, edited, and shown as a difference."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from surveys.core.codebook import Code, Codebook, MissingRule, ValueType, Variable
from surveys.core.codebook_changes import codebook_changes
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, read
from surveys.core.reading.revising import Answers, read_revision
from surveys.core.table import PHYSICAL, physical, tags_of
from surveys.core.writing import codebook_beside, write
from surveys.core.writing.codebook_sheet import variable_lines
from tests.surveys.core.writing.tables import table_read

APPLE = (MissingRule("refused", tag="a", labels={"en": "apple", "zh": "苹果"}), MissingRule("tag:h", tag="h"))
X = Variable("x", ValueType.INTEGER, codes=(Code(1, {"en": "yes"}),), missing=APPLE)


def _sheet(variable: Variable) -> dict[str, str]:
    (line,) = variable_lines(Codebook((variable,)))
    return {heading: text for heading, text in line.items() if text}


def test_the_labels_stand_among_those_of_the_codes() -> None:
    line = _sheet(X)
    assert (line["codes_en"], line["codes_zh"]) == ("1=yes | .a=apple", ".a=苹果")
    assert line["missing_tags"] == ".a=refused | .h=tag:h"


def _revised(tmp_path: Path, before: Variable, **edits: str) -> Variable:
    """``before`` after its own sheet was edited in some cells and given back."""
    (tmp_path / "out").mkdir()
    cells = pl.Series(physical(0), [None, None], dtype=PHYSICAL[before.type])
    tags = pl.Series(tags_of(0), ["a", None], dtype=pl.String)
    pl.DataFrame([cells, tags]).write_parquet(tmp_path / "wave.parquet")
    line = {"variable": before.name} | _sheet(before) | edits
    with (tmp_path / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([line.keys(), line.values()])
    answers = Answers(tmp_path / "wave.parquet", [{}])
    found = read_revision(tmp_path / "sheet.csv", tmp_path / "out", Codebook((before,)), "en", answers)
    return found.codebook.variables[0]


def test_a_sheet_given_back_as_it_was_changes_nothing(tmp_path: Path) -> None:
    assert _revised(tmp_path, X) == X


def test_labels_of_tags_are_edited_added_and_taken_out_and_the_difference_is_told(tmp_path: Path) -> None:
    found = _revised(tmp_path, X, codes_en="1=yes | .a=apples | .h=hazel", codes_zh="")
    assert [rule.labels for rule in found.missing] == [{"en": "apples"}, {"en": "hazel"}]
    assert found == replace(X, missing=found.missing)
    told = json.dumps([str(one) for one in codebook_changes(Codebook((X,)), Codebook((found,)))])
    assert "apples" in told and "hazel" in told


def test_a_new_tag_comes_with_its_label(tmp_path: Path) -> None:
    line = _sheet(X)
    more = {
        "missing_tags": line["missing_tags"] + " | .q=dont_know",
        "codes_en": line["codes_en"] + " | .q=quit",
    }
    found = _revised(tmp_path, X, **more)
    assert found.missing == (*APPLE, MissingRule("dont_know", tag="q", labels={"en": "quit"}))
    assert found.codes == X.codes


def test_a_label_of_a_tag_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="q=quit” cannot be read as a code"):
        _revised(tmp_path, X, codes_en="1=yes | .a=apple | .q=quit")


def test_a_text_may_have_such_a_code(tmp_path: Path) -> None:
    text = Variable("t", ValueType.TEXT, codes=(Code(".a", {"en": "dot a"}),))
    assert _revised(tmp_path, text, codes_en=".a=point a").codes == (Code(".a", {"en": "point a"}),)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_stata_file_keeps_its_labels_through_flat_files(ending: str, tmp_path: Path, shared: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    source = shared / "files" / "formats" / "tagged-na-int.dta"
    first = read(source, tmp_path / "one", ReadOptions(languages=("en",)))
    path = tmp_path / f"data.{ending}"
    write(table_read(first), ending, path, "en")
    sheet = codebook_beside(path) if ending == "csv" else path
    if ending == "xlsx":
        assert ".a=apple" in str(list(openpyxl.load_workbook(path)["codebook"].values))
    again = read(path, tmp_path / "two", ReadOptions(languages=("en",), codebook_path=sheet))
    (before,), (after,) = first.codebook.variables, again.codebook.variables
    assert before.missing == after.missing and before.missing[0].labels == {"en": "apple"}


def test_another_sheet_is_laid_over_the_labels_too(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "sheet.csv").write_text("name,codes\nx,.a=Apfel; .z=Zebra\n", encoding="utf-8")
    (tmp_path / "out").mkdir()
    options = ReadOptions(languages=("de",), codebook_path=tmp_path / "sheet.csv")
    found = read(shared / "files" / "formats" / "tagged-na-int.dta", tmp_path / "out", options)
    labels = {rule.tag: dict(rule.labels) for rule in found.codebook.variables[0].missing}
    assert labels["a"]["de"] == "Apfel" and labels["z"]["de"] == "Zebra"
    assert found.codebook.variables[0].codes == ()


def test_stata_gets_no_label_that_nobody_gave(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "out").mkdir()
    source = shared / "files" / "formats" / "tagged-na-int.dta"
    first = read(source, tmp_path / "out", ReadOptions(languages=("en",)))
    write(table_read(first), "dta", tmp_path / "x.dta", "en")
    (tmp_path / "again").mkdir()
    again = read(tmp_path / "x.dta", tmp_path / "again", ReadOptions(languages=("en",)))
    assert again.codebook.variables[0].missing == first.codebook.variables[0].missing
