"""What each code of a variable may be mapped to, with what is chosen to begin with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from surveys import selectors
from surveys.core.absence import VOCABULARY
from surveys.core.codebook import Code, Labels, Scalar, Variable
from surveys.core.comparison import suggested_map
from surveys.core.comparison.codes import code_key
from surveys.core.crosswalk import item_codes
from surveys.models import Study, WaveVersion

MOST_CODES = 300  # lines of the form


@dataclass(frozen=True)
class CodeChoice:
    """A code of the later side; ``chosen`` is ``=`` and a harmonised code, ``!`` and a reason, or nothing."""

    source: str  # as JSON, so that 1 and "1" stay apart
    value: Scalar
    labels: Labels
    reason: str  # why it is an absence already
    chosen: str


@dataclass(frozen=True)
class CodeChoices:
    lines: tuple[CodeChoice, ...]
    targets: tuple[tuple[str, Code], ...]
    reasons: tuple[str, ...]


def code_choices(
    study: Study, before: WaveVersion, after: WaveVersion, item: str, left: Variable, right: Variable
) -> CodeChoices:
    """The codes of ``right`` against those the item has in ``before``: as decided, else as labels suggest."""
    bound = selectors.in_force_in(study, before).get(item)
    targets = item_codes(left, bound.code_map if bound and bound.variable == left.name else [])
    decided = selectors.in_force_in(study, after).get(item)
    chosen = _decided(decided.code_map, decided.missing_map) if decided and _has_maps(decided) else None
    likely = {code_key(code.value): target for code, target in suggested_map(right, targets)}
    lines = []
    for code, _target in suggested_map(right, targets)[:MOST_CODES]:
        key = code_key(code.value)
        start = chosen.get(key, "") if chosen is not None else _equals(likely.get(key))
        lines.append(CodeChoice(json.dumps(code.value), code.value, code.labels, "", start))
    for rule in right.missing:
        source = f".{rule.tag}" if rule.tag is not None else rule.value
        if source is not None:
            start = (chosen or {}).get(code_key(source), "")
            lines.append(CodeChoice(json.dumps(source), source, rule.labels, rule.reason, start))
    known = dict.fromkeys((*VOCABULARY, *study.missing_reasons.values()))
    return CodeChoices(
        tuple(lines), tuple((_equals(value), code) for value, code in targets.items()), tuple(known)
    )


def _has_maps(decision: Any) -> bool:
    return bool(decision.code_map or decision.missing_map)


def _equals(value: Scalar | None) -> str:
    return "" if value is None else f"={json.dumps(value)}"


def _decided(code_map: list[list[Any]], missing_map: list[list[Any]]) -> dict[Any, str]:
    told = {code_key(source): _equals(target) for source, target in code_map}
    return told | {code_key(source): f"!{why}" for source, why in missing_map}
