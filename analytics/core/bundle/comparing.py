"""Two results number by number: what was stored, and what comes out today."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WITHIN = 1e-7  # relative: another machine or library adds in another order; more is another answer
TINY = 1e-9  # below, a difference is one of rounding: gradients, residuals of zero
UNSTEADY = frozenset(("gradient", "decrement", "iterations", "seconds"))  # the road, not the answer


@dataclass(frozen=True)
class Agreement:
    """How many numbers were compared, how many are equal to the last digit, the largest relative difference.

    ``place`` is where that is; ``other`` names places where one has what the other has not.
    """

    numbers: int
    equal: int
    largest: float
    place: str
    other: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.largest <= WITHIN and not self.other


def compared(stored: Any, found: Any) -> Agreement:
    """Every number of ``stored`` beside that of ``found``, whatever they are parts of."""
    pairs = [(place, one, two) for place, one, two in _pairs(stored, found, "")]
    other = [place for place, one, two in pairs if not _alike(one, two)]
    both = [(place, *numbers) for place, one, two in pairs if (numbers := _numbers(one, two)) is not None]
    gaps = [(_gap(one, two), place) for place, one, two in both]
    largest, place = max(gaps, default=(0.0, ""))
    equal = sum(one == two for _, one, two in both)
    return Agreement(len(both), equal, largest, place, tuple(other))


def _pairs(one: Any, two: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for name in dict.fromkeys((*one, *two)):
            if name not in UNSTEADY:
                yield from _pairs(one.get(name), two.get(name), f"{place}.{name}" if place else str(name))
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for at, (first, second) in enumerate(zip(one, two, strict=True)):
            yield from _pairs(first, second, f"{place}[{at}]")
    else:
        yield place, one, two


def _numbers(one: Any, two: Any) -> tuple[float, float] | None:
    return (float(one), float(two)) if _is_number(one) and _is_number(two) else None


def _is_number(thing: Any) -> bool:
    return isinstance(thing, int | float) and not isinstance(thing, bool)


def _alike(one: Any, two: Any) -> bool:
    """Two numbers, or the same text, truth or nothing; what has no value counts as nothing."""
    if _numbers(one, two) is not None:
        return True
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    empty: tuple[Any, ...] = (None, "", [], {})
    return one == two or (one in empty and two in empty)


def _gap(one: float, two: float) -> float:
    if not (math.isfinite(one) and math.isfinite(two)):
        return 0.0 if one == two else math.inf
    apart, size = abs(one - two), max(abs(one), abs(two))
    return 0.0 if apart <= TINY * min(1.0, size or 1.0) else apart / size
