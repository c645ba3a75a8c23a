"""Says what rests on the columns of a wave version that were corrected since: ``erratum mdms/2014@1``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from analytics.selectors import erratum_of
from surveys import policy
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import wave_version_named


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "version",
            metavar="STUDY/WAVE@n",
            help="the version that was corrected; the one before the latest without a number",
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        version = wave_version_named(user, options["version"])
        if "@" not in options["version"] and version.number > 1:  # the one in force has nothing to tell
            version = wave_version_named(user, f"{options['version']}@{version.number - 1}")
        found = erratum_of(version)
        if found is None:
            return {"wave_version": str(version), "corrected_by": None}
        return found.document(with_people=policy.may(user, policy.ADMINISTER, version.study))

    def show(self, outcome: dict[str, Any]) -> None:
        """What was corrected, then a line for everything it reaches with the columns concerned."""
        if outcome["corrected_by"] is None:
            self.stdout.write(f"{outcome['wave_version']} was not corrected.")
            return
        for one in (outcome, *outcome["earlier"]):
            self.stdout.write(f"{one['wave_version']} was corrected by {one['corrected_by']}: {_what(one)}")
        for one in outcome["datasets"]:
            made = f" (of {one['wave_version']})" if outcome["earlier"] else ""
            self.stdout.write(f"  dataset {one['dataset_version']}{made}: {_columns(one['columns'])}")
        for one in outcome["runs"]:
            self.stdout.write(
                f"  run {one['run']} of {one['analysis'] or one['of']}: {_columns(one['columns'])}"
            )
        for one in outcome["targets"]:
            self.stdout.write(f"  target {one['target']}: runs {', '.join(map(str, one['runs']))}")
        self.stdout.write(f"  files with data handed out: {outcome['n_downloads']}")
        if outcome["n_codebooks"]:
            self.stdout.write(f"  codebooks handed out, which hold no cells: {outcome['n_codebooks']}")


def _what(outcome: dict[str, Any]) -> str:
    """As the page counts: other answers, only other words, rows that came and went."""
    kinds = list(outcome["columns"].values())
    words, meaning = kinds.count("codebook"), kinds.count("meaning")
    counted = (
        (len(kinds) - words - meaning, "column holds other answers", "columns hold other answers"),
        (meaning, "stands for something else", "stand for something else"),
        (words, "only other words", "only other words"),
        (outcome["rows_added"], "row added", "rows added"),
        (outcome["rows_removed"], "row taken out", "rows taken out"),
    )
    told = [f"{n:,} {one if n == 1 else more}" for n, one, more in counted if n]
    return ", ".join([*told, "a few rows came or went"] if outcome["rows_added"] is None else told)


def _columns(columns: list[dict[str, Any]]) -> str:
    return ", ".join(one["name"] for one in columns) or "by its rows"
