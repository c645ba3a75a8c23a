"""Measures of a study as one sheet: written, given back edited, looked at, and saved as drafts.

Published versions never change: what is edited becomes the measure's draft, as in the editor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from measures.core.language import parse
from measures.core.sheets import (
    Cells,
    Edit,
    Fields,
    SheetLine,
    as_written,
    cells,
    columns,
    edited,
    edits,
    sheet_lines,
    wording_hash,
)
from measures.core.wording import PER_LANGUAGE, read_wording
from measures.models import Measure, MeasureVersion
from measures.policy import require_define
from measures.selectors.scopes import ground, study_wave_versions, waves_at_rest
from measures.selectors.trying import has_all_of, try_rule
from measures.services.rules import save_draft
from surveys.core.codebook import fingerprint
from surveys.core.findings import Finding
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.reading.sheet_lines import table_of
from surveys.core.reading.sheet_text import Named
from surveys.core.said import say
from surveys.core.spreadsheets import guarded
from surveys.core.writing.xlsx import MOST_CHARACTERS, longest_cell, write_sheets
from surveys.models import Study, User
from surveys.services import audit

FORMS = ("csv", "xlsx")
_OF_VERSION = ("rule", "labels", "value_labels", "citation", "level", "unit", "sign", "examples", "note")
_NOTHING: Fields = {
    "rule": "", "labels": {}, "value_labels": [], "definition": "", "citation": "", "universe": "",
    "level": "unknown", "unit": "", "sign": "", "examples": [], "note": "", "concept": "",
}  # fmt: skip


@dataclass(frozen=True)
class MeasureEdits:
    """What a sheet changes of one measure; ``base`` is the wording it is laid over ("" of a new measure).

    ``remarks`` do not hinder the draft: it may hold a rule that does not hold yet.
    """

    name: str
    base: str
    edits: tuple[Edit, ...]
    fields: Mapping[str, Any]
    remarks: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class SheetChanges:
    """An edited sheet held against the study: nothing is saved yet.  With ``problems`` nothing can be.

    ``findings`` say how the sheet was read, where that was not clear.
    """

    study: Study
    changes: tuple[MeasureEdits, ...]
    problems: tuple[Problem, ...] = field(default=())
    findings: tuple[Finding, ...] = ()

    @property
    def hash(self) -> str:
        """What was seen: confirming something else is refused."""
        return fingerprint([[one.name, one.base, dict(one.fields)] for one in self.changes])

    def as_json(self) -> dict[str, Any]:
        return {
            "study": self.study.slug,
            "changes": [
                {
                    "measure": one.name,
                    "base": one.base or None,
                    "edits": [{"column": e.column, "old": e.old, "new": e.new} for e in one.edits],
                    "remarks": [problem.as_json() for problem in one.remarks],
                }
                for one in self.changes
            ],
            "problems": [problem.as_json() for problem in self.problems],
            "findings": [asdict(finding) for finding in self.findings],
        }


def write_sheet(user: User, study: Study, path: Path, form: str, names: Collection[str] = ()) -> int:
    """Writes the measures (or those of ``names``) with their drafts as .csv or .xlsx; returns how many."""
    require_define(user, study)
    measures = _measures(study)
    problems = [_no_measure(name, study, measures) for name in names if name not in measures]
    if problems:
        raise Refused(problems)
    chosen = [measure for name, measure in measures.items() if not names or name in names]
    lines = [line for measure in chosen if (line := _line(measure))]
    frame = _frame(lines, columns([*study.languages, *_spoken(lines), "en", "zh"]))
    if form == "xlsx":
        if longest_cell(frame) > MOST_CHARACTERS:
            message = "A cell is longer than a workbook can hold."
            raise refuse("cell_too_long", message, hint="Take the sheet as .csv.")
        write_sheets(path, {"measures": frame}, say("Measures of {study}", study=study.slug))
    else:
        guarded(frame).write_csv(path, include_bom=True)
    return len(lines)


def _measures(study: Study) -> dict[str, Measure]:
    found = Measure.objects.filter(study=study).select_related("study").prefetch_related("versions")
    return {measure.name: measure for measure in found.order_by("name")}


def _line(measure: Measure) -> Cells | None:
    version = _present(measure)
    if version is None:
        return None
    told = cells(_fields(measure, version))
    return {"measure": measure.name, "seen": _seen(version, told)} | told


def _present(measure: Measure) -> MeasureVersion | None:
    """The draft, else the version in force, else the newest."""
    versions = sorted(
        measure.versions.all(), key=lambda v: (v.state == "draft", v.state == "published", v.number or 0)
    )
    return versions[-1] if versions else None


def _fields(measure: Measure, version: MeasureVersion) -> Fields:
    """A wording as ``save_draft`` takes it; a note speaks of its own version alone."""
    fields = {name: getattr(version, name) for name in _OF_VERSION}
    fields |= {name: version.told(name) for name in PER_LANGUAGE}
    fields["concept"] = measure.told_concept
    return fields | ({} if version.state == MeasureVersion.State.DRAFT else {"note": ""})


def _seen(version: MeasureVersion, told: Cells) -> str:
    return f"@{version.number or 'draft'} {wording_hash(told)}"


def _spoken(lines: list[Cells]) -> Iterator[str]:
    for line in lines:
        yield from (name.removeprefix("label_") for name in line if name.startswith("label_"))


def _frame(lines: list[Cells], headings: tuple[str, ...]) -> pl.DataFrame:
    known = dict.fromkeys([*headings, *(name for line in lines for name in line)])
    rows = [tuple(line.get(name) for name in known) for line in lines]
    return pl.DataFrame(rows, schema=dict.fromkeys(known, pl.String), orient="row")


# ---- given back


def read_sheet(user: User, study: Study, path: Path, encoding: str = "") -> SheetChanges:
    """What the sheet at ``path`` changes, measure by measure and cell by cell, with every problem at once.

    ``encoding`` is the character set of a .csv that does not say it; found when not said.
    """
    require_define(user, study)
    measures = _measures(study)
    found, problems = [], []
    table = table_of(path, Named(encoding))
    for line in sheet_lines(table.rows):
        change = _change(study, measures, line)
        problems += [*line.problems]
        if change is not None and not line.problems:
            found.append(change)
    with waves_at_rest():
        told = tuple(_remarked(study, one) for one in found)
    return SheetChanges(study, told, tuple(problems), table.findings)


def _change(study: Study, measures: Mapping[str, Measure], line: SheetLine) -> MeasureEdits | None:
    measure = measures.get(line.name)
    version = _present(measure) if measure else None
    if measure is None or version is None:
        if line.seen:
            line.problems.append(_no_measure(line.name, study, measures, line.where))
            return None
        present, base, name = _NOTHING, {}, ""
    else:
        present, name = _fields(measure, version), str(version)
        base = _base(measure, version, cells(present), line)
    changed = edits(line, base)
    if not changed or line.problems:
        return None
    line.problems += _both(line, changed, base, cells(present))
    fields = edited(present, changed, line)
    line.problems += _shape_problems(line, fields)
    return MeasureEdits(line.name, name, tuple(changed), fields)


def _base(measure: Measure, present: MeasureVersion, told: Cells, line: SheetLine) -> Cells:
    """The cells of the version that the sheet was written from: what it says otherwise was edited."""
    number = line.seen.partition(" ")[0]
    if not line.seen or line.seen == _seen(present, told):
        return told
    version = next((v for v in measure.versions.all() if number == f"@{v.number}"), None)
    if version is not None:
        return as_written(cells(_fields(measure, version)), line)
    if not edits(line, told):
        return told
    message = say("{name} was changed since the sheet was written.", name=line.name)
    hint = "Download the sheet anew, and edit that."
    line.problems.append(Problem("changed_since", message, line.where, hint))
    return told


def _both(line: SheetLine, changed: list[Edit], base: Cells, present: Cells) -> list[Problem]:
    """Cells that the sheet and somebody else changed, each otherwise."""
    return [
        Problem(
            "changed_by_both",
            say(
                "{column} of {name} was changed since the sheet was written, too.",
                column=one.column,
                name=line.name,
            ),
            line.where,
            say("It says now: {text}", text=present.get(one.column, "")[:120] or "–"),
        )
        for one in changed
        if present.get(one.column, "") not in (base.get(one.column, ""), one.new)
    ]


def _shape_problems(line: SheetLine, fields: Fields) -> list[Problem]:
    try:
        read_wording(line.name, **{name: value for name, value in fields.items() if name != "concept"})
    except Refused as refused:
        return list(refused.problems)
    return []


def _no_measure(name: str, study: Study, known: Collection[str], where: str = "") -> Problem:
    message = say("{study} has no measure called {name}.", study=study, name=name)
    hint = "Leave “seen” empty to make a new one."
    return Problem("not_found", message, where, hint if where else "", near_misses(name, known))


def _remarked(study: Study, one: MeasureEdits) -> MeasureEdits:
    """With what is wrong with the rule today, where the rule was edited."""
    if not any(edit.column == "rule" for edit in one.edits):
        return one
    return MeasureEdits(one.name, one.base, one.edits, one.fields, tuple(_of_rule(study, one)))


def _of_rule(study: Study, one: MeasureEdits) -> list[Problem]:
    rule = str(one.fields["rule"])
    try:
        node = parse(rule)
        grounds = [ground(study, version) for version in study_wave_versions(study)]
        fitting = next((here for here in grounds if has_all_of(here, node, one.name)), None)
        here = fitting or next(iter(grounds), None)
        if here is not None:
            try_rule(here, rule, one.name)
    except Refused as refused:
        return list(refused.problems)
    return []


@transaction.atomic
def save_sheet(user: User, changes: SheetChanges, seen: str = "") -> list[MeasureVersion]:
    """Saves every edited measure as its draft, all or none.

    Refused with the sheet's problems, when nothing changed, and when it is not what was ``seen``.
    """
    require_define(user, changes.study)
    if changes.problems:
        raise Refused(changes.problems)
    if not changes.changes:
        hint = "No draft was made; edit the sheet first."
        raise refuse("nothing_changed", "The sheet says the same as the measures.", hint=hint)
    if seen and seen != changes.hash:
        message = "The measures or the sheet are not those whose changes were shown."
        raise refuse("not_what_was_seen", message, hint="Upload the sheet again and look at the changes.")
    drafts = [save_draft(user, changes.study, one.name, **one.fields) for one in changes.changes]
    names = [one.name for one in changes.changes]
    audit.record(user, "load_measures_sheet", changes.study, study=changes.study, measures=len(names))
    return drafts
