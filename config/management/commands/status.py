"""Every dataset and run: fresh, stale or blocked, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser

from analytics.models import Run
from analytics.selectors import run_freshness, shown_to
from measures.models import Dataset
from measures.selectors import freshness, one_look
from surveys.management.base import WavebookCommand
from surveys.models import Study, User
from surveys.selectors import study_named

MOST_NAMED = 5  # variables of a run without a name


class Command(WavebookCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", nargs="?", default="", help="one study; all when left out")

    def work(self, user: Any, *, study: str = "", **options: Any) -> dict[str, Any]:
        studies = [study_named(user, study)] if study else list(Study.objects.visible_to(user))
        datasets = (
            Dataset.objects.filter(study__in=studies).select_related("study").prefetch_related("versions")
        )
        with one_look():
            return self._standing(user, studies, datasets)

    def _standing(self, user: User, studies: list[Study], datasets: Iterable[Dataset]) -> dict[str, Any]:
        runs = _latest(Run.objects.filter(study__in=studies, withdrawn_because=""))
        return {
            "datasets": [_line(str(dataset.latest or dataset), freshness(dataset)) for dataset in datasets],
            "runs": [_run_line(user, run) for run in runs],
        }

    def show(self, outcome: dict[str, Any]) -> None:
        for one in (*outcome["datasets"], *outcome["runs"]):
            on = f" on {one['on']}" if one["on"] else ""
            self.stdout.write(f"{one['state']:<8} {one['name']}{on}")
            for cause in one["causes"]:
                self.stdout.write(f"         because {cause}")
            for remark in one["remarks"]:
                self.stdout.write(f"         note: {remark}")
            if one["next_step"]:
                self.stdout.write(f"         next: {one['next_step']}")


def _line(name: str, standing: Any, on: Any = "") -> dict[str, Any]:
    told = {"state": str(standing.state), "causes": list(standing.causes), "next_step": standing.step}
    told["remarks"] = list(standing.remarks)
    return {"name": name, "on": str(on)} | told


def _run_line(user: User, run: Run) -> dict[str, Any]:
    """A run by its analysis, else by what it asks; one that failed is neither fresh nor stale."""
    asked = run.analysis or " ".join(filter(None, (run.kind, _asked(run.spec))))
    line = _line(f"run {run.pk} of {asked}", run_freshness(run), run.subject)
    if run.state != "failed":
        return line
    shown = shown_to(user, run)
    causes = [str(check["message"]) for check in shown.checks if check.get("severity") == "error"]
    return line | {
        "state": "failed",
        "causes": causes or [shown.withheld],
        "next_step": "mend the specification and run it again",
    }


def _asked(spec: Mapping[str, Any]) -> str:
    """What a specification without a name is about: its formula, or its variables."""
    variables = [str(name) for name in spec.get("variables", ())]
    more = f" and {len(variables) - MOST_NAMED} more" if len(variables) > MOST_NAMED else ""
    return str(spec.get("formula") or ", ".join(variables[:MOST_NAMED]) + more)


def _latest(runs: Any) -> Iterable[Run]:
    """The last run of each analysis, and every run of a specification without one."""
    chosen: dict[Any, Run] = {}
    named = runs.select_related("analysis__study", "study", "dataset_version__dataset__study",
                                "wave_version__wave__study")  # fmt: skip
    for run in named.defer("result").order_by("pk"):
        chosen[run.analysis_id or ("alone", run.pk)] = run
    return chosen.values()
