"""Says what differs from one wave version to another: ``compare_waves mdms/2014@1 mdms/2016``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from surveys.core.said import how_many
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import wave_version_named
from surveys.services.comparing import compared

_LISTS = {
    "added": "added",
    "removed": "removed",
    "renamed": "perhaps renamed",
    "renamed_by_decision": "renamed (decided)",
    "label_changed": "other label",
    "question_changed": "other question",
    "codes_changed": "other codes",
    "code_relabelled": "codes relabelled",
    "missing_changed": "other missing codes",
    "type_changed": "other type",
    "level_changed": "other level",
    "universe_changed": "other universe",
    "unit_changed": "other unit",
    "limits_changed": "other valid range",
    "distribution_changed": "other answers",
    "translations_changed": "translations",
    "sets_changed": "response sets",
    "same": "the same",
}
_NAMED = 8  # variables named per line


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("before", metavar="A", help="STUDY/WAVE or STUDY/WAVE@n")
        parser.add_argument("after", metavar="B", help="what A is held against")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        before, after = (wave_version_named(user, options[side]) for side in ("before", "after"))
        return compared(user, before, after, is_bounded=False).document()

    def show(self, outcome: dict[str, Any]) -> None:
        """A line per kind of difference with its count and first names, then rows and cells."""
        self.stdout.write(f"{outcome['before']} -> {outcome['after']}")
        for name, words in _LISTS.items():
            if entries := [one for one in outcome[name] if name != "renamed" or not one["decided"]]:
                self.stdout.write(f"  {words:<20}{len(entries):>6}  {_named(entries)}")
        if (problem := outcome.get("key_problem")) is not None:
            self.stdout.write(f"  rows were not matched: {problem['message']}")
        elif "rows_added" in outcome:
            cells = outcome["cells_changed"]
            added, removed = _rows(outcome["rows_added"]), _rows(outcome["rows_removed"])
            self.stdout.write(f"  rows added {added}, removed {removed}")
            total = "not told" if None in cells.values() else f"{sum(cells.values()):,}"
            self.stdout.write(f"  cells changed {total} in {how_many(len(cells), 'variable')}")


def _rows(n: int | None) -> str:
    return "not told" if n is None else f"{n:,}"


def _named(entries: list[Any]) -> str:
    names = [_name(entry) for entry in entries[:_NAMED]]
    return ", ".join(names) + (" …" if len(entries) > _NAMED else "")


def _name(entry: Any) -> str:
    if isinstance(entry, str):
        return entry
    if "variable" in entry or "name" in entry:
        return str(entry.get("variable") or entry["name"])
    likeness = f" ({entry['score']})" if "score" in entry else ""
    return f"{entry['before']} -> {entry['after']}{likeness}"
