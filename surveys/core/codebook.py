"""A codebook: variables, labels per language, codes, missing codes with reasons, response sets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Any

Labels = Mapping[str, str]  # language code ("en", "zh", "und" when unknown) -> text
Scalar = int | float | str
# Texts about a variable that files carry under these names where the format has no place for them.
DESCRIBING = ("question", "universe", "unit", "group", "note")
MEANING = ("type", "level", "codes", "missing")  # what decides how the cells of a variable are read
DISPLAY = ("format", "attributes")  # how a file shows it, and what else it noted: no word about an answer


class ValueType(StrEnum):
    """What the cells of a column are; dates and times are stored as such, never as text."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"  # a duration, in seconds; may exceed 24 hours

    @property
    def is_number(self) -> bool:
        return self in (ValueType.INTEGER, ValueType.DECIMAL)


class Level(StrEnum):
    """Measurement level as the file declares it."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    SCALE = "scale"
    UNKNOWN = "unknown"


class Role(StrEnum):
    RAW = "raw"
    DERIVED = "derived"
    KEY = "key"
    WEIGHT = "weight"
    STRATUM = "stratum"
    PSU = "psu"


@dataclass(frozen=True)
class Code:
    """A value and what it stands for, per language."""

    value: Scalar
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class MissingRule:
    """Which cells are absences, and why: exactly one of ``value``, ``low``/``high`` or ``tag`` is set."""

    reason: str
    value: Scalar | None = None
    low: float | None = None
    high: float | None = None
    tag: str | None = None
    labels: Labels = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = [self.value is not None, self.low is not None or self.high is not None, self.tag is not None]
        if sum(kinds) != 1:
            raise ValueError("a missing rule names one value, one range or one tag")

    def covers(self, value: Scalar) -> bool:
        """Whether a value (not a tag) is one that the rule speaks of."""
        if self.value is not None or isinstance(value, str) or self.tag is not None:
            return self.tag is None and self.value == value
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


DAY = len("2020-01-31")  # characters of a date without a time


@dataclass(frozen=True)
class Limits:
    """The range that valid values lie in, from ``low`` or ``above`` to ``high`` or ``below``.

    ``low`` and ``high`` belong to it, ``above`` and ``below`` do not; an end that is not set is open.  Days
    and timestamps are ISO text, durations seconds.  A day among timestamps stands for all of it.
    """

    low: Scalar | None = None
    high: Scalar | None = None
    above: Scalar | None = None
    below: Scalar | None = None

    def __post_init__(self) -> None:
        sides = ((self.low, self.above), (self.high, self.below))
        if all(side == (None, None) for side in sides) or any(None not in side for side in sides):
            raise ValueError("limits have one end or two, each within them or outside")
        if self.lower is not None and self.upper is not None and not self._leave_room():
            raise ValueError("nothing lies between the limits")

    @property
    def lower(self) -> Scalar | None:
        """The lower end, whether it belongs to the range or not."""
        return self.above if self.low is None else self.low

    @property
    def upper(self) -> Scalar | None:
        """The upper end, whether it belongs to the range or not."""
        return self.below if self.high is None else self.high

    def _leave_room(self) -> bool:
        lower, upper = self.lower, self.upper
        if isinstance(lower, str) and isinstance(upper, str) and DAY in (len(lower), len(upper)):
            lower, upper = lower[:DAY], upper[:DAY]  # a day and a timestamp are compared by the day
        are_within = self.above is None and self.below is None
        return bool(lower < upper or (are_within and lower == upper))  # type: ignore[operator]


@dataclass(frozen=True)
class ResponseSet:
    """A multiple-response set: ``kind`` C (categories), D (counted value) or E (extended D)."""

    name: str
    kind: str
    variables: tuple[str, ...]
    labels: Labels = field(default_factory=dict)
    counted_value: Scalar | None = None


@dataclass(frozen=True)
class Variable:
    """One column of a wave or dataset as its codebook describes it."""

    name: str
    type: ValueType
    labels: Labels = field(default_factory=dict)
    question: Labels = field(default_factory=dict)
    universe: str = ""
    level: Level = Level.UNKNOWN
    role: Role = Role.RAW
    codes: tuple[Code, ...] = ()
    missing: tuple[MissingRule, ...] = ()
    format: str = ""  # as the source file wrote it: "F8.2", "%td", "DATETIME20"
    unit: str = ""
    group: str = ""  # block or grid the item belongs to
    note: str = ""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the file's own, by name
    limits: Limits | None = None  # of valid values

    def label(self, language: str = "en") -> str:
        """The label in ``language``, else in any language, else the name."""
        return text_in(self.labels, language) or self.name


@dataclass(frozen=True)
class Codebook:
    """Everything a file says about its columns beside their cells."""

    variables: tuple[Variable, ...]
    sets: tuple[ResponseSet, ...] = ()
    labels: Labels = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    weight: str = ""

    def variable(self, name: str) -> Variable:
        """The variable called ``name``; KeyError when there is none."""
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.variables)

    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON: same codebook, same fingerprint, on any machine."""
        return fingerprint(as_json(self))


