"""Probabilities of test statistics, and p as it is printed."""

from __future__ import annotations

import math
import re

from analytics.core.printed import Interval, read

_SIGN = re.compile(r"^\s*p?\s*(?P<sign>[<>≤≥=＜＞])?\s*", re.IGNORECASE)


def read_p(text: str) -> Interval | None:
    """All p that print like ``text``: 0.013, <0.05, p > .05, ``***`` is none of them."""
    match = _SIGN.match(text)
    assert match is not None  # everything in it is optional
    printed = read(text[match.end() :])
    if printed is None or not 0 <= printed.value <= 1:
        return None
    if match["sign"] in ("<", "≤", "＜"):
        return Interval(0.0, printed.value)
    if match["sign"] in (">", "≥", "＞"):
        return Interval(printed.value, 1.0)
    return Interval(max(0.0, printed.interval.low), min(1.0, printed.interval.high))


def p_of_t(t: float, df: float | None = None) -> float:
    """Two-sided p of ``t``; of a normal variable where no degrees of freedom are given."""
    if df is None:
        return math.erfc(abs(t) / math.sqrt(2.0))
    from scipy.special import stdtr  # takes long to import, and commands that compute nothing load this

    return 2.0 * float(stdtr(df, -abs(t)))


def p_of_chi2(statistic: float, df: float) -> float:
    """The chi-squared probability of more than ``statistic``."""
    from scipy.special import chdtrc

    return float(chdtrc(df, max(statistic, 0.0)))


def p_of_f(statistic: float, df1: float, df2: float) -> float:
    """The probability of an F of more than ``statistic``."""
    from scipy.special import fdtrc

    return float(fdtrc(df1, df2, max(statistic, 0.0)))


def p_interval_of_t(t: Interval, df: float | None = None) -> Interval:
    """Every p that ``t`` could have."""
    small = 0.0 if t.low <= 0 <= t.high else min(abs(t.low), abs(t.high))
    return Interval(p_of_t(max(abs(t.low), abs(t.high)), df), p_of_t(small, df))
