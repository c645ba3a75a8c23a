"""Reasons of absence that our own exports keep in columns of their own come back as tags."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from dataclasses import replace

from surveys.core.codebook import MissingRule, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.said import say

_LETTERS = string.ascii_letters


class Unfit(ValueError):
    """Why what a file or sheet says of its columns is not so, as a sentence."""


def tagged(variable: Variable, reasons: list[str]) -> tuple[Variable, dict[str, str]]:
    """The variable with a tag for each of the reasons, its own or the next letter that is free; and reason ->
    tag."""
    own = {rule.tag: rule.reason for rule in variable.missing if rule.tag is not None}
    tags: dict[str, str] = {}
    for reason in reasons:
        letter = reason.removeprefix("tag:")
        if letter != reason and len(letter) == 1:
            tags[reason] = letter
        elif held := [tag for tag, word in own.items() if word == reason]:
            tags[reason] = held[0]
    free = [letter for letter in _LETTERS if letter not in own and letter not in tags.values()]
    without = [reason for reason in reasons if reason not in tags]
    if len(without) > len(free):
        raise Unfit(say("{name} has more reasons of absence than there are tags", name=variable.name))
    new = dict(zip(without, free, strict=False))
    rules = tuple(MissingRule(reason, tag=tag) for reason, tag in new.items())
    return replace(variable, missing=variable.missing + rules), tags | new


def invented(before: Iterable[Variable], after: Iterable[Variable]) -> Iterator[Finding]:
    """A remark on each variable that got tags."""
    for old, new in zip(before, after, strict=True):
        added = new.missing[len(old.missing) :]
        if added:
            named = [say("{reason} is .{letter}", reason=rule.reason, letter=rule.tag) for rule in added]
            text = say("Reasons of absence without a code became tagged missings: {named}.", named=named)
            yield Finding(Severity.INFO, "reasons_as_tags", text, new.name)
