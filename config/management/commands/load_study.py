"""``load_study DIR``: a study folder brought in; what was created, changed and left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.study_folder import load_study
from surveys.core.said import how_many
from surveys.management.base import WavebookCommand


class Command(WavebookCommand):
    help = "Load a study written as text: waves, context, crosswalk, measures, datasets, targets, analyses."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds study.yaml")

    def work(self, user: Any, *, folder: Path, **_: Any) -> dict[str, Any]:
        return load_study(user, folder, self.talk).as_json()

    def show(self, outcome: dict[str, Any]) -> None:
        for word in ("created", "changed", "left"):
            for what in outcome[word]:
                self.stdout.write(f"{word}: {what}")
        for version, findings in outcome["findings"].items():
            self.stdout.write(f"{version}: {how_many(len(findings), 'finding')}")
