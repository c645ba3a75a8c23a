"""Says what differs from one version of a measure to another: ``compare_measures mdms/fsp@1 @2``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from measures.core.difference import Difference, lines_of
from measures.selectors import measure_named
from measures.selectors.disclosure import versions_shown_to
from measures.services.comparing import moves, version_of, words_compared
from surveys.core.problems import refuse
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import reference


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("before", metavar="STUDY/MEASURE@n")
        parser.add_argument("after", metavar="@m", help="or STUDY/MEASURE@m")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        first = options["before"]
        second = options["after"]
        if second.startswith("@"):
            second = first.partition("@")[0] + second
        numbers = [reference(text).number for text in (first, second)]
        named = {(asked.study, asked.name) for asked in map(reference, (first, second))}
        if len(named) > 1 or None in numbers:
            hint = "Write it as compare_measures mdms/fsp@1 @2."
            raise refuse("bad_reference", "Name two versions of one measure by their numbers.", hint=hint)
        measure = measure_named(user, first)
        shown = versions_shown_to(user).filter(measure=measure).select_related("measure__study")
        before, after = (version_of(shown, int(n or 0), str(measure)) for n in numbers)
        self.found: Difference = words_compared(user, before, after)
        counted = moves(user, before, after, however_large=True)
        return self.found.as_json() | {"values": [one.as_json() for one in counted]}

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write((self.found.as_text() + lines_of(outcome["values"])).rstrip())
