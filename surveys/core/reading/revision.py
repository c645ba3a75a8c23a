"""An edited codebook sheet against the codebook it was written from: only cells that were changed count.

So nothing is altered by the sheet's way of writing things (a bar in a label, a line break, the words of the
vocabulary beside a missing code).  A cell that was emptied takes its text away; a line or column that is
not there is left as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from surveys.core.absence import code_reason, tag_reason
from surveys.core.codebook import (
    Code,
    Codebook,
    Labels,
    Level,
    MissingRule,
    ResponseSet,
    Role,
    Scalar,
    Variable,
)
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.reading.sheet import code_twice, missing_twice
from surveys.core.reading.sheet_table import SheetLine, is_known
from surveys.core.reading.spans import span
from surveys.core.reading.values import value_of
from surveys.core.said import both, say
from surveys.core.writing.codebook_sheet import told_value, variable_lines

Line = Mapping[str, str]
_PLAIN = ("universe", "unit", "group", "note")
_FIXED = ("type", "format")
_SPOKEN = {"label": "labels", "question": "question"}
_SET = re.compile(r"(?P<name>.+?)\s*\((?P<kind>[CDE])(?:,\s*counting\s+(?P<counted>.*))?\)")


@dataclass
class _Talk:
    """What is to be said of the sheet."""

    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def problem(self, code: str, message: str, where: str, hint: str) -> None:
        self.problems.append(Problem(code, message, where=where, hint=hint))

    def finding(self, code: str, message: str, variable: str = "") -> None:
        self.findings.append(Finding(Severity.WARNING, code, message, variable))


def revised(codebook: Codebook, lines: Iterable[SheetLine]) -> tuple[Codebook, list[Finding]]:
    """The codebook after the edits of a sheet, and what was noticed; Refused with every unreadable cell."""
    talk = _Talk()
    known = dict(zip(codebook.names, codebook.variables, strict=True))
    before = dict(zip(codebook.names, variable_lines(codebook), strict=True))
    told = {}
    lines = list(lines)
    for heading in sorted({h for line in lines for h in line.cells if not is_known(h)}):
        text = say("The column {heading} is not known here; it was left aside.", heading=heading[:60])
        talk.finding("sheet_column_unknown", text)
    for line in lines:
        name = line.cells["variable"]
        if name in known:
            edits = _edits(before[name], line.cells)
            known[name] = _edited(known[name], before[name], edits, line.where, talk)
            told[name] = line
        else:
            near = near_misses(name, known)
            also = say("Did you mean {near}?", near=near[0]) if near else ""
            text = both(say("The sheet describes {name}, which is not there.", name=name), also)
            talk.finding("sheet_variable_unknown", text, name)
    sets = _sets(codebook, before, told, talk)
    if talk.problems:
        raise Refused(talk.problems)
    variables = tuple(known.values())
    return replace(
        codebook, variables=variables, sets=sets, weight=_weight(codebook, variables)
    ), talk.findings


def _edits(before: Line, now: Line) -> dict[str, str]:
    """heading -> new text of the cells that say something else than before."""
    return {
        heading: text.strip()
        for heading, text in now.items()
        if heading != "variable" and " ".join(text.split()) != " ".join(before.get(heading, "").split())
    }


def _edited(variable: Variable, before: Line, edits: Line, where: str, talk: _Talk) -> Variable:
    changes: dict[str, Any] = {}
    for heading, text in edits.items():
        kind, _, language = heading.partition("_")
        if heading in _PLAIN:
            changes[heading] = text
        elif kind in _SPOKEN and language:
            part = _SPOKEN[kind]
            changes[part] = _with_text(changes.get(part, getattr(variable, part)), language, text)
        elif heading in ("level", "role"):
            _take_word(heading, text, where, changes, talk)
        elif heading in _FIXED:
            text = say("Its {heading} is what the file holds and stays.", heading=heading)
            talk.finding("sheet_column_fixed", text, variable.name)
    touching = {heading for heading in edits if heading.startswith(("codes_", "missing"))}
    if touching:
        changes |= _Codes(variable, before, where, talk).edited(edits)
    return replace(variable, **changes)


def _with_text(labels: Labels, language: str, text: str) -> dict[str, str]:
    return {code: told for code, told in {**labels, language: text}.items() if told}


def _take_word(name: str, text: str, where: str, changes: dict[str, Any], talk: _Talk) -> None:
    words: type[Level] | type[Role] = Level if name == "level" else Role
    default: Level | Role = Level.UNKNOWN if name == "level" else Role.RAW
    try:
        changes[name] = words(text.lower()) if text else default
    except ValueError:
        hint = say("One of {words}.", words=[word.value for word in words])
        talk.problem("unknown_word", say("“{text}” is not a {name}.", text=text[:40], name=name), where, hint)


class _Codes:
    """Codes and missing rules of one variable under the edits of their columns."""

    def __init__(self, variable: Variable, before: Line, where: str, talk: _Talk) -> None:
        self.variable, self.before, self.where, self.talk = variable, before, where, talk
        self.labels: dict[Scalar, Labels] = {code.value: code.labels for code in variable.codes}
        self.labels |= {r.value: r.labels for r in variable.missing if r.value is not None}
        self.coded = [code.value for code in variable.codes]

    def edited(self, edits: Line) -> dict[str, Any]:
        """The new ``codes`` and ``missing``."""
        for heading, text in edits.items():
            if heading.startswith("codes_"):
                self._relabel(heading, text)
        rules = {
            heading: self._rules(heading, edits, read) if heading in edits else self._old(heading)
            for heading, read in (
                ("missing", self._single), ("missing_ranges", self._range), ("missing_tags", self._tag),
            )
        }  # fmt: skip
        missing = tuple(rule for some in rules.values() for rule in some)
        absent = {rule.value for rule in missing if rule.value is not None}
        freed = [r.value for r in self.variable.missing if r.value is not None and r.value not in absent]
        coded = dict.fromkeys([*self.coded, *(value for value in freed if self.labels.get(value))])
        codes = tuple(Code(value, self.labels.get(value, {})) for value in coded if value not in absent)
        return {"codes": codes, "missing": self._in_order(missing)}

    def _relabel(self, heading: str, text: str) -> None:
        """Takes the pairs that differ from what the sheet said before; the order is the sheet's."""
        language = heading.partition("_")[2]
        old, new = self._pairs(self.before.get(heading, ""), is_own=True), self._pairs(text)
        for value in old.keys() - new.keys():
            self.labels[value] = _with_text(self.labels.get(value, {}), language, "")
            if not self.labels[value] and value in self.coded:
                self.coded.remove(value)
        for value, label in new.items():
            if old.get(value) != label:
                self.labels[value] = _with_text(self.labels.get(value, {}), language, label)
        self.coded = _merged(self.coded, list(new))

    def _rules(
        self, heading: str, edits: Line, read: Callable[[str, str], MissingRule | None]
    ) -> list[MissingRule]:
        found = []
        for part in _parts(edits[heading]):
            left, _, reason = part.partition("=")
            rule = read(left.strip(), reason.strip())
            if rule is None:
                self._unreadable(part, "Write -1=refused | -2=dont_know, ranges as -9..-1=refused.")
            else:
                found.append(rule)
        self.talk.problems += missing_twice(self.variable.name, found, self.where)
        return found

    def _single(self, left: str, reason: str) -> MissingRule | None:
        value = value_of(left, self.variable)
        if value is None:
            return None
        return MissingRule(reason or code_reason(value), value=value, labels=self.labels.get(value, {}))

    def _range(self, left: str, reason: str) -> MissingRule | None:
        ends = span(left)
        if ends is None:
            return None
        low, high = ends
        known = [r for r in self.variable.missing if (r.low, r.high) == (low, high)]
        return MissingRule(
            reason or "user_missing", low=low, high=high, labels=known[0].labels if known else {}
        )

    def _tag(self, left: str, reason: str) -> MissingRule | None:
        tag = left.removeprefix(".")
        if len(tag) != 1 or not (tag.isalpha() or tag == "_"):
            return None
        known = [rule for rule in self.variable.missing if rule.tag == tag]
        return MissingRule(reason or tag_reason(tag), tag=tag, labels=known[0].labels if known else {})

    def _old(self, heading: str) -> list[MissingRule]:
        """The rules that a column speaks of, as they were; single codes with the labels of today."""
        rules = self.variable.missing
        if heading == "missing":
            singles = (rule for rule in rules if rule.value is not None)
            return [replace(rule, labels=self.labels.get(rule.value, {})) for rule in singles]  # type: ignore[arg-type]
        tagged = heading == "missing_tags"
        return [rule for rule in rules if rule.value is None and (rule.tag is not None) == tagged]

    def _in_order(self, rules: tuple[MissingRule, ...]) -> tuple[MissingRule, ...]:
        """In the order they had; new ones after them."""
        places = {_key(rule): place for place, rule in enumerate(self.variable.missing)}
        return tuple(sorted(rules, key=lambda rule: places.get(_key(rule), len(places))))

    def _pairs(self, text: str, *, is_own: bool = False) -> dict[Scalar, str]:
        """code -> label; what cannot be read is a problem unless the sheet had it so from us."""
        found: dict[Scalar, str] = {}
        known = {value: value for value in self.labels}  # 1.0 stays 1.0 where the sheet says 1
        for part in _parts(text):
            left, equals, label = part.partition("=")
            value = value_of(left.strip(), self.variable)
            if value is not None and equals:
                if found.setdefault(known.get(value, value), label.strip()) != label.strip() and not is_own:
                    self.talk.problems.append(code_twice(left, self.where))
            elif not is_own:
                self._unreadable(part, "Write 1=yes | 2=no.")
        return found

    def _unreadable(self, part: str, hint: str) -> None:
        message = say("“{part}” cannot be read as a code.", part=part.strip()[:40])
        self.talk.problem("unreadable_code", message, self.where, hint)


