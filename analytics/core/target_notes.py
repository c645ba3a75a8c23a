"""What the notes of a published table may say, and the shape in which each thing is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analytics.core.printed import read
from surveys.core.problems import Problem, near_misses
from surveys.core.said import say


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_size(value: Any) -> bool:
    """A number of rows (or of items, or groups): whole, and one at least."""
    found = read(str(value)) if _is_text(value) else None
    return found is not None and found.value >= 1 and not found.decimals


def _is_scale(value: Any) -> bool:
    """``{n: 28, items: 3, min: 1, max: 7}``, each perhaps absent, the lowest below the highest."""
    if not isinstance(value, Mapping) or not all(map(_is_text, value.values())):
        return False
    if not all(_is_size(value[name]) for name in ("n", "items") if name in value):
        return False
    ends = [
        [read(str(value[name])) for name in names if name in value]
        for names in (("min", "low"), ("max", "high"))
    ]
    if any(end is None for side in ends for end in side):
        return False
    low, high = (side[0] if side else None for side in ends)
    return low is None or high is None or low.value < high.value


def _is_score(value: Any) -> bool:
    return isinstance(value, Mapping) and _is_size(value.get("items"))


def _is_log(value: Any) -> bool:
    """``{groups: 8, ratio: 7}``: the largest is more than the smallest."""
    if not isinstance(value, Mapping) or not _is_size(value.get("groups")):
        return False
    ratio = value.get("ratio")
    return isinstance(ratio, int | float) and _is_number(ratio) and ratio > 1


def _is_list_of(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(check(one) for one in value)


def _is_mapping_of(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Mapping) and all(check(one) for one in value.values())


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_set(value: Any) -> bool:
    return isinstance(value, Mapping) and _is_list_of(_is_text)(value.get("rows"))


def _is_about(value: Any) -> bool:
    """A place of a table: columns and terms by name or in a list."""
    if not isinstance(value, Mapping):
        return False
    lists = all(isinstance(value.get(name, []), list) for name in ("of", "named", "listed"))
    return lists and all(
        _is_text(value.get(name, "")) or _is_list_of(_is_text)(value[name]) for name in ("column", "term")
    )


def _is_part(value: Any) -> bool:
    return (
        isinstance(value, Mapping) and _is_text(value.get("whole")) and isinstance(value.get("parts"), list)
    )


SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "n": lambda value: _is_size(value) or _is_mapping_of(_is_size)(value),
    "outcome": _is_text,
    "moments": _is_text,
    "total": _is_text,
    "rotation": _is_text,
    "stars": _is_mapping_of(_is_number),
    "coding": _is_mapping_of(_is_mapping),
    "models": _is_mapping_of(_is_mapping),
    "columns": _is_mapping_of(_is_text),
    "remarks": _is_list_of(_is_text),
    "weights": _is_list_of(_is_number),
    "scales": _is_mapping_of(_is_scale),
    "sets": _is_mapping_of(_is_set),
    "scores": _is_mapping_of(_is_score),
    "logs": _is_mapping_of(_is_log),
    "together": _is_list_of(_is_list_of(_is_text)),
    "of": _is_mapping_of(_is_text),
    "rest_of": _is_mapping_of(_is_text),
    "parts": _is_list_of(_is_part),
    "beside": _is_list_of(_is_text),
    "about": _is_mapping_of(_is_about),
}


def note_problems(notes: Mapping[str, Any], *, strict: bool = False) -> list[Problem]:
    """Everything said in a shape that no audit could read; ``strict`` also tells names that nothing reads."""
    problems = []
    for name, value in notes.items():
        check = SHAPES.get(name)
        if check is None and strict:
            message = say("The notes have no field “{name}”.", name=str(name)[:60])
            problems.append(Problem("unknown_field", message, "notes", near=near_misses(str(name), SHAPES)))
        elif check is not None and not check(value):
            message = say("“{name}” is not written as the notes of a table write it.", name=name)
            hint = say("The guide for researchers shows each field of the notes.")
            problems.append(Problem("bad_field", message, "notes", hint))
    return problems
