"""In the reading process: a codebook that somebody edited, laid over the one it replaces and its answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from surveys.core.codebook import Codebook, as_json, codebook_from_json
from surveys.core.frequencies import count_raw
from surveys.core.quality import looked_over
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.overlay import Given, given, lay_codebook_over
from surveys.core.reading.revision import revised
from surveys.core.reading.sheet_table import own_sheet
from surveys.core.reading.sheet_text import Named
from surveys.core.said import with_sources
from surveys.core.split_counts import with_chosen
from surveys.core.table import physical, read_columns, tags_of

_RECOUNTED = ("codes", "missing", "role", "type")  # what a frequency depends on


def revise(task: dict[str, Any]) -> dict[str, Any]:
    """The task's file over the task's codebook, as plain JSON types.

    ``origin`` alone where it is a sheet written from one of the task's ``origins``, whose codebook is needed.
    """
    path, language = Path(task["path"]), task["language"]
    codebook = codebook_from_json(task["revise"])
    asked = task["codebook_encoding"]
    sheet = own_sheet(path, language, Named(asked)) if given(path) is Given.SHEET else None
    if sheet is not None and sheet.written_from in task["origins"]:
        return {"origin": sheet.written_from}
    if sheet is None:
        options = ReadOptions(languages=(language,), codebook_path=path, codebook_encoding=asked)
        book, findings = lay_codebook_over(codebook, options)
    else:
        origin = codebook_from_json(task["origin"]) if "origin" in task else None
        book, told = revised(codebook, sheet.lines, origin)
        findings = [*sheet.findings, *told]
    counts = _counts(codebook, book, Path(task["data"]))
    before = dict(zip(codebook.names, task["frequencies"], strict=True))
    counts |= with_chosen(book, before | counts)
    counted = [counts.get(name, before[name]) for name in book.names]
    seen = looked_over(book, Path(task["data"]), counted)  # a universe that is new may tell of answers
    said = [with_sources(as_json(finding)) for finding in (*findings, *seen)]
    written_from = sheet.written_from if sheet is not None else ""
    return {"codebook": as_json(book), "findings": said, "counts": counts, "written_from": written_from}


def _counts(old: Codebook, new: Codebook, data: Path) -> dict[str, dict[str, Any]]:
    """Frequencies again where the codebook decides them."""
    found = {}
    for position, (before, after) in enumerate(zip(old.variables, new.variables, strict=True)):
        if any(getattr(before, part) != getattr(after, part) for part in _RECOUNTED):
            frame = read_columns(data, [position])
            tags = frame[tags_of(position)] if tags_of(position) in frame.columns else None
            found[after.name] = count_raw(frame[physical(position)], tags, after)
    return found
