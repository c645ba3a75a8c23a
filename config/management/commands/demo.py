"""The whole journey on the shipped studies, ending in the printed tables beside the runs."""

from __future__ import annotations

from typing import Any

from config import journey
from surveys.management.base import WavebookCommand
from surveys.models import Study


class Command(WavebookCommand):
    help = __doc__ or ""

    def work(self, user: Any, **options: Any) -> dict[str, Any]:
        done = journey.travel(user, self.talk)
        self.lines = [line for run in done.runs for line in journey.beside(user, run)]
        return {
            "studies": done.loaded,
            "datasets": done.built,
            "runs": [
                {"run": run.pk, "analysis": str(run.analysis), "state": run.state, "n_used": run.n_used}
                for run in done.runs
            ],
        }

    def show(self, outcome: dict[str, Any]) -> None:
        for line in self.lines:
            self.stdout.write(line)
        self.stdout.write("\nWhat arithmetic alone finds in the printed tables:")
        for study in Study.objects.filter(slug__in=journey.SHIPPED).order_by("pk"):
            for line in journey.audits(study):
                self.stdout.write(f"  {line}")
        self.stdout.write("\nThe data are synthetic. Now: make run, and open http://localhost:8000/")

    def refused(self, outcome: dict[str, Any]) -> bool:
        return any(run["state"] != "done" for run in outcome["runs"])
