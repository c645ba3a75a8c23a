"""Publishes the draft of a measure when every check holds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from measures.models import Measure
from measures.selectors import measure_named
from measures.selectors.impact import datasets_touched, resting_on
from measures.services.rules import publish
from surveys.core.said import how_many
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = "Publish the draft of a measure as its next version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("measure", metavar="STUDY/MEASURE")
        parser.add_argument(
            "--acknowledge-changes",
            action="store_true",
            help="you have seen how many rows change and which waves are lost against the version in force",
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        measure = measure_named(user, options["measure"])
        outcome = publish(user, measure, acknowledge_changes=options["acknowledge_changes"])
        if outcome.is_new:
            self._tell_what_it_touches(measure)
        if not outcome.is_new and outcome.waits_for is None:
            self.talk(f"Nothing changed: {outcome.version} says the same.")
        return outcome.as_json()

    def _tell_what_it_touches(self, measure: Measure) -> None:
        resting = resting_on(measure)
        for name in resting:
            self.talk(f"The measure {name} rests on it.")
        for one in datasets_touched(measure, resting):
            if one.is_touched:
                self.talk(f"The dataset {one.dataset} would change in {', '.join(one.columns)}.")
        self.talk(f"Runs, published tables and downloads: manage.py measure_impact {measure}")

    def refused(self, outcome: dict[str, Any]) -> bool:
        return outcome["waits_for"] is not None

    def show(self, outcome: dict[str, Any]) -> None:
        if outcome["waits_for"]:
            self.stdout.write(outcome["waits_for"])
        for lost in outcome["lost_waves"]:
            self.stdout.write(lost)
        self.stdout.write(f"{outcome['measure_version']}: {how_many(outcome['changed_rows'], 'row')} changed")
