"""Stars against z = estimate / standard error, within the rounding of print."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analytics.core.audit.finding import AuditFinding, in_words
from analytics.core.printed import Interval, Printed
from analytics.core.targets import STARS, PrintedModel, PublishedTable
from surveys.core.said import say

NONE = say("none")
AGREES, WITHIN_ROUNDING, WRONG = "agrees", "agrees_within_rounding", "wrong"


@dataclass(frozen=True)
class StarCheck:
    """One coefficient: z from the printed digits, the stars it gives and those that rounding allows."""

    column: str
    term: str
    z: float
    p: float
    from_point: str
    fewest: str
    most: str
    printed: str

    @property
    def verdict(self) -> str:
        if self.printed == self.from_point:
            return AGREES
        allowed = _rank(self.fewest) <= _rank(self.printed) <= _rank(self.most)
        return WITHIN_ROUNDING if allowed else WRONG


def p_value(z: float) -> float:
    """Two-sided normal p of ``z``."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def stars_of(p: float, rule: Mapping[str, float]) -> str:
    """The strongest mark whose threshold ``p`` stays under."""
    earned = [mark for mark, threshold in rule.items() if p < threshold]
    return min(earned, key=lambda mark: rule[mark], default="")


def check_stars(table: PublishedTable) -> tuple[StarCheck, ...]:
    """Every coefficient that has a standard error, in the order of the table's columns."""
    rule = {str(mark): float(p) for mark, p in table.notes.get("stars", STARS).items()}
    if not any(cell.statistic == "stars" for cell in table.cells):
        return ()
    return tuple(
        _check(model, term, estimate, model.errors[term], rule)
        for model in table.models()
        for term, estimate in model.estimates.items()
        if term in model.errors
    )


def star_findings(table: PublishedTable) -> list[AuditFinding]:
    """One finding on the stars that agree, one on those that agree within rounding, one per wrong star."""
    checks = check_stars(table)
    if not checks:
        return []
    by_rounding = [check for check in checks if check.verdict == WITHIN_ROUNDING]
    wrong = [check for check in checks if check.verdict == WRONG]
    agreeing = len(checks) - len(by_rounding) - len(wrong)
    findings = [
        AuditFinding(
            "stars",
            "info",
            say(
                "{agreeing} of {n} cells have the stars that estimate / SE gives at print; {rounding} more "
                "agree within rounding; {wrong}.",
                agreeing=agreeing,
                n=len(checks),
                rounding=in_words(len(by_rounding)),
                wrong=_wrong_in_words(len(wrong)),
            ),
            tuple(_line(check) for check in by_rounding),
            values={
                "cells": len(checks),
                "agree": agreeing,
                "rounding": len(by_rounding),
                "wrong": len(wrong),
            },
        )
    ]
    return findings + [
        AuditFinding(
            "wrong_stars",
            "error",
            say(
                "The stars of {term} in {column} are “{printed}”; its estimate and standard error give "
                "“{from_point}”, whatever the rounding.",
                term=check.term,
                column=check.column,
                printed=check.printed or NONE,
                from_point=check.from_point or NONE,
            ),
            (_line(check),),
            (check.column,),
            (check.term,),
            {"z": check.z, "p": check.p},
        )
        for check in wrong
    ]


def _wrong_in_words(count: int) -> str:
    return say("{count} do not", count=in_words(count)) if count else say("no star is wrong")


def _check(
    model: PrintedModel, term: str, estimate: Printed, error: Printed, rule: Mapping[str, float]
) -> StarCheck:
    z = estimate.value / error.value if error.value else math.copysign(math.inf, estimate.value)
    least, most = _sizes(estimate.interval.over(error.interval))
    return StarCheck(
        column=model.column,
        term=term,
        z=z,
        p=p_value(z),
        from_point=stars_of(p_value(z), rule),
        fewest=stars_of(p_value(least), rule),
        most=stars_of(p_value(most), rule),
        printed=model.stars.get(term, ""),
    )


def _sizes(z: Interval) -> tuple[float, float]:
    """The smallest and largest |z| in the interval."""
    ends = abs(z.low), abs(z.high)
    return (0.0 if z.low <= 0 <= z.high else min(ends)), max(ends)


def _rank(mark: str) -> int:
    return {"": 0, "†": 1}.get(mark, len(mark) + 1)


def _line(check: StarCheck) -> str:
    point, fewest, most, printed = (
        mark or NONE for mark in (check.from_point, check.fewest, check.most, check.printed)
    )
    return say(
        "{column} {term}: z = {z:.3f}, p = {p:.5f}: {point}; print rounding allows {fewest} to {most}; "
        "printed {printed}",
        column=check.column,
        term=check.term,
        z=check.z,
        p=check.p,
        point=point,
        fewest=fewest,
        most=most,
        printed=printed,
    )
