"""An edited codebook sheet against the codebook it was written from: only cells that were changed count.

So nothing is altered by the sheet's way of writing things (a bar in a label, a line break, the words of the
vocabulary beside a missing code).  A cell that was emptied takes its text away; a line or column that is
not there is left as it was.  What a later codebook changed since the sheet was written stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from surveys.core.codebook import (
    Codebook,
    Level,
    Role,
    Variable,
)
from surveys.core.findings import Finding
from surveys.core.limits import ENDS
from surveys.core.problems import Refused, near_misses
from surveys.core.reading.limits import lay_limits
from surveys.core.reading.revised_codes import RevisedCodes
from surveys.core.reading.revised_sets import revised_sets
from surveys.core.reading.sheet_edits import Line, Talk, edits_of, parts_overlaid, with_text
from surveys.core.reading.sheet_table import SheetLine, is_known
from surveys.core.said import both, say
from surveys.core.writing.codebook_sheet import variable_lines

_PLAIN = ("universe", "unit", "group", "note")
_FIXED = ("type", "format")
_SPOKEN = {"label": "labels", "question": "question"}


def revised(
    codebook: Codebook, lines: Iterable[SheetLine], origin: Codebook | None = None
) -> tuple[Codebook, list[Finding]]:
    """The codebook after the edits of a sheet, and what was noticed; Refused with every unreadable cell.

    ``origin`` is the codebook that the sheet was written from, where that is an earlier one.
    """
    talk = Talk()
    known = dict(zip(codebook.names, codebook.variables, strict=True))
    today = _lines_of(codebook)
    before = today | {n: line for n, line in _lines_of(origin or codebook).items() if n in known}
    told = {}
    lines = list(lines)
    for heading in sorted({h for line in lines for h in line.cells if not is_known(h)}):
        text = say("The column {heading} is not known here; it was left aside.", heading=heading[:60])
        talk.finding("sheet_column_unknown", text)
    for line in lines:
        name = line.cells["variable"]
        if name in known:
            edits = edits_of(before[name], line.cells)
            _tell_overlaid(before[name], today[name], edits, name, talk)
            known[name] = _edited(known[name], before[name], edits, line.where, talk)
            told[name] = line
        else:
            near = near_misses(name, known)
            also = say("Did you mean {near}?", near=near[0]) if near else ""
            text = both(say("The sheet describes {name}, which is not there.", name=name), also)
            talk.finding("sheet_variable_unknown", text, name)
    sets = revised_sets(codebook, before, told, talk)
    if talk.problems:
        raise Refused(talk.problems)
    variables = tuple(known.values())
    return replace(
        codebook, variables=variables, sets=sets, weight=_weight(codebook, variables)
    ), talk.findings


def _lines_of(codebook: Codebook) -> dict[str, Line]:
    return dict(zip(codebook.names, variable_lines(codebook), strict=True))


def _tell_overlaid(before: Line, today: Line, edits: Line, name: str, talk: Talk) -> None:
    """Cells that were edited in the sheet and in a later codebook too."""
    if both_did := [heading for heading in edits if parts_overlaid(heading, before, today, edits)]:
        text = say(
            "Since the sheet was written, {headings} of {name} changed here too; where the two differ, the "
            "sheet is followed.",
            headings=both_did,
            name=name,
        )
        talk.finding("sheet_overlays", text, name)


def _edited(variable: Variable, before: Line, edits: Line, where: str, talk: Talk) -> Variable:
    changes: dict[str, Any] = {}
    for heading, text in edits.items():
        kind, _, language = heading.partition("_")
        if heading in _PLAIN:
            changes[heading] = text
        elif kind in _SPOKEN and language:
            part = _SPOKEN[kind]
            changes[part] = with_text(changes.get(part, getattr(variable, part)), language, text)
        elif heading in ("level", "role"):
            _take_word(heading, text, where, changes, talk)
        elif heading in _FIXED:
            text = say("Its {heading} is what the file holds and stays.", heading=heading)
            talk.finding("sheet_column_fixed", text, variable.name)
    touching = {heading for heading in edits if heading.startswith(("codes_", "missing"))}
    if touching:
        changes |= RevisedCodes(variable, before, where, talk).edited(edits)
    limited = lay_limits(variable, {end: edits[end] for end in ENDS if end in edits}, where)
    changes["limits"] = limited.limits
    talk.problems += limited.problems
    talk.findings += limited.findings
    return replace(variable, **changes)


def _take_word(name: str, text: str, where: str, changes: dict[str, Any], talk: Talk) -> None:
    words: type[Level] | type[Role] = Level if name == "level" else Role
    default: Level | Role = Level.UNKNOWN if name == "level" else Role.RAW
    try:
        changes[name] = words(text.lower()) if text else default
    except ValueError:
        hint = say("One of {words}.", words=[word.value for word in words])
        talk.problem("unknown_word", say("“{text}” is not a {name}.", text=text[:40], name=name), where, hint)


def _weight(codebook: Codebook, variables: Iterable[Variable]) -> str:
    """The file's case weight follows the role that was given or taken."""
    weights = [variable.name for variable in variables if variable.role is Role.WEIGHT]
    had = {variable.name for variable in codebook.variables if variable.role is Role.WEIGHT}
    if set(weights) == had:
        return codebook.weight
    return codebook.weight if codebook.weight in weights else (weights[0] if len(weights) == 1 else "")
