"""What each code of a variable may be mapped to, with what is chosen to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count, takewhile
from typing import Any

from surveys import selectors
from surveys.core.absence import VOCABULARY
from surveys.core.codebook import Code, Labels, Scalar, Variable
from surveys.core.comparison import suggested_map
from surveys.core.comparison.codes import code_key, valid_codes
from surveys.core.crosswalk import declared_missing, item_codes
from surveys.core.disclosure import disclosed
from surveys.models import CrosswalkDecision, Study, WaveVersion

MOST_CODES = 300  # lines of the form
Kind = CrosswalkDecision.Kind
CARRYING = (Kind.SAME, Kind.RENAME, Kind.MAP)  # decisions by which a variable carries the item


@dataclass(frozen=True)
class CodeChoice:
    """A code of the later side; ``chosen`` is ``=`` and a harmonised code, ``!`` and a reason, or nothing."""

    source: str  # as JSON, so that 1 and "1" stay apart
    value: Scalar
    labels: Labels
    reason: str  # why it is an absence already
    chosen: str
    start: str = ""  # what the form began with


@dataclass(frozen=True)
class CodeChoices:
    lines: tuple[CodeChoice, ...]
    targets: tuple[tuple[str, Code], ...]
    reasons: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the form can show every code; one that cannot would forget the others."""
        return len(self.lines) <= MOST_CODES

    def left_out(self, given: Mapping[str, str]) -> bool:
        """Whether a form that was sent says nothing of some code."""
        return not {line.source for line in self.lines} <= _sent(given).keys()

    def offered(self, code_map: Iterable[list[Any]]) -> list[Scalar]:
        """The targets of a map that the form offers: chosen there, and no slip of the pen."""
        known = {code_key(code.value) for _value, code in self.targets}
        targets = {code_key(one): one for _source, one in code_map if one is not None}
        return [one for key, one in targets.items() if key in known]

    def edited(self, given: Mapping[str, str]) -> bool:
        """Whether a form that was sent says of some code neither what it began with nor that it stays."""
        sent = _sent(given)
        lines = [line for line in self.lines if line.source in sent]
        stays = ("" if line.reason else f"={line.source}" for line in lines)
        is_start = all(sent[line.source] == line.start for line in lines)
        return not is_start and any(
            sent[line.source] != same for line, same in zip(lines, stays, strict=True)
        )


def code_choices(
    study: Study,
    before: WaveVersion,
    after: WaveVersion,
    item: str,
    left: Variable,
    right: Variable,
    *,
    is_told: bool,
    given: Mapping[str, str] | None = None,
) -> CodeChoices:
    """The codes of ``right`` against those the item has in ``before``: as ``given`` by a form that is shown
    again, as decided, else as labels suggest.  Decided without a map, each code stays what it is.

    Codes are those with a label, those counted (with ``is_told`` all, else those that may be shown) and those
    that were decided about.
    """
    bound = selectors.in_force_in(study, before).get(item)
    decided = selectors.in_force_in(study, after).get(item)
    chosen = _decided(decided.code_map, decided.missing_map) if decided and has_maps(decided) else None
    stays = decided is not None and chosen is None and decided.kind in CARRYING
    sources = [pair[0] for pair in (*decided.code_map, *decided.missing_map)] if decided else []
    if right.codes or sources:
        left, right = _with_counted(before, left, is_told), _with_counted(after, right, is_told)
    targets = item_codes(left, bound.code_map if bound and bound.variable == left.name else [])
    for target in (target for _source, target in (decided.code_map if decided else ())):
        if target is not None:
            targets.setdefault(target, Code(target))
    if stays:
        for code in valid_codes(right).values():
            targets.setdefault(code.value, code)
        likely = {code_key(code.value): code.value for code in valid_codes(right).values()}
    else:
        likely = {code_key(code.value): target for code, target in suggested_map(right, targets)}
    sent = _sent(given or {})
    lines = []
    for value, labels, reason in _codes(right, sources):
        start = _equals(likely.get(code_key(value))) if chosen is None else chosen.get(code_key(value), "")
        source = json.dumps(value)
        lines.append(CodeChoice(source, value, labels, reason, sent.get(source, start), start))
    known = dict.fromkeys((*VOCABULARY, *study.missing_reasons.values()))
    return CodeChoices(
        tuple(lines), tuple((_equals(value), code) for value, code in targets.items()), tuple(known)
    )


def _codes(variable: Variable, sources: Iterable[Scalar]) -> Iterator[tuple[Scalar, Labels, str]]:
    """Each code once, with labels and the reason why it is an absence: answers, absences, then ``sources``
    that are neither."""
    answers = [(code.value, code.labels, "") for code in valid_codes(variable).values()]
    absences = [
        (f".{rule.tag}" if rule.tag is not None else rule.value, rule.labels, rule.reason)
        for rule in variable.missing
    ]
    ranged = ((one, declared_missing(variable, one)) for one in sources)
    others = [(one, {}, rule.reason if rule else "") for one, rule in ranged]
    seen = set()
    for value, labels, reason in (*answers, *absences, *others):
        if value is not None and code_key(value) not in seen:
            seen.add(code_key(value))
            yield value, labels, reason


def _with_counted(version: WaveVersion, variable: Variable, is_told: bool) -> Variable:
    """The variable with its counted values among its codes."""
    stored = version.variables.filter(name=variable.name).values_list("frequencies", flat=True).first() or {}
    counted = stored if is_told else disclosed(variable, stored)
    known = {code_key(code.value) for code in variable.codes}
    values = [value for value, *_n in counted.get("values", ()) if code_key(value) not in known]
    return replace(variable, codes=(*variable.codes, *(Code(value) for value in values)))


def _sent(given: Mapping[str, str]) -> dict[str, str]:
    """What a form says of each code: its source as JSON -> what was chosen."""
    numbers = takewhile(lambda number: f"source-{number}" in given, count())
    return {given[f"source-{number}"]: given.get(f"map-{number}", "") for number in numbers}


def has_maps(decision: CrosswalkDecision) -> bool:
    """Whether a decision says of single codes what they become."""
    return bool(decision.code_map or decision.missing_map)


def _equals(value: Scalar | None) -> str:
    return "" if value is None else f"={json.dumps(value)}"


def _decided(code_map: list[list[Any]], missing_map: list[list[Any]]) -> dict[Any, str]:
    told = {code_key(source): _equals(target) for source, target in code_map}
    return told | {code_key(source): f"!{why}" for source, why in missing_map}
