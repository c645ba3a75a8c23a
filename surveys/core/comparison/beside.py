"""Codes of two variables line by line, as a reader sees them beside each other."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.core.codebook import Code, Labels, MissingRule, Scalar, Variable
from surveys.core.comparison.codes import code_key, mixes_types, valid_codes
from surveys.core.comparison.difference import CountPair, Distribution, said_otherwise
from surveys.core.comparison.texts import text_pairs


@dataclass(frozen=True)
class CodeLine:
    """One code (or what is declared missing) on both sides; labels are None on a side that has it not.

    ``state``: same, translated (in a language that the other side lacks), added, removed or changed (another
    label or reason).  ``reasons`` are set of absences.
    """

    value: Scalar
    before: Labels | None
    after: Labels | None
    state: str
    reasons: tuple[str, str] = ("", "")
    counts: CountPair | None = None

    @property
    def is_missing(self) -> bool:
        return bool(self.reasons[0] or self.reasons[1])


def code_lines(before: Variable, after: Variable, answers: Distribution | None = None) -> list[CodeLine]:
    """Codes in the order of ``after``, those that are gone at their place among the others, absences last."""
    mixed = mixes_types(before, after)
    counted = {
        code_key(pair.value, mixed): pair
        for pair in (answers.counts if answers else ())
        if pair.value is not None
    }
    old, new = valid_codes(before, mixed), valid_codes(after, mixed)
    keys = sorted({*old, *new}, key=lambda key: (key[0], str(key[1])) if key[0] else (key[0], key[1]))
    lines = [_code(old.get(key), new.get(key), counted.get(key)) for key in keys]
    return lines + _missing_lines(before, after)


def _code(old: Code | None, new: Code | None, counts: CountPair | None) -> CodeLine:
    one = new or old
    assert one is not None
    before, after = (side.labels if side is not None else None for side in (old, new))
    return CodeLine(one.value, before, after, _state(before, after), counts=counts)


def _state(before: Labels | None, after: Labels | None) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    pairs = text_pairs(before, after)
    return "changed" if said_otherwise(pairs) else "translated" if pairs else "same"


def _missing_lines(before: Variable, after: Variable) -> list[CodeLine]:
    old, new = ({_words(rule): rule for rule in side.missing} for side in (before, after))
    lines = []
    for value in dict.fromkeys((*old, *new)):
        was, is_now = old.get(value), new.get(value)
        state = _state(was.labels if was else None, is_now.labels if is_now else None)
        if was and is_now and was.reason != is_now.reason:
            state = "changed"
        reasons = was.reason if was else "", is_now.reason if is_now else ""
        labels = was.labels if was else None, is_now.labels if is_now else None
        lines.append(CodeLine(value, *labels, state, reasons))
    return lines


def _words(rule: MissingRule) -> Scalar:
    """A rule as people write it: the code, ``.a``, or a range from end to end."""
    if rule.tag is not None:
        return f".{rule.tag}"
    if rule.value is not None:
        return rule.value
    low, high = ("" if end is None else f"{end:g}" for end in (rule.low, rule.high))
    return f"{low} … {high}".strip()
