"""Response sets after the edits of a sheet's column ``set``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from surveys.core.codebook import Codebook, ResponseSet, Variable
from surveys.core.reading.sheet_edits import Line, Talk, edits_of
from surveys.core.reading.sheet_parts import parts_of
from surveys.core.reading.sheet_table import SheetLine
from surveys.core.reading.values import value_of
from surveys.core.said import say
from surveys.core.writing.codebook_sheet import told_value

_SET = re.compile(r"(?P<name>.+?)\s*\((?P<kind>[CDE])(?:,\s*counting\s+(?P<counted>.*))?\)")


def revised_sets(
    codebook: Codebook, before: Mapping[str, Line], told: Mapping[str, SheetLine], talk: Talk
) -> tuple[ResponseSet, ...]:
    """The response sets after the edits of the column ``set``; their labels and the order of members stay."""
    edited = {n: line for n, line in told.items() if "set" in edits_of(before[n], line.cells)}
    if not edited:
        return codebook.sets
    sets = {one.name: one for one in codebook.sets}
    members = {one.name: [n for n in one.variables if n not in edited] for one in codebook.sets}
    for name, line in edited.items():
        for part in parts_of(line.cells["set"]):
            match = _SET.fullmatch(part.strip())
            if match is None:
                hint = "Write name (C), or name (D, counting 1)."
                message = say("“{part}” names no response set.", part=part.strip()[:40])
                talk.problem("unreadable_set", message, line.where, hint)
                continue
            one = _as_told(match, codebook.variable(name))
            there = sets.setdefault(one.name, one)
            if (there.kind, _told(there)) != (one.kind, _told(one)):
                sets[one.name] = replace(there, kind=one.kind, counted_value=one.counted_value)
            members.setdefault(one.name, []).append(name)
    _hold_together(sets, members, before, told, talk)
    return tuple(
        replace(one, variables=_ordered(one, members[name], codebook))
        for name, one in sets.items()
        if members[name]
    )


def _hold_together(
    sets: Mapping[str, ResponseSet],
    members: Mapping[str, list[str]],
    before: Mapping[str, Line],
    told: Mapping[str, SheetLine],
    talk: Talk,
) -> None:
    """A set must be described alike in the lines of all its members."""
    for name, one in sets.items():
        for member in members[name]:
            text = told[member].cells.get("set", "") if member in told else before[member].get("set", "")
            for match in filter(None, (_SET.fullmatch(part.strip()) for part in parts_of(text))):
                kind, counted = match["kind"], (match["counted"] or "").strip()
                if match["name"] == name and (kind, counted) != (one.kind, _told(one)):
                    where = told[member].where if member in told else member
                    hint = "Give the set the same kind and counted code in every line."
                    message = say("The set {name} is told in two ways.", name=name)
                    talk.problem("set_told_twice", message, where, hint)


def _as_told(match: re.Match[str], variable: Variable) -> ResponseSet:
    counted = (match["counted"] or "").strip()
    value = value_of(counted, variable)
    return ResponseSet(
        match["name"], match["kind"], (), counted_value=counted or None if value is None else value
    )


def _told(one: ResponseSet) -> str:
    return "" if one.counted_value is None else told_value(one.counted_value)


def _ordered(one: ResponseSet, members: Iterable[str], codebook: Codebook) -> tuple[str, ...]:
    """Old members in their order, new ones after them in the order of the codebook."""
    wanted = set(members)
    return tuple(name for name in dict.fromkeys([*one.variables, *codebook.names]) if name in wanted)
