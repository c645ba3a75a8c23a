"""The wording of a measure: rule and labels, well-formed from birth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from surveys.core.codebook import Level, text_in
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say
from surveys.core.storable import check_storable

MOST_NAME = 60
PER_LANGUAGE = ("definition", "universe")


@dataclass(frozen=True)
class Wording:
    """What a draft holds and a published version freezes; JSON types only.

    ``definition`` and ``universe`` are single texts, as codebooks have them; where they were given per
    language, ``texts`` holds all languages and the single text is the English one, else the first.
    """

    rule: str
    labels: dict[str, str]
    value_labels: list[dict[str, Any]]
    definition: str
    citation: str
    universe: str
    level: str
    unit: str
    sign: str
    examples: list[dict[str, Any]]
    note: str
    texts: dict[str, dict[str, str]]

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.names()}


def read_wording(name: str, **given: Any) -> Wording:
    """A wording from what somebody gave; Refused with every mistake at once."""
    plain = {field: _plain(value) for field, value in given.items()}
    check_storable({"name": name} | plain)
    problems = [*_name_problems(name), *_shape_problems(name, given)]
    if problems:
        raise Refused(problems)
    texts = {field: kept for field in PER_LANGUAGE if (kept := per_language(plain[field]))}
    return Wording(**plain | {field: single(plain[field]) for field in PER_LANGUAGE}, texts=texts)


def per_language(told: Any) -> dict[str, str]:
    """The texts of something told per language, without empty ones; none of a plain text."""
    return {code: text for code, text in told.items() if text} if isinstance(told, Mapping) else {}


def single(told: str | Mapping[str, str]) -> str:
    """One text of something told per language: the English one, else the first."""
    return text_in(per_language(told), "en") if isinstance(told, Mapping) else told


def _plain(value: Any) -> Any:
    """JSON types of fresh make; what JSON does not know (dates of YAML, infinity) becomes text."""
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _name_problems(name: str) -> list[Problem]:
    if name.isidentifier() and name.isascii() and len(name) <= MOST_NAME:
        return []
    hint = "Use letters, digits and underscores, not starting with a digit, as in fsp or ln_income."
    return [Problem("bad_name", say("“{name}” cannot be the name of a measure.", name=name), "name", hint)]


def _shape_problems(name: str, given: Mapping[str, Any]) -> list[Problem]:
    problems = []
    if not str(given["rule"]).strip():
        problems.append(Problem("no_rule", "There is no rule.", name, hint="Write one, as in q_sex == 1."))
    levels = [level.value for level in Level]
    if given["level"] not in levels:
        message = say("“{level}” is no level of measurement.", level=given["level"])
        hint = say("Levels are {levels}.", levels=levels)
        problems.append(
            Problem(
                "bad_level",
                message,
                say("{name}: level", name=name),
                hint,
                near_misses(str(given["level"]), levels),
            )
        )
    problems += [
        Problem(
            "bad_text",
            say("“{field}” is a text, or texts by language.", field=field),
            say("{name}: {field}", name=name, field=field),
            hint="Write {en: …, zh: …}.",
        )
        for field in PER_LANGUAGE
        if not is_told(given[field])
    ]
    for number, entry in enumerate(given["value_labels"], 1):
        if not _is_value_label(entry):
            where = say("{name}: value label {number}", name=name, number=number)
            hint = "Write {value: 1, labels: {en: yes}}."
            problems.append(
                Problem("bad_value_label", "A value label needs a value and labels.", where, hint)
            )
    return problems + example_shape_problems(name, given["examples"])


def plain_examples(examples: Sequence[Any]) -> list[Any]:
    """Worked examples in JSON types, as a draft keeps them."""
    return [_plain(example) for example in examples]


def example_shape_problems(name: str, examples: Sequence[Any]) -> list[Problem]:
    """One problem for each worked example that is not ``{"given": {…}, "then": …}``."""
    problems = []
    for number, entry in enumerate(examples, 1):
        if (
            not isinstance(entry, Mapping)
            or "then" not in entry
            or not isinstance(entry.get("given"), Mapping)
        ):
            hint = "Write given: {q_sex: 1} and then: 1."
            where = say("{name}: example {number}", name=name, number=number)
            problems.append(Problem("bad_example", "A worked example needs given and then.", where, hint))
    return problems


def is_told(told: Any) -> bool:
    """Whether it is a text, or texts by language."""
    if isinstance(told, Mapping):
        return all(isinstance(part, str) for pair in told.items() for part in pair)
    return isinstance(told, str)


def _is_value_label(entry: Any) -> bool:
    """Whether it is {"value": number or text, "labels": {language: text}}."""
    if not isinstance(entry, Mapping) or not isinstance(labels := entry.get("labels", {}), Mapping):
        return False
    value = entry.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return all(isinstance(text, str) for text in labels.values())
