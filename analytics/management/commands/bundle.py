"""``bundle RUN FILE``: everything that a run rests on and gave, in one archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from analytics.selectors import run_with
from analytics.services.bundles import copy_bundle
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = "Write the replication bundle of a run: data, codebooks, rules, results, tables, a script in R."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="the number of the run")
        parser.add_argument("file", metavar="FILE", help="where to write it, as in run12.zip")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        return copy_bundle(user, run_with(user, options["run"]), Path(options["file"]).expanduser())

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write(f"{outcome['file']}: sha256 {outcome['sha256']}, {outcome['size']} bytes")
        if not outcome["with_data"]:
            self.stdout.write("No data are in it: you may not download the data of this study.")
