"""Frequencies of one column, counted once and stored, so that pages never scan data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from surveys.core.codebook import MissingRule, ValueType, Variable
from surveys.core.table import VALUE, missing_value, split

MOST_VALUES = 100  # more different values than this are not listed one by one
MANY = 30  # numbers with more different values than this get a histogram
BINS = 20

Counts = dict[str, Any]
Doubles = np.ndarray[Any, np.dtype[np.float64]]


def count_raw(raw: pl.Series, tags: pl.Series | None, variable: Variable) -> Counts:
    """Frequencies of a wave's column as it lies on disk, its missing codes counted one by one."""
    values, reasons = split(raw, tags, variable)
    return count(values, reasons, variable, raw=raw, tags=tags)


def count(
    values: pl.Series,
    reasons: pl.Series,
    variable: Variable,
    *,
    raw: pl.Series | None = None,
    tags: pl.Series | None = None,
) -> Counts:
    """Frequencies as plain JSON types.

    ``n`` rows, ``valid`` cells, ``absent`` {reason: n}, ``missing_codes`` [[code or .tag, n, reason]] (needs
    ``raw``), ``values`` [[value, n]], ``distinct`` valid values, ``stats`` {mean, sd, min, max, median} of
    numbers, ``histogram`` [[low, high, n]] of numbers with many values and no codes.

    ``values`` starts with the codebook's codes in their order, zero counts included; values without a label
    follow when there are at most 100 of them.  Text without codes is listed only where values recur (twice
    on average): a list of once-given answers would be the answers themselves.
    """
    valid = values.drop_nulls()
    counted = valid.rename(VALUE).value_counts(name="n")
    distinct = counted.height
    if distinct > MOST_VALUES + len(variable.codes):
        counted = counted.filter(
            counted[VALUE].is_in([missing_value(c.value, variable.type) for c in variable.codes])
        )
    tally = {_plain(value): int(n) for value, n in counted.iter_rows()}
    is_whole = distinct == counted.height
    return {
        "n": values.len(),
        "valid": valid.len(),
        "absent": _absences(reasons),
        "missing_codes": _missing_codes(variable, raw, tags),
        "values": _listed(tally, valid.len(), variable),
        "distinct": distinct,
        "stats": _stats(valid, tally if is_whole else {}, variable),
        "histogram": _histogram(valid, distinct, variable),
    }


def _absences(reasons: pl.Series) -> dict[str, int]:
    if reasons.null_count() == reasons.len():
        return {}
    told = reasons.drop_nulls().value_counts()
    return {str(reason): int(n) for reason, n in sorted(told.iter_rows())}


def _listed(tally: Mapping[Any, int], valid: int, variable: Variable) -> list[list[Any]]:
    missing = {rule.value for rule in variable.missing if rule.value is not None}
    codes = [code.value for code in variable.codes if code.value not in missing]
    known = set(codes)
    others = [value for value in tally if value not in known]
    if len(others) > MOST_VALUES or (variable.type is ValueType.TEXT and valid < 2 * len(others)):
        others = []
    labelled = [[code, tally.get(code, 0)] for code in codes]
    return labelled + [[value, tally[value]] for value in sorted(others, key=_order)]


def _missing_codes(variable: Variable, raw: pl.Series | None, tags: pl.Series | None) -> list[list[Any]]:
    """Each declared missing code (or ``.tag``) with its count; a range is counted value by value."""
    counted: list[list[Any]] = []
    single = {rule.value for rule in variable.missing if rule.value is not None}
    for rule in variable.missing:
        if rule.tag is not None:
            n = int((tags == rule.tag).sum()) if tags is not None else 0
            counted.append([f".{rule.tag}", n, rule.reason])
        elif raw is not None:
            counted += [[code, n, rule.reason] for code, n in _cells_under(rule, variable, raw, single)]
    return counted


def _cells_under(
    rule: MissingRule, variable: Variable, raw: pl.Series, single: set[Any]
) -> list[tuple[Any, int]]:
    if rule.value is not None:
        return [(rule.value, int((raw == missing_value(rule.value, variable.type)).sum()))]
    low = -math.inf if rule.low is None else rule.low
    high = math.inf if rule.high is None else rule.high
    inside = raw.filter(raw.is_between(low, high)) if raw.dtype.is_numeric() else raw.clear()
    counts = sorted(inside.value_counts().iter_rows())[:MOST_VALUES]
    return [(_plain(code), int(n)) for code, n in counts if code not in single]


def _order(value: Any) -> tuple[bool, Any]:
    """Numbers first (an infinity is a word here), then text."""
    return isinstance(value, str), value


def _stats(valid: pl.Series, tally: Mapping[Any, int], variable: Variable) -> dict[str, float]:
    """Of numbers, from the few different values where there are few, from all cells otherwise."""
    if not variable.type.is_number or not valid.len():
        return {}
    finite = sorted((value, n) for value, n in tally.items() if not isinstance(value, str))
    if finite:
        cells = np.array([value for value, _ in finite], dtype=np.float64)
        weights = np.array([n for _, n in finite], dtype=np.int64)
    else:
        cells = np.sort(_finite(valid))
        weights = np.ones(cells.size, dtype=np.int64)
    return _moments(cells, weights) if cells.size else {}


def _moments(cells: Doubles, weights: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, float]:
    """Of ``cells`` in ascending order, each counting ``weights`` times."""
    n = int(weights.sum())
    with np.errstate(over="ignore", invalid="ignore"):  # what does not fit a double is left out below
        mean = float((cells * weights).sum() / n)
        squares = float((weights * (cells - mean) ** 2).sum())
    upto = np.cumsum(weights)
    middle = [cells[np.searchsorted(upto, place, side="right")] for place in ((n - 1) // 2, n // 2)]
    stats = {
        "mean": mean,
        "min": float(cells[0]),
        "max": float(cells[-1]),
        "median": float(middle[0] + middle[1]) / 2,
    }
    if n > 1:
        stats["sd"] = math.sqrt(squares / (n - 1))
    return {name: number for name, number in stats.items() if math.isfinite(number)}


def _histogram(valid: pl.Series, distinct: int, variable: Variable) -> list[list[float]]:
    """Equal bins over the finite values; bins of whole numbers start at whole numbers."""
    if not variable.type.is_number or variable.codes or distinct <= MANY:
        return []
    cells = _finite(valid)
    if variable.type is ValueType.INTEGER:
        low, high = float(cells.min()), float(cells.max()) + 1
        step = max(1, math.ceil((high - low) / BINS))
        edges = np.arange(low, high + step, step)
    else:
        edges = np.linspace(float(cells.min()), float(cells.max()), BINS + 1)
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        return []  # the values span more than a double can divide
    counts, edges = np.histogram(cells, bins=edges)
    return [[float(a), float(b), int(n)] for a, b, n in zip(edges, edges[1:], counts, strict=False)]


def _finite(valid: pl.Series) -> Doubles:
    cells: Doubles = valid.cast(pl.Float64).to_numpy()
    return cells[np.isfinite(cells)]


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
