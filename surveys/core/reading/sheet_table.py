"""The lines of a codebook sheet as it was downloaded here, told by its headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from surveys.core.findings import Finding
from surveys.core.problems import Problem, Refused
from surveys.core.reading.sheet_lines import table_of
from surveys.core.reading.sheet_text import NOTHING, Named
from surveys.core.said import say
from surveys.core.writing.codebook_sheet import WRITTEN_FROM

_OURS = re.compile(
    r"variable|type|(label|codes|question)_[\w-]+|missing(_ranges|_tags)?|universe|level|role|unit|group|format"
    r"|set|reasons_of|note|valid_min|valid_max"
)
_BARE = ("label", "question", "codes")


def is_known(heading: str) -> bool:
    """Whether a heading is one that the sheets written here have."""
    return _OURS.fullmatch(heading) is not None


@dataclass(frozen=True)
class SheetLine:
    """One variable's line: heading -> text, and where it stands."""

    where: str
    cells: dict[str, str]


@dataclass(frozen=True)
class OwnSheet:
    """The lines about variables, and the version (``mdms/2014@2``) that the sheet was written from."""

    lines: tuple[SheetLine, ...]
    written_from: str = ""
    findings: tuple[Finding, ...] = ()


def own_sheet(path: Path, language: str, named: Named = NOTHING) -> OwnSheet | None:
    """A sheet with our own headings; None when it is some other sheet.

    ``language`` is meant by ``label``, ``question`` and ``codes`` without one.
    """
    table = table_of(path, named)
    rows = table.rows
    headings = [_heading(cell, language) for cell in (rows[0][1] if rows else [])]
    if "variable" not in headings:
        return None
    lines, written_from = [], ""
    for number, row in rows[1:]:
        cells = {heading: cell for heading, cell in zip(headings, row, strict=False) if heading}
        name, note = cells.get("variable", ""), cells.get("note", "")
        if name and not name.startswith("$") and not cells.get("reasons_of"):  # of a set; of no variable
            lines.append(SheetLine(say("codebook sheet, line {line}", line=number), cells))
        elif not name and note.startswith(WRITTEN_FROM):
            written_from = written_from or note.removeprefix(WRITTEN_FROM).strip()
    _refuse_twice(lines)
    return OwnSheet(tuple(lines), written_from, table.findings)


def _heading(cell: str, language: str) -> str:
    plain = re.sub(r"\s+", "_", cell.strip())
    return f"{plain}_{language}" if plain in _BARE else plain


def _refuse_twice(lines: list[SheetLine]) -> None:
    seen: dict[str, str] = {}
    problems = []
    for line in lines:
        name = line.cells["variable"]
        first = seen.setdefault(name, line.where)
        if first != line.where:
            problems.append(
                Problem(
                    "variable_twice",
                    say("{name} stands here and in {first}.", name=name, first=first),
                    where=line.where,
                )
            )
    if problems:
        raise Refused(problems)
