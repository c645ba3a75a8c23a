"""Codes and missing codes of one variable after the edits of a sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from surveys.core.absence import code_reason, tag_reason
from surveys.core.codebook import Code, Labels, MissingRule, Scalar, Variable
from surveys.core.reading.sheet import code_twice, missing_twice
from surveys.core.reading.sheet_edits import Line, Talk, with_text
from surveys.core.reading.sheet_parts import parts_of, tags_known
from surveys.core.reading.spans import span
from surveys.core.reading.values import value_of
from surveys.core.said import say
from surveys.core.writing.cells import reason_labels


class RevisedCodes:
    """Codes and missing rules of one variable under the edits of their columns."""

    def __init__(self, variable: Variable, before: Line, where: str, talk: Talk) -> None:
        self.variable, self.before, self.where, self.talk = variable, before, where, talk
        self.labels: dict[Scalar, Labels] = {code.value: code.labels for code in variable.codes}
        self.labels |= {r.value: r.labels for r in variable.missing if r.value is not None}
        self.labels |= {f".{r.tag}": r.labels for r in variable.missing if r.tag is not None}
        self.coded = [code.value for code in variable.codes]
        self.tags = tags_known(variable, before)

    def edited(self, edits: Line) -> dict[str, Any]:
        """The new ``codes`` and ``missing``."""
        self.tags |= tags_known(self.variable, edits)
        for heading, text in edits.items():
            if heading.startswith("codes_"):
                self._relabel(heading, text)
        rules = {
            heading: self._rules(heading, edits[heading], read) if heading in edits else self._old(heading)
            for heading, read in (
                ("missing", self._single), ("missing_ranges", self._range), ("missing_tags", self._tag),
            )
        }  # fmt: skip
        missing = tuple(rule for some in rules.values() for rule in some)
        missing = self._with_lent_labels(missing, edits)
        absent = {rule.value for rule in missing if rule.value is not None}
        freed = [r.value for r in self.variable.missing if r.value is not None and r.value not in absent]
        coded = dict.fromkeys([*self.coded, *(value for value in freed if self.labels.get(value))])
        codes = tuple(Code(value, self.labels.get(value, {})) for value in coded if value not in absent)
        return {"codes": codes, "missing": self._in_order(missing)}

    def _relabel(self, heading: str, text: str) -> None:
        """Takes the pairs that differ from what the sheet said before; the order is the sheet's."""
        language = heading.partition("_")[2]
        old, new = self._pairs(self.before.get(heading, ""), is_own=True), self._pairs(text)
        for value in old.keys() - new.keys():
            self.labels[value] = with_text(self.labels.get(value, {}), language, "")
            if not self.labels[value] and value in self.coded:
                self.coded.remove(value)
        told = [value for value in new if value in self.labels or old.get(value) != new[value]]
        for value, label in new.items():
            if old.get(value) != label:
                self.labels[value] = with_text(self.labels.get(value, {}), language, label)
        self.coded = _merged(self.coded, [value for value in told if value not in self.tags])

    def _with_lent_labels(self, rules: tuple[MissingRule, ...], edits: Line) -> tuple[MissingRule, ...]:
        """A code whose label in the sheet is that of another code of its reason keeps it as its own where the
        other one has another reason now, or another label.

        A word of the vocabulary is none of the code's: it goes with its reason.
        """
        after = replace(self.variable, missing=rules)
        reasons = {rule.value: rule.reason for rule in rules if rule.value is not None}
        for rule in self.variable.missing:
            if rule.value is None or self.labels.get(rule.value):
                continue
            lent, now = reason_labels(self.variable, rule.reason), reasons.get(rule.value)
            if now == rule.reason and reason_labels(after, now) != lent:
                self.labels[rule.value] = self._still_told(rule.value, lent, edits)
        return tuple(
            rule if rule.value is None else replace(rule, labels=self.labels.get(rule.value, {}))
            for rule in rules
        )

    def _still_told(self, value: Scalar, labels: Labels, edits: Line) -> Labels:
        """The labels without those that were taken out of the sheet."""
        headings = ((language, f"codes_{language}") for language in labels)
        told = {
            language: self._pairs(edits.get(heading, self.before.get(heading, "")), is_own=True)
            for language, heading in headings
        }
        return {language: text for language, text in labels.items() if value in told[language]}

    def _rules(
        self, heading: str, text: str, read: Callable[[str, str], MissingRule | None]
    ) -> list[MissingRule]:
        """The rules of today with what the sheet says otherwise than before."""
        was = {_key(rule): rule for rule in self._told(self.before.get(heading, ""), read, is_own=True)}
        told = self._told(text, read)
        self.talk.problems += missing_twice(self.variable.name, told, self.where)
        today = {_key(rule): rule for rule in self._old(heading)}
        found = {key: rule for key, rule in today.items() if key not in was}
        for rule in told:
            key = _key(rule)
            if key not in was or was[key].reason != rule.reason:
                found[key] = rule
            elif key in today:
                found[key] = today[key]
        return list(found.values())

    def _told(
        self, text: str, read: Callable[[str, str], MissingRule | None], *, is_own: bool = False
    ) -> list[MissingRule]:
        """The rules that a cell names; what cannot be read is a problem unless the sheet had it from us."""
        found = []
        for part in parts_of(text):
            left, _, reason = part.partition("=")
            rule = read(left.strip(), reason.strip())
            if rule is not None:
                found.append(rule)
            elif not is_own:
                self._unreadable(part, "Write -1=refused | -2=dont_know, ranges as -9..-1=refused.")
        return found

    def _single(self, left: str, reason: str) -> MissingRule | None:
        value = value_of(left, self.variable)
        if value is None:
            return None
        return MissingRule(reason or code_reason(value), value=value, labels=self.labels.get(value, {}))

    def _range(self, left: str, reason: str) -> MissingRule | None:
        ends = span(left)
        if ends is None:
            return None
        low, high = ends
        known = [r for r in self.variable.missing if (r.low, r.high) == (low, high)]
        return MissingRule(
            reason or "user_missing", low=low, high=high, labels=known[0].labels if known else {}
        )

    def _tag(self, left: str, reason: str) -> MissingRule | None:
        tag = left.removeprefix(".")
        if len(tag) != 1 or not (tag.isalpha() or tag == "_"):
            return None
        return MissingRule(reason or tag_reason(tag), tag=tag, labels=self.labels.get(f".{tag}", {}))

    def _old(self, heading: str) -> list[MissingRule]:
        """The rules that a column speaks of, as they were; codes and tags with the labels of today."""
        rules = self.variable.missing
        if heading == "missing":
            singles = (rule for rule in rules if rule.value is not None)
            return [replace(rule, labels=self.labels.get(rule.value, {})) for rule in singles]  # type: ignore[arg-type]
        if heading == "missing_tags":
            tagged = (rule for rule in rules if rule.tag is not None)
            return [replace(rule, labels=self.labels.get(f".{rule.tag}", {})) for rule in tagged]
        return [rule for rule in rules if rule.value is None and rule.tag is None]

    def _in_order(self, rules: tuple[MissingRule, ...]) -> tuple[MissingRule, ...]:
        """In the order they had; new ones after them."""
        places = {_key(rule): place for place, rule in enumerate(self.variable.missing)}
        return tuple(sorted(rules, key=lambda rule: places.get(_key(rule), len(places))))

    def _pairs(self, text: str, *, is_own: bool = False) -> dict[Scalar, str]:
        """code -> label; what cannot be read is a problem unless the sheet had it so from us."""
        found: dict[Scalar, str] = {}
        known = {value: value for value in self.labels}  # 1.0 stays 1.0 where the sheet says 1
        for part in parts_of(text):
            left, equals, label = part.partition("=")
            left = left.strip()
            value = left if left in self.tags else value_of(left, self.variable)
            if value is not None and equals:
                if found.setdefault(known.get(value, value), label.strip()) != label.strip() and not is_own:
                    self.talk.problems.append(code_twice(left, self.where))
            elif not is_own:
                self._unreadable(part, "Write 1=yes | 2=no.")
        return found

    def _unreadable(self, part: str, hint: str) -> None:
        message = say("“{part}” cannot be read as a code.", part=part.strip()[:40])
        self.talk.problem("unreadable_code", message, self.where, hint)


def _merged(known: list[Scalar], told: list[Scalar]) -> list[Scalar]:
    """The order told, where it speaks of every code; else new codes after the one they follow there."""
    if set(known) <= set(told):
        return told
    order = list(known)
    for place, value in enumerate(told):
        if value not in order:
            order.insert(order.index(told[place - 1]) + 1 if place else 0, value)
    return order


def _key(rule: MissingRule) -> tuple[Any, ...]:
    return rule.value, rule.low, rule.high, rule.tag
