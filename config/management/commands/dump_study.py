"""``dump_study STUDY DIR``: a study written as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.study_folder import dump_study
from surveys.core.said import how_many
from surveys.management.base import WavebookCommand
from surveys.selectors import study_named


class Command(WavebookCommand):
    help = (
        "Write a study as a folder of text, with the original files of its waves; load_study reads it back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="short name, as in mdms")
        parser.add_argument("folder", type=Path, metavar="DIR", help="where to write; made when missing")

    def work(self, user: Any, *, study: str, folder: Path, **_: Any) -> dict[str, Any]:
        return dump_study(user, study_named(user, study), folder)

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write(
            f"{outcome['study']}: {how_many(len(outcome['written']), 'file')} written to {outcome['folder']}"
        )
