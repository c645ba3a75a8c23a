"""Two codebooks of the same variables side by side: what somebody reads before a revision is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.core.codebook import Codebook, Labels, MissingRule, ResponseSet, Scalar, Variable
from surveys.core.limits import in_short


@dataclass(frozen=True)
class Change:
    """One text that differs: of which part, in which language, of which code; "" stands for nothing there."""

    part: str
    old: str
    new: str
    language: str = ""
    code: str = ""


@dataclass(frozen=True)
class VariableChanges:
    """All changes of one variable; ``name`` is empty for those of the file and its response sets.

    ``valid`` is how many rows were valid and how many will be, where that differs.
    """

    name: str
    labels: Labels
    changes: tuple[Change, ...]
    valid: tuple[int, int] | None = None


def codebook_changes(old: Codebook, new: Codebook) -> tuple[VariableChanges, ...]:
    """The changes from ``old`` to ``new``, in the order of the variables, those of the file at the end."""
    found = []
    for before, after in zip(old.variables, new.variables, strict=True):
        if changes := tuple(_variable(before, after)):
            found.append(VariableChanges(after.name, after.labels or before.labels, changes))
    if changes := tuple(_file(old, new)):
        found.append(VariableChanges("", {}, changes))
    return tuple(found)


def changes_as_json(found: tuple[VariableChanges, ...]) -> list[dict[str, Any]]:
    """Plain types, for ``--json``."""
    return [
        {
            "variable": one.name,
            "changes": [
                {name: value for name, value in change.__dict__.items() if value or name in ("old", "new")}
                for change in one.changes
            ],
        }
        | ({"valid": {"old": one.valid[0], "new": one.valid[1]}} if one.valid else {})
        for one in found
    ]


def _variable(old: Variable, new: Variable) -> Iterator[Change]:
    yield from _texts("label", old.labels, new.labels)
    yield from _texts("question", old.question, new.question)
    yield from _codes(old, new)
    yield from _missing(old, new)
    for part in ("universe", "unit", "group", "format", "note"):
        yield from _pair(part, getattr(old, part), getattr(new, part))
    yield from _pair("limits", in_short(old.limits), in_short(new.limits))
    yield from _pair("level", old.level.value, new.level.value)
    yield from _pair("role", old.role.value, new.role.value)


def _pair(part: str, old: str, new: str, language: str = "", code: str = "") -> Iterator[Change]:
    if old != new:
        yield Change(part, old, new, language, code)


def _texts(part: str, old: Labels, new: Labels, code: str = "") -> Iterator[Change]:
    for language in dict.fromkeys([*old, *new]):
        yield from _pair(part, old.get(language, ""), new.get(language, ""), language, code)


def _codes(old: Variable, new: Variable) -> Iterator[Change]:
    before: Mapping[Scalar, Labels] = {code.value: code.labels for code in old.codes}
    after: Mapping[Scalar, Labels] = {code.value: code.labels for code in new.codes}
    for value in dict.fromkeys([*before, *after]):
        changes = list(_texts("codes", before.get(value, {}), after.get(value, {}), _told(value)))
        yield from changes
        if not changes and (value in before) != (value in after):
            yield Change("codes", *_presence(value in before), code=_told(value))
    if list(before) != list(after) and set(before) == set(after):
        yield Change("codes", *(", ".join(map(_told, order)) for order in (before, after)))


def _presence(was: bool) -> tuple[str, str]:
    return ("1", "") if was else ("", "1")


def _missing(old: Variable, new: Variable) -> Iterator[Change]:
    before, after = ({_cell(rule): rule for rule in one.missing} for one in (old, new))
    for cell in dict.fromkeys([*before, *after]):
        was, will = before.get(cell), after.get(cell)
        yield from _pair("missing", was.reason if was else "", will.reason if will else "", code=cell)
        yield from _texts("missing", was.labels if was else {}, will.labels if will else {}, cell)


def _cell(rule: MissingRule) -> str:
    """What a rule speaks of, as a codebook prints it."""
    if rule.tag is not None:
        return f".{rule.tag}"
    if rule.value is not None:
        return _told(rule.value)
    low, high = ("…" if end is None else f"{end:.15g}" for end in (rule.low, rule.high))
    return f"{low} – {high}"


def _told(value: Scalar) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _file(old: Codebook, new: Codebook) -> Iterator[Change]:
    before, after = ({one.name: one for one in book.sets} for book in (old, new))
    for name in dict.fromkeys([*before, *after]):
        was, will = before.get(name), after.get(name)
        yield from _pair("set", _set(was), _set(will), code=name)
        yield from _texts("set", was.labels if was else {}, will.labels if will else {}, name)
    yield from _pair("weight", old.weight, new.weight)


def _set(one: ResponseSet | None) -> str:
    if one is None:
        return ""
    counted = "" if one.counted_value is None else f" {_told(one.counted_value)}"
    return f"{one.kind}{counted}: {', '.join(one.variables)}"
