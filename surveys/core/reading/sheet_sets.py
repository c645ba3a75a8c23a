"""Multiple-response sets that a codebook sheet declares.

A variable's column ``set`` names its sets: ``media (D, counting 1)``, ``nominees (C)``; several are parted
by bars.  A line whose variable is ``$media`` gives a set its label; ``set`` may say its kind there instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from surveys.core.codebook import Codebook, Labels, ResponseSet, Scalar, ValueType, Variable
from surveys.core.names import spelled
from surveys.core.problems import Problem, Refused
from surveys.core.reading.sheet_lines import Line, SheetLines
from surveys.core.reading.values import value_of
from surveys.core.said import say

_SET = re.compile(
    r"^\$?(?P<name>[^()]+?)\s*(?:\(\s*(?P<kind>[CDE])\s*(?:,\s*counting\s+(?P<counted>.+?))?\s*\))?$"
)


@dataclass
class _Draft:
    """A set while its lines are read: everything that is said of it, and where first."""

    where: str
    members: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)


def with_sets(codebook: Codebook, sheet: SheetLines) -> Codebook:
    """The codebook with the sheet's sets; one of the file with the same name gives way, keeping its label.

    Refuses sets whose lines contradict each other, that have no kind, or that count what cannot occur.
    """
    if not sheet.lines:
        return codebook
    problems: list[Problem] = []
    drafts = _drafts(codebook, sheet, problems)
    known = {one.name.lstrip("$"): one for one in codebook.sets}
    for name, draft in drafts.items():
        if draft.members:
            found = _built(name, draft, codebook, known.get(name), problems)
            if found is not None:
                known[name] = found
        elif name in known:
            known[name] = replace(known[name], labels={**known[name].labels, **draft.labels})
    if problems:
        raise Refused(problems)
    return replace(codebook, sets=tuple(known.values()))


def _drafts(codebook: Codebook, sheet: SheetLines, problems: list[Problem]) -> dict[str, _Draft]:
    named = spelled(codebook.names)
    drafts: dict[str, _Draft] = {}
    for line in sheet.lines:
        member = named(line.name) or None
        is_set = line.name.startswith("$") and member is None
        told = line.cells.get("set", "")
        if is_set:
            drafts.setdefault(line.name[1:], _Draft(line.where)).labels.update(_labels(line))
            told = told or line.name[1:]
        if member is None and not is_set:
            continue
        for part in filter(None, (part.strip() for part in told.split("|"))):
            match = _SET.match(part)
            if match is None:
                hint = "Write media (D, counting 1) or nominees (C)."
                problems.append(
                    Problem(
                        "unreadable_set",
                        say("“{part}” is not a set.", part=part[:40]),
                        where=line.where,
                        hint=hint,
                    )
                )
                continue
            _tell(drafts.setdefault(match["name"], _Draft(line.where)), match, member)
    return drafts


def _tell(draft: _Draft, match: re.Match[str], member: str | None) -> None:
    if member is not None and member not in draft.members:
        draft.members.append(member)
    if match["kind"]:
        draft.kinds.add(match["kind"])
    if match["counted"]:
        draft.counted.add(match["counted"])


def _labels(line: Line) -> Labels:
    told = {key.partition("_")[2]: text for key, text in line.cells.items() if key.startswith("label_")}
    return {language: text for language, text in told.items() if text}


def _built(
    name: str, draft: _Draft, codebook: Codebook, before: ResponseSet | None, problems: list[Problem]
) -> ResponseSet | None:
    if len(draft.kinds) != 1 or len(draft.counted) > 1:
        said = say("no kind") if not draft.kinds else say("more than one kind or counted value")
        hint = "Write media (D, counting 1) for columns of 0 and 1, nominees (C) for columns of categories."
        problems.append(
            Problem(
                "unclear_set",
                say("The set {name} has {said}.", name=name, said=said),
                where=draft.where,
                hint=hint,
            )
        )
        return None
    (kind,) = draft.kinds
    members = [codebook.variable(member) for member in draft.members]
    if len({member.type is ValueType.TEXT for member in members}) > 1:
        text = say("The set {name} joins texts and numbers.", name=name)
        problems.append(Problem("unclear_set", text, where=draft.where, hint="Take members of one type."))
        return None
    counted = None if kind == "C" else _counted(next(iter(draft.counted), "1"), members)
    labels: Mapping[str, str] = {**(before.labels if before else {}), **draft.labels}
    return ResponseSet(name, kind, tuple(draft.members), labels, counted)


def _counted(text: str, members: Sequence[Variable]) -> Scalar:
    telling = next((member for member in members if member.type.is_number), members[0])
    value = value_of(text, telling)
    return text if value is None else value
