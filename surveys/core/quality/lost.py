"""What a corrected file no longer says: programs that save a wave again often drop half of its codebook."""

from __future__ import annotations

from collections.abc import Iterator

from surveys.core.codebook import Codebook
from surveys.core.findings import Finding, Severity
from surveys.core.said import say

MOST_NAMES = 8
LOST = frozenset(  # what an edited codebook may mend; rows are none of its concern
    {"variables_gone", "variables_new", "sets_gone", "languages_gone", "labels_gone"}
)


def lost_words(before: Codebook, now: Codebook, version: str) -> Iterator[Finding]:
    """Variables, response sets, languages and labels that were in ``version`` and are not in ``now``."""
    if gone := [name for name in before.names if name not in set(now.names)]:
        text = say(
            "Variables of {version} that are not in this file: {names}.", version=version, names=_few(gone)
        )
        yield Finding(Severity.WARNING, "variables_gone", text)
    if new := [name for name in now.names if name not in set(before.names)]:
        text = say(
            "Variables of this file that {version} does not have: {names}.", version=version, names=_few(new)
        )
        yield Finding(Severity.INFO, "variables_new", text)
    kept = {one.name for one in now.sets}
    if gone := [one.name for one in before.sets if one.name not in kept]:
        text = say(
            "Multiple-response sets of {version} that are not in this file: {names}.",
            version=version, names=_few(gone),
        )  # fmt: skip
        yield Finding(Severity.WARNING, "sets_gone", text)
    if gone := sorted(_languages(before) - _languages(now) - {"und"}):
        text = say("This file has no labels in {languages}, {version} has.", languages=gone, version=version)
        yield Finding(Severity.WARNING, "languages_gone", text)
    bare = {v.name for v in now.variables if not v.labels and not v.question}
    if gone := [v.name for v in before.variables if v.name in bare and (v.labels or v.question)]:
        text = say(
            "Variables that have a label in {version} and none here: {names}.",
            version=version,
            names=_few(gone),
        )
        yield Finding(Severity.WARNING, "labels_gone", text)


def lost_rows(before: int, now: int, version: str) -> Iterator[Finding]:
    """A correction seldom takes rows out; a file that was cut between two rows looks just like one."""
    if now < before:
        text = say(
            "The file has {now:,} rows, {version} has {before:,}: see that it was exported whole.",
            now=now,
            before=before,
            version=version,
        )
        yield Finding(Severity.WARNING, "fewer_rows", text)


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= MOST_NAMES else [*names[:MOST_NAMES], "…"]


def _languages(codebook: Codebook) -> set[str]:
    spoken = (labels for v in codebook.variables for labels in (v.labels, *(code.labels for code in v.codes)))
    return {language for labels in spoken for language, text in labels.items() if text}
