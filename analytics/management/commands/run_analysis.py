"""``run_analysis STUDY/ANALYSIS [--dataset NAME@n]`` or ``run_analysis --spec FILE --dataset NAME@n``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from analytics.management.after_the_fit import lines_of
from analytics.models import Run
from analytics.selectors import analysis_named, run_document, subject_named, subject_of, table_of
from analytics.services.analyses import run_analysis
from surveys.core.plain_yaml import MOST_CHARACTERS
from surveys.core.problems import Refused, refuse
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    table = ""  # as the acting user may see it
    help = "Runs an analysis, or a specification file, on a dataset version or a wave version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("analysis", nargs="?", default="", metavar="STUDY/ANALYSIS")
        parser.add_argument("--spec", default="", metavar="FILE", help="a specification in YAML")
        parser.add_argument(
            "--dataset", default="", metavar="NAME@n", help="STUDY/DATASET@n or a wave version STUDY/WAVE@n"
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        analysis, spec, dataset = options["analysis"], options["spec"], options["dataset"]
        if bool(analysis) == bool(spec) or (spec and not dataset):
            raise CommandError(
                "give STUDY/ANALYSIS, or --spec FILE with --dataset STUDY/NAME@n", returncode=2
            )
        run = self._run(user, analysis, spec, dataset)
        self.table = table_of(user, run).as_text()
        return run_document(user, run)

    def _run(self, user: User, analysis: str, spec: str, dataset: str) -> Run:
        def progress(share: float, line: str) -> None:
            self.talk(line)

        if analysis:
            found = analysis_named(user, analysis)
            return run_analysis(user, found, subject_of(user, found, dataset), progress=progress)
        text = _read(Path(spec))
        return run_analysis(user, text, subject_named(user, dataset), progress=progress)

    def refused(self, outcome: dict[str, Any]) -> bool:
        """A run without numbers ends with exit 1; its checks say why."""
        return bool(outcome["state"] == "failed")

    def show(self, outcome: dict[str, Any]) -> None:
        """A table a person can read."""
        self.stdout.write(
            f"run {outcome['run']}: {outcome['kind']} on {outcome['version']}: {outcome['state']}"
        )
        lost = ", ".join(f"{count} {reason}" for reason, count in outcome["n_lost"].items())
        if outcome["n_used"] is not None:
            self.stdout.write(f"n = {outcome['n_used']:,}" + (f"; lost: {lost}" if lost else ""))
        self.stdout.write(self.table)
        for line in lines_of(outcome):
            self.stdout.write(line)
        for check in outcome["checks"]:
            self.stdout.write(f"{check['severity']}: {check['message']}")


def _read(path: Path) -> str:
    """A specification file's text; refused with a sentence when it cannot be read."""
    try:
        if path.stat().st_size > 4 * MOST_CHARACTERS:
            raise refuse("bad_yaml", "This is too large for a specification.", where=str(path))
        return path.read_text(encoding="utf-8-sig")
    except Refused:
        raise
    except UnicodeDecodeError:
        raise refuse("bad_encoding", "The specification is not UTF-8 text.", where=str(path)) from None
    except OSError as error:
        raise refuse("no_file", f"The file cannot be read ({error.strerror}).", where=str(path)) from None
