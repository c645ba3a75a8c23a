"""Test statistics, p, odds ratios and intervals against the estimates beside them.

t = b / SE; p = 2 (1 - F(|t|)); OR = exp(b); bounds b -/+ q SE, for odds ratios exp of them.
"""

from __future__ import annotations

from collections.abc import Callable

from analytics.core.audit.checks import Check, between, finer, meet, told
from analytics.core.audit.finding import AuditFinding
from analytics.core.audit.lines import Line, lines
from analytics.core.audit.tails import p_interval_of_t, p_of_chi2, p_of_f, p_of_t
from analytics.core.printed import Interval, Printed
from analytics.core.targets import PublishedTable
from surveys.core.said import say

QUANTILE = Interval(1.959963, 2.0003)  # of a 95 % interval: normal, down to t on 60 degrees of freedom
LARGEST_LOG = 50.0  # exp of more is no odds ratio that anybody prints
HALF = 0.5


def ratio_findings(table: PublishedTable) -> list[AuditFinding]:
    """Every check of this module, over every row and column."""
    here = lines(table)
    found = ((code, [one for line in here if (one := check(line))], agree) for code, check, agree in CHECKS)
    return [finding for code, checks, agree in found for finding in told(code, checks, agree)]


def _t_check(line: Line) -> Check | None:
    t, b, error = line.figure("t", "z"), line.figure("estimate"), line.figure("se")
    if t is None or b is None or error is None or error.value <= 0:
        return None
    low, high = between(b.interval.over(error.interval), finer(t))
    arithmetic = say(
        "{name}: {b} / {error} = {t:.3f}; print rounding allows {low} to {high}; printed {printed}",
        name=line.name,
        b=b.text,
        error=error.text,
        t=b.value / error.value,
        low=low,
        high=high,
        printed=t.text,
    )
    agrees = meet(b.interval.over(error.interval), t.interval)
    sentence = say(
        "{name}: {b} over {error} is not the printed {printed}.",
        name=line.name,
        b=b.text,
        error=error.text,
        printed=t.text,
    )
    return Check(arithmetic, agrees, sentence, line.column, line.term, {"t": b.value / error.value})


def _p_check(line: Line) -> Check | None:
    p = line.p
    found = _implied_p(line)
    if p is None or found is None:
        return None
    name, point, implied = found
    low, high = between(implied, 4)
    arithmetic = say(
        "{line}: {statistic} has p = {p:.4f}; print rounding allows {low} to {high}; printed {printed}",
        line=line.name,
        statistic=name,
        p=point,
        low=low,
        high=high,
        printed=line.texts["p"],
    )
    sentence = say(
        "{line}: {statistic} has p = {p:.4f}, printed {printed}.",
        line=line.name,
        statistic=name,
        p=point,
        printed=line.texts["p"],
    )
    return Check(arithmetic, meet(p, implied), sentence, line.column, line.term, {"p": point})


def _implied_p(line: Line) -> tuple[str, float, Interval] | None:
    """(statistic in words, its p, every p within print rounding) of t, chi-squared, F, or estimate / SE."""
    df = line.df
    t, chi2, f = line.figure("t", "z"), line.figure("chi2"), line.figure("f")
    if t is not None:
        return _named("t", t, df), p_of_t(t.value, df), p_interval_of_t(t.interval, df)
    if chi2 is not None and df is not None:
        ends = p_of_chi2(chi2.interval.high, df), p_of_chi2(chi2.interval.low, df)
        return _named("χ²", chi2, df), p_of_chi2(chi2.value, df), Interval(*ends)
    df1, df2 = line.figure("df1"), line.figure("df2")
    if f is not None and df1 is not None and df2 is not None and min(df1.value, df2.value) > 0:
        one, two = df1.value, df2.value
        ends = p_of_f(f.interval.high, one, two), p_of_f(f.interval.low, one, two)
        return f"F({df1.text}, {df2.text}) = {f.text}", p_of_f(f.value, one, two), Interval(*ends)
    b, error = line.figure("estimate"), line.figure("se")
    if b is None or error is None or error.value <= 0:
        return None
    z = b.value / error.value
    return f"{b.text} / {error.text}", p_of_t(z, df), p_interval_of_t(b.interval.over(error.interval), df)


def _named(name: str, statistic: Printed, df: float | None) -> str:
    return f"{name}({df:g}) = {statistic.text}" if df is not None else f"{name} = {statistic.text}"


def _odds_check(line: Line) -> Check | None:
    ratio, b = line.figure("odds_ratio"), line.figure("estimate")
    if ratio is None or b is None or abs(b.value) > LARGEST_LOG:
        return None
    implied = b.interval.exp()
    low, high = between(implied, finer(ratio))
    arithmetic = say(
        "{name}: exp({b}) = {low} to {high}; printed {printed}",
        name=line.name,
        b=b.text,
        low=low,
        high=high,
        printed=ratio.text,
    )
    sentence = say(
        "{name}: exp({b}) is not the printed odds ratio {printed}.",
        name=line.name,
        b=b.text,
        printed=ratio.text,
    )
    return Check(arithmetic, meet(implied, ratio.interval), sentence, line.column, line.term)


