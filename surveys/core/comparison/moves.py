"""By how much the counts of one variable differ between two versions: what the difference would tell."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from surveys.core.disclosure import FEWEST

LISTS = ("values", "histogram")  # of which a side has either, both or none

Counts = Mapping[str, Any]


def differ(before: Counts, after: Counts) -> bool:
    """Whether answers, absences or rows are others at all."""
    return bool(_moved(before, after)) or _stats(before) != _stats(after)


def moves_few(before: Counts, after: Counts) -> bool:
    """Whether the difference would tell of fewer than ``FEWEST`` rows, or nobody can know that.

    No part (rows, valid rows, a reason, a missing code, a value, a class, all that is not listed) may have
    moved by one to nine.  Where none moved at all, other figures come from few rows, or from many that nobody
    can count.
    """
    if not before or not after:
        return bool(before) != bool(after)
    if not differ(before, after):
        return False
    if any(bool(before.get(name)) != bool(after.get(name)) for name in LISTS):
        return True
    if before.get("histogram") and not is_same_step(before["histogram"], after["histogram"]):
        return True
    moved = _moved(before, after)
    return not moved or any(n < FEWEST for n in moved)


def is_same_step(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> bool:
    """Whether the classes of two histograms can be laid on each other."""
    steps = [side[0][1] - side[0][0] for side in (one, other)]
    return abs(steps[0] - steps[1]) <= 1e-9 * max(steps)


def _moved(before: Counts, after: Counts) -> list[int]:
    """By how much each part moved, of those that did."""
    old, new = _parts(before), _parts(after)
    gaps = (abs(new.get(part, 0) - old.get(part, 0)) for part in {**old, **new})
    return [gap for gap in gaps if gap]


def _parts(counts: Counts) -> dict[Hashable, int]:
    values = [(_key("value", value), int(n)) for value, n in counts.get("values", ())]
    valid = int(counts.get("valid", 0))
    return {
        "n": int(counts.get("n", 0)),
        "valid": valid,
        **{_key("absent", reason): int(n) for reason, n in counts.get("absent", {}).items()},
        **{_key("missing", code): int(n) for code, n, _reason in counts.get("missing_codes", ())},
        **dict(values),
        "rest": valid - sum(n for _key, n in values),
        **{("class", float(low), float(high)): int(n) for low, high, n in counts.get("histogram") or ()},
    }


def _key(kind: str, value: Any) -> tuple[str, bool, Any]:
    """1 and 1.0 are one code, 1 and "1" are two."""
    return kind, isinstance(value, str), value


def _stats(counts: Counts) -> Mapping[str, Any]:
    return counts.get("stats") or {}