def _merged(known: list[Scalar], told: list[Scalar]) -> list[Scalar]:
    """The order told, where it speaks of every code; else new codes after the one they follow there."""
    if set(known) <= set(told):
        return told
    order = list(known)
    for place, value in enumerate(told):
        if value not in order:
            order.insert(order.index(told[place - 1]) + 1 if place else 0, value)
    return order


def _key(rule: MissingRule) -> tuple[Any, ...]:
    return rule.value, rule.low, rule.high, rule.tag


def _parts(text: str) -> list[str]:
    """``1=yes | 2=no`` or ``1=yes; 2=no``, part by part."""
    return [part for part in re.split(r"\||\n" if "|" in text else r"[;\n]", text) if part.strip()]


def _sets(
    codebook: Codebook, before: Mapping[str, Line], told: Mapping[str, SheetLine], talk: _Talk
) -> tuple[ResponseSet, ...]:
    """The response sets after the edits of the column ``set``; their labels and the order of members stay."""
    edited = {n: line for n, line in told.items() if "set" in _edits(before[n], line.cells)}
    if not edited:
        return codebook.sets
    sets = {one.name: one for one in codebook.sets}
    members = {one.name: [n for n in one.variables if n not in edited] for one in codebook.sets}
    for name, line in edited.items():
        for part in _parts(line.cells["set"]):
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
    talk: _Talk,
) -> None:
    """A set must be described alike in the lines of all its members."""
    for name, one in sets.items():
        for member in members[name]:
            text = told[member].cells.get("set", "") if member in told else before[member].get("set", "")
            for match in filter(None, (_SET.fullmatch(part.strip()) for part in _parts(text))):
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


def _weight(codebook: Codebook, variables: Iterable[Variable]) -> str:
    """The file's case weight follows the role that was given or taken."""
    weights = [variable.name for variable in variables if variable.role is Role.WEIGHT]
    had = {variable.name for variable in codebook.variables if variable.role is Role.WEIGHT}
    if set(weights) == had:
        return codebook.weight
    return codebook.weight if codebook.weight in weights else (weights[0] if len(weights) == 1 else "")
