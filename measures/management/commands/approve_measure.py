"""The second pair of eyes on a measure that waits for one: publishes it, or sends it back.

It must be somebody who wrote none of the draft, named with --as.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from measures.selectors import measure_named
from measures.services.proposals import waiting_of
from measures.services.rules import approve, send_back
from surveys.core.problems import refuse
from surveys.core.said import how_many, say
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("measure", metavar="STUDY/MEASURE")
        parser.add_argument("--send-back", metavar="NOTE", default=None, help="what should be changed first")
        parser.add_argument("--note", default="", help="what is to be said about it")
        parser.add_argument(
            "--acknowledge-changes",
            action="store_true",
            help="you have seen how many rows change and which waves are lost against the version in force",
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        measure = measure_named(user, options["measure"])
        proposal = waiting_of(measure)
        if proposal is None:
            hint = "publish_measure proposes a draft where the study asks for a second pair of eyes."
            raise refuse(
                "not_waiting", say("{measure} waits for no second pair of eyes.", measure=measure), hint=hint
            )
        if options["send_back"] is not None:
            sent = send_back(user, proposal, options["send_back"])
            return {"measure": str(measure), "state": sent.state, "note": sent.note}
        seen, note = options["acknowledge_changes"], options["note"]
        return approve(user, proposal, acknowledge_changes=seen, note=note).as_json()

    def show(self, outcome: dict[str, Any]) -> None:
        if "state" in outcome:
            self.stdout.write(f"{outcome['measure']}: sent back")
        else:
            changed = how_many(outcome["changed_rows"], "row")
            self.stdout.write(f"{outcome['measure_version']}: {changed} changed")
