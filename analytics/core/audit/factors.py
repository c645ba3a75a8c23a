"""Factor tables, reliability and variance shares: what sums of squares and ratios must come to.

Communality = sum of squared loadings of a row (orthogonal factors); eigenvalue = sum of squares of a column;
percent = eigenvalue / number of items; standardised alpha = k r / (1 + (k - 1) r); intraclass correlation =
group variance over itself plus the residual variance, pi^2 / 3 for a logit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from analytics.core.audit.checks import Check, between, finer, meet, told
from analytics.core.audit.finding import AuditFinding
from analytics.core.audit.lines import Line, lines
from analytics.core.printed import Interval, Printed, exactly
from analytics.core.targets import PublishedTable
from surveys.core.said import say

LATENT = math.pi**2 / 3
SHARES = ("loading", "communality", "alpha", "omega", "kmo", "icc", "r")  # none of them leaves -1 to 1


def factor_findings(table: PublishedTable) -> list[AuditFinding]:
    """Communalities, eigenvalues and their shares, alpha, figures outside their range, and the ICC."""
    here = lines(table)
    loadings = {(one.column, one.term): one.numbers["loading"] for one in here if "loading" in one.numbers}
    items = list(dict.fromkeys(term for _, term in loadings))
    is_oblique = str(table.notes.get("rotation", "")) in ("oblique", "oblimin", "promax")
    rows = [] if is_oblique else [check for line in here if (check := _communality(line, loadings))]
    found = {
        "communality": rows,
        "eigenvalue": _eigenvalues(here, loadings, items),
        "variance_share": _shares(here, items),
        "alpha": [check for line in here if (check := _alpha(line))],
        "icc": [check for line in here if (check := _icc(table, line))],
    }
    agreeing = [finding for code, checks in found.items() for finding in told(code, checks, AGREE[code])]
    return [*_outside(here), *agreeing]


AGREE: Mapping[str, Callable[[int, int], str]] = {
    "communality": lambda n, total: say(
        "{n} of {total} communalities are the sum of the squared loadings.", n=n, total=total
    ),
    "eigenvalue": lambda n, total: say(
        "{n} of {total} eigenvalues are the sum of the squared loadings of their factor.", n=n, total=total
    ),
    "variance_share": lambda n, total: say(
        "{n} of {total} shares of variance are the eigenvalue over the number of items.", n=n, total=total
    ),
    "alpha": lambda n, total: say(
        "{n} of {total} alphas are those of the mean correlation beside them.", n=n, total=total
    ),
    "icc": lambda n, total: say(
        "{n} of {total} intraclass correlations are those of the variances beside them.", n=n, total=total
    ),
}


def _outside(here: Iterable[Line]) -> list[AuditFinding]:
    findings = []
    for line in here:
        for statistic in SHARES:
            printed = line.numbers.get(statistic)
            lowest = -1.0 if statistic in ("loading", "r", "alpha") else 0.0
            if statistic == "alpha":
                lowest = -math.inf
            if printed is None or (printed.interval.low <= 1 and printed.interval.high >= lowest):
                continue
            sentence = say(
                "{name}: {statistic} of {printed} is impossible as printed.",
                name=line.name,
                statistic=statistic,
                printed=printed.text,
            )
            findings.append(AuditFinding("impossible", "error", sentence, (), (line.column,), (line.term,)))
    return findings


def _sum_of_squares(figures: Iterable[Printed]) -> Interval:
    total = exactly(0.0)
    for one in figures:
        ends = sorted((abs(one.interval.low), abs(one.interval.high)))
        low = 0.0 if 0.0 in one.interval else ends[0]
        total = total + Interval(low**2, ends[1] ** 2)
    return total


def _communality(line: Line, loadings: dict[tuple[str, str], Printed]) -> Check | None:
    printed = line.numbers.get("communality")
    mine = [value for (_, term), value in loadings.items() if term == line.term]
    factors = {column for column, _ in loadings}
    if printed is None or len(mine) < len(factors):
        return None  # a loading that is not printed is small, not nought
    return _sum_check(line, printed, mine)


def _sum_check(line: Line, printed: Printed, parts: list[Printed]) -> Check:
    implied = _sum_of_squares(parts)
    low, high = between(implied, finer(printed))
    arithmetic = say(
        "{name}: {parts} = {total:.3f}; print rounding allows {low} to {high}; printed {printed}",
        name=line.name,
        parts=" + ".join(f"{one.text}²" for one in parts),
        total=sum(one.value**2 for one in parts),
        low=low,
        high=high,
        printed=printed.text,
    )
    sentence = say(
        "{name}: the squared loadings add to {low} to {high}, printed {printed}.",
        name=line.name,
        low=low,
        high=high,
        printed=printed.text,
    )
    return Check(arithmetic, meet(implied, printed.interval), sentence, line.column, line.term)


def _eigenvalues(here: list[Line], loadings: dict[tuple[str, str], Printed], items: list[str]) -> list[Check]:
    checks = []
    for line in here:
        printed = line.numbers.get("eigenvalue")
        mine = [value for (column, _), value in loadings.items() if column == line.column]
        if printed is not None and mine and len(mine) == len(items):
            checks.append(_sum_check(line, printed, mine))
    return checks


def _shares(here: list[Line], items: list[str]) -> list[Check]:
    values = {line.column: line.numbers["eigenvalue"] for line in here if "eigenvalue" in line.numbers}
    checks = []
    for line in here:
        printed, value = line.numbers.get("variance_percent"), values.get(line.column)
        if printed is None or value is None or not items:
            continue
        implied = value.interval * (100 / len(items))
        arithmetic = say(
            "{name}: {value} / {items} = {share:.2f} %; printed {printed}",
            name=line.name,
            value=value.text,
            items=len(items),
            share=100 * value.value / len(items),
            printed=printed.text,
        )
        sentence = say(
            "{name}: an eigenvalue of {value} on {items} items is {share:.2f} %, printed {printed}.",
            name=line.name,
            value=value.text,
            items=len(items),
            share=100 * value.value / len(items),
            printed=printed.text,
        )
        agrees = meet(implied, printed.interval)
        checks.append(Check(arithmetic, agrees, sentence, line.column, line.term))
    return checks


def _alpha(line: Line) -> Check | None:
    alpha, r, items = (line.numbers.get(name) for name in ("alpha", "mean_r", "items"))
    if alpha is None or r is None or items is None or items.value < 2 or r.interval.low <= -1 / items.value:
        return None
    k = items.value
    implied = Interval(*(k * end / (1 + (k - 1) * end) for end in (r.interval.low, r.interval.high)))
    low, high = between(implied, finer(alpha))
    arithmetic = say(
        "{name}: {k:g} × {r} / (1 + {less:g} × {r}) = {low} to {high}; printed {printed}",
        name=line.name,
        k=k,
        less=k - 1,
        r=r.text,
        low=low,
        high=high,
        printed=alpha.text,
    )
    sentence = say(
        "{name}: {k:g} items with a mean correlation of {r} have a standardised alpha of {low} to {high}, "
        "printed {printed}.",
        name=line.name,
        k=k,
        r=r.text,
        low=low,
        high=high,
        printed=alpha.text,
    )
    return Check(arithmetic, meet(implied, alpha.interval), sentence, line.column, line.term)


def _icc(table: PublishedTable, line: Line) -> Check | None:
    """Statistics may stand in rows of their own: all of a column are taken together."""
    if "icc" not in line.numbers:
        return None
    beside = {
        cell.statistic: cell.number
        for cell in table.cells
        if cell.column == line.column and cell.number is not None and cell.statistic.startswith("variance_")
    }
    group, rest = beside.get("variance_group"), beside.get("variance_residual")
    said = table.notes.get("models", {}).get(line.column, {})
    is_logit = "logit" in str(said.get("kind", "")) if isinstance(said, dict) else False
    if group is None or group.value < 0 or (rest is None and not is_logit):
        return None
    residual = rest.interval if rest is not None else exactly(LATENT)
    printed = line.numbers["icc"]
    implied = _share(group.interval, residual)
    squared = _share(_squared(group.interval), _squared(residual) if rest is not None else residual)
    low, high = between(implied, finer(printed))
    arithmetic = say(
        "{name}: {group} / ({group} + {rest}) = {low} to {high}; printed {printed}",
        name=line.name,
        group=group.text,
        rest=rest.text if rest is not None else "π²/3",
        low=low,
        high=high,
        printed=printed.text,
    )
    sentence = say(
        "{name}: the variances give an intraclass correlation of {low} to {high}, printed {printed}; read as "
        "standard deviations they would give it."
        if meet(squared, printed.interval)
        else "{name}: the variances give an intraclass correlation of {low} to {high}, printed {printed}.",
        name=line.name,
        low=low,
        high=high,
        printed=printed.text,
    )
    return Check(arithmetic, meet(implied, printed.interval), sentence, line.column, line.term)


def _share(part: Interval, rest: Interval) -> Interval:
    low, high = max(part.low, 0.0), max(part.high, 0.0)
    least, most = max(rest.low, 0.0), max(rest.high, 0.0)
    return Interval(low / (low + most) if low + most else 0.0, high / (high + least) if high + least else 1.0)


def _squared(interval: Interval) -> Interval:
    return Interval(max(interval.low, 0.0) ** 2, interval.high**2)
