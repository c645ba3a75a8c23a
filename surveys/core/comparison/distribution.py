"""The answers of two sides: how far apart their shares are, and which counts may be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.core.codebook import Role, Scalar, Variable
from surveys.core.comparison.codes import code_key, mixes_types
from surveys.core.comparison.difference import CountPair, Distribution
from surveys.core.comparison.moves import is_same_step
from surveys.core.disclosure import FEWEST, disclosed

Counts = Mapping[str, Any]
Cell = tuple[bool, Scalar] | tuple[float, float] | None  # a code, a class, or all that is not listed


@dataclass(frozen=True)
class Side:
    """A variable and what was counted of it; ``counts`` as ``surveys.core.frequencies`` gives them.

    ``is_untold``: beside those of another version of its wave they would tell of fewer than ten rows.
    """

    variable: Variable
    counts: Counts
    is_untold: bool = False


UNTOLD = Distribution(None, (None, None), (None, None), is_untold=True)


Cells = dict[Cell, tuple[int, int]]


@dataclass(frozen=True)
class _Values:
    """Rows per listed value, with all others as one under None.

    ``unlisted`` are values, as they are told, that one side does not list though it has rows that it does not
    list: texts of fewer than ten rows.  How many of those hold the value nobody knows; in ``cells`` it is the
    number that makes the two sides most alike.
    """

    cells: Cells
    unlisted: Mapping[Cell, tuple[int | None, int | None]]


def distribution(before: Side, after: Side, *, is_told: bool) -> Distribution | None:
    """Both sides' valid answers side by side; None when one of them was not counted, or is a key.

    With ``is_told`` every stored count is told (for those who may download the data).  Otherwise counts
    under ten are not, nor what would give a single hidden one away, and no distance that only seems so small
    because of what is hidden.
    """
    if not before.counts or not after.counts or Role.KEY in (before.variable.role, after.variable.role):
        return None
    if not is_told and (before.is_untold or after.is_untold):
        return UNTOLD
    whole = before, after
    if not is_told:
        before, after = (Side(one.variable, disclosed(one.variable, one.counts)) for one in whole)
    values = _by_value(before, after)
    counted = values and (_by_value(*whole) if not is_told else values)
    if values is not None and counted is not None and not is_told:
        values = _shown_of(counted, values.cells)
    cells = values.cells if values is not None else _by_class(before, after) or {}
    hidden = set() if is_told else _hidden(cells)
    distance = _distance(cells, hidden) if cells else None
    if counted is not None and distance != _distance(counted.cells, set()):
        distance = None
    rows = int(before.counts["n"]), int(after.counts["n"])
    absent = rows[0] - int(before.counts["valid"]), rows[1] - int(after.counts["valid"])
    return Distribution(
        distance=distance,
        rows=rows,
        absent=(_told(absent[0], is_told), _told(absent[1], is_told)),
        counts=tuple(_pairs(cells, hidden, values)),
        means=(_mean(before), _mean(after)),
    )


def _by_value(before: Side, after: Side) -> _Values | None:
    """Rows per listed value; None when a side has more values than are listed."""
    mixed = mixes_types(before.variable, after.variable)
    sides = []
    for side in (before, after):
        listed = {code_key(value, mixed): int(n) for value, n in side.counts.get("values", ())}
        rest = int(side.counts["valid"]) - sum(listed.values())
        if rest and (side.counts.get("histogram") or not listed):
            return None
        sides.append((listed, rest))
    (old, old_rest), (new, new_rest) = sides
    left = [old_rest, new_rest]
    cells: Cells = {}
    unlisted: dict[Cell, tuple[int | None, int | None]] = {}
    for key in sorted({*old, *new}, key=lambda one: (-old.get(one, 0) - new.get(one, 0), str(one))):
        pair = old.get(key), new.get(key)
        if any(n is None and rest for n, rest in zip(pair, (old_rest, new_rest), strict=True)):
            unlisted[key] = pair
        cells[key] = _of_rest(pair[0], left, 0), _of_rest(pair[1], left, 1)
    cells = {key: cells[key] for key in dict.fromkeys((*old, *new))}
    if any(left):
        cells[None] = (left[0], left[1])
    return _Values(cells, unlisted) if cells else None


def _of_rest(n: int | None, left: list[int], place: int) -> int:
    """The rows of a value; where it is not listed, as many of the rows ``left`` as it may have."""
    if n is None:
        n = min(FEWEST - 1, left[place])
        left[place] -= n
    return n


def _shown_of(whole: _Values, keys: Iterable[Cell]) -> _Values:
    """The values that may be shown with all their rows; the rest as one.

    Disclosed by itself, a side in which few gave an answer looks as if nobody had.
    """
    shown = [key for key in keys if key is not None]
    cells: Cells = {key: whole.cells[key] for key in shown if key not in whole.unlisted}
    rest = [sum(pair[at] for key, pair in whole.cells.items() if key not in cells) for at in (0, 1)]
    if any(rest):
        cells[None] = (rest[0], rest[1])
    return _Values(cells, {key: (None, None) for key in shown if key in whole.unlisted})


def _by_class(before: Side, after: Side) -> Cells | None:
    """Rows per class of two histograms with equal steps; None when they cannot be laid on each other."""
    bins = [side.counts.get("histogram") or [] for side in (before, after)]
    if not all(bins) or not is_same_step(*bins):
        return None
    sides = [{(float(low), float(high)): int(n) for low, high, n in side} for side in bins]
    keys = sorted({*sides[0], *sides[1]})
    cells: Cells = {key: (sides[0].get(key, 0), sides[1].get(key, 0)) for key in keys}
    valid = [
        int(side.counts["valid"]) - sum(own.values())
        for side, own in zip((before, after), sides, strict=True)
    ]
    if any(valid):
        cells[None] = (valid[0], valid[1])
    return cells


def _hidden(cells: Cells) -> set[Cell]:
    """What may not be told: counts under ten, and where one stands alone the smallest value beside it."""
    hidden = {key for key, pair in cells.items() if any(0 < n < FEWEST for n in pair)}
    others = [(not all(pair), sum(pair), str(key), key) for key, pair in cells.items() if key not in hidden]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda one: one[:3])[3])
    return hidden


def _distance(cells: Cells, hidden: set[Cell]) -> float | None:
    """Half the sum of absolute differences of shares; hidden values count as one class."""
    merged: dict[Cell, list[int]] = {}
    for key, pair in cells.items():
        both = merged.setdefault(None if key in hidden else key, [0, 0])
        both[0] += pair[0]
        both[1] += pair[1]
    totals = [sum(pair[place] for pair in merged.values()) for place in (0, 1)]
    if not all(totals):
        return None
    gaps = (abs(pair[0] / totals[0] - pair[1] / totals[1]) for pair in merged.values())
    return round(sum(gaps) / 2, 6)


def _pairs(cells: Cells, hidden: set[Cell], values: _Values | None) -> Iterator[CountPair]:
    told = dict(values.unlisted) if values is not None else {}
    told = told | dict.fromkeys(hidden, (None, None))
    for key in dict.fromkeys((*cells, *told)):
        if key is not None:
            yield _pair(key, *told.get(key, cells.get(key, (None, None))))


def _pair(key: Cell, before: int | None, after: int | None) -> CountPair:
    if isinstance(key, tuple) and not isinstance(key[0], bool):
        return CountPair(None, before, after, float(key[0]), float(key[1]))
    value = key[1] if isinstance(key, tuple) else None
    return CountPair(value, before, after)


def _told(n: int, is_told: bool) -> int | None:
    return n if is_told or not 0 < n < FEWEST else None


def _mean(side: Side) -> float | None:
    mean = (side.counts.get("stats") or {}).get("mean")
    return float(mean) if mean is not None else None
