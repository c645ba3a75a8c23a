"""What a database and JSON can hold, asked of whatever somebody gave us, by whichever door it came."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from surveys.core.problems import Problem, Refused
from surveys.core.said import say

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
LEAST, MOST = -(2**63), 2**63 - 1  # of whole numbers that are kept as such in a column of cells


def unstorable(value: Any) -> str:
    """What is in ``value``, however deep, that nothing could keep, as a sentence; "" where all can be kept.

    YAML and JSON can both spell the null character, half a character (a lone surrogate), infinity and
    "not a number"; a text of PostgreSQL, UTF-8 and JSON as others read it know none of them.
    """
    waiting = [value]  # no recursion: JSON may be nested as deep as Python can read it
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and _UNSTORABLE.search(one):
            return say("A text holds a character that cannot be stored.")
        if isinstance(one, float) and not math.isfinite(one):
            return say("Infinite numbers and “not a number” are not read.")
        if isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set):
            waiting += one
    return ""


def check_storable(fields: Mapping[str, Any], where: str = "") -> None:
    """Refuses what could not be kept, naming each of the ``fields`` that holds such a thing."""
    problems = []
    for name, value in fields.items():
        is_named = not unstorable(name)  # a name that cannot be kept cannot be told either
        message = unstorable(name) or unstorable(value)
        place = ".".join(part for part in (where, str(name) if is_named else "") if part)
        if message:
            hint = "Take it out, or write it in other words."
            problems.append(Problem("not_storable", message, where=place, hint=hint))
    if problems:
        raise Refused(problems)
