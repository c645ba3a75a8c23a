"""Groups of a crosstab against each other: chi-squared from the counts, and which answer leads."""

from __future__ import annotations

from analytics.core.audit.checks import Check, told
from analytics.core.audit.crosstabs import ALL, CountCheck, whole_counts
from analytics.core.audit.finding import AuditFinding
from analytics.core.audit.lines import lines
from analytics.core.audit.tails import p_of_chi2, read_p
from analytics.core.printed import Interval
from analytics.core.targets import PublishedTable
from surveys.core.said import say

FEW = 5.0  # expected counts under it make chi-squared rough (Cochran)
LEVEL = 0.05


def group_findings(table: PublishedTable) -> list[AuditFinding]:
    """How the groups of a crosstab differ by Pearson's test; a printed test beside it; leading answers."""
    counts = counts_of(table)
    if len(counts) < 2:
        return []
    return [*_test(table, counts), *_leading(table, counts)]


def counts_of(table: PublishedTable) -> dict[str, dict[str, int]]:
    """{group: {row: count}}, printed or from whole percentages; columns of all groups together left out."""
    found: dict[str, dict[str, int]] = {}
    for line in lines(table):
        count = line.numbers.get("count")
        if count is not None and count.decimals == 0 and count.value >= 0:
            found.setdefault(line.column, {})[line.term] = round(count.value)
    if not found:
        checks: dict[str, list[CountCheck]] = whole_counts(table)
        found = {column: {check.term: check.count for check in own} for column, own in checks.items()}
    groups = {column: rows for column, rows in found.items() if column.casefold() != ALL}
    return groups if len({frozenset(rows) for rows in groups.values()}) == 1 else {}


def chi_squared(counts: dict[str, dict[str, int]]) -> tuple[float, int, float, float]:
    """(statistic, df, Cramér's V, smallest expected count) of Pearson's test; empty rows are left out."""
    groups = list(counts)
    rows = [term for term in counts[groups[0]] if any(counts[group][term] for group in groups)]
    sums = {group: sum(counts[group][term] for term in rows) for group in groups}
    total = sum(sums.values())
    statistic, smallest = 0.0, float(total)
    for term in rows:
        row = sum(counts[group][term] for group in groups)
        for group in groups:
            expected = row * sums[group] / total if total else 0.0
            smallest = min(smallest, expected)
            statistic += (counts[group][term] - expected) ** 2 / expected if expected else 0.0
    df = (len(rows) - 1) * (sum(size > 0 for size in sums.values()) - 1)
    least = min(len(rows), len(groups)) - 1
    v = (statistic / (total * least)) ** 0.5 if total and least else 0.0
    return statistic, df, v, smallest


def _test(table: PublishedTable, counts: dict[str, dict[str, int]]) -> list[AuditFinding]:
    statistic, df, v, smallest = chi_squared(counts)
    if df < 1:
        return []
    p = p_of_chi2(statistic, df)
    values = {"chi2": statistic, "df": df, "p": p, "cramers_v": v}
    line = say(
        "χ²({df}) = {statistic:.3f}, p = {p:.1e}, Cramér's V = {v:.3f}; smallest expected count "
        "{smallest:.1f}",
        df=df,
        statistic=statistic,
        p=p,
        v=v,
        smallest=smallest,
    )
    if smallest < FEW:
        line = say("{line}: under 5, so p is rough", line=line)
    told_of = (
        say("{groups} differ by more than chance at five percent (p = {p:.2g}).", groups=list(counts), p=p)
        if p < LEVEL
        else say("{groups} do not differ at five percent (p = {p:.2g}).", groups=list(counts), p=p)
    )
    found = [
        AuditFinding(
            "groups_differ" if p < LEVEL else "groups_alike",
            "info",
            told_of,
            (line,),
            tuple(counts),
            (),
            values,
        )
    ]
    return found + _printed_test(table, line, values)


def _printed_test(table: PublishedTable, line: str, values: dict[str, float]) -> list[AuditFinding]:
    """A chi-squared, its df and its p that the table prints, beside those of its counts."""
    checks = []
    for cell in table.cells:
        if cell.statistic not in ("chi2", "df", "p"):
            continue
        number = cell.number
        printed: Interval | None = read_p(cell.printed) if cell.statistic == "p" else None
        if printed is None:
            printed = number.interval if number is not None else None
        if printed is None:
            continue
        sentence = say(
            "The counts give {line}; {statistic} is printed as {printed}.",
            line=line,
            statistic=cell.statistic,
            printed=cell.printed,
        )
        agrees = values[cell.statistic] in printed
        arithmetic = say(
            "{line}; printed {statistic} {printed}", line=line, statistic=cell.statistic, printed=cell.printed
        )
        checks.append(Check(arithmetic, agrees, sentence, cell.column, cell.term))
    return told(
        "test",
        checks,
        lambda n, total: say("{n} of {total} figures of the test are those of the counts.", n=n, total=total),
    )


def _leading(table: PublishedTable, counts: dict[str, dict[str, int]]) -> list[AuditFinding]:
    leads = {group: max(rows, key=lambda term: rows[term]) for group, rows in counts.items()}
    if len(set(leads.values())) == 1:
        return []
    lines_of = tuple(
        say(
            "{group}: {label} leads with {count} of {base}",
            group=group,
            label=table.label(term),
            count=counts[group][term],
            base=sum(counts[group].values()),
        )
        for group, term in leads.items()
    )
    sentence = say("The leading answer differs between {groups}.", groups=list(leads))
    return [AuditFinding("leading_answer", "info", sentence, lines_of, tuple(leads), tuple(leads.values()))]
