"""In the reading process: a codebook that somebody edited, laid over the one it replaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from surveys.core.codebook import as_json, codebook_from_json
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.overlay import Given, given, lay_codebook_over
from surveys.core.reading.revision import revised
from surveys.core.reading.sheet_table import own_lines
from surveys.core.said import with_sources


def revise(task: dict[str, Any]) -> dict[str, Any]:
    """The task's file over the task's codebook, as plain JSON types."""
    path, language = Path(task["path"]), task["language"]
    codebook = codebook_from_json(task["revise"])
    lines = own_lines(path, language) if given(path) is Given.SHEET else None
    if lines is None:
        options = ReadOptions(languages=(language,), codebook_path=path)
        book, findings = lay_codebook_over(codebook, options)
    else:
        book, findings = revised(codebook, lines)
    return {"codebook": as_json(book), "findings": [with_sources(as_json(finding)) for finding in findings]}
