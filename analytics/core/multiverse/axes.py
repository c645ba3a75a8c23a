"""Reading the choices of a multiverse: axes, their alternatives, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.core.fields import Fields
from analytics.core.multiverse.spec import Alternative, Axis
from surveys.core.problems import near_misses
from surveys.core.said import say

PLAIN = (
    "kind", "groups", "random", "method", "outcome_value", "center", "errors", "weights", "strata", "psu",
    "fpc", "lonely_psu",
)  # fmt: skip
# fields of the model that an alternative sets, or takes away with null
CHANGES = ("outcome", "add", "drop", "replace", "cut", "where")  # what it does to the formula and the rows
BY_VARIABLE = {"where": "where", "replace": "variable", "cut": "variable"}


def read_axes(fields: Fields) -> tuple[Axis, ...]:
    """``choices``: a list of axes, each with ``name`` and ``alternatives``; everything wrong is told."""
    found: list[Axis] = []
    for number, inner in enumerate(_listed(fields, "choices", 1), start=1):
        name = inner.text("name", f"choice{number}")
        labels = _labels(inner)
        alternatives = tuple(_alternative(one) for one in _listed(inner, "alternatives", 2))
        chosen = [one for one, is_adopted in alternatives if is_adopted]
        inner.finish()
        if len(chosen) > 1:
            inner.wrong("alternatives", "More than one alternative is adopted.", hint="One was taken.")
        names = [one.name for one, _ in alternatives]
        for twice in dict.fromkeys(one for one in names if names.count(one) > 1):
            inner.wrong("alternatives", say("There are two alternatives called {name}.", name=twice))
        if any(axis.name == name for axis in found):
            inner.wrong("name", say("There are two choices called {name}.", name=name))
        if alternatives:
            adopted = chosen[0] if chosen else alternatives[0][0]
            found.append(Axis(name, tuple(one for one, _ in alternatives), adopted.name, labels))
    _check_apart(fields, found)
    return tuple(found)


def read_without(fields: Fields, axes: Sequence[Axis]) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """``without``: a list of combinations that are left out, each ``{axis: alternative or several}``."""
    by_name = {axis.name: axis for axis in axes}
    found = []
    for inner in _listed(fields, "without", 0):
        told: dict[str, tuple[str, ...]] = {}
        for name, given in inner.data.items():
            values = tuple(map(str, given if isinstance(given, list) else [given]))
            if name not in by_name:
                near = near_misses(name, by_name)
                inner.wrong(name, say("There is no choice called {name}.", name=name), near=near)
                continue
            for value in values:
                if value not in by_name[name].names:
                    message = say("{axis} has no alternative called {name}.", axis=name, name=value)
                    inner.wrong(name, message, near=near_misses(value, by_name[name].names))
            told[name] = values
        if told:
            found.append(told)
    return tuple(found)


def _alternative(inner: Fields) -> tuple[Alternative, bool]:
    name = inner.text("name", required=True)
    labels, adopted = _labels(inner), inner.yes_or_no("adopted")
    given = {key: inner.data[key] for key in (*PLAIN, *CHANGES) if key in inner.data}
    inner.asked += [*PLAIN, *CHANGES]
    inner.finish()
    for key in ("replace", "cut"):
        values = inner.mapping(key)
        is_fit = _is_name if key == "replace" else _is_number
        if not all(map(is_fit, values.values())):
            message = (
                say("“replace” names a variable for each variable.")
                if key == "replace"
                else say("“cut” names a number for each variable: 1 from there upwards, else 0.")
            )
            inner.wrong(key, message)
            given.pop(key)
    return Alternative(name, given, labels), adopted


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _labels(inner: Fields) -> dict[str, str]:
    return {language: str(text) for language, text in inner.mapping("labels").items()}


def _listed(fields: Fields, name: str, fewest: int) -> Iterator[Fields]:
    """The mappings of a list, each to be read for itself; a problem where they are fewer than ``fewest``."""
    given = fields.take(name)
    if given is None and not fewest:
        return
    if not isinstance(given, list) or len(given) < fewest or not all(isinstance(one, dict) for one in given):
        message = say("“{name}” must be a list of {fewest} or more.", name=name, fewest=max(fewest, 1))
        fields.wrong(name, message, hint=say("Each is written as “name: value” lines."))
        return
    for number, one in enumerate(given, start=1):
        yield Fields(one, f"{fields.place(name)}[{number}]", fields.problems)


def _check_apart(fields: Fields, axes: Sequence[Axis]) -> None:
    """No two axes decide the same: which of them holds would be an accident."""
    owners: dict[tuple[str, str], str] = {}
    for axis in axes:
        for claim in {claim for one in axis.alternatives for claim in _claims(one)}:
            other = owners.setdefault(claim, axis.name)
            if other != axis.name:
                what = claim[1] or claim[0]
                fields.wrong(
                    "choices",
                    say(
                        "Both {first} and {second} decide on {what}.",
                        first=other,
                        second=axis.name,
                        what=what,
                    ),
                    hint="Make one choice of the two, with all that it may be.",
                )


def _claims(one: Alternative) -> Iterator[tuple[str, str]]:
    for key, value in one.fields.items():
        if key in BY_VARIABLE and isinstance(value, Mapping):
            yield from ((BY_VARIABLE[key], str(name)) for name in value)
        elif key not in ("add", "drop"):
            yield key, ""
