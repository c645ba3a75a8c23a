"""``check_bundle FILE``: checksums, the hash of the data, and every number computed again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from surveys.management.base import WavebookCommand
from surveys.models import User

SIGNS = {True: "holds", False: "DOES NOT HOLD", None: "not checked"}


class Command(WavebookCommand):
    help = "Check a replication bundle: its files, its data, and whether its numbers come out again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a bundle, from this or another installation")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        from analytics.core.bundle.checking import check_bundle

        found = check_bundle(Path(options["file"]).expanduser())
        return {
            "file": options["file"],
            "holds": all(one.holds is not False for one in found),
            "findings": [asdict(one) for one in found],
        }

    def refused(self, outcome: dict[str, Any]) -> bool:
        return not outcome["holds"]

    def show(self, outcome: dict[str, Any]) -> None:
        """A line for each thing that was looked at."""
        for one in outcome["findings"]:
            self.stdout.write(f"{SIGNS[one['holds']]}: {one['sentence']}")
