"""Whether a crosswalk's code map can be read on the variable it is for; told in words where it cannot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from surveys.core.codebook import ValueType, Variable
from surveys.core.problems import Problem
from surveys.core.said import say


def map_problem(item: str, variable: Variable, code_map: Sequence[Any]) -> Problem | None:
    """What is wrong with the code map of ``item`` in this wave; None when it can be used."""
    told = _fault(item, variable, code_map)
    if told is None:
        return None
    message, hint = told
    return Problem("bad_code_map", message, hint=hint)


def _fault(item: str, variable: Variable, code_map: Sequence[Any]) -> tuple[str, str] | None:
    """The first fault, and what to do about it."""
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in code_map):
        message = say("The code map of {item} is not made of pairs.", item=item)
        return message, "Write [source code, item's code] for each code."
    if any(not _fits(source, variable.type) for source, _ in code_map):
        message = say(
            "The code map of {item} names codes that {variable} cannot hold: its type is {type}.",
            item=item,
            variable=variable.name,
            type=variable.type.value,
        )
        return message, "Mend the crosswalk: codes of a text variable stand in quotes, others do not."
    targets = [target for _, target in code_map if target is not None]
    if not (all(isinstance(one, str) for one in targets) or all(_is_number(one) for one in targets)):
        message = say("The code map of {item} gives texts beside numbers.", item=item)
        return message, "Mend the crosswalk: an item holds one or the other."
    if _contradicts(code_map):
        message = say("The code map of {item} gives one source code two outcomes.", item=item)
        return message, "Mend the crosswalk: name every source code once."
    return None


def _contradicts(code_map: Sequence[Any]) -> bool:
    outcomes: dict[Any, Any] = {}
    return any(outcomes.setdefault(source, target) != target for source, target in code_map)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _fits(source: Any, kind: ValueType) -> bool:
    if kind.is_number or kind is ValueType.TIME:
        return _is_number(source)
    if not isinstance(source, str):
        return False
    try:
        if kind is ValueType.DATE:
            date.fromisoformat(source)
        elif kind is ValueType.DATETIME:
            datetime.fromisoformat(source)
    except ValueError:
        return False
    return True
