"""Frequencies of one column, counted once and stored, so that pages never scan data.

Rules are checked against them; what of them everyone may read is for ``surveys.core.disclosure`` to say.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from surveys.core.codebook import MissingRule, Role, ValueType, Variable
from surveys.core.disclosure import FEWEST, TAIL
from surveys.core.table import VALUE, missing_value, split
from surveys.core.tally import tally

MOST_VALUES = 100  # more different values than this are not listed one by one
MANY = 30  # numbers with more different values than this get a histogram
BINS = 20

Counts = dict[str, Any]
Doubles = np.ndarray[Any, np.dtype[np.float64]]
Weights = np.ndarray[Any, np.dtype[np.int64]]


def count_raw(raw: pl.Series, tags: pl.Series | None, variable: Variable) -> Counts:
    """Frequencies of a wave's column as it lies on disk, its missing codes counted one by one."""
    if tags is not None:
        frame = pl.DataFrame({VALUE: raw, "tag": tags}).group_by(VALUE, "tag").agg(pl.len().alias("n"))
        cells, n, tags = frame[VALUE], frame["n"], frame["tag"]
    else:
        cells, n = tally(raw)
    values, reasons = split(cells, tags, variable)
    is_missing = reasons.is_not_null()
    valid, absent = (values.filter(~is_missing), n.filter(~is_missing)), reasons.filter(is_missing)
    gone = (
        cells.filter(is_missing),
        n.filter(is_missing),
        tags.filter(is_missing) if tags is not None else None,
    )
    counts = _counts(*valid, _added_up(absent, n.filter(is_missing)), variable)
    return counts | {"missing_codes": _missing_codes(variable, *gone)}


def count(values: pl.Series, reasons: pl.Series, variable: Variable) -> Counts:
    """Frequencies as plain JSON types of a column parted into values and reasons.

    ``n`` rows, ``valid`` cells, ``absent`` {reason: n}, ``missing_codes`` [[code or .tag, n, reason]] (of raw
    columns only), ``values`` [[value, n]], ``distinct`` valid values, ``stats`` {mean, sd, min, max, median}
    of numbers, ``histogram`` [[low, high, n]] of numbers with many values and no codes.

    ``values`` starts with the codebook's codes in their order, zero counts included; values without a label
    follow when there are at most 100 of them.  Of text without codes only values of ten rows and more are
    listed, of a key none: a list of once-given answers would be the answers themselves.  Of text that was
    split into its answers, ``surveys.core.split_counts`` adds who ``chosen`` what.
    """
    cells, n = tally(values)
    is_valid = cells.is_not_null()
    absent = reasons.drop_nulls().value_counts(name="n")
    return _counts(cells.filter(is_valid), n.filter(is_valid), _added_up(*absent), variable)


def _counts(valid: pl.Series, often: pl.Series, absent: dict[str, int], variable: Variable) -> Counts:
    """From different values, how often each occurs, and the rows of every absence."""
    spread = _spread(valid, often) if variable.type.is_number else None
    there = int(often.sum())
    return {
        "n": there + sum(absent.values()),
        "valid": there,
        "absent": absent,
        "missing_codes": [],
        "values": _listed(valid, often, variable),
        "distinct": valid.len(),
        "stats": _moments(*spread) if spread and spread[0].size else {},
        "histogram": _histogram(*spread, variable) if spread and valid.len() > MANY else [],
    }


def _added_up(reasons: pl.Series, n: pl.Series) -> dict[str, int]:
    sums: dict[str, int] = {}
    for reason, number in zip(reasons, n, strict=True):
        sums[reason] = sums.get(reason, 0) + int(number)
    return dict(sorted(sums.items()))


def _listed(valid: pl.Series, n: pl.Series, variable: Variable) -> list[list[Any]]:
    missing = {rule.value for rule in variable.missing if rule.value is not None}
    codes = [code.value for code in variable.codes if code.value not in missing]
    if valid.len() > MOST_VALUES + len(codes):  # too many to list: only the labelled ones are looked up
        cells = [missing_value(code, variable.type) for code in codes]
        is_labelled = valid.is_in(cells) if cells else pl.Series([False]).new_from_index(0, valid.len())
        valid, n = valid.filter(is_labelled), n.filter(is_labelled)
    tally = {_plain(value): int(often) for value, often in zip(valid, n, strict=True)}
    others = [value for value in tally if value not in set(codes)]
    if len(others) > MOST_VALUES or variable.role is Role.KEY:
        others = []
    elif variable.type is ValueType.TEXT and not codes:
        others = [value for value in others if tally[value] >= FEWEST]
    labelled = [[code, tally.get(code, 0)] for code in codes]
    return labelled + [[value, tally[value]] for value in sorted(others, key=_order)]


