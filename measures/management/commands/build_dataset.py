"""Builds a dataset version from its recipe; what is known is reused."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError, CommandParser

from measures.core.masters import ENGINES, is_master
from measures.selectors import dataset_named
from measures.services.datasets import build_dataset
from measures.services.engines import chosen, is_distributed
from surveys.core.said import how_many
from surveys.management.base import WavebookCommand
from surveys.models import User


def master(text: str) -> str:
    """The address of Spark's workers, or wrong usage."""
    if not is_master(text):
        raise ArgumentTypeError("give local[*], spark://host:7077, yarn, k8s://host:443 or sc://host:15002")
    return text


class Command(WavebookCommand):
    help = "Build a dataset from its recipe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", metavar="STUDY/DATASET")
        parser.add_argument("--note", default="", help="what this version is for")
        parser.add_argument("--engine", choices=ENGINES, help="who computes (default: as the settings say)")
        parser.add_argument(
            "--master", type=master, metavar="URL", help="whose workers compute, for --engine spark"
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        if options["master"] and not is_distributed(options["engine"]):
            raise CommandError("--master is Spark's: give --engine spark with it", returncode=2)
        dataset = dataset_named(user, options["dataset"])
        outcome = build_dataset(
            user,
            dataset,
            note=options["note"],
            engine=chosen(options["engine"], options["master"]),
            progress=lambda share, line: self.talk(f"{share:4.0%} {line}"),
        )
        if not outcome.is_new:
            self.talk(f"Nothing changed: {outcome.version} has this content.")
        for problem in outcome.warnings:
            self.talk(f"Warning: {problem.sentence()}")
        return outcome.as_json()

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write(f"{outcome['dataset_version']}  {outcome['content_hash']}")
        self.stdout.write(f"{how_many(outcome['rows'], 'row')}, {outcome['seconds']} s")
        for column in outcome["columns"]:
            absent = sum(column["tally"].values()) - column["tally"]["valid"]
            how = "reused" if "reused" in column else "computed"
            line = f"  {column['name']:<28} {column['hash'][:12]}  {how:<8}"
            self.stdout.write(f"{line} {column['tally']['valid']:>8} valid {absent:>7} absent")
