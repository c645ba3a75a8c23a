"""Percentages of a crosstab: whole counts of the base, columns that add to 100, groups that add to All."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.core.audit.finding import AuditFinding
from analytics.core.printed import Printed, read
from analytics.core.targets import FIT_STATISTICS, PublishedTable
from surveys.core.said import say

ALL = "all"
MOST_BASES = 20_000  # with more rows nearly every percentage is a whole count of some base nearby


@dataclass(frozen=True)
class CountCheck:
    """One percentage against its base: the nearest whole count and whether it prints like the cell."""

    column: str
    term: str
    printed: Printed
    base: int

    @property
    def count(self) -> int:
        return round(self.printed.value * self.base / 100)

    @property
    def exact(self) -> float:
        return 100 * self.count / self.base

    @property
    def agrees(self) -> bool:
        return self.printed.agrees(self.exact)

    @property
    def units_off(self) -> int:
        """How many units of the last digit the cell is from the count's rounded percentage."""
        rounded = float(self.printed.like(self.exact).replace(",", ""))
        return round((self.printed.value - rounded) / self.printed.unit)

    def line(self) -> str:
        return say(
            "{column}: {count} / {base} = {exact:.3f} %, so {rounded}; printed {printed}",
            column=self.column,
            count=self.count,
            base=self.base,
            exact=self.exact,
            rounded=self.printed.like(self.exact),
            printed=self.printed.text,
        )


def crosstab_findings(table: PublishedTable) -> list[AuditFinding]:
    """Whole counts, implied bases, forced last digits, and groups against All."""
    findings: list[AuditFinding] = []
    columns = whole_counts(table)
    for column in table.columns:
        cells, base = percents(table, column), table.base(column)
        if not cells or not base:
            continue
        if column not in columns:
            findings.append(_impossible(column, base))
            continue
        if (implied := columns[column][0].base) != base:
            findings.append(_other_base(column, base, implied, cells))
        findings += _forced(table, columns[column])
    findings += [_agreement(table, columns)] if columns else []
    return findings + _additive(table, columns) + total_findings(table)


def whole_counts(table: PublishedTable) -> dict[str, list[CountCheck]]:
    """{column: its percentages on the printed base, or on the one they imply}; others are left out."""
    columns: dict[str, list[CountCheck]] = {}
    for column in table.columns:
        cells, base = percents(table, column), table.base(column)
        if not cells or not base:
            continue
        implied = base if _fits(cells, base) else implied_base(cells, base)
        if implied is not None:
            columns[column] = [CountCheck(column, term, printed, implied) for term, printed in cells.items()]
    return columns


def total_findings(table: PublishedTable) -> list[AuditFinding]:
    """Columns that do not add to the total that the table prints (``total`` in its notes)."""
    printed = read(str(table.notes.get("total", "")))
    if printed is None:
        return []
    sums = {column: percents(table, column) for column in table.columns}
    off = {
        column: round(sum(cell.value for cell in cells.values()), 6)
        for column, cells in sums.items()
        if cells and not abs(sum(cell.value for cell in cells.values()) - printed.value) < 1e-6
    }
    if not off:
        return []
    lines = tuple(say("{column} adds to {total}", column=c, total=f"{total:.2f}") for c, total in off.items())
    sentence = say(
        "{columns}: the cells do not add to the printed total {total}.", columns=list(off), total=printed.text
    )
    return [AuditFinding("total_not_forced", "info", sentence, lines, tuple(off), values=off)]


def percents(table: PublishedTable, column: str) -> dict[str, Printed]:
    """The percentages of a column by term."""
    return {
        cell.term: cell.number
        for cell in table.cells
        if cell.column == column and cell.statistic == "percent" and cell.number is not None
    }


def implied_base(cells: dict[str, Printed], printed: int) -> int | None:
    """The smallest base under the printed one on which every cell is a whole count, adding to it."""
    return next((base for base in range(2, min(printed, MOST_BASES)) if _fits(cells, base)), None)


def _fits(cells: dict[str, Printed], base: int) -> bool:
    """Whole counts that add to the base; a last digit may be forced, by one unit and in one cell."""
    checks = [CountCheck("", term, printed, base) for term, printed in cells.items()]
    off = [check for check in checks if not check.agrees]
    if any(abs(check.units_off) > 1 for check in off) or len(off) > 1:
        return False
    return sum(check.count for check in checks) == base


