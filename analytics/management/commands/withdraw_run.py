"""``withdraw_run RUN --because TEXT``: takes a run's numbers away from view."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from analytics.selectors import run_with
from analytics.services.runs import withdraw_run
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = "Take the numbers of a run away from view; the run stays, with the reason."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="the number of the run")
        parser.add_argument("--because", required=True, metavar="TEXT", help="the reason, shown to readers")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        done = withdraw_run(user, run_with(user, options["run"]), options["because"])
        return {"run": done.pk, "withdrawn_because": done.withdrawn_because}

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write(f"run {outcome['run']} was withdrawn: {outcome['withdrawn_because']}")