def _interval_check(line: Line) -> Check | None:
    """Bounds from the estimate and its standard error, on the scale on which the bounds are printed."""
    low, high = line.figure("ci_low"), line.figure("ci_high")
    b, error = line.figure("estimate"), line.figure("se")
    if low is None or high is None or b is None or error is None or error.value < 0:
        return None
    reach = error.interval * QUANTILE
    below, above = b.interval - reach, b.interval + reach
    if line.figure("odds_ratio") is not None and abs(above.high) < LARGEST_LOG:
        below, above = below.exp(), above.exp()
    arithmetic = say(
        "{name}: from {b} and {error} the bounds are {low_from} to {low_to} and {high_from} to {high_to}; "
        "printed {low} and {high}",
        name=line.name,
        b=b.text,
        error=error.text,
        low=low.text,
        high=high.text,
        low_from=between(below)[0],
        low_to=between(below)[1],
        high_from=between(above)[0],
        high_to=between(above)[1],
    )
    sentence = say(
        "{name}: the printed interval {low} to {high} is not that of {b} with a standard error of {error}.",
        name=line.name,
        low=low.text,
        high=high.text,
        b=b.text,
        error=error.text,
    )
    agrees = meet(below, low.interval) and meet(above, high.interval)
    return Check(arithmetic, agrees, sentence, line.column, line.term)


def _middle_check(line: Line) -> Check | None:
    """The odds ratio is the geometric mean of its bounds."""
    ratio, low, high = line.figure("odds_ratio"), line.figure("ci_low"), line.figure("ci_high")
    if ratio is None or low is None or high is None or low.value <= 0 or high.value <= 0:
        return None
    ends = Interval(
        (max(low.interval.low, 0.0) * high.interval.low) ** HALF,
        (low.interval.high * high.interval.high) ** HALF,
    )
    arithmetic = say(
        "{name}: √({low} × {high}) = {middle:.3f}; print rounding allows {least} to {most}; "
        "printed {printed}",
        name=line.name,
        low=low.text,
        high=high.text,
        middle=(low.value * high.value) ** HALF,
        least=between(ends)[0],
        most=between(ends)[1],
        printed=ratio.text,
    )
    sentence = say(
        "{name}: the odds ratio {printed} is not the middle of {low} to {high} on the log scale.",
        name=line.name,
        printed=ratio.text,
        low=low.text,
        high=high.text,
    )
    return Check(arithmetic, meet(ends, ratio.interval), sentence, line.column, line.term)


def _exclusion_check(line: Line) -> Check | None:
    """A 95 % interval leaves out no effect (0, for odds ratios 1) exactly when p < 0.05."""
    low, high, p = line.figure("ci_low"), line.figure("ci_high"), line.p
    if low is None or high is None or p is None:
        return None
    none = 1.0 if line.figure("odds_ratio") is not None else 0.0
    outside = none < low.interval.low or none > high.interval.high
    inside = low.interval.high < none < high.interval.low
    wrong = (outside and p.low > 0.05) or (inside and p.high < 0.05)  # at 5 % itself rounding decides
    arithmetic = say(
        "{name}: {low} to {high} beside p {p}; no effect is {none:g}",
        name=line.name,
        low=low.text,
        high=high.text,
        p=line.texts["p"],
        none=none,
    )
    sentence = say(
        "{name}: the interval {low} to {high} and p {p} say different things of whether there is an effect.",
        name=line.name,
        low=low.text,
        high=high.text,
        p=line.texts["p"],
    )
    return Check(arithmetic, not wrong, sentence, line.column, line.term)


CHECKS: tuple[tuple[str, Callable[[Line], Check | None], Callable[[int, int], str]], ...] = (
    (
        "t",
        _t_check,
        lambda n, total: say(
            "{n} of {total} test statistics are estimate / SE at the printed digits.", n=n, total=total
        ),
    ),
    (
        "p",
        _p_check,
        lambda n, total: say("{n} of {total} p agree with their test statistic.", n=n, total=total),
    ),
    (
        "odds_ratio",
        _odds_check,
        lambda n, total: say(
            "{n} of {total} odds ratios are the exponential of their coefficient.", n=n, total=total
        ),
    ),
    (
        "interval",
        _interval_check,
        lambda n, total: say(
            "{n} of {total} intervals have the printed estimate and error in them.", n=n, total=total
        ),
    ),
    (
        "middle",
        _middle_check,
        lambda n, total: say(
            "{n} of {total} odds ratios lie in the middle of their interval, on the log scale.",
            n=n,
            total=total,
        ),
    ),
    (
        "exclusion",
        _exclusion_check,
        lambda n, total: say(
            "{n} of {total} intervals agree with p on whether there is an effect.", n=n, total=total
        ),
    ),
)