def other_meaning(before: Mapping[str, Any], after: Variable) -> set[str]:
    """The parts of ``MEANING`` by which equal cells stand for something else than a stored entry said.

    Labels of codes and absences count where both say them in one language: a translation that was added
    alters no answer.
    """
    now = as_json(after)
    found = {part for part in ("type", "level") if before.get(part) != now.get(part)}
    return found | {
        part for part in ("codes", "missing") if _stand_otherwise(before.get(part) or (), now.get(part) or ())
    }


def other_words(before: Mapping[str, Any], after: Variable) -> set[str]:
    """The parts in which the two differ without another meaning, but for those of ``DISPLAY``."""
    now = as_json(after)
    differ = {part for part in before.keys() | now if before.get(part) != now.get(part)}
    return differ - other_meaning(before, after) - set(DISPLAY)


def _stand_otherwise(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> bool:
    old, new = _by_content(before), _by_content(after)
    return old.keys() != new.keys() or any(
        labels[language] != new[key][language]
        for key, labels in old.items()
        for language in labels.keys() & new[key].keys()
    )


def _by_content(entries: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, str]]:
    """What each code or missing rule is, without its labels -> its labels."""
    return {
        json.dumps({k: v for k, v in entry.items() if k != "labels"}, sort_keys=True): entry.get("labels", {})
        for entry in entries
    }


def text_in(labels: Labels, language: str) -> str:
    """A label in ``language``, else English, else the undetermined one, else any, else ''."""
    for key in (language, language.split("-")[0], "en", "und"):
        if labels.get(key):
            return labels[key]
    return next((text for text in labels.values() if text), "")


def as_json(thing: Any) -> Any:
    """Frozen dataclasses as plain JSON types.

    Fields that are empty by default are left out while they are empty, so that a codebook may grow.
    """
    if is_dataclass(thing) and not isinstance(thing, type):
        pairs = ((f, getattr(thing, f.name)) for f in fields(thing))
        return {f.name: as_json(value) for f, value in pairs if not _is_left_empty(f, value)}
    if isinstance(thing, Mapping):
        return {str(key): as_json(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [as_json(value) for value in thing]
    return thing


def _is_left_empty(one: Field[Any], value: Any) -> bool:
    """Whether a field holds nothing but its default; an empty text where None is the default is a value."""
    default = one.default if one.default_factory is MISSING else one.default_factory()
    return value in (None, "", (), {}) and value == default


def canonical(thing: Any) -> str:
    """JSON text with sorted keys and no spaces: the form that is hashed."""
    return json.dumps(thing, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def fingerprint(thing: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of ``thing``."""
    return hashlib.sha256(canonical(thing).encode()).hexdigest()


_TYPED = ("type", "level", "role", "codes", "missing", "attributes", "limits")


def variable_from_json(data: Mapping[str, Any]) -> Variable:
    """The inverse of :func:`as_json` for a variable."""
    plain = {k: v for k, v in data.items() if k not in _TYPED}
    return Variable(
        **plain,
        type=ValueType(data["type"]),
        level=Level(data.get("level", "unknown")),
        role=Role(data.get("role", "raw")),
        codes=tuple(Code(**code) for code in data.get("codes", ())),
        missing=tuple(MissingRule(**rule) for rule in data.get("missing", ())),
        attributes={name: tuple(texts) for name, texts in data.get("attributes", {}).items()},
        limits=Limits(**data["limits"]) if "limits" in data else None,
    )


def codebook_from_json(data: Mapping[str, Any]) -> Codebook:
    """The inverse of :func:`as_json` for a codebook."""
    return Codebook(
        variables=tuple(variable_from_json(v) for v in data["variables"]),
        sets=tuple(ResponseSet(**{**s, "variables": tuple(s["variables"])}) for s in data.get("sets", ())),
        labels=data.get("labels", {}),
        notes=tuple(data.get("notes", ())),
        weight=data.get("weight", ""),
    )
