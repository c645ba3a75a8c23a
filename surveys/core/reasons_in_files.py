"""Reasons of missing codes as an attribute of a variable: SPSS and Stata know codes and no reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from surveys.core.absence import USER_MISSING, code_reason, tag_reason
from surveys.core.codebook import MissingRule, Variable

NAME = "missing_reasons"
_SINGLE = 3  # more codes SPSS declares as a range, which tells none of them from its neighbours
_PAIR = re.compile(r"([^=;\n]+)=(\w[\w:.+-]*)")


def in_words(variable: Variable, moves: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """``-9=refused; .a=dont_know``: what a file's codes stand for where the code alone does not say it.

    ``moves`` are the losses of the column that tell of codes: what they are, and what became what.
    """
    told = {_code(rule): rule.reason for rule in variable.missing if _code(rule)}
    tags = {tag_reason(rule.tag): rule.reason for rule in variable.missing if rule.tag is not None}
    for what, became in moves:
        if what == "missing_code_changed":
            told |= {new: told.pop(old, USER_MISSING) for old, new in became.items()}
        elif what == "missing_code_invented":
            told |= {new: tags.get(reason, reason) for reason, new in became.items()}
    if len(told) <= _SINGLE and all(reason == _plain(code) for code, reason in told.items()):
        return ""
    pairs = (f"{code}={reason}" for code, reason in told.items())
    return "; ".join(pair for pair in pairs if _PAIR.fullmatch(pair))


def from_words(text: str) -> dict[str, str]:
    """Code or tag -> reason, of a text that :func:`in_words` wrote; empty when it is another text."""
    pairs = [_PAIR.fullmatch(part.strip()) for part in text.split(";")]
    return {pair[1]: pair[2] for pair in pairs if pair} if all(pairs) else {}


def _code(rule: MissingRule) -> str:
    if rule.tag is not None:
        return f".{rule.tag}"
    if isinstance(rule.value, float):
        return f"{rule.value + 0.0:.15g}"  # -0 is 0
    return "" if rule.value is None else str(rule.value)


def _plain(code: str) -> str:
    """The reason that a reader gives a code without this."""
    is_tag = len(code) == 2 and code[0] == "."
    return tag_reason(code[1:]) if is_tag else code_reason(code)
