"""Percentages rounded half up in exact arithmetic, and made to add to 100 where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Figures = tuple[float | None, ...]


def percent(count: float, base: float, decimals: int) -> float | None:
    """100 count / base rounded half up, exactly for what the two numbers are; ``None`` on an empty base."""
    exact = _exact(count, base)
    return None if exact is None else _units(exact, 10**decimals) / 10**decimals


def rounded(counts: Sequence[float], bases: Sequence[float], decimals: int) -> Figures:
    """The percentages of ``counts``, each of its own base."""
    return tuple(percent(count, base, decimals) for count, base in zip(counts, bases, strict=True))


def forced(counts: Sequence[float], base: float, decimals: int) -> tuple[Figures, tuple[bool, ...]]:
    """The percentages of parts that make a whole, adding to exactly 100, and which of them were changed.

    Where rounding leaves the total short (over) by d units of the last decimal, the d percentages that
    rounding lowered (raised) most go one unit up (down); an empty category stays 0.
    """
    scale = 10**decimals
    exact = [_exact(count, base) for count in counts]
    if any(one is None for one in exact):
        return (None,) * len(counts), (False,) * len(counts)
    known = [one for one in exact if one is not None]
    units = [_units(one, scale) for one in known]
    lost = [one * scale - unit for one, unit in zip(known, units, strict=True)]
    off = 100 * scale - sum(units)
    step = 1 if off > 0 else -1
    order = sorted((at for at, one in enumerate(known) if one), key=lambda at: (-step * lost[at], at))
    changed = frozenset(order[: abs(off)])
    shown = tuple((unit + step * (at in changed)) / scale for at, unit in enumerate(units))
    return shown, tuple(at in changed for at in range(len(units)))


def _exact(count: float, base: float) -> Fraction | None:
    return 100 * Fraction(count) / Fraction(base) if base else None


def _units(exact: Fraction, scale: int) -> int:
    """Units of the last decimal, halves up."""
    return int((2 * exact * scale + 1) // 2)
