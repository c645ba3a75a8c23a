"""Measures of a folder: which wordings are new, in which order, and publishing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from config.study_folder.contents import MeasureEntry
from measures.core.language import parse
from measures.core.language.nodes import Name, walk
from measures.models import Measure
from measures.selectors import published_with
from measures.services.rules import discard_draft, publish, retire, save_draft
from surveys.core.problems import Refused, refuse
from surveys.models import Study, User

Wording = dict[str, Any]


class Standing(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    LEFT = "left"


def in_order(entries: Iterable[MeasureEntry]) -> list[MeasureEntry]:
    """Each measure after those its rules speak of; a circle is left to the checker to tell."""
    by_name = {entry.name: entry for entry in entries}
    placed: dict[str, MeasureEntry] = {}

    def place(entry: MeasureEntry, above: frozenset[str]) -> None:
        for name in sorted(_spoken_of(entry) & by_name.keys() - above - placed.keys()):
            place(by_name[name], above | {name})
        placed.setdefault(entry.name, entry)

    for entry in by_name.values():
        place(entry, frozenset({entry.name}))
    return list(placed.values())


def _spoken_of(entry: MeasureEntry) -> set[str]:
    wordings = [*entry.versions, *([entry.draft] if entry.draft else [])]
    nodes = (node for wording in wordings for node, _ in walk(parse(wording["rule"])))
    return {node.name for node in nodes if isinstance(node, Name)}


def load_measure(
    user: User, study: Study, entry: MeasureEntry, before: MeasureEntry | None
) -> Iterator[tuple[Standing, str]]:
    """Publishes the wordings that are not in force yet and keeps the draft; tells what became of each."""
    if before == entry:
        yield Standing.LEFT, f"measure {entry.name}"
        return
    new = unpublished(entry, before)
    if new or entry.draft is not None:  # else nothing of the file is written
        _refuse_foreign_draft(entry, before)
    for wording in new:
        standing, what, waits = _publish(user, study, entry, wording)
        yield standing, what
        if waits:  # what comes after it is loaded once it is approved
            return
        yield from _retire(user, study, entry)
    if not new:
        yield from _retire(user, study, entry)
    if not new and entry.versions:
        yield Standing.LEFT, f"measure {entry.name}" + _since(entry, before)
    if entry.draft is not None and (before is None or before.draft != entry.draft or new):
        save_draft(user, study, entry.name, concept=entry.concept, is_from_folder=True, **entry.draft)
        drafted = before is not None and before.draft is not None
        yield Standing.CHANGED if drafted else Standing.CREATED, f"measure {entry.name}@draft"


def unpublished(entry: MeasureEntry, before: MeasureEntry | None) -> list[Wording]:
    """The wordings of the file that come after all that has been in force here, in the file's order.

    Where something was published here that the file does not know, only the file's last wording counts, and
    only if it has never been in force: loading an old folder again writes over nobody's wording.
    """
    known = before.versions if before is not None else ()
    versions, place = list(entry.versions), 0
    for wording in known:
        place += place < len(versions) and versions[place] == wording
    if not known or known[-1] in versions[:place]:
        return versions[place:]
    return [wording for wording in versions[-1:] if wording not in known]


def _since(entry: MeasureEntry, before: MeasureEntry | None) -> str:
    """Which wording is in force where it is not the last of the file."""
    known = list(before.versions) if before is not None else []
    if not known or known[-1] == entry.versions[-1]:
        return ""
    number = len(known) - known[::-1].index(entry.versions[-1])
    return f" (the file ends with {entry.name}@{number}; {entry.name}@{len(known)} is in force and stays)"


def _publish(user: User, study: Study, entry: MeasureEntry, wording: Wording) -> tuple[Standing, str, bool]:
    """A folder is reviewed as text before it is loaded: that is where changed rows were acknowledged.

    Last whether the wording waits for a second pair of eyes instead: a study here that asks for one asks
    whoever loads as well.
    """
    drafted = save_draft(user, study, entry.name, concept=entry.concept, is_from_folder=True, **wording)
    measure: Measure = drafted.measure
    is_first = measure.published is None
    try:
        outcome = publish(user, measure, acknowledge_changes=True)
    except Refused:  # the next load starts from the file; a bug leaves everything to be looked at
        if measure.draft is not None:
            discard_draft(user, measure)
        raise
    standing = Standing.CREATED if is_first else Standing.CHANGED
    if outcome.waits_for is not None:
        return standing, f"measure {outcome.version} waits for a second pair of eyes", True
    if not outcome.is_new:
        return Standing.LEFT, f"measure {entry.name}", False
    return standing, f"measure {outcome.version}", False


def _retire(user: User, study: Study, entry: MeasureEntry) -> Iterator[tuple[Standing, str]]:
    """Withdraws the published versions that the file calls retired; their wording tells which they are."""
    kept = [wording for place, wording in enumerate(entry.versions) if place not in entry.retired]
    for place, reason in entry.retired.items():
        wording = entry.versions[place]
        for version in published_with(study, entry.name, wording) if wording not in kept else []:
            retire(user, version, reason)
            yield Standing.CHANGED, f"measure {version} retired"


def _refuse_foreign_draft(entry: MeasureEntry, before: MeasureEntry | None) -> None:
    """A draft that somebody is working on is not written over by a file that knows nothing of it."""
    draft = before.draft if before is not None else None
    if draft is None or draft == entry.draft or draft in entry.versions:
        return
    hint = "Publish the draft or discard it, then load again."
    raise refuse("draft_in_the_way", f"{entry.name} has a draft that differs from the file.", hint=hint)
