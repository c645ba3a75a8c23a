"""What an audit finds: a sentence, and the arithmetic that anybody can do again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from surveys.core.said import in_a_row, say

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class AuditFinding:
    """``info``: the figures agree, or follow from one another; ``warning``: look; ``error``: they contradict.

    ``values`` holds the numbers of the arithmetic unrounded, by column or term.
    """

    code: str
    severity: Severity
    sentence: str
    arithmetic: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain types only."""
        return {
            "code": self.code,
            "severity": self.severity,
            "sentence": self.sentence,
            "arithmetic": list(self.arithmetic),
            "columns": list(self.columns),
            "terms": list(self.terms),
            "values": dict(self.values),
        }


NUMBERS = (
    say("no"),
    say("one"),
    say("two"),
    say("three"),
    say("four"),
    say("five"),
    say("six"),
    say("seven"),
    say("eight"),
    say("nine"),
    say("ten"),
    say("eleven"),
    say("twelve"),
)


def in_words(count: int) -> str:
    """Small numbers as words."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else f"{count:,}"


def listed(labels: Iterable[str]) -> str:
    """``Models 4 to 6`` for Model 4, Model 5, Model 6; else ``a, b and c``."""
    names = list(labels)
    split = [name.rpartition(" ") for name in names]
    same_word = len({word for word, _, _ in split}) == 1 and split[0][0] != ""
    if len(names) > 1 and same_word and all(number.isdecimal() for _, _, number in split):
        numbers = [int(number) for _, _, number in split]
        if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            return say(
                "{word}s {first} to {last}",
                word=split[0][0],
                first=numbers[0],
                last=numbers[-1],
            )
        return say("{word}s {numbers}", word=split[0][0], numbers=in_a_row(numbers))
    return in_a_row(names)
