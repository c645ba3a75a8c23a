"""A workbook that was exported here: its sheet ``codebook`` says what its sheet ``data`` holds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from surveys.core.findings import Finding, Severity
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.sheet_lines import workbook_rows
from surveys.core.reading.workbook import Workbook
from surveys.core.said import say

_COUNT = re.compile(r"\d+ rows")  # as the sheet's line of the whole file says it
DATA, CODEBOOK = "data", "codebook"


def with_own_codebook(path: Path, kind: str, options: ReadOptions) -> tuple[ReadOptions, list[Finding]]:
    """The options with the file as its own codebook, and a word on it, where it is a workbook of ours.

    Told by the headings of the sheet and by its line on how many rows there are.  Whoever names a codebook or
    a sheet has said what is meant.
    """
    if kind != "xlsx" or options.codebook_path is not None or options.sheet or not _is_ours(path):
        return options, []
    text = say(
        "The workbook is one of ours: its sheet codebook was taken as the codebook of its data. Name the "
        "sheet data to read the cells alone."
    )
    return replace(options, codebook_path=path), [Finding(Severity.INFO, "own_codebook", text)]


def _is_ours(path: Path) -> bool:
    workbook = Workbook(path)
    names = [sheet.name for sheet in workbook.sheets]
    workbook.package.close()
    if names[0] != DATA or CODEBOOK not in names:
        return False
    rows = [cells for _number, cells in workbook_rows(path)]
    if not rows or rows[0][:2] != ["variable", "type"] or "note" not in rows[0]:
        return False
    place = rows[0].index("note")
    of_file = (cells for cells in rows[1:] if len(cells) > place and not cells[0])
    return any(_COUNT.fullmatch(cells[place]) for cells in of_file)
