"""Limits of valid values as somebody wrote them, end by end: ``18``, ``>0``, ``<2020-01-01``, ``08:30``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from surveys.core.codebook import Limits, Scalar, ValueType, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.limits import ENDS, MAX, MIN, ends, moment
from surveys.core.problems import Problem
from surveys.core.reading.values import value_of
from surveys.core.said import say

_END = re.compile(r"\s*(?P<sign>[<>]=?|[≤≥])?\s*(?P<value>.+?)\s*")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]{1,6})?))?")
_OUTSIDE = {MIN: ">", MAX: "<"}
_WITHIN = {MIN: ("", ">=", "≥"), MAX: ("", "<=", "≤")}
_NAMES = {MIN: ("low", "above"), MAX: ("high", "below")}
_KINDS = (ValueType.DECIMAL, ValueType.DATETIME, ValueType.TIME)  # what these cannot hold is no limit at all
_NUMBER = Variable("", ValueType.DECIMAL)  # an end of whole numbers may be none itself
_HINT = say("Write a number or a date (2020-01-31), with > or < in front where it is outside the range.")


@dataclass
class LaidOver:
    """A variable's limits under what a sheet says of them, and what is to be said of the sheet."""

    limits: Limits | None
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def limits_of(told: Mapping[str, str], kind: ValueType) -> Limits | None:
    """The limits that two texts state, None where both are empty.

    Raises ValueError where one is no cell of this type, or nothing lies between them.
    """
    found = {}
    for name in ENDS:
        if text := told.get(name, "").strip():
            is_outside, value = _end(name, text, kind)
            if value is None:
                raise ValueError(name)
            found[_NAMES[name][is_outside]] = value
    return Limits(**found) if found else None


def is_limit(name: str, text: str) -> bool:
    """Whether a text can be an end of some variable's range."""
    return any(_end(name, text, kind)[1] is not None for kind in _KINDS)


def lay_limits(variable: Variable, told: Mapping[str, str], where: str) -> LaidOver:
    """The ends that ``told`` names in place of the variable's own; an empty text takes one away.

    What is a limit but not of this variable's type is left out and told: a column may turn out to be of
    another type than its codebook says.
    """
    if not told:
        return LaidOver(variable.limits)
    unreadable = [text for name, text in told.items() if text and not is_limit(name, text)]
    if unreadable:
        return LaidOver(variable.limits, [_problem(_no_limit(text), where) for text in unreadable])
    both = {**ends(variable.limits), **told}
    if any(text and _end(name, text, variable.type)[1] is None for name, text in told.items()):
        return LaidOver(variable.limits, [], [left_out(variable, told, "sheet_limits_left_out")])
    try:
        return LaidOver(limits_of(both, variable.type))
    except ValueError:
        text = say("No value lies between its limits {low} and {high}.", low=both[MIN], high=both[MAX])
        return LaidOver(variable.limits, [_problem(text, where)])


def left_out(variable: Variable, told: Mapping[str, str], code: str) -> Finding:
    """That limits are none of this variable's type."""
    text = say(
        "Its limits ({limits}) do not fit its type, {type}; they were left out.",
        limits=[text for text in told.values() if text], type=variable.type.value,
    )  # fmt: skip
    return Finding(Severity.WARNING, code, text, variable.name)


def _no_limit(text: str) -> str:
    return say("“{text}” is no limit of valid values.", text=text[:40])


def _problem(message: str, where: str) -> Problem:
    return Problem("unreadable_limit", message, where=where, hint=_HINT)


def _end(name: str, text: str, kind: ValueType) -> tuple[bool, Scalar | None]:
    """(whether the end lies outside the range, the end or None where the text is none)."""
    match = _END.fullmatch(text)
    sign = (match["sign"] or "") if match else ""
    if match is None or sign not in (*_WITHIN[name], _OUTSIDE[name]):
        return False, None
    return sign == _OUTSIDE[name], _value(match["value"], kind)


def _value(text: str, kind: ValueType) -> Scalar | None:
    if kind in (ValueType.DATE, ValueType.DATETIME):
        return moment(text, kind)
    if kind is ValueType.TIME and (clock := _CLOCK.fullmatch(text)):
        seconds = int(clock[1]) * 3_600 + int(clock[2]) * 60 + float(clock[3] or 0)
        return int(seconds) if seconds.is_integer() else seconds
    return None if kind is ValueType.TEXT else value_of(text, _NUMBER)
