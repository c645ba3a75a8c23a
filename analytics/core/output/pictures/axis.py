"""Axes: round numbers for ticks, and where a value stands on the sheet."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """Values from ``low`` to ``high`` on the sheet from ``start`` to ``end``; ratios by their logs."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """Where ``value`` stands; what lies outside is put at the edge."""
        inside = min(max(value, self.low), self.high)
        return self.start + self._share(inside) * (self.end - self.start)

    def ticks(self, most: int = 7) -> list[float]:
        """Round values inside."""
        if self.is_log:
            rounds = (m * 10.0**e for e in range(-6, 7) for m in (1, 1.5, 2, 3, 5, 7))
            inside = [value for value in rounds if self.low <= value <= self.high]
            each = -(-len(inside) // most)
            return inside[::each] if each > 1 else inside
        step = _step((self.high - self.low) / most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(n * step, 12) for n in range(first, last + 1)]

    def _share(self, value: float) -> float:
        if self.is_log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def spanning(
    values: Iterable[float], start: float, end: float, is_log: bool = False, room: float = 0.04
) -> Axis:
    """An axis over all of ``values`` (some, finite; above zero for logs) with a little room at both ends."""
    listed = list(values)
    low, high = min(listed), max(listed)
    if is_log:
        apart = max(math.log(high / low), 0.1)
        return Axis(low * math.exp(-room * apart), high * math.exp(room * apart), start, end, True)
    apart = high - low or abs(high) or 1.0
    return Axis(low - room * apart, high + room * apart, start, end)


def shown(value: float) -> str:
    """A tick's number, with a minus sign."""
    return f"{value:z.6g}".replace("-", "−")


def _step(about: float) -> float:
    power = 10.0 ** math.floor(math.log10(about))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= about * (1 - 1e-9))
