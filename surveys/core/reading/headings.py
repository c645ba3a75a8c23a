"""The first rows of a flat file: names, and under them, from survey tools, question texts and import ids."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, refuse
from surveys.core.reading.raw import RawVariable
from surveys.core.reading.values import finite
from surveys.core.said import say

MOST_ROWS = 5  # rows of headings that may be declared
MOST_NAME = 255
_IMPORT_ID = re.compile(r"""^\{\s*["']ImportId["']\s*:""")
_OLD_IDS = ("responseid", "response id")  # under V1 in the older two-row exports of Qualtrics


@dataclass(frozen=True)
class Headings:
    """``rows`` rows at the head of a file and the variables they describe; problems are told by line."""

    rows: int
    variables: list[RawVariable]
    findings: list[Finding]
    problems: list[Problem]


def headings(first: Sequence[Sequence[str]], where: str, declared: int = 0) -> Headings:
    """Reads the heading rows among the ``first`` rows of a file, the first of which stands ``where``.

    ``declared`` is how many there are; 0: found by content.  The first row gives the names, the second the
    question texts; a row of import ids goes into the notes, as any further row does.
    """
    if declared and not 1 <= declared <= MOST_ROWS:
        raise refuse(
            "wrong_header_rows",
            say(
                "A file has 1 to {most_rows} rows of headings, not {declared}.",
                most_rows=MOST_ROWS,
                declared=declared,
            ),
        )
    count = declared or _found(first)
    rows = [list(row) for row in first[:count]]
    names, findings = _names(rows[0])
    question = next((row for row in rows[1:] if not _are_import_ids(row)), [])
    notes = [row for row in rows[1:] if row is not question]
    variables = [_variable(name, place, rows[0], question, notes) for place, name in enumerate(names)]
    if count == 1:
        findings += [] if declared else _looks_like_more(first)
    else:
        text = say("The first {count} rows are headings of a survey tool: names, question texts, import ids.",
                   count=count) if not declared else _as_declared(count, bool(question))  # fmt: skip
        findings.append(Finding(Severity.INFO, "header_rows", text))
    return Headings(count, variables, findings, _twice(names, where))


def _found(first: Sequence[Sequence[str]]) -> int:
    """How many rows are certainly headings."""
    for place in (2, 1):
        if len(first) > place and _are_import_ids(first[place]):
            return place + 1
    old = len(first) > 1 and first[0][:1] == ["V1"] and first[1][:1] and first[1][0].lower() in _OLD_IDS
    return 2 if old else 1


def _are_import_ids(row: Sequence[str]) -> bool:
    told = [cell for cell in row if cell.strip()]
    return bool(told) and all(_IMPORT_ID.match(cell) for cell in told)


def _looks_like_more(first: Sequence[Sequence[str]]) -> list[Finding]:
    """Rows that may be further headings but are not certainly so: kept as rows, and told."""
    cells = [cell for row in first[1:3] for cell in row]
    has_ids = any(_IMPORT_ID.match(cell) or cell.lower() in _OLD_IDS for cell in cells)
    if not has_ids and not any(_are_texts(first[1:end], first[end:]) for end in (2, 3)):
        return []
    text = (
        "The first rows look like further headings of a survey tool, not answers; they were kept as rows. "
        "Import the file again and say how many rows of headings there are, 2 or 3 (the field “Rows of "
        "headings” of the upload page, --header-rows of the command)."
    )
    return [Finding(Severity.WARNING, "extra_headings", text)]


def _are_texts(rows: Sequence[Sequence[str]], below: Sequence[Sequence[str]]) -> bool:
    """Whether rows hold texts of questions: each another one over every column that holds numbers ``below``.

    A word for a missing answer would stand there alone, or again.
    """
    width = min(map(len, [*rows, *below]), default=0)
    numbers = [place for place in range(width) if _are_numbers([row[place] for row in below])]
    told = [row[place].strip() for row in rows[:1] for place in numbers]
    others = [row[place] for row in rows[1:] for place in numbers]
    is_told = bool(told) and all(told) and len(set(told)) == len(told) and not any(map(_is_number, told))
    is_long = len(told) > 1 or any(re.search(r"[\s?？]", text) for text in told)
    return is_told and is_long and not any(map(_is_number, others))


def _are_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(map(_is_number, filled))


def _is_number(cell: str) -> bool:
    return finite(cell.replace(",", ".")) is not None


def _as_declared(count: int, has_question: bool) -> str:
    """What the rows were taken for that somebody said are headings."""
    if not has_question:
        return say(
            "The first {count} rows were taken as headings, as declared: names, then notes.", count=count
        )
    if count == 2:
        return "The first 2 rows were taken as headings, as declared: names and question texts."
    return say(
        "The first {count} rows were taken as headings, as declared: names, question texts, then notes.",
        count=count,
    )


def _names(row: Sequence[str]) -> tuple[list[str], list[Finding]]:
    """Variable names: the headings themselves; a heading that is empty gets a name by its place."""
    names, findings = [], []
    for place, heading in enumerate(row, start=1):
        name = " ".join(heading.split())
        if not name:
            name = f"column_{place}"
            text = say("Column {place} has no heading; it was named {name}.", place=place, name=name)
            findings.append(Finding(Severity.WARNING, "no_heading", text, name))
        names.append(name[:MOST_NAME])
    return names, findings


def _variable(
    name: str, place: int, row: Sequence[str], question: Sequence[str], notes: Sequence[Sequence[str]]
) -> RawVariable:
    heading = row[place].strip()
    label = heading if heading != name or " " in name else ""
    asked = question[place].strip() if place < len(question) else ""
    told = [_note(line[place]) for line in notes if place < len(line) and line[place].strip()]
    return RawVariable(
        name=name.encode(),
        is_text=True,
        label=(asked or label).encode(),
        question=asked.encode(),
        note="; ".join(told).encode(),
        guess=True,
    )


def _note(cell: str) -> str:
    """``{"ImportId":"QID1","choiceId":"3"}`` -> ``ImportId QID1, choiceId 3``."""
    try:
        told = json.loads(cell)
    except (ValueError, RecursionError):
        return cell.strip()
    if not isinstance(told, dict):
        return cell.strip()
    return ", ".join(f"{key} {value}" for key, value in told.items())


def _twice(names: Sequence[str], where: str) -> list[Problem]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(place)
    return [
        Problem(
            "duplicate_heading",
            say("The heading “{name}” stands over columns {places}.", name=name[:80], places=at),
            where=where,
            hint="Give every column a heading of its own.",
        )
        for name, at in places.items()
        if len(at) > 1
    ]
