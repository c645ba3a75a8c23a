"""What the SD of a factor score says of how it was scored, and how far groups can lie apart on a log scale.

A score of k standardised items whose mean correlation is r has, by the way it was made, the SD
sqrt(k + k (k - 1) r) as a sum, sqrt(1 + (k - 1) r) as an unscaled first component, and, with loadings as
weights, sqrt(r) sqrt(k + k (k - 1) r) (factor loadings) or 1 + (k - 1) r (component loadings).  The notes
name such rows: ``scores: {status: {items: 4}}`` and ``logs: {gdp: {groups: 8, ratio: 7}}``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from analytics.core.audit.finding import AuditFinding
from analytics.core.printed import Interval, Printed
from analytics.core.targets import PublishedTable
from surveys.core.said import say

Way = Callable[[int, float], float]
WAYS: tuple[tuple[str, str, Way], ...] = (
    ("sum", say("sum of standardised items"), lambda k, r: math.sqrt(k + k * (k - 1) * r)),
    ("component", say("first principal component, unscaled"), lambda k, r: math.sqrt(1 + (k - 1) * r)),
    ("weighted", say("sum weighted by factor loadings"), lambda k, r: math.sqrt(r * (k + k * (k - 1) * r))),
    ("weighted_component", say("sum weighted by component loadings"), lambda k, r: 1 + (k - 1) * r),
)
STEPS = 60  # halvings: more than the digits of a float


def score_findings(table: PublishedTable) -> list[AuditFinding]:
    """For scores and logs that the notes name, what their printed SDs imply."""
    findings = []
    for column in table.columns:
        for term, said in _noted(table, "scores"):
            sd, items = table.figure(column, term, "sd"), _whole(said, "items")
            if sd is not None and sd.value > 0 and items is not None and items > 1:
                findings.append(_score(table.label(term), column, term, sd, items))
        for term, said in _noted(table, "logs"):
            sd, groups = table.figure(column, term, "sd"), _whole(said, "groups")
            ratio = said.get("ratio")
            if sd is None or groups is None or groups < 2 or not isinstance(ratio, int | float) or ratio <= 1:
                continue
            findings.append(_log_range(table.label(term), column, term, sd, groups, float(ratio)))
    return findings


def implied_correlations(sd: Interval, items: int) -> dict[str, Interval | None]:
    """Per way of scoring, every mean correlation from 0 to 1 with which the SD lies in ``sd``."""
    return {name: _correlations(way, items, sd) for name, _, way in WAYS}


def _correlations(way: Way, items: int, sd: Interval) -> Interval | None:
    least, most = way(items, 0.0), way(items, 1.0)
    if sd.high < least or sd.low > most:
        return None
    return Interval(*(_solve(way, items, min(max(end, least), most)) for end in (sd.low, sd.high)))


def _solve(way: Way, items: int, sd: float) -> float:
    """The r at which a way that grows with r has this SD, by halving."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if way(items, middle) < sd else (low, middle)
    return (low + high) / 2


def _score(label: str, column: str, term: str, sd: Printed, items: int) -> AuditFinding:
    found = implied_correlations(sd.interval, items)
    lines = []
    for name, words, _ in WAYS:
        needed = found[name]
        lines.append(
            say(
                "{way}: needs a mean correlation of {low:.2f} to {high:.2f}",
                way=words,
                low=needed.low,
                high=needed.high,
            )
            if needed is not None
            else say("{way}: impossible at any correlation", way=words)
        )
    values: dict[str, Any] = {name: [r.low, r.high] if r is not None else None for name, r in found.items()}
    if sd.interval.low <= 1:
        sentence = say(
            "{label}: an SD of {sd} is one that a standardised score may have.", label=label, sd=sd.text
        )
        return AuditFinding("score_sd", "info", sentence, tuple(lines), (column,), (term,), values)
    sentence = say(
        "{label}: an SD of {sd} is over 1, so the score of {items} items is not standardised; how it was "
        "made is not said.",
        label=label,
        sd=sd.text,
        items=items,
    )
    return AuditFinding("score_sd", "warning", sentence, tuple(lines), (column,), (term,), values)


def _log_range(label: str, column: str, term: str, sd: Printed, groups: int, ratio: float) -> AuditFinding:
    """k equal groups lie at most 2 s sqrt(k / 2) apart: two at the ends, the others in the middle."""
    widest = 2 * sd.interval.high * math.sqrt(groups / 2)
    line = say(
        "2 × {sd:.2f} × √({groups} / 2) = {widest:.2f}; e^{widest:.2f} = {factor:.1f}, 10^{widest:.2f} = "
        "{tenfold:.0f}",
        sd=sd.interval.high,
        groups=groups,
        widest=widest,
        factor=math.exp(widest),
        tenfold=10**widest,
    )
    values = {"range": widest, "factor": math.exp(widest)}
    where = (line,), (column,), (term,), values
    if math.exp(widest) < ratio:
        sentence = say(
            "{label}: {groups} equal groups with an SD of {sd} lie at most {factor:.1f} times apart on a "
            "natural log scale; the largest is {ratio:g} times the smallest, so it is no natural logarithm.",
            label=label,
            groups=groups,
            sd=sd.text,
            factor=math.exp(widest),
            ratio=ratio,
        )
        return AuditFinding("not_natural_log", "error", sentence, *where)
    sentence = say("{label}: an SD of {sd} fits a natural logarithm.", label=label, sd=sd.text)
    return AuditFinding("natural_log", "info", sentence, *where)


def _noted(table: PublishedTable, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    said = table.notes.get(name)
    if not isinstance(said, Mapping):
        return []
    return [(str(term), one) for term, one in said.items() if isinstance(one, Mapping)]


def _whole(said: Mapping[str, Any], name: str) -> int | None:
    value = said.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000 else None
