"""Two wordings of a measure: the tree of the rule, what is said about it, what becomes of codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from measures.core.rule_difference import GONE, NEW, SAME, RuleLine, rule_difference

SINGLE = ("definition", "universe", "citation", "level", "unit", "sign", "note")


@dataclass(frozen=True)
class Said:
    """One thing that is said otherwise; ``key`` is the language, the code or the number of an example.

    ``before`` or ``after`` is empty where there was nothing, or is nothing any more.
    """

    field: str
    key: str
    before: str
    after: str


@dataclass(frozen=True)
class Outcome:
    """A code or absence of an item of which something else becomes; None: no outcome, or not there.

    ``through``: the part of the rule, in words per language, whose outcomes they are; empty of whole rules.
    """

    wave: str
    item: str
    value: Any
    reason: str | None
    label: str
    before: tuple[Any, str | None] | None
    after: tuple[Any, str | None] | None
    through: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """``before`` and ``after`` name the versions; ``waves`` are those whose coverage both sides know."""

    before: str
    after: str
    rule: tuple[RuleLine, ...]
    said: tuple[Said, ...]
    outcomes: tuple[Outcome, ...]
    waves: tuple[str, ...]

    @property
    def is_other_rule(self) -> bool:
        return any(line.sign != SAME for line in self.rule)

    @property
    def is_none(self) -> bool:
        return not (self.is_other_rule or self.said or self.outcomes)

    def as_json(self) -> dict[str, Any]:
        """Plain types, for ``--json`` and the API."""
        return {
            "before": self.before,
            "after": self.after,
            "rule": [{"sign": one.sign, "depth": one.depth, "text": one.text} for one in self.rule],
            "said": [vars(one) for one in self.said],
            "coverage": [
                {**vars(one), "before": _cell(one.before), "after": _cell(one.after)} for one in self.outcomes
            ],
            "waves_with_coverage": list(self.waves),
        }

    def as_text(self) -> str:
        """The difference as plain lines, to be copied."""
        lines = [f"--- {self.before}", f"+++ {self.after}", "@@ rule"]
        lines += [f"{one.sign} {'  ' * one.depth}{one.text}" for one in self.rule]
        for said in self.said:
            lines.append(f"@@ {said.field}{f' [{said.key}]' if said.key else ''}")
            lines += [f"{GONE} {line}" for line in said.before.splitlines()]
            lines += [f"{NEW} {line}" for line in said.after.splitlines()]
        if self.outcomes:
            lines.append("@@ coverage")
        for one in self.outcomes:
            part = f" [{one.through['en']}]" if one.through else ""
            source = f"{one.wave} {one.item}{part} {one.reason or one.value}"
            lines.append(f"  {source}: {_shown(one.before)} -> {_shown(one.after)}")
        return "\n".join(lines) + "\n"


def difference(
    before: str,
    after: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    reports: Sequence[Mapping[str, Any]],
) -> Difference:
    """What differs from the wording ``old`` to ``new``; ``reports`` are what was seen at publishing each."""
    outcomes, waves = _outcomes(*(_coverage(report) for report in reports))
    rule = rule_difference(old["rule"], new["rule"])
    return Difference(before, after, rule, tuple(_said(old, new)), outcomes, waves)


def _said(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Said]:
    yield from _by_key("label", old["labels"], new["labels"])
    yield from _by_key("value_label", _value_labels(old), _value_labels(new))
    for name in SINGLE:
        texts = [{**{"": side[name]}, **side.get("texts", {}).get(name, {})} for side in (old, new)]
        if all(len(one) > 1 for one in texts):  # the text without a language is one of those with
            texts = [{key: text for key, text in one.items() if key} for one in texts]
        yield from _by_key(name, *texts)
    examples = [[json.dumps(one, ensure_ascii=False) for one in side["examples"]] for side in (old, new)]
    matched = SequenceMatcher(None, examples[0], examples[1], autojunk=False)
    for what, i, end, j, stop in matched.get_opcodes():
        if what != "equal":
            yield from (Said("example", str(at + 1), examples[0][at], "") for at in range(i, end))
            yield from (Said("example", str(at + 1), "", examples[1][at]) for at in range(j, stop))


def _by_key(field: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Said]:
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key) or "", new.get(key) or ""
        if before != after:
            yield Said(field, key, before, after)


def _value_labels(side: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{entry['value']} {language}": text
        for entry in side["value_labels"]
        for language, text in entry.get("labels", {}).items()
    }


_Coverage = dict[str, dict[tuple[Any, ...], Mapping[str, Any]]]


def _coverage(report: Mapping[str, Any]) -> _Coverage:
    """Wave -> (item, part in words, value, reason) -> row of its coverage."""
    found: _Coverage = {}
    for wave in report.get("waves", []):
        rows = {(row["item"], _part(row), row["value"], row["reason"]): row for row in wave["coverage"]}
        found[wave["wave_version"].partition("@")[0]] = rows
    return found


def _part(row: Mapping[str, Any]) -> str:
    return str((row.get("through") or {}).get("en", ""))


def _outcomes(old: _Coverage, new: _Coverage) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    waves = tuple(wave for wave in new if wave in old)
    found = [one for wave in waves for one in _of_wave(wave, old[wave], new[wave])]
    return tuple(found), waves


def _of_wave(wave: str, old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[Outcome]:
    """An item that both rules read is compared only through parts that both have."""
    shared = {key[0] for key in old} & {key[0] for key in new}
    parts = {key[:2] for key in old} & {key[:2] for key in new}
    for key in dict.fromkeys([*old, *new]):
        if key[0] in shared and key[:2] not in parts:
            continue
        before, after = _outcome(old.get(key)), _outcome(new.get(key))
        if before != after:
            row = new.get(key) or old[key]
            told = (row["item"], row["value"], row["reason"], row["label"])
            yield Outcome(wave, *told, before, after, row.get("through") or {})


def _outcome(row: Mapping[str, Any] | None) -> tuple[Any, str | None] | None:
    if row is None or not row["is_covered"]:
        return None
    return row["outcome"], row["outcome_reason"]


def _cell(outcome: tuple[Any, str | None] | None) -> dict[str, Any] | None:
    return None if outcome is None else {"value": outcome[0], "reason": outcome[1]}


def _shown(outcome: tuple[Any, str | None] | None) -> str:
    return "-" if outcome is None else str(outcome[1] or outcome[0])


def lines_of(transitions: Iterable[Mapping[str, Any]]) -> str:
    """Rows that change wave by wave as plain lines, beneath :meth:`Difference.as_text`."""
    lines = []
    for one in transitions:
        lines.append(f"@@ values {one['wave_version']}")
        if one.get("problem"):
            lines.append(f"  {one['problem']}")
        elif one.get("changed") is None:
            lines.append("  not computed yet")
        else:
            lines.append(f"  {one['changed']} of {one['rows']} rows differ")
            lines += [
                f"  {a if b is None else b} -> {c if d is None else d}: {n}"
                for a, b, c, d, n in one["from_to"]
            ]
    return "\n".join(lines) + "\n" if lines else ""
