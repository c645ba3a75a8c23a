"""What an edited sheet says otherwise than the one that was written, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from surveys.core.codebook import Labels
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem
from surveys.core.reading.sheet_parts import parts_of

Line = Mapping[str, str]


@dataclass
class Talk:
    """What is to be said of the sheet."""

    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def problem(self, code: str, message: str, where: str, hint: str) -> None:
        self.problems.append(Problem(code, message, where=where, hint=hint))

    def finding(self, code: str, message: str, variable: str = "") -> None:
        self.findings.append(Finding(Severity.WARNING, code, message, variable))


def edits_of(before: Line, now: Line) -> dict[str, str]:
    """heading -> new text of the cells that say something else than before.

    Sheets written earlier have a stroke in place of a bar within a label: that is no edit.
    """
    return {
        heading: text.strip()
        for heading, text in now.items()
        if heading != "variable"
        and _plain(text) not in (told := _plain(before.get(heading, "")), told.replace("\\|", "/"))
    }


def _plain(text: str) -> str:
    return " ".join(text.split())


def with_text(labels: Labels, language: str, text: str) -> dict[str, str]:
    """The labels with ``text`` in one language; an empty text takes it away."""
    return {code: told for code, told in {**labels, language: text}.items() if told}


def parts_overlaid(heading: str, before: Line, today: Line, sheet: Line) -> set[str]:
    """What a later codebook and the sheet both changed, each in another way.

    Codes are taken one by one, as they are when the sheet is followed; other cells are one part as a whole.
    """
    was, now, meant = (_by_left(heading, line.get(heading, "")) for line in (before, today, sheet))
    return {
        left
        for left in was.keys() | now.keys() | meant.keys()
        if len({was.get(left), now.get(left), meant.get(left)}) == 3  # so none is what another is
    }


def _by_left(heading: str, text: str) -> dict[str, str]:
    """code -> what a cell says of it; a cell that speaks of no codes says all of it in one."""
    if not heading.startswith(("codes_", "missing")):
        return {"": " ".join(text.split())}
    pairs = (part.partition("=") for part in parts_of(text))
    return {left.strip(): " ".join(told.split()) for left, _, told in pairs}
