"""The codebook that our own Parquet exports carry in their metadata: believed only where it fits the file.

Reasons of absence without a code stand there in text columns of their own; they come back as tags.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.codebook import Codebook, ValueType, Variable, as_json, codebook_from_json
from surveys.core.findings import Finding, Severity
from surveys.core.limits import fits
from surveys.core.reading.columnar_types import Plain
from surveys.core.reading.reason_tags import Unfit, invented, tagged
from surveys.core.said import say
from surveys.core.table import PHYSICAL, missing_value

_KEY = "wavebook"


@dataclass(frozen=True)
class Carried:
    """A codebook that fits, and its columns of reasons: ``companions`` names whose, ``tags`` what each is."""

    codebook: Codebook
    companions: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # companion -> reason -> tag

    @property
    def times(self) -> frozenset[str]:
        """Variables whose numbers are durations."""
        return frozenset(v.name for v in self.codebook.variables if v.type is ValueType.TIME)


def carried(
    path: Path, lazy: pl.LazyFrame, plain: Mapping[str, Plain]
) -> tuple[Carried | None, list[Finding]]:
    """The codebook in the file's metadata; None, with a remark, where it does not describe these columns."""
    document = pl.read_parquet_metadata(path).get(_KEY)
    if document is None:
        return None, []
    try:
        codebook, companions = _parsed(document)
        _check_columns(codebook, companions, plain)
        found = _with_tags(Carried(codebook, companions), lazy)
    except Unfit as unfit:
        text = say("The codebook inside the file was not used: {why}.", why=unfit.args[0])
        return None, [Finding(Severity.WARNING, "carried_codebook_unfit", text)]
    text = "The codebook inside the file was used as it is, with its missing codes and their reasons."
    return found, [
        Finding(Severity.INFO, "carried_codebook", text),
        *invented(codebook.variables, found.codebook.variables),
    ]


def _parsed(document: str) -> tuple[Codebook, dict[str, str]]:
    try:
        said = json.loads(document)
        codebook = codebook_from_json(said["codebook"])
        companions = dict(said.get("reasons", {}))
        # What is read back as it was written has the shape of a codebook all the way down.
        is_whole = json.loads(json.dumps(as_json(codebook), allow_nan=False)) == said["codebook"]
        is_sound = is_whole and _is_sound(as_json(codebook)) and all(map(_is_typed, codebook.variables))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_sound = False
    if not is_sound or not all(isinstance(name, str) for name in companions.values()):
        raise Unfit(say("it is damaged"))
    return codebook, companions


_TEXTS = {"name", "universe", "format", "unit", "group", "note", "weight", "reason", "tag", "kind"}
_LABELS = {"labels", "question"}
_TEXT_LISTS = {"notes", "variables"}


def _is_sound(book: Any) -> bool:
    """Whether every text, label and number of a codebook's JSON is one."""
    return all(_fits(key, thing) for one in _records(book) for key, thing in one.items())


def _records(book: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {key: thing for key, thing in book.items() if key not in ("variables", "sets")}
    yield from book.get("sets", ())
    for variable in book["variables"]:
        yield variable
        yield from variable.get("codes", ())
        yield from variable.get("missing", ())


def _fits(key: str, thing: Any) -> bool:
    if key in _TEXTS:
        return _is_text(thing)
    if key in _LABELS:
        return isinstance(thing, dict) and all(_is_text(text) for pair in thing.items() for text in pair)
    if key in _TEXT_LISTS:
        return isinstance(thing, list) and all(map(_is_text, thing))
    if key == "attributes":
        return all(_is_text(name) and all(map(_is_text, texts)) for name, texts in thing.items())
    if key in ("low", "high"):
        return thing is None or _is_number(thing)
    if key in ("value", "counted_value"):
        return thing is None or _is_text(thing) or _is_number(thing)
    return True  # types, levels and roles are words of ours already; codes and rules have their own turn


def _is_text(thing: Any) -> bool:
    return isinstance(thing, str) and "\0" not in thing


def _is_number(thing: Any) -> bool:
    return isinstance(thing, int | float) and not isinstance(thing, bool)


def _is_typed(variable: Variable) -> bool:
    """Whether missing codes and limits are cells of the variable's type; ValueError where a date is none."""
    for rule in variable.missing:
        if rule.value is not None:
            cell = missing_value(rule.value, variable.type)
            if (variable.type is ValueType.TEXT) != isinstance(cell, str) or rule.reason == "":
                return False
        if rule.tag is not None and len(rule.tag) != 1:
            return False
    return variable.limits is None or fits(variable.limits, variable.type)


def _check_columns(codebook: Codebook, companions: Mapping[str, str], plain: Mapping[str, Plain]) -> None:
    names = [name for name in plain if name not in companions]
    if names != list(codebook.names) or not set(companions) <= set(plain):
        raise Unfit(say("it describes other columns than the file has"))
    wrong = [
        v.name for v in codebook.variables if plain[v.name].as_text or plain[v.name].dtype != PHYSICAL[v.type]
    ]
    wrong += [name for name in companions if plain[name].dtype != pl.String]
    if wrong:
        raise Unfit(say("columns have other types than it says ({names})", names=wrong))
    known = set(codebook.names)
    members = [name for one in codebook.sets for name in one.variables]
    if not known.issuperset([*companions.values(), *members, *filter(None, [codebook.weight])]):
        raise Unfit(say("it names variables that are not there"))


def _with_tags(found: Carried, lazy: pl.LazyFrame) -> Carried:
    """Gives every reason in the file's reason columns a tag: its own, else the next letter that is free."""
    variables = list(found.codebook.variables)
    tags: dict[str, dict[str, str]] = {}
    for name, owner in found.companions.items():
        position = found.codebook.names.index(owner)
        variables[position], tags[name] = tagged(variables[position], _reasons(lazy, name, owner))
    return replace(found, codebook=replace(found.codebook, variables=tuple(variables)), tags=tags)


def _reasons(lazy: pl.LazyFrame, name: str, owner: str) -> list[str]:
    """The different reasons of a column; they may only stand where the cell is empty."""
    told = lazy.filter(pl.col(name).is_not_null())
    if told.select((pl.col(owner).is_not_null()).any()).collect().item():
        raise Unfit(say("cells of {name} have a value and a reason to have none", name=owner))
    return sorted(told.select(pl.col(name).unique()).collect().to_series().to_list())
