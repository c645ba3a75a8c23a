"""What counted frequencies tell everyone who may read a codebook, and what only the data may tell.

Labelled codes are the questionnaire, and are told in full.  A value without a label is somebody's answer: it
is told only where :data:`FEWEST` rows share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.core.codebook import Role, Variable

FEWEST = 10  # rows that share a value, a group or an extreme before it is told
TAIL = 0.05  # the share of rows beyond the outer percentiles
BY_VALUE = ("min", "max")
BY_TAIL = ("p5", "p95")
BY_SUM = ("mean", "sd")

Counts = dict[str, Any]


def disclosed(variable: Variable, counted: Mapping[str, Any]) -> Counts:
    """``counted`` (see ``surveys.core.frequencies``) without what would tell single answers.

    Values without a label need ``FEWEST`` rows; of a key none is told, nor any statistic.  The smallest and
    the largest value need a label or as many rows; the outer percentiles need as many rows beyond them.
    ``withheld`` says whether anything was left out.
    """
    if not counted:
        return {}
    is_key = variable.role is Role.KEY
    labelled = {code.value for code in variable.codes}
    values = [pair for pair in counted.get("values", ()) if pair[0] in labelled or _recurs(pair, is_key)]
    told = {
        "values": values,
        "missing_codes": _missing_codes(variable, counted),
        "stats": {} if is_key else _stats(variable, counted, values),
        "histogram": [] if is_key else _histogram(counted),
    }
    return {**counted, **told, "withheld": _is_less(told, counted)}


def _is_less(told: Counts, counted: Mapping[str, Any]) -> bool:
    """Whether values, classes or extremes were left out."""
    lists = any(len(told[part]) < len(counted.get(part) or ()) for part in ("values", "histogram"))
    return lists or any(
        name in (counted.get("stats") or {}) for name in BY_VALUE if name not in told["stats"]
    )


def _recurs(pair: Any, is_key: bool) -> bool:
    return not is_key and pair[1] >= FEWEST


def _missing_codes(variable: Variable, counted: Mapping[str, Any]) -> list[Any]:
    """Declared codes and tags; of a range only what has a label or recurs."""
    known = {rule.value for rule in variable.missing if rule.value is not None}
    known |= {f".{rule.tag}" for rule in variable.missing if rule.tag is not None}
    known |= {code.value for code in variable.codes}
    return [row for row in counted.get("missing_codes", ()) if row[0] in known or row[1] >= FEWEST]


def _stats(variable: Variable, counted: Mapping[str, Any], values: list[Any]) -> dict[str, Any]:
    """A fully coded variable keeps them all; other numbers need enough rows, and shared extremes."""
    stats = dict(counted.get("stats") or {})
    valid = counted.get("valid", 0)
    labelled = {code.value for code in variable.codes}
    if labelled and sum(n for value, n in values if value in labelled) == valid:
        return stats
    if valid < FEWEST:
        return {}
    shared = {value for value, n in values if n >= FEWEST} | labelled
    wanting = {name for name in BY_VALUE if stats.get(name) not in shared}
    if 0 < valid - sum(n for _, n in values) < FEWEST:  # beside all others a mean tells what few answered
        wanting |= set(BY_SUM)
    if valid * TAIL < FEWEST:
        wanting |= set(BY_TAIL)
    return {name: number for name, number in stats.items() if name not in wanting}


def _histogram(counted: Mapping[str, Any]) -> list[Any]:
    """Classes of at least ``FEWEST`` rows: the outermost smaller ones are left out, for they stand for single
    people, and inner ones are joined with their neighbours (empty ones tell of nobody and stay)."""
    bins = list(counted.get("histogram") or ())
    while bins and bins[0][2] < FEWEST:
        del bins[0]
    while bins and bins[-1][2] < FEWEST:
        del bins[-1]
    joined: list[list[float]] = []
    for low, high, n in bins:
        if joined and 0 < joined[-1][2] < FEWEST:
            joined[-1] = [joined[-1][0], high, joined[-1][2] + n]
        else:
            joined.append([low, high, n])
    return joined
