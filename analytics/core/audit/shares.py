"""Percentages of a descriptive table: a share of n people is a whole count over n."""

from __future__ import annotations

from analytics.core.audit.bases import whole_count
from analytics.core.audit.checks import Check, told
from analytics.core.audit.finding import AuditFinding
from analytics.core.audit.lines import Line, lines
from analytics.core.targets import PublishedTable
from surveys.core.said import say


def share_findings(table: PublishedTable) -> list[AuditFinding]:
    """percent = count / n where both are printed: one finding for those that agree, one per other row."""
    agreeing, findings = [], []
    for column in table.columns:
        for term in table.terms:
            count, percent = table.figure(column, term, "count"), table.figure(column, term, "percent")
            own = table.figure(column, term, "n")
            n = round(own.value) if own is not None else table.base(column)
            if count is None or percent is None or not n:
                continue
            share = 100 * count.value / n
            line = say(
                "{label}: {count} / {n:,} = {share:.3f} %, printed {printed}",
                label=table.label(term),
                count=count.text,
                n=n,
                share=share,
                printed=percent.text,
            )
            if percent.agrees(share):
                agreeing.append(line)
            else:
                sentence = say(
                    "{label}: {count} of {n:,} is not the printed {printed} %.",
                    label=table.label(term),
                    count=count.text,
                    n=n,
                    printed=percent.text,
                )
                where = (column,), (term,)
                findings.append(AuditFinding("wrong_percent", "error", sentence, (line,), *where))
    if agreeing:
        total = len(agreeing) + len(findings)
        sentence = say(
            "{n} of {total} percentages are their count over n at the printed digits.",
            n=len(agreeing),
            total=total,
        )
        values = {"agree": len(agreeing), "cells": total}
        findings.insert(0, AuditFinding("percent", "info", sentence, tuple(agreeing), values=values))
    return findings


def base_findings_of_rows(table: PublishedTable) -> list[AuditFinding]:
    """Percentages without a count: whole counts of the base beside them, where that says anything."""
    checks = [check for line in lines(table) if (check := _whole(table, line)) is not None]
    return told(
        "whole_percent",
        checks,
        lambda n, total: say("{n} of {total} percentages are whole counts of their base.", n=n, total=total),
        "warning",
    )


def _whole(table: PublishedTable, line: Line) -> Check | None:
    """None where the base is so large that every percentage at these digits is a whole count."""
    percent, own = line.numbers.get("percent"), line.numbers.get("n")
    n = round(own.value) if own is not None else table.base(line.column)
    if percent is None or "count" in line.numbers or not n or n < 1 or 100 / n <= percent.unit:
        return None
    below = int(percent.value * n / 100)
    digits = percent.decimals + 1
    arithmetic = say(
        "{name}: {below} / {n:,} = {low}, {above} / {n:,} = {high}; printed {printed}",
        name=line.name,
        below=below,
        above=below + 1,
        n=n,
        low=f"{100 * below / n:.{digits}f}",
        high=f"{100 * (below + 1) / n:.{digits}f}",
        printed=percent.text,
    )
    sentence = say(
        "{name}: {printed} % is no whole count of {n:,}, unless it is weighted.",
        name=line.name,
        printed=percent.text,
        n=n,
    )
    return Check(arithmetic, whole_count(percent, n) is not None, sentence, line.column, line.term)
