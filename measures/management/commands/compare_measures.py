"""Says what differs between two versions of a measure: ``compare_measures mdms/fsp@1 @2``, or ``@draft``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from measures.core.difference import Difference, lines_of
from measures.models import MeasureVersion
from measures.selectors import measure_named
from measures.selectors.disclosure import versions_shown_to
from measures.services.comparing import moves, version_of, words_compared
from measures.services.proving import proven
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import reference

DRAFT = "draft"


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("before", metavar="STUDY/MEASURE@n")
        parser.add_argument("after", metavar="@m", help="or STUDY/MEASURE@m, or @draft")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        first, (second, _, told) = options["before"], options["after"].partition("@")
        asked, other = reference(first), reference(second or first)
        is_draft = told == DRAFT
        is_one = (asked.study, asked.name) == (other.study, other.name)
        if asked.number is None or not is_one or not (is_draft or told.isdecimal()):
            hint = "Write it as compare_measures mdms/fsp@1 @2, or @draft."
            raise refuse("bad_reference", "Name two versions of one measure by their numbers.", hint=hint)
        measure = measure_named(user, first)
        shown = versions_shown_to(user).filter(measure=measure).select_related("measure__study")
        before = version_of(shown, asked.number, str(measure))
        seen = None
        if is_draft:
            after = _draft(shown, str(measure))
            seen = proven(after).report()
        else:
            after = version_of(shown, int(told), str(measure))
        self.found: Difference = words_compared(user, before, after, seen)
        counted = moves(user, before, after, however_large=True)
        return self.found.as_json() | {"values": [one.as_json() for one in counted]}

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write((self.found.as_text() + lines_of(outcome["values"])).rstrip())


def _draft(shown: QuerySet[MeasureVersion], name: str) -> MeasureVersion:
    """The draft of the measure, for those who may see it; Refused where there is none."""
    found = shown.filter(state=MeasureVersion.State.DRAFT).first()
    if found is None:
        raise refuse("no_draft", say("{measure} has no draft.", measure=name))
    return found
