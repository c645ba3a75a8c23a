"""Reasons of missing codes as an attribute of a variable: SPSS and Stata know codes and no reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from surveys.core.absence import USER_MISSING, code_reason, tag_reason
from surveys.core.codebook import MissingRule, Scalar, Variable

NAME = "missing_reasons"
VALID = "valid"  # how tallies count answers: no reason for an absence
_SINGLE = 3  # more codes SPSS declares as a range, which tells none of them from its neighbours
_NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)?"
_RANGE = re.compile(rf"{_NUMBER}\.\.{_NUMBER}")
_PAIR = re.compile(r"([^=;\n]+)=(\w[\w:.+-]*)")


def in_words(variable: Variable, moves: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """``-9=refused; .a=dont_know; 90..99=lost``: what codes stand for where they do not say it themselves.

    ``moves`` are the losses of the column that tell of codes: what they are, and what became what.
    """
    told = {_code(rule): rule.reason for rule in variable.missing}
    tags = {tag_reason(rule.tag): rule.reason for rule in variable.missing if rule.tag is not None}
    for what, became in moves:
        if what == "missing_code_changed":
            told |= {new: told.pop(old, "") or _in_range(variable, old) for old, new in became.items()}
        elif what == "missing_code_invented":
            told |= {new: tags.get(reason, reason) for reason, new in became.items()}
    if len(told) <= _SINGLE and all(reason == _plain(code) for code, reason in told.items()):
        return ""
    pairs = (f"{code}={reason}" for code, reason in told.items())
    return "; ".join(pair for pair in pairs if _PAIR.fullmatch(pair))


def from_words(text: str) -> dict[str, str]:
    """Code, tag or range -> reason, of a text that :func:`in_words` wrote; empty when it is another text."""
    pairs = [_PAIR.fullmatch(part.strip()) for part in text.split(";")]
    return {pair[1]: pair[2] for pair in pairs if pair and pair[2] != VALID} if all(pairs) else {}


def ranges_in(
    told: Mapping[str, str], low: float | None, high: float | None
) -> list[tuple[float | None, float | None, str]]:
    """The ranges told of that lie within ``low`` to ``high``: ends (None is open) and reason."""
    found = []
    for text, reason in told.items():
        if span := _RANGE.fullmatch(text):
            start, end = (float(part) if part else None for part in span.groups())
            if _lies_in(start, end, low, high):
                found.append((start, end, reason))
    return found


def code_in_words(code: Scalar) -> str:
    """A code as the attribute has it."""
    return f"{code + 0.0:.15g}" if isinstance(code, float) else str(code)  # -0 is 0


def _lies_in(start: float | None, end: float | None, low: float | None, high: float | None) -> bool:
    is_low_enough = low is None or (start is not None and start >= low)
    return is_low_enough and (high is None or (end is not None and end <= high))


def _in_range(variable: Variable, code: str) -> str:
    """The reason of the range that a bare code lies in."""
    try:
        number = float(code)
    except ValueError:
        return USER_MISSING
    for rule in variable.missing:
        is_range = rule.low is not None or rule.high is not None
        if (
            is_range
            and (rule.low is None or rule.low <= number)
            and (rule.high is None or number <= rule.high)
        ):
            return rule.reason
    return USER_MISSING


def _code(rule: MissingRule) -> str:
    if rule.tag is not None:
        return f".{rule.tag}"
    if rule.value is not None:
        return code_in_words(rule.value)
    return "..".join("" if end is None else code_in_words(end) for end in (rule.low, rule.high))


def _plain(code: str) -> str:
    """The reason that a reader gives a code without this."""
    if _RANGE.fullmatch(code):
        return USER_MISSING
    is_tag = len(code) == 2 and code[0] == "."
    return tag_reason(code[1:]) if is_tag else code_reason(code)
