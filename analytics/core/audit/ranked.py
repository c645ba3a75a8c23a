"""Tables of weighted ranks: 0.5 for who named an answer first, 0.3 second, 0.2 third.

Where n people answered at every rank, a figure is a whole multiple of 100 u / (n W), u the step that all
weights are multiples of and W their sum.  Where All is one count over a common total, it is the same mixture
of the groups in every row.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from math import gcd

from analytics.core.audit.crosstabs import ALL, percents
from analytics.core.audit.finding import AuditFinding
from analytics.core.printed import Interval, Printed
from analytics.core.targets import PublishedTable
from surveys.core.said import say

MOST_DECIMALS = 4  # of a weight


def ranked_findings(table: PublishedTable) -> list[AuditFinding]:
    """Figures that no whole weighted count of the printed base gives, and rows that mix otherwise."""
    weights = [Decimal(str(weight)) for weight in table.notes.get("weights", ()) if _is_weight(weight)]
    if not weights:
        return []
    units = [int(weight * 10**MOST_DECIMALS) for weight in weights]
    step = Decimal(reduce(gcd, units)) / 10**MOST_DECIMALS
    return [*_multiples(table, float(step), float(sum(weights))), *_mixtures(table)]


def _is_weight(weight: object) -> bool:
    return isinstance(weight, int | float) and not isinstance(weight, bool) and 0 < weight < 1000


def _multiples(table: PublishedTable, step: float, total: float) -> list[AuditFinding]:
    findings = []
    for column in table.columns:
        base, cells = table.base(column), percents(table, column)
        if not base or not cells or column.casefold() == ALL:
            continue
        unit = 100 * step / (base * total)
        off = {term: one for term, one in cells.items() if not (one.interval * (1 / unit)).whole_numbers()}
        if not off:
            continue
        sentence = say(
            "{column}: {n} of {cells} figures are no weighted count of {base} answers at every rank, which "
            "come in steps of {unit:.4f}.",
            column=column,
            n=len(off),
            cells=len(cells),
            base=base,
            unit=unit,
        )
        lines = tuple(_step_line(table.label(term), one, unit) for term, one in off.items())
        values = {"cells": len(off), "unit": unit}
        findings.append(AuditFinding("ranked_steps", "error", sentence, lines, (column,), tuple(off), values))
    return findings


def _step_line(label: str, printed: Printed, unit: float) -> str:
    below = int(printed.value / unit)
    return say(
        "{label}: {below} steps are {low:.4f}, {above} are {high:.4f}; printed {printed}",
        label=label,
        below=below,
        low=below * unit,
        above=below + 1,
        high=(below + 1) * unit,
        printed=printed.text,
    )


def _mixtures(table: PublishedTable) -> list[AuditFinding]:
    """The share of the first group in All, row by row, where there are two groups."""
    overall = next((column for column in table.columns if column.casefold() == ALL), None)
    groups = [column for column in table.columns if column != overall]
    if overall is None or len(groups) != 2:
        return []
    one, other, whole = (percents(table, column) for column in (*groups, overall))
    shares = {
        term: _mixture(one[term], other[term], whole[term]) for term in one if term in other and term in whole
    }
    found = {term: share for term, share in shares.items() if share is not None}
    if not found or max(share.low for share in found.values()) <= min(share.high for share in found.values()):
        return []
    lines = tuple(
        say(
            "{label}: ({whole} − {other}) / ({one} − {other}) = {low:.3f} to {high:.3f}",
            label=table.label(term),
            whole=whole[term].text,
            other=other[term].text,
            one=one[term].text,
            low=share.low,
            high=share.high,
        )
        for term, share in found.items()
    )
    sentence = say(
        "{overall} is not one mixture of {one} and {other}: no single weight serves all rows, so the figures "
        "are not weighted counts over a common total.",
        overall=overall,
        one=groups[0],
        other=groups[1],
    )
    values = {term: [share.low, share.high] for term, share in found.items()}
    return [AuditFinding("ranked_mixture", "error", sentence, lines, (overall,), values=values)]


def _mixture(one: Printed, other: Printed, whole: Printed) -> Interval | None:
    """Every weight of ``one`` that gives ``whole``; None where the groups are too alike to tell."""
    apart = one.interval - other.interval
    if apart.low <= 0 <= apart.high:
        return None
    above = whole.interval - other.interval
    corners = [a / b for a in (above.low, above.high) for b in (apart.low, apart.high)]
    return Interval(min(corners), max(corners))
