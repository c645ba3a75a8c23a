"""Figures as they are printed: a number with a last digit stands for an interval."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = re.compile(r"[-−+]?\d[\d,]*(\.\d+)?|[-−+]?\.\d+")
LARGEST = 1e15  # beyond it a float no longer holds every whole number, and nothing is printed to the unit
MOST_DECIMALS = 100
SLACK = 1e-9  # of rounding in binary; allows half-up and half-to-even alike


@dataclass(frozen=True)
class Interval:
    """All numbers from ``low`` to ``high``; arithmetic gives every value the operands could have."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        slack = SLACK * max(1.0, abs(value))
        return self.low - slack <= value <= self.high + slack

    def __add__(self, other: Interval | float) -> Interval:
        other = exactly(other)
        return Interval(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Interval | float) -> Interval:
        other = exactly(other)
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | float) -> Interval:
        return self + -exactly(other)

    def over(self, other: Interval) -> Interval:
        """The quotient; the divisor is a positive quantity, which its print interval may let touch zero."""
        low, high = max(other.low, 0.0), other.high
        corners = [
            a / b if b else math.copysign(math.inf, a) for a in (self.low, self.high) for b in (low, high)
        ]
        return Interval(min(corners), max(corners))

    def exp(self) -> Interval:
        return Interval(math.exp(self.low), math.exp(self.high))

    def whole_numbers(self) -> range:
        return range(math.ceil(self.low - SLACK), math.floor(self.high + SLACK) + 1)


def exactly(value: Interval | float) -> Interval:
    """A number as an interval of no width."""
    return value if isinstance(value, Interval) else Interval(value, value)


@dataclass(frozen=True)
class Printed:
    """A printed number: its text, its value and how many decimals were printed."""

    text: str
    value: float
    decimals: int

    @property
    def unit(self) -> float:
        """One unit of the last printed digit."""
        return 10.0**-self.decimals

    @property
    def interval(self) -> Interval:
        """Every number that prints like this."""
        return Interval(self.value - self.unit / 2, self.value + self.unit / 2)

    def agrees(self, computed: float) -> bool:
        """Whether ``computed`` prints like this, rounding halves either way."""
        return computed in self.interval

    def like(self, computed: float) -> str:
        """``computed`` with as many decimals."""
        comma = "," if "," in self.text else ""
        return f"{computed:z{comma}.{self.decimals}f}"  # what rounds to zero has no sign


def read(text: str) -> Printed | None:
    """The number in a printed cell, or None when it holds none (stars, “in”, an empty cell).

    Numbers that no table prints (over ``LARGEST``) are none: arithmetic on them would be on rounding.
    """
    stripped = text.strip().rstrip("%").strip("() ")
    if not _NUMBER.fullmatch(stripped):
        return None
    plain = Decimal(stripped.replace(",", "").replace("−", "-"))
    exponent = plain.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    if abs(plain) > LARGEST or decimals > MOST_DECIMALS:
        return None
    return Printed(text.strip(), float(plain), decimals)
