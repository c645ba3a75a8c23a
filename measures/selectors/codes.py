"""The codes and absences of one item with what they mean and how often they occur, wave beside wave.

Counts are those that everybody who may read the codebook is told (``surveys.core.disclosure``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from measures.core.language.labels import valid_codes
from measures.core.tables import mapped_counts
from measures.selectors.scopes import Carried, carried_in, measure_variable, published_measures
from measures.selectors.scopes import study_wave_versions as waves_of
from surveys.core.codebook import Labels, Scalar, ValueType, Variable
from surveys.core.disclosure import disclosed
from surveys.models import Study, WaveVersion

MOST_CODES = 200


@dataclass(frozen=True)
class CodeRow:
    """A code; ``counts`` has a number per wave, None where the wave has it not or it is not told."""

    value: Scalar
    labels: Labels
    counts: tuple[int | None, ...]


@dataclass(frozen=True)
class ReasonRow:
    """An absence and the codes that stand for it in the first wave that declares any."""

    reason: str
    labels: Labels
    counts: tuple[int | None, ...]


@dataclass(frozen=True)
class ItemCodes:
    """``waves`` that have the item, the chosen one first; ``is_withheld``: some values are not told.

    ``more``: codes beyond those that are listed.  Of an earlier measure there are codes and no waves.
    """

    item: str
    variable: Variable
    waves: tuple[WaveVersion, ...]
    codes: tuple[CodeRow, ...]
    reasons: tuple[ReasonRow, ...]
    is_withheld: bool = False
    more: int = 0


@dataclass(frozen=True)
class _Side:
    """An item in one wave: what may be told of it."""

    version: WaveVersion
    carried: Carried
    told: Mapping[str, Any]
    counts: Mapping[Scalar, int]


def item_codes(study: Study, item: str, chosen: WaveVersion | None) -> ItemCodes | None:
    """Codes and absences of ``item`` in every wave that has it, those of ``chosen`` first.

    Where there is no such item, a measure in force of that name has the codes of its value labels.  None
    where there is neither.
    """
    versions = sorted(waves_of(study), key=lambda version: version != chosen)
    sides = [side for version in versions if (side := _side(study, version, item))]
    if sides:
        return _laid_out(item, sides)
    measure = published_measures(study).get(item)
    if measure is None:
        return None
    variable = measure_variable(measure, _kind(measure.value_labels))
    codes = tuple(CodeRow(code.value, code.labels, ()) for code in variable.codes)
    return ItemCodes(item, variable, (), codes, ())


def _kind(value_labels: Iterable[Mapping[str, Any]]) -> ValueType:
    """The type that labelled values have without the rule being tried."""
    values = [entry["value"] for entry in value_labels]
    if any(isinstance(value, str) for value in values):
        return ValueType.TEXT
    return ValueType.INTEGER if all(isinstance(value, int) for value in values) else ValueType.DECIMAL


def _side(study: Study, version: WaveVersion, item: str) -> _Side | None:
    carried = carried_in(study, version, item)
    if carried is None:
        return None
    told = disclosed(carried.source, carried.frequencies)
    return _Side(version, carried, told, mapped_counts(told.get("values", ()), carried.code_map))


def _laid_out(item: str, sides: list[_Side]) -> ItemCodes:
    labels: dict[Scalar, Labels] = {}
    for side in sides:
        for code in valid_codes(side.carried.variable):
            labels.setdefault(code.value, code.labels)
    for side in sides:
        for value in side.counts:
            labels.setdefault(value, {})
    rows = [CodeRow(v, told, tuple(side.counts.get(v) for side in sides)) for v, told in labels.items()]
    return ItemCodes(
        item,
        sides[0].carried.variable,
        tuple(side.version for side in sides),
        tuple(rows[:MOST_CODES]),
        _reasons(sides),
        is_withheld=any(side.told.get("withheld") for side in sides),
        more=max(0, len(rows) - MOST_CODES),
    )


def _reasons(sides: list[_Side]) -> tuple[ReasonRow, ...]:
    """The absences that some wave declares or has."""
    labels: dict[str, Labels] = {}
    for side in sides:
        for rule in side.carried.source.missing:
            labels[rule.reason] = labels.get(rule.reason) or rule.labels
        for reason in side.told.get("absent", {}):
            labels.setdefault(reason, {})
    return tuple(
        ReasonRow(reason, told, tuple(side.told.get("absent", {}).get(reason) for side in sides))
        for reason, told in labels.items()
    )
