"""How absences that are letters here stand in the files that other programs read.

A wave's letters (Stata's ``.a``, or absences of columns that were split from a text) have no place in an SPSS
file: the export of the wave gives them codes.  CSV and Parquet files name them in a column of reasons beside
the variable.  A Stata file turns every missing code into a letter.  Which code, word or letter it is follows
from the codebook and the counts made at import, so that no cell is read for it.
"""

from __future__ import annotations

import math
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from surveys.core.absence import SYSTEM, precedence, tag_reason
from surveys.core.codebook import Scalar, Variable
from surveys.core.writing.spss_missing import block_below, declarations


@dataclass(frozen=True)
class Stored:
    """A variable of the wave with its counts, and whether its cells have letters."""

    variable: Variable
    frequencies: Mapping[str, Any]
    tags: bool


@dataclass(frozen=True)
class InFiles:
    """Of one variable: tag -> its word in a column of reasons; tag -> its code in an SPSS file; code, or tag
    with a full stop before it -> its letter in a Stata file.  ``moves``: whether an SPSS file has other codes
    than the codebook, for it can declare three, or a range and one."""

    words: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    letters: Mapping[Scalar, str] = field(default_factory=dict)
    moves: bool = False


def in_files(wave: Iterable[Stored], wanted: Iterable[str]) -> dict[str, InFiles]:
    """Name -> how the absences of the ``wanted`` variables stand in files of the whole ``wave``."""
    known = list(wave)
    met = {one.variable.name: _words_met(one) for one in known if one.tags}
    invented = sorted({word for words in met.values() for word in words.values()}, key=precedence)
    names = set(wanted)
    return {
        one.variable.name: _in_files(one, met.get(one.variable.name, {}), invented)
        for one in known
        if one.variable.name in names
    }


def _in_files(one: Stored, met: Mapping[str, str], invented: list[str]) -> InFiles:
    codes = _codes(one, met, invented)
    return InFiles(met, codes, _letters(one, met), _moves(one, codes.values()))


def _moves(one: Stored, invented: Iterable[int]) -> bool:
    """Whether no declaration of SPSS covers the missing codes without a value between them."""
    rules = one.variable.missing
    single = {float(rule.value) for rule in rules if isinstance(rule.value, int | float)} | {*invented}
    spans = [
        (-math.inf if rule.low is None else rule.low, math.inf if rule.high is None else rule.high)
        for rule in rules
        if rule.low is not None or rule.high is not None
    ]
    return declarations(single, spans, lambda: pl.Series(_values(one, single), dtype=pl.Float64)) is None


def _values(one: Stored, single: Iterable[float]) -> list[float]:
    """Valid values as far as they were counted; where not all were, such as might lie between the codes."""
    counted, stats = one.frequencies, one.frequencies.get("stats", {})
    found = [value for value, n in counted.get("values", ()) if n and _is_number(value)]
    if counted.get("distinct", 0) > len(found) and stats:
        low, high = stats["min"], stats["max"]
        found += [low, high, *(code + 0.5 for code in single if low <= code <= high)]
    labelled = [code.value for code in one.variable.codes if _is_number(code.value)]
    return [float(value) for value in (*found, *(value for value in labelled if value not in set(single)))]


def _words_met(one: Stored) -> dict[str, str]:
    """The tags that cells have, each with the reason by which exports know it."""
    rules = [rule for rule in one.variable.missing if rule.tag is not None]
    words = [rule.reason for rule in rules]
    counted = {code: n for code, n, _ in one.frequencies.get("missing_codes", ()) if isinstance(code, str)}
    found = {}
    for rule in rules:
        if rule.tag and counted.get(f".{rule.tag}"):
            found[rule.tag] = rule.reason if words.count(rule.reason) == 1 else tag_reason(rule.tag)
    for reason, n in one.frequencies.get("absent", {}).items():
        if reason.startswith("tag:") and n:
            found.setdefault(reason.removeprefix("tag:"), reason)
    return found


def _codes(one: Stored, met: Mapping[str, str], invented: list[str]) -> dict[str, int]:
    """The codes that an export to SPSS invents: one block for the whole file, beneath the variable's own."""
    cells = [code for code, n, _ in one.frequencies.get("missing_codes", ()) if n and _is_number(code)]
    codes = [code.value for code in one.variable.codes if _is_number(code.value)]
    least = one.frequencies.get("stats", {}).get("min")
    first = block_below(min([float(cell) for cell in (*cells, *codes, least or 0, 0)]))
    return {} if first is None else {tag: first - invented.index(word) for tag, word in met.items()}


def _letters(one: Stored, met: Mapping[str, str]) -> dict[Scalar, str]:
    """The letters of a Stata file: a tag its own, then what occurs by reason and code, then the rest."""
    if not (one.variable.type.is_number):
        return {}
    rules, counted = one.variable.missing, one.frequencies.get("missing_codes", ())
    occurring = sorted((why, code) for code, n, why in counted if n and _is_number(code) and why != SYSTEM)
    declared = [(rule.reason, rule.value) for rule in rules if rule.value is not None]
    own = {f".{tag}": tag for tag in met if tag in string.ascii_lowercase}
    own |= {f".{rule.tag}": rule.tag for rule in rules if rule.tag and rule.tag in string.ascii_lowercase}
    free = (letter for letter in string.ascii_lowercase if letter not in own.values())
    kinds = dict.fromkeys(code for _, code in (*occurring, *declared))
    return {**own, **dict(zip(kinds, free, strict=False))}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
