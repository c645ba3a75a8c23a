"""A recipe: which wave, which rows, which measures and carried items; read from plain JSON or YAML types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say
from surveys.core.storable import check_storable

FIELDS = ("wave", "where", "measures", "items", "key", "metric")
_PINNED = re.compile(r"(?P<name>[^@]+)(?:@(?P<number>[0-9]{1,9}))?")
_METRIC = re.compile(r"(?:[^/@]+/)?[^/@]+@[0-9]{1,9}")


@dataclass(frozen=True)
class Named:
    """A measure or wave by name, pinned to a version when ``number`` is set."""

    name: str
    number: int | None = None

    def __str__(self) -> str:
        return self.name if self.number is None else f"{self.name}@{self.number}"


@dataclass(frozen=True)
class Recipe:
    """What a dataset is made of, well-formed; whether the things it names exist is asked elsewhere.

    ``wave`` is a wave of the same study; unpinned it means the latest version.  ``metric`` names a dataset
    version whose fitted means, loadings and weights are applied instead of fitting on these rows.
    """

    wave: Named
    measures: tuple[Named, ...]
    items: tuple[str, ...]
    key: str = ""
    where: str = ""
    metric: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain types, empty fields left out; the inverse of :func:`read_recipe`."""
        whole = {
            "wave": str(self.wave),
            "where": self.where,
            "measures": [str(measure) for measure in self.measures],
            "items": list(self.items),
            "key": self.key,
            "metric": self.metric,
        }
        return {name: value for name, value in whole.items() if value}


def read_recipe(data: Any, where: str = "recipe") -> Recipe:
    """The recipe in ``data``; Refused with every mistake at once."""
    if not isinstance(data, Mapping):
        raise Refused(Problem("bad_recipe", "A recipe is a table of wave, measures, items and key.", where))
    check_storable(data, where)
    problems = _unknown_fields(data, where) + _wrong_shapes(data, where)
    if problems:
        raise Refused(problems)
    recipe = Recipe(
        wave=_named(data["wave"]),
        measures=tuple(_named(text) for text in data.get("measures") or ()),
        items=tuple(str(name) for name in data.get("items") or ()),
        key=str(data.get("key") or ""),
        where=str(data.get("where") or ""),
        metric=str(data.get("metric") or "").strip(),
    )
    if problems := _contradictions(recipe, where):
        raise Refused(problems)
    return recipe


def _named(text: Any) -> Named:
    match = _PINNED.fullmatch(str(text).strip())
    assert match is not None  # _wrong_shapes has looked
    number = match["number"]
    return Named(match["name"].split("/")[-1], int(number) if number else None)


def _unknown_fields(data: Mapping[str, Any], where: str) -> list[Problem]:
    return [
        Problem(
            "unknown_field",
            say("A recipe has no field “{name}”.", name=name),
            where,
            hint=say("Its fields are {fields}.", fields=FIELDS),
            near=near_misses(str(name), FIELDS),
        )
        for name in data
        if name not in FIELDS
    ]


def _wrong_shapes(data: Mapping[str, Any], where: str) -> list[Problem]:
    problems = _wrong_metric(data.get("metric"), f"{where}.metric")
    if not data.get("wave"):
        problems.append(Problem("no_wave", "The recipe names no wave.", where, hint="Add wave: 2014."))
    for name in ("measures", "items"):
        if not isinstance(data.get(name) or [], list | tuple):
            problems.append(
                Problem("bad_recipe", say("“{name}” must be a list of names.", name=name), f"{where}.{name}")
            )
    named = data.get("measures") if isinstance(data.get("measures"), list | tuple) else ()
    for text in [data.get("wave") or "-", *(named or ())]:
        if not isinstance(text, str | int) or not _PINNED.fullmatch(str(text).strip()):
            problems.append(
                Problem(
                    "bad_name",
                    say("“{text}” is not a name.", text=text),
                    where,
                    hint="Write fsp or, to pin it, fsp@2.",
                )
            )
    return problems


def _wrong_metric(metric: Any, where: str) -> list[Problem]:
    if not metric or (isinstance(metric, str) and _METRIC.fullmatch(metric.strip())):
        return []
    hint = "Write a dataset version with its number, as in integration@1."
    return [
        Problem("bad_metric", say("“{metric}” names no dataset version.", metric=metric), where, hint=hint)
    ]


def _contradictions(recipe: Recipe, where: str) -> list[Problem]:
    names = [measure.name for measure in recipe.measures] + [n for n in recipe.items if n != recipe.key]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = [
        Problem("named_twice", say("“{name}” is named twice; every column has one name.", name=name), where)
        for name in twice
    ]
    if not names:
        problems.append(Problem("empty_recipe", "The recipe names neither a measure nor an item.", where))
    return problems
