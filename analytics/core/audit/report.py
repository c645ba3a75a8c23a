"""The report of an audit: how the table was understood, what was found, and the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from analytics.core.audit.finding import AuditFinding
from analytics.core.targets import PublishedTable
from surveys.core.said import say

ORDER = ("error", "warning", "info")
WORDS = {"error": say("contradiction"), "warning": say("look"), "info": say("agrees")}


def report(table: PublishedTable, findings: Sequence[AuditFinding]) -> dict[str, Any]:
    """Plain types only: the table's kind and shape, and its findings, graver ones first."""
    return {
        "kind": table.kind,
        "columns": list(table.columns),
        "rows": len(table.terms),
        "cells": len(table.cells),
        "counts": {severity: sum(one.severity == severity for one in findings) for severity in ORDER},
        "findings": [one.as_json() for one in by_gravity(findings)],
    }


def by_gravity(findings: Sequence[AuditFinding]) -> list[AuditFinding]:
    """Contradictions first, then what to look at, then what agrees; else in the order they were found."""
    return sorted(findings, key=lambda one: ORDER.index(one.severity))


def lines_of(found: dict[str, Any]) -> Iterator[str]:
    """The report as a person reads it in a terminal."""
    counts = found["counts"]
    columns = ", ".join(found["columns"])
    yield f"{found['kind']}: {found['cells']} figures in {found['rows']} rows and the columns {columns}"
    yield f"{counts['error']} contradictions, {counts['warning']} to look at, {counts['info']} that agree"
    for one in found["findings"]:
        yield f"\n{WORDS[one['severity']]} [{one['code']}] {one['sentence']}"
        yield from (f"    {line}" for line in one["arithmetic"])
