"""From the specifications that were run to the result of a multiverse and what its checks tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.core.frame import Mask
from analytics.core.kinds.outcome import DONE, FAILED, Outcome
from analytics.core.multiverse.reading import SIGNS
from analytics.core.multiverse.results import Specified
from analytics.core.multiverse.spec import Axis, MultiverseSpec
from analytics.core.multiverse.summary import ranked, summarise
from analytics.core.results import Check, Severity
from surveys.core.said import say, with_sources


@dataclass
class Ran:
    """What was run so far: rows of the result, warnings by code, the rows that any specification used."""

    spec: MultiverseSpec
    scale: str
    rows: list[Specified] = field(default_factory=list)
    warned: dict[str, list[Check]] = field(default_factory=dict)
    mask: Mask | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    def used(self, mask: Mask) -> None:
        self.mask = mask if self.mask is None else self.mask | mask

    def add(
        self, row: Specified, checks: Iterable[Check] = (), labels: Mapping[str, str] | None = None
    ) -> None:
        """One specification; the term is called as the adopted one calls it."""
        self.rows.append(row)
        if labels and (row.adopted or not self.labels):
            self.labels = labels
        for check in checks:
            self.warned.setdefault(check.code, []).append(check)

    def outcome(self) -> Outcome:
        """The rows are those that any specification used; done when one of them gave numbers."""
        rows = ranked(sorted(self.rows, key=lambda one: one.number))
        summary = summarise(rows, self.spec.axes, SIGNS.get(self.spec.expect, 0))
        grid = self.spec.grid
        result = {
            "kind": self.spec.kind,
            "term": self.spec.term,
            "term_labels": dict(self.labels),
            "scale": self.scale,
            "axes": [_axis(axis) for axis in self.spec.axes],
            "grid": {
                "whole": grid.whole,
                "excluded": grid.excluded,
                "run": len(rows),
                "at_random": grid.at_random,
                "seed": grid.seed,
            },
            "specifications": [one.as_json() for one in rows],
            "failures": list(_failures(rows)),
            "summary": summary.as_json(),
        }
        checks = [*_told(rows), *_warnings(self.warned, len(rows))]
        n = 0 if self.mask is None else int(self.mask.sum())
        return Outcome(DONE if summary.n else FAILED, result, n, {}, checks)


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "name": axis.name,
        "labels": dict(axis.labels),
        "adopted": axis.adopted,
        "alternatives": [{"name": one.name, "labels": dict(one.labels)} for one in axis.alternatives],
    }


def _failures(rows: Sequence[Specified]) -> Iterator[dict[str, Any]]:
    """Each reason once, with the numbers of the specifications that have it."""
    for message in dict.fromkeys(one.reason for one in rows if one.reason):
        numbers = [one.number for one in rows if one.reason == message]
        yield with_sources({"message": message, "numbers": numbers})


def _told(rows: Sequence[Specified]) -> Iterator[Check]:
    """That specifications failed: an error where all of them did, a warning where some did."""
    reasons = [one.reason for one in rows if one.reason]
    severity: Severity = "error" if len(reasons) == len(rows) else "warning"
    for message in dict.fromkeys(reasons):
        text = say(
            "{n:,} of {all:,} specifications gave no numbers: {message}",
            n=reasons.count(message),
            all=len(rows),
            message=message,
        )
        yield Check(severity, "failed_specifications", text)
    adopted = next(one for one in rows if one.adopted)
    if adopted.reason and severity == "warning":
        text = say("The adopted specification gave no numbers: {message}", message=adopted.reason)
        yield Check("warning", "adopted_failed", text)


def _warnings(warned: Mapping[str, Sequence[Check]], of: int) -> Iterator[Check]:
    """What needs care, once for every kind of warning, in the words of the first that has it."""
    for code, found in warned.items():
        text = say(
            "In {n:,} of {all:,} specifications; the first says: {message}",
            n=len(found),
            all=of,
            message=found[0].message,
        )
        yield Check("warning", code, text)
