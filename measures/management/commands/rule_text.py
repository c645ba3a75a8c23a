"""Prints a measure's rule in the syntax of another program, or as a DDI derivation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from measures.core.tongues import OFFERED
from measures.selectors.tongues import measure_version_named, written
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import wave_version_named


class Command(WavebookCommand):
    help = (
        "Print a measure as a text of SPSS, Stata, R or Python that computes its column in a wave, "
        "or as the derivation of a DDI codebook."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("measure", metavar="STUDY/MEASURE[@n]")
        parser.add_argument("--in", required=True, dest="tongue", choices=tuple(OFFERED))
        parser.add_argument("--wave", default="", metavar="STUDY/WAVE[@n]", help="the wave it is written for")
        parser.add_argument("--language", default="en", choices=("en", "zh"), help="of labels and comments")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        version = measure_version_named(user, options["measure"])
        wave = wave_version_named(user, options["wave"]) if options["wave"] else None
        (found,) = written(user, version, [options["tongue"]], wave, options["language"])
        if found.refused is not None:
            raise found.refused
        return {
            "measure_version": str(version),
            "wave_version": found.wave,
            "tongue": found.tongue,
            "text": found.text,
        }

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write(outcome["text"], ending="")
