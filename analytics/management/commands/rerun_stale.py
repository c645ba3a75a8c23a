"""Builds stale datasets and runs stale analyses again, in the right order: ``rerun_stale mdms``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from analytics.selectors.rerunning import rerun_plan
from analytics.services.rerunning import BLOCKED, DONE, FAILED, WAITS, rerun_stale
from surveys.core.said import without_sources
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import study_named


class Command(WavebookCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("--plan", action="store_true", help="say what is stale and run nothing")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        study = study_named(user, options["study"])
        if options["plan"]:
            return {"plan": rerun_plan(user, study).as_json()}

        def progress(share: float, line: str) -> None:
            self.talk(line)

        steps = rerun_stale(user, study, progress=progress)
        return {"study": study.slug, "steps": [without_sources(one.as_json()) for one in steps]}

    def refused(self, outcome: dict[str, Any]) -> bool:
        """Exit 1 where something stale could not be made again."""
        return any(one["outcome"] in (FAILED, BLOCKED, WAITS) for one in outcome.get("steps", ()))

    def show(self, outcome: dict[str, Any]) -> None:
        if "plan" in outcome:
            self._show_plan(outcome["plan"])
            return
        for one in outcome["steps"]:
            arrow = (
                f" {one['before']} -> {one['after']}"
                if one["before"] and one["after"]
                else f" {one['after']}"
            )
            self.stdout.write(f"{one['outcome']:<8} {one['kind']} {one['name']}{arrow.rstrip()}")
            if one["why"]:
                self.stdout.write(f"         because {one['why']}")
            if told := ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in one["changes"].items() if n):
                self.stdout.write(f"         {told}")
        done = sum(one["outcome"] == DONE for one in outcome["steps"])
        self.stdout.write(
            f"{done} of {len(outcome['steps'])} steps done." if outcome["steps"] else "Nothing is stale."
        )

    def _show_plan(self, plan: dict[str, Any]) -> None:
        for kind in ("datasets", "runs", "blocked"):
            for one in plan[kind]:
                self.stdout.write(f"{kind.removesuffix('s'):<8} {one['name']}")
                for cause in one["causes"]:
                    self.stdout.write(f"         because {cause}")
        for target in plan["targets"]:
            self.stdout.write(f"{'target':<8} {target}")
        if not any(plan.values()):
            self.stdout.write("Nothing is stale.")
