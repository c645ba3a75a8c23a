"""Sentences of running text that say something of a table: figures, signs, ranges, comparisons, lists.

The notes name what each is about: ``about: {claim: {table: …, column: … or [..], term: … or [..]}}``; the
claim's own figures say what it claims (``p`` <0.001, ``odds_ratio`` >2, ``sign`` -, ``range_low`` …).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.audit.checks import Check, between, meet, told
from analytics.core.audit.claims_of_structure import structure_checks
from analytics.core.audit.finding import AuditFinding
from analytics.core.audit.lines import Line, lines
from analytics.core.audit.tails import p_interval_of_t
from analytics.core.printed import Interval, Printed, read
from analytics.core.targets import PublishedTable
from surveys.core.said import say

_COMPARED = re.compile(r"^\s*([<>≤≥])\s*(.+)$")
LOWEST, HIGHEST = -math.inf, math.inf
COPIED = ("percent", "count", "mean", "sd", "estimate", "se", "icc")  # a text repeats them from a table


@dataclass(frozen=True)
class About:
    """A claim and the places of the table it speaks of."""

    line: Line
    table: PublishedTable
    columns: tuple[str, ...]
    terms: tuple[str, ...]
    said: Mapping[str, Any]

    @property
    def is_one(self) -> bool:
        return len(self.columns) == len(self.terms) == 1

    def figures(self, statistic: str) -> Iterator[tuple[str, str, Printed]]:
        """(column, term, figure) of every place that prints one."""
        for term in self.terms:
            for column in self.columns:
                found = self.table.figure(column, term, statistic)
                if found is not None:
                    yield column, term, found


def claim_findings(table: PublishedTable, others: Mapping[str, PublishedTable]) -> list[AuditFinding]:
    """Every claim beside what it is about, with what agrees told together."""
    abouts = [about for line in lines(table) if (about := _about(table, line, others)) is not None]
    models = [one for one in abouts if one.table.kind == "models" and one.is_one]
    rest = [one for one in abouts if one not in models]
    found = {
        "claimed_estimate": [check for one in models for check in _repeated(one)],
        "claimed_figure": [check for one in rest for check in _repeated(one)],
        "claimed_p": [check for one in rest for check in _significance(one)],
        "claim": [check for one in abouts for check in _statements(one)],
    }
    return [finding for code, checks in found.items() for finding in told(code, checks, AGREE[code])]


AGREE: Mapping[str, Callable[[int, int], str]] = {
    "claimed_estimate": lambda n, total: say(
        "{n} of {total} estimates, t and p of the text are those of the table.", n=n, total=total
    ),
    "claimed_figure": lambda n, total: say(
        "{n} of {total} figures of the text are those of the table.", n=n, total=total
    ),
    "claimed_p": lambda n, total: say(
        "{n} of {total} p of the text hold in every place they speak of.", n=n, total=total
    ),
    "claim": lambda n, total: say(
        "{n} of {total} statements of the text agree with the table.", n=n, total=total
    ),
}


def _statements(about: About) -> Iterator[Check]:
    yield from _compared(about)
    yield from _ranges(about)
    yield from _signs(about)
    yield from structure_checks(about.line, about.table, about.said)


def _about(table: PublishedTable, line: Line, others: Mapping[str, PublishedTable]) -> About | None:
    noted = table.notes.get("about")
    said = noted.get(line.term) if isinstance(noted, Mapping) else None
    if not isinstance(said, Mapping):
        return None
    other = others.get(str(said.get("table", "")), table)
    columns, terms = _several(said.get("column")), _several(said.get("term"))
    return About(line, other, columns or other.columns, terms, said)


def _several(given: object) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, list) else ((str(given),) if given else ())


def _repeated(about: About) -> Iterator[Check]:
    """Figures that the text repeats from one place of the table; t and p by estimate and error there."""
    line = about.line
    for statistic in COPIED:
        claimed = line.numbers.get(statistic)
        for column, term, found in about.figures(statistic) if claimed is not None and about.is_one else ():
            arithmetic = say(
                "{label}: {statistic} {claimed} in the text, {printed} in the table ({term}, {column})",
                label=line.label,
                statistic=statistic,
                claimed=claimed.text if claimed else "",
                printed=found.text,
                term=term,
                column=column,
            )
            agrees = claimed is not None and _same(claimed, found)
            yield Check(arithmetic, agrees, arithmetic, line.column, line.term)
    if about.is_one and about.table.kind == "models":
        yield from _tests(about)


def _same(claimed: Printed, found: Printed) -> bool:
    """Whether a text repeats a figure, with as many decimals or fewer (or more, of a coarser table)."""
    if claimed.decimals <= found.decimals:
        return claimed.agrees(found.value)
    return found.agrees(claimed.value)


def _tests(about: About) -> Iterator[Check]:
    t = _t_of(about, about.columns[0], about.terms[0])
    line = about.line
    if t is None:
        return
    claimed = line.figure("t", "z")
    low, high = between(t)
    if claimed is not None:
        arithmetic = say(
            "{label}: t = {claimed} in the text; estimate and error in the table allow {low} to {high}",
            label=line.label,
            claimed=claimed.text,
            low=low,
            high=high,
        )
        yield Check(arithmetic, meet(t, claimed.interval), arithmetic, line.column, line.term)
    p = line.p
    if p is not None:
        implied = p_interval_of_t(claimed.interval if claimed is not None else t)
        least, most = between(implied, 4)
        arithmetic = say(
            "{label}: p {claimed} in the text; t has {low} to {high}",
            label=line.label,
            claimed=line.texts["p"],
            low=least,
            high=most,
        )
        yield Check(arithmetic, meet(p, implied), arithmetic, line.column, line.term, {"p": most})


def _t_of(about: About, column: str, term: str) -> Interval | None:
    b, error = about.table.figure(column, term, "estimate"), about.table.figure(column, term, "se")
    if b is None or error is None or error.value <= 0:
        return None
    return b.interval.over(error.interval)


def _significance(about: About) -> Iterator[Check]:
    """A p that is claimed for several places at once."""
    claimed, line = about.line.p, about.line
    if claimed is None or about.is_one or about.table.kind != "models":
        return
    places = [
        (c, t, p_interval_of_t(z)) for t in about.terms for c in about.columns if (z := _t_of(about, c, t))
    ]
    apart = [(c, t, p) for c, t, p in places if not meet(claimed, p)]
    shown = [f"{term} {column} {_printed(about, column, term)}" for column, term, _ in (apart or places)]
    arithmetic = say(
        "{label}: p {claimed} in the text; {places}", label=line.label, claimed=line.texts["p"], places=shown
    )
    sentence = say(
        "{label}: p {claimed} does not hold for {n} of {total} places in the table.",
        label=line.label,
        claimed=line.texts["p"],
        n=len(apart),
        total=len(places),
    )
    if places:
        yield Check(arithmetic, not apart, sentence, line.column, line.term, {"apart": len(apart)})


def _printed(about: About, column: str, term: str) -> str:
    texts = (about.table.cell(column, term, name) for name in ("estimate", "stars", "se"))
    estimate, stars, error = (cell.printed if cell is not None else "" for cell in texts)
    return f"{estimate}{stars} ({error})"


def _compared(about: About) -> Iterator[Check]:
    """``>2``, ``<50``: a figure of the table, or the exponential of an estimate, beside a number."""
    for statistic, text in about.line.texts.items():
        match = _COMPARED.match(text)
        bound = read(match[2]) if match is not None else None
        if match is None or bound is None or statistic == "p":
            continue
        wanted = Interval(LOWEST, bound.value) if match[1] in "<≤" else Interval(bound.value, HIGHEST)
        source = "estimate" if statistic == "odds_ratio" else statistic
        found = [
            (column, term, one.text, one.interval.exp() if source != statistic else one.interval)
            for column, term, one in about.figures(source)
        ]
        apart = [one for one in found if one[3].high < wanted.low or one[3].low > wanted.high]
        shown = [
            say(
                "exp({text}) = {value:.3f} ({term}, {column})",
                text=t,
                value=(i.low * i.high) ** 0.5,
                term=r,
                column=c,
            )
            if source != statistic
            else say("{text} ({term}, {column})", text=t, term=r, column=c)
            for c, r, t, i in found
        ]
        sentence = say(
            "{label}: {claimed} is claimed; {n} of {total} figures of the table are not so.",
            label=about.line.label,
            claimed=text,
            n=len(apart),
            total=len(found),
        )
        arithmetic = say(
            "{label}: {claimed} claimed; {shown}", label=about.line.label, claimed=text, shown=shown
        )
        if found:
            yield Check(arithmetic, not apart, sentence, about.line.column, about.line.term)


def _ranges(about: About) -> Iterator[Check]:
    """From ... to ... over several columns: the ends nearest to and farthest from 0."""
    ends = about.line.numbers.get("range_low"), about.line.numbers.get("range_high")
    found = sorted((one for _, _, one in about.figures("estimate")), key=lambda one: abs(one.value))
    if ends[0] is None or ends[1] is None or not found:
        return
    small, large = sorted((end for end in ends if end is not None), key=lambda one: abs(one.value))
    agrees = _same(small, found[0]) and _same(large, found[-1])
    sentence = say(
        "{label}: the text has {small} to {large}, the table {least} to {most}.",
        label=about.line.label,
        small=small.text,
        large=large.text,
        least=found[0].text,
        most=found[-1].text,
    )
    arithmetic = say(
        "{label}: {figures} in the table; {small} to {large} in the text",
        label=about.line.label,
        figures=[one.text for one in found],
        small=small.text,
        large=large.text,
    )
    yield Check(arithmetic, agrees, sentence, about.line.column, about.line.term)


def _signs(about: About) -> Iterator[Check]:
    claimed = about.line.texts.get("sign", "").strip().replace("−", "-")
    found = list(about.figures("estimate"))
    if claimed not in ("+", "-") or not found:
        return
    apart = [one for one in found if (one[2].value < 0) != (claimed == "-")]
    shown = [f"{figure.text} ({term}, {column})" for column, term, figure in found]
    sentence = say(
        "{label}: the text gives it the sign {claimed}; the table has {shown}.",
        label=about.line.label,
        claimed=claimed,
        shown=shown,
    )
    arithmetic = say(
        "{label}: sign {claimed} in the text; {shown} in the table",
        label=about.line.label,
        claimed=claimed,
        shown=shown,
    )
    yield Check(arithmetic, not apart, sentence, about.line.column, about.line.term)
