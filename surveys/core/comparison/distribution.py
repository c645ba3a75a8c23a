"""The answers of two sides: how far apart their shares are, and which counts may be told."""

from __future__ import annotations

from collections.abc import Mapping
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


def distribution(before: Side, after: Side, *, is_told: bool) -> Distribution | None:
    """Both sides' valid answers side by side; None when one of them was not counted, or is a key.

    With ``is_told`` every stored count is told (for those who may download the data).  Otherwise counts
    under ten are not, nor what would give a single hidden one away, and the distance is taken with all such
    values as one class.
    """
    if not before.counts or not after.counts or Role.KEY in (before.variable.role, after.variable.role):
        return None
    if not is_told and (before.is_untold or after.is_untold):
        return UNTOLD
    whole = before, after
    if not is_told:
        before, after = (Side(one.variable, disclosed(one.variable, one.counts)) for one in whole)
    cells = _by_value(before, after)
    if cells is None:
        cells = _by_class(before, after)
    elif not is_told:
        cells = _counted_whole(cells, _by_value(*whole))
    rows = int(before.counts["n"]), int(after.counts["n"])
    absent = rows[0] - int(before.counts["valid"]), rows[1] - int(after.counts["valid"])
    hidden = set() if is_told else _hidden(cells or {})
    return Distribution(
        distance=_distance(cells, hidden) if cells else None,
        rows=rows,
        absent=(_told(absent[0], is_told), _told(absent[1], is_told)),
        counts=tuple(_pair(key, pair, hidden) for key, pair in (cells or {}).items() if key is not None),
        means=(_mean(before), _mean(after)),
    )


Cells = dict[Cell, tuple[int, int]]


def _by_value(before: Side, after: Side) -> Cells | None:
    """Rows per listed value; None when a side has more values than are listed."""
    mixed = mixes_types(before.variable, after.variable)
    sides = []
    for side in (before, after):
        listed = {code_key(value, mixed): int(n) for value, n in side.counts.get("values", ())}
        rest = int(side.counts["valid"]) - sum(listed.values())
        if rest and side.counts.get("histogram"):
            return None
        sides.append((listed, rest))
    (old, old_rest), (new, new_rest) = sides
    if (old_rest and not old) or (new_rest and not new):
        return None
    cells: Cells = {key: (old.get(key, 0), new.get(key, 0)) for key in dict.fromkeys((*old, *new))}
    if old_rest or new_rest:
        cells[None] = (old_rest, new_rest)
    return cells or None


def _counted_whole(shown: Cells, whole: Cells | None) -> Cells:
    """The values that may be shown with all their rows; the rest as one.

    Disclosed by itself, a side in which few gave an answer looks as if nobody had.
    """
    if whole is None:
        return shown
    cells: Cells = {key: whole.get(key, (0, 0)) for key in shown if key is not None}
    rest = [sum(pair[at] for key, pair in whole.items() if key not in cells) for at in (0, 1)]
    if any(rest):
        cells[None] = (rest[0], rest[1])
    return cells


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


def _pair(key: Cell, pair: tuple[int, int], hidden: set[Cell]) -> CountPair:
    before, after = (None, None) if key in hidden else pair
    if isinstance(key, tuple) and not isinstance(key[0], bool):
        return CountPair(None, before, after, float(key[0]), float(key[1]))
    value = key[1] if isinstance(key, tuple) else None
    return CountPair(value, before, after)


def _told(n: int, is_told: bool) -> int | None:
    return n if is_told or not 0 < n < FEWEST else None


def _mean(side: Side) -> float | None:
    mean = (side.counts.get("stats") or {}).get("mean")
    return float(mean) if mean is not None else None
