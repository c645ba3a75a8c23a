"""From rows to valid rows: for each measure of a dataset version, why rows are absent and by which item."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from measures.selectors import dataset_version_named
from measures.selectors.disclosure import falls_shown_to
from measures.selectors.superseded import untold_columns
from measures.services.engines import chosen
from measures.services.falls import count_falls
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import how_many, say
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", metavar="STUDY/DATASET[@n]")
        parser.add_argument("columns", nargs="*", metavar="MEASURE", help="all of them when none is named")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        version = dataset_version_named(user, options["dataset"])
        names = options["columns"] or None
        measures = {c.name: c for c in version.columns.filter(kind="measure").select_related("derived")}
        unknown = [name for name in names or () if name not in measures]
        if unknown:
            raise Refused(
                Problem(
                    "unknown_column",
                    say("{version} has no measure called {name}.", version=version, name=name),
                    near=near_misses(name, measures),
                )
                for name in unknown
            )
        untold = untold_columns(user, version)
        names = [name for name in names or measures if name not in untold]
        counted = count_falls(user, version, names, chosen()) if names else {}
        told = {name: falls_shown_to(user, measures[name], falls) for name, falls in counted.items()}
        columns = {name: one.as_json() for name, one in told.items()}
        withheld = {name: why for name, why in untold.items() if name in measures}
        return {"dataset_version": str(version), "columns": columns, "untold": withheld}

    def show(self, outcome: dict[str, Any]) -> None:
        for name, why in outcome["untold"].items():
            self.stdout.write(f"{name}: {why}")
        for name, told in outcome["columns"].items():
            self.stdout.write(f"{name}: {how_many(told['rows'], 'row')}, {told['valid']:,} valid")
            for fall in told["falls"]:
                cause = fall["name"] or how_many(fall["causes"], "cause") + " with few rows"
                why = f"{fall['reason']}, by {cause}"
                self.stdout.write(f"  -{fall['rows']:>10,}  {why}; {fall['left']:,} left")
