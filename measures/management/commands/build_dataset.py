"""Builds a dataset version from its recipe; what is known is reused."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from measures.selectors import dataset_named
from measures.services.datasets import build_dataset
from surveys.core.said import how_many
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = "Build a dataset from its recipe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", metavar="STUDY/DATASET")
        parser.add_argument("--note", default="", help="what this version is for")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        dataset = dataset_named(user, options["dataset"])
        outcome = build_dataset(
            user,
            dataset,
            note=options["note"],
            progress=lambda share, line: self.talk(f"{share:4.0%} {line}"),
        )
        if not outcome.is_new:
            self.talk(f"Nothing changed: {outcome.version} has this content.")
        return outcome.as_json()

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write(f"{outcome['dataset_version']}  {outcome['content_hash']}")
        self.stdout.write(f"{how_many(outcome['rows'], 'row')}, {outcome['seconds']} s")
        for column in outcome["columns"]:
            absent = sum(column["tally"].values()) - column["tally"]["valid"]
            how = "reused" if "reused" in column else "computed"
            line = f"  {column['name']:<28} {column['hash'][:12]}  {how:<8}"
            self.stdout.write(f"{line} {column['tally']['valid']:>8} valid {absent:>7} absent")
