"""Codebook sheets hold no cell that a spreadsheet would compute, and come back as they were."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from surveys.core.codebook import Code, Codebook, MissingRule
from surveys.core.reading.sheet import lay_over
from surveys.core.reading.sheet_lines import read_lines
from surveys.core.spreadsheets import guarded, unguarded
from surveys.core.writing import ExportTable, codebook_beside, write
from tests.factories import variable

FORMULA = '=HYPERLINK("http://example.org";"more")'
TEXTS = [FORMULA, "+1", "-1=refused", "@sum", "\tx", "\rx", "'=quoted", "''-", "'plain", "plain", "", "1-2"]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_guarded_cannot_run_and_comes_back(text: str) -> None:
    cell = guarded(pl.DataFrame({"a": [text]}))["a"][0]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(cell) == text
    assert (cell == text) == (text in ("'plain", "plain", "", "1-2"))


def test_a_codebook_beside_a_csv_runs_nothing_and_is_read_back(tmp_path: Path) -> None:
    rules = (MissingRule("refused", value=-1), MissingRule("dont_know", value=-2))
    labels = {"en": FORMULA, "zh": "@性别"}
    sex = variable("sex", labels=labels, codes=(Code(1, {"en": "-male", "zh": "男"}),), missing=rules)
    series = pl.Series([1, 1]), pl.Series([None, None], dtype=pl.String)
    table = ExportTable(Codebook((sex,)), 2, lambda position: series, "=title", "", is_synthetic=False)
    write(table, "csv", tmp_path / "x.csv", "en")
    with codebook_beside(tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    bare = Codebook((variable("sex"),))
    back = lay_over(bare, read_lines(codebook_beside(tmp_path / "x.csv"), "en", {}), [])
    assert back.variables[0].labels == labels
    assert {rule.value: rule.reason for rule in back.variables[0].missing} == {-1: "refused", -2: "dont_know"}
    assert back.variables[0].codes[0].labels["en"] == "-male"