def _impossible(column: str, base: int) -> AuditFinding:
    sentence = say(
        "The percentages of {column} are no whole counts of {base}, and of no smaller base that they "
        "add up to.",
        column=column,
        base=base,
    )
    return AuditFinding("impossible_percent", "error", sentence, columns=(column,))


def _other_base(column: str, printed: int, implied: int, cells: dict[str, Printed]) -> AuditFinding:
    worst = max(
        (CountCheck(column, term, cell, printed) for term, cell in cells.items()),
        key=lambda check: abs(check.units_off),
    )
    sentence = say(
        "The base of {column} is printed as {printed}; its percentages are whole counts of {implied}.",
        column=column,
        printed=printed,
        implied=implied,
    )
    line = say(
        "on {base} the nearest count gives {exact:.3f} for the printed {printed}",
        base=printed,
        exact=worst.exact,
        printed=worst.printed.text,
    )
    return AuditFinding("other_base", "error", sentence, (line,), (column,), values={"base": implied})


def _forced(table: PublishedTable, checks: list[CountCheck]) -> list[AuditFinding]:
    """A cell one unit off although its count is whole: the last digit was changed to make 100."""
    findings = []
    total = round(sum(check.printed.value for check in checks), 6)
    for check in checks:
        if check.agrees:
            continue
        right = float(check.printed.like(check.exact))
        honest = round(total - check.printed.value + right, 6)
        label, digits = table.label(check.term), check.printed.decimals
        is_forced = abs(total - 100) < check.printed.unit / 2
        sentence = say(
            "{label}, {column}: {count} of {base} is {rounded} %, printed {printed}: the last digit was "
            "changed so that the column adds to 100."
            if is_forced
            else "{label}, {column}: {count} of {base} is {rounded} %, printed {printed}.",
            label=label,
            column=check.column,
            count=check.count,
            base=check.base,
            rounded=check.printed.like(check.exact),
            printed=check.printed.text,
        )
        line = say(
            "the column adds to {total} as printed, to {honest} with the right digit",
            total=f"{total:.{digits}f}",
            honest=f"{honest:.{digits}f}",
        )
        where = (check.column,), (check.term,)
        values = {"count": check.count, "percent": check.exact}
        findings.append(
            AuditFinding("forced_total", "warning", sentence, (check.line(), line), *where, values)
        )
    return findings


def _agreement(table: PublishedTable, columns: dict[str, list[CountCheck]]) -> AuditFinding:
    checks = [check for column in columns.values() for check in column]
    agreeing = sum(check.agrees for check in checks)
    totals = tuple(
        say(
            "{column} adds to {total}",
            column=column,
            total=f"{sum(check.printed.value for check in own):.{own[0].printed.decimals}f}",
        )
        for column, own in columns.items()
    )
    sentence = say(
        "{agreeing} of {n} percentages are whole counts of their base at the printed digits.",
        agreeing=agreeing,
        n=len(checks),
    )
    values = {"agree": agreeing, "cells": len(checks)}
    return AuditFinding("whole_counts", "info", sentence, totals, values=values)


def _additive(table: PublishedTable, columns: dict[str, list[CountCheck]]) -> list[AuditFinding]:
    """Where the bases of the groups add to that of All, so must the counts of every row."""
    overall = next((column for column in columns if column.casefold() == ALL), None)
    groups = [column for column in columns if column != overall]
    if overall is None or len(groups) < 2:
        return []
    if sum(columns[group][0].base for group in groups) != columns[overall][0].base:
        return []
    findings = []
    counts = {column: {check.term: check for check in own} for column, own in columns.items()}
    for term in table.terms:
        if term in FIT_STATISTICS or any(term not in counts[column] for column in columns):
            continue
        parts = [counts[group][term].count for group in groups]
        whole = counts[overall][term]
        if sum(parts) == whole.count:
            continue
        sentence = say(
            "{label}: the groups add to {total}, All is {count}: they cannot both be right.",
            label=table.label(term),
            total=sum(parts),
            count=whole.count,
        )
        lines = [counts[group][term].line() for group in groups] + [whole.line()]
        values = {"groups": sum(parts), "all": whole.count, "percent": 100 * sum(parts) / whole.base}
        findings.append(
            AuditFinding("groups_and_all", "error", sentence, tuple(lines), (overall,), (term,), values)
        )
    return findings