def _missing_codes(
    variable: Variable, cells: pl.Series, n: pl.Series, tags: pl.Series | None
) -> list[list[Any]]:
    """Each declared missing code (or ``.tag``) with its count; a range is counted value by value."""
    single = {rule.value for rule in variable.missing if rule.value is not None}
    tally = {_plain(value): int(often) for value, often in zip(cells, n, strict=True)}
    tagged = dict(zip(tags, n, strict=True)) if tags is not None else {}
    counted: list[list[Any]] = []
    for rule in variable.missing:
        if rule.tag is not None:
            counted.append([f".{rule.tag}", int(tagged.get(rule.tag, 0)), rule.reason])
        elif rule.value is not None:
            counted.append([rule.value, tally.get(rule.value, 0), rule.reason])
        else:
            inside = [code for code in tally if code not in single and _is_inside(code, rule)]
            counted += [[code, tally[code], rule.reason] for code in sorted(inside)[:MOST_VALUES]]
    return counted


def _is_inside(code: Any, rule: MissingRule) -> bool:
    if isinstance(code, str) or code is None:
        return False
    return (rule.low is None or rule.low <= code) and (rule.high is None or code <= rule.high)


def _order(value: Any) -> tuple[bool, Any]:
    """Numbers first (an infinity is a word here), then text."""
    return isinstance(value, str), value


def _spread(valid: pl.Series, n: pl.Series) -> tuple[Doubles, Weights]:
    """Finite values in ascending order and how often each occurs."""
    cells: Doubles = valid.cast(pl.Float64).to_numpy()
    weights: Weights = n.cast(pl.Int64).to_numpy()
    if (cells[1:] < cells[:-1]).any():
        order = np.argsort(cells, kind="stable")
        cells, weights = cells[order], weights[order]
    finite = np.isfinite(cells)
    return cells[finite], weights[finite]


def _moments(cells: Doubles, weights: Weights) -> dict[str, float]:
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
        "p5": float(cells[np.searchsorted(upto, TAIL * n)]),
        "p95": float(cells[np.searchsorted(upto, n - TAIL * n, side="right").clip(max=cells.size - 1)]),
        "median": float(middle[0] / 2 + middle[1] / 2),  # their sum may be beyond a double
    }
    if n > 1:
        stats["sd"] = math.sqrt(squares / (n - 1))
    return {name: number for name, number in stats.items() if math.isfinite(number)}


def _histogram(cells: Doubles, weights: Weights, variable: Variable) -> list[list[float]]:
    """Equal bins at round numbers, so that their ends do not tell the smallest and the largest value."""
    if variable.codes or cells.size < 2:
        return []
    low, high = float(cells[0]), float(cells[-1])
    step = _round_step((high - low) / BINS, variable.type is ValueType.INTEGER)
    if not math.isfinite(step):
        return []
    first, last = math.floor(low / step), math.floor(high / step) + 1
    with np.errstate(over="ignore", invalid="ignore"):
        edges = step * np.arange(first, last + 1, dtype=np.float64)
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        return []  # the values span more than a double can divide
    counts, edges = np.histogram(cells, bins=edges, weights=weights)
    return [[float(a), float(b), int(n)] for a, b, n in zip(edges, edges[1:], counts, strict=False)]


def _round_step(width: float, is_whole: bool) -> float:
    """The next of 1, 2, 5, 10, … (of any power of ten) from ``width`` up; whole numbers need whole ones."""
    if not 0 < width < math.inf:
        return math.inf
    unit = 10.0 ** math.floor(math.log10(width))
    step = next((times * unit for times in (1, 2, 5) if times * unit >= width), 10 * unit)
    return max(1.0, step) if is_whole else step or math.inf


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
