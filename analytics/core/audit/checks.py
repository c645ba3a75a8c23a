"""Checks of one kind over many figures: what agrees is told together, each contradiction by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.core.audit.finding import AuditFinding, Severity
from analytics.core.printed import Interval, Printed

TINY = 1e-9


@dataclass(frozen=True)
class Check:
    """One figure that others imply: its arithmetic in ``line``, and what is wrong where it does not agree."""

    line: str
    agrees: bool
    sentence: str
    column: str = ""
    term: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def told(
    code: str, checks: Sequence[Check], agreement: Callable[[int, int], str], severity: Severity = "error"
) -> list[AuditFinding]:
    """``agreement`` says how many of how many agree; contradictions have the code ``wrong_…``."""
    if not checks:
        return []
    agreeing = [check for check in checks if check.agrees]
    findings = []
    if agreeing:
        values = {"agree": len(agreeing), "cells": len(checks)}
        sentence = agreement(len(agreeing), len(checks))
        findings.append(
            AuditFinding(code, "info", sentence, tuple(check.line for check in agreeing), values=values)
        )
    return findings + [
        AuditFinding(
            f"wrong_{code}",
            severity,
            check.sentence,
            (check.line,),
            (check.column,) if check.column else (),
            (check.term,) if check.term else (),
            check.values,
        )
        for check in checks
        if not check.agrees
    ]


def meet(one: Interval, other: Interval) -> bool:
    """Whether two intervals have a number in common."""
    slack = TINY * max(1.0, abs(one.low), abs(one.high))
    return one.low <= other.high + slack and other.low <= one.high + slack


def between(interval: Interval, decimals: int = 3) -> tuple[str, str]:
    """Both ends as text, with as many decimals."""
    return f"{interval.low:.{decimals}f}", f"{interval.high:.{decimals}f}"


def finer(printed: Printed) -> int:
    """One decimal more than printed, to show arithmetic with."""
    return printed.decimals + 1
