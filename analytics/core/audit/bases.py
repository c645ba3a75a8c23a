"""Percentages in running text: the bases on which they are whole counts, together and one by one.

The notes say what the text says of bases: ``together: [[a, b, c]]`` share one, ``of: {a: b}`` stands on the
count of b, ``rest_of: {a: b}`` on those whom b leaves, ``parts: [{whole: a, parts: [b, c]}]``.  A claim's
own base is its figure ``n``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analytics.core.audit.checks import Check, told
from analytics.core.audit.crosstabs import MOST_BASES
from analytics.core.audit.finding import AuditFinding, Severity
from analytics.core.audit.lines import Line, lines
from analytics.core.printed import Printed
from analytics.core.targets import PublishedTable
from surveys.core.said import say

SHOWN = 6  # bases named one by one
Claims = dict[str, Line]


def base_findings(table: PublishedTable, others: Mapping[str, PublishedTable]) -> list[AuditFinding]:
    """Everything that percentages and their bases say of each other."""
    claims = {line.term: line for line in lines(table) if "percent" in line.numbers}
    most = min(table.base("") or 0, MOST_BASES)
    findings = told(
        "claimed_percent",
        [check for line in claims.values() if (check := _whole(table, claims, line, others)) is not None],
        lambda n, total: say(
            "{n} of {total} percentages are whole counts of the base the text gives.", n=n, total=total
        ),
    )
    for group in _lists(table.notes.get("together")):
        mine = [claims[name] for name in group if name in claims]
        findings += _common(mine, most) if len(mine) > 1 and most else []
    for part, whole in _pairs(table.notes.get("rest_of")):
        if part in claims and whole in claims and most:
            findings += _chain(claims[part], claims[whole], most)
    noted = table.notes.get("parts")
    for said in noted if isinstance(noted, Sequence) and not isinstance(noted, str) else ():
        if isinstance(said, Mapping):
            findings += _exceeding(table, claims, said)
    return findings


def whole_count(percent: Printed, base: int) -> int | None:
    """The count that prints like ``percent`` of ``base``, or None."""
    counts = (percent.interval * (base / 100)).whole_numbers()
    return counts[0] if counts and counts[0] >= 0 else None


def common_bases(percents: Sequence[Printed], most: int) -> list[int]:
    """Every base up to ``most`` on which all are whole counts; where they add to 100, so must the counts."""
    total = sum(percent.value for percent in percents)
    is_split = abs(total - 100) <= sum(percent.unit for percent in percents) / 2
    found = []
    for base in range(1, most + 1):
        counts = [whole_count(percent, base) for percent in percents]
        if None not in counts and (not is_split or sum(count or 0 for count in counts) == base):
            found.append(base)
    return found


def _whole(
    table: PublishedTable, claims: Claims, line: Line, others: Mapping[str, PublishedTable]
) -> Check | None:
    """One percentage on the base that the text gives it."""
    percent, base = line.numbers["percent"], _stated(table, claims, line)
    if base is None or base < 1:
        return None
    count = whole_count(percent, base)
    near = int(percent.value * base / 100)
    shown = percent.decimals + 1
    sums = [
        f"{one} / {base:,} = {100 * one / base:.{shown}f} %"
        for one in ([count] if count is not None else [near, near + 1])
    ]
    arithmetic = say("{label}: {sums}; printed {printed}", label=line.label, sums=sums, printed=percent.text)
    whole = table.base("")
    if count is None and whole and whole != base and (other := whole_count(percent, whole)) is not None:
        arithmetic = say("{line}; of {base:,} it is {count}", line=arithmetic, base=whole, count=other)
    if count is None and (places := _elsewhere(percent, others)):
        arithmetic = say("{line}; the same figure stands in {places}", line=arithmetic, places=places)
    sentence = say(
        "{label}: {printed} % is no whole count of {base:,}.",
        label=line.label,
        printed=percent.text,
        base=base,
    )
    return Check(arithmetic, count is not None, sentence, line.column, line.term, {"base": base})


def _stated(table: PublishedTable, claims: Claims, line: Line) -> int | None:
    """The base in the claim itself, or the count of the claim that it is a part of."""
    if "n" in line.numbers:
        return round(line.numbers["n"].value)
    of = dict(_pairs(table.notes.get("of"))).get(line.term)
    if of is None or of not in claims or of == line.term:
        return None
    whole = claims[of].numbers.get("n")
    return whole_count(claims[of].numbers["percent"], round(whole.value)) if whole is not None else None


def _elsewhere(percent: Printed, others: Mapping[str, PublishedTable]) -> list[str]:
    return [
        say("{table} ({label}, {column})", table=slug, label=other.label(cell.term), column=cell.column)
        for slug, other in others.items()
        for cell in other.cells
        if cell.statistic == "percent" and cell.printed.strip() == percent.text and percent.decimals >= 2
    ]


def _common(claims: list[Line], most: int) -> list[AuditFinding]:
    percents = [line.numbers["percent"] for line in claims]
    total, texts = sum(percent.value for percent in percents), [percent.text for percent in percents]
    findings = [_shared(claims, common_bases(percents, most), most)]
    if total > 100 + sum(percent.unit for percent in percents):
        line = say("{sum} = {total:.2f}", sum=" + ".join(texts), total=total)
        sentence = say("{percents} add to more than 100: several answers each.", percents=texts)
        findings.append(AuditFinding("several_answers", "info", sentence, (line,), *_where(claims)))
    return findings


def _where(claims: Sequence[Line]) -> tuple[tuple[str], tuple[str, ...]]:
    return (claims[0].column,), tuple(line.term for line in claims)


def _shared(claims: list[Line], bases: list[int], most: int) -> AuditFinding:
    """The bases that serve all; an error where there is none, or where the text gives another."""
    texts = [line.numbers["percent"].text for line in claims]
    if not bases:
        own = tuple(
            say(
                "{label}: {bases}",
                label=line.label,
                bases=_few(common_bases([line.numbers["percent"]], most)),
            )
            for line in claims
        )
        sentence = say(
            "{percents}: no base up to {most:,} makes whole counts of all.", percents=texts, most=most
        )
        return AuditFinding("no_common_base", "error", sentence, own, *_where(claims))
    is_stated = all("n" in line.numbers for line in claims)
    is_wrong = is_stated and round(claims[0].numbers["n"].value) not in bases
    sentence = say(
        "{percents} are whole counts together of {bases}, and of no other base up to {most:,}.",
        percents=texts,
        bases=_few(bases),
        most=most,
    )
    lines_of = tuple(_count_line(line, bases[0]) for line in claims)
    severity: Severity = "error" if is_wrong else "info"
    return AuditFinding("common_base", severity, sentence, lines_of, *_where(claims), {"bases": bases})


def _count_line(line: Line, base: int) -> str:
    percent = line.numbers["percent"]
    count = whole_count(percent, base) or 0
    return say(
        "{label}: {count} / {base:,} = {share:.3f} %; printed {printed}",
        label=line.label,
        count=count,
        base=base,
        share=100 * count / base,
        printed=percent.text,
    )


def _chain(part: Line, whole: Line, most: int) -> list[AuditFinding]:
    """Bases on which the whole is a whole count, and the part one of those whom it leaves."""
    one, other = whole.numbers["percent"], part.numbers["percent"]
    found = []
    for base in range(2, most + 1):
        count = whole_count(one, base)
        if count is not None and count < base and whole_count(other, base - count) is not None:
            found.append((base, count))
    where = (part.column,), (whole.term, part.term)
    if not found:
        sentence = say(
            "{one} and {other} of the rest are whole counts of no base up to {most:,}.",
            one=one.text,
            other=other.text,
            most=most,
        )
        return [AuditFinding("no_common_base", "error", sentence, (), *where)]
    base, count = found[0]
    line = say(
        "{one}: {count} / {base}; {other}: {part} / ({base} − {count} = {rest})",
        one=one.text,
        count=count,
        base=base,
        other=other.text,
        part=whole_count(other, base - count),
        rest=base - count,
    )
    sentence = say(
        "{one} of a group and {other} of its rest fit groups of {bases}.",
        one=one.text,
        other=other.text,
        bases=_few(base for base, _ in found),
    )
    values = {"bases": [base for base, _ in found]}
    return [AuditFinding("chained_base", "info", sentence, (line,), *where, values)]


def _exceeding(table: PublishedTable, claims: Claims, said: Mapping[str, object]) -> list[AuditFinding]:
    """Parts that exclude each other cannot hold more than their whole, all on one base."""
    named, whole = said.get("parts"), claims.get(str(said.get("whole", "")))
    parts = [claims[str(name)] for name in named if str(name) in claims] if isinstance(named, list) else []
    base = table.base("")
    if whole is None or not parts or not base:
        return []
    counts = [whole_count(one.numbers["percent"], base) for one in (whole, *parts)]
    if None in counts:
        return []
    first, *others = [count or 0 for count in counts]
    where = _where([whole, *parts])
    lines_of = _part_lines(whole, parts, others, first, base)
    told_of = {
        "parts": [one.label for one in parts],
        "whole": whole.label,
        "count": first,
        "total": sum(others),
    }
    if sum(others) == first:
        return [
            AuditFinding(
                "parts_and_whole", "info", say("{parts} add to {whole}.", **told_of), lines_of, *where
            )
        ]
    values = {"parts": sum(others), "whole": first}
    if sum(others) < first:
        sentence = say("{parts} add to {total}, {whole} is {count}: the rest is not told of.", **told_of)
        return [AuditFinding("parts_fall_short", "warning", sentence, lines_of, *where, values)]
    sentence = say(
        "{parts} add to {total}, {whole} is {count}: they cannot all be right unless some are counted twice.",
        **told_of,
    )
    return [AuditFinding("parts_exceed_whole", "error", sentence, lines_of, *where, values)]


def _part_lines(whole: Line, parts: list[Line], counts: list[int], first: int, base: int) -> tuple[str, str]:
    one, other = whole.numbers["percent"], parts[0].numbers["percent"]
    return (
        say(
            "{parts} = {total} of {base}, against {whole}",
            parts=" + ".join(map(str, counts)),
            total=sum(counts),
            base=base,
            whole=first,
        ),
        say("{whole} − {part} = {rest:.2f}", whole=one.text, part=other.text, rest=one.value - other.value),
    )


def _few(bases: Iterable[int]) -> str:
    every = list(bases)
    text = ", ".join(f"{base:,}" for base in every[:SHOWN]) or "—"
    return say("{bases} and {more} more", bases=text, more=len(every) - SHOWN) if len(every) > SHOWN else text


def _lists(noted: object) -> list[list[str]]:
    groups = noted if isinstance(noted, list) else []
    return [[str(name) for name in group] for group in groups if isinstance(group, list)]


def _pairs(noted: object) -> list[tuple[str, str]]:
    return [(str(part), str(whole)) for part, whole in noted.items()] if isinstance(noted, Mapping) else []
