"""Says what a new version of a measure would touch: datasets, runs, published tables, downloads."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from analytics.selectors import impact_of
from measures.selectors import measure_named
from surveys.core.said import how_many
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("measure", metavar="STUDY/MEASURE")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        return impact_of(measure_named(user, options["measure"])).as_json()

    def show(self, outcome: dict[str, Any]) -> None:
        """A line for each thing that is touched."""
        self.stdout.write(outcome["measure"])
        for name in outcome["measures_resting_on_it"]:
            self.stdout.write(f"  measure {name} rests on it")
        for one in outcome["datasets"]:
            columns = ", ".join(one["columns"])
            told = f"pins @{one['pinned']} and stays" if one["pinned"] else f"would change in {columns}"
            self.stdout.write(f"  dataset {one['dataset']} {told}")
        for run in outcome["runs"]:
            self.stdout.write(f"  run {run['run']} of {run['analysis'] or 'no analysis'} on {run['of']}")
        for target in outcome["targets"]:
            self.stdout.write(f"  target {target}")
        for one in outcome["downloads"]:
            self.stdout.write(f"  {one['dataset_version']}: {how_many(one['downloads'], 'download')}")
