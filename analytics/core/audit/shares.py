"""Percentages of a descriptive table: a share of n people is a whole count over n."""

from __future__ import annotations

from analytics.core.audit.finding import AuditFinding
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
