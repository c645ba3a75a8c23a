"""Texts that are dates, sign by sign, for SPSS has no patterns."""

from __future__ import annotations

from collections.abc import Iterable

_DIGITS = "0123456789"


def date_text(cell: str) -> str:
    """YYYY-MM or YYYY-MM-DD."""
    month = _among(cell, 6, range(1, 13))
    begins = [*(_sign(cell, at, _DIGITS) for at in range(1, 5)), _dash(cell, 5), month]
    day = [_dash(cell, 8), _sign(cell, 9, "0123"), _sign(cell, 10, _DIGITS)]
    long = " AND ".join([f"{_length(cell)} = 10", *day])
    return f"{' AND '.join(begins)} AND ({_length(cell)} = 7 OR ({long}))"


def day_text(cell: str) -> str:
    """YYYY-MM-DD, a day that there was."""
    shape = [f"{_length(cell)} = 10", *(_sign(cell, at, _DIGITS) for at in range(1, 5))]
    shape += [f"SUBSTR({cell}, 1, 4) <> '0000'", _dash(cell, 5), _dash(cell, 8)]
    lengths = (((1, 3, 5, 7, 8, 10, 12), 31), ((4, 6, 9, 11), 30), ((2,), 28))
    days = [
        f"({_among(cell, 6, months)} AND {_among(cell, 9, range(1, last + 1))})" for months, last in lengths
    ]
    fours = range(4, 100, 4)
    leap = f"({_among(cell, 3, fours)} OR ({_among(cell, 3, [0])} AND {_among(cell, 1, fours)}))"
    days.append(f"({_among(cell, 6, [2])} AND {_among(cell, 9, [29])} AND {leap})")
    return f"{' AND '.join(shape)} AND ({' OR '.join(days)})"


def _length(cell: str) -> str:
    return f"LENGTH(RTRIM({cell}))"


def _sign(cell: str, at: int, among: str) -> str:
    return f"INDEX('{among}', SUBSTR({cell}, {at}, 1)) > 0"


def _dash(cell: str, at: int) -> str:
    return f"SUBSTR({cell}, {at}, 1) = '-'"


def _among(cell: str, at: int, numbers: Iterable[int]) -> str:
    """Whether two signs are one of these numbers."""
    listed = ", ".join(f"'{number:02}'" for number in numbers)
    return f"ANY(SUBSTR({cell}, {at}, 2), {listed})"
