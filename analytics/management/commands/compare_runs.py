"""Two runs side by side: what else differs first, then every number: ``compare_runs 12 15``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from analytics.selectors import run_with
from analytics.selectors.two_runs import side_by_side
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.management.base import WavebookCommand, positive
from surveys.models import User


class Command(WavebookCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("a", type=positive, metavar="RUN")
        parser.add_argument("b", type=positive, metavar="RUN")
        parser.add_argument("--csv", default="", metavar="FILE", help="write every number there, unrounded")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        found = side_by_side(user, run_with(user, options["a"]), run_with(user, options["b"]))
        if options["csv"]:
            _write(Path(options["csv"]), found.numbers.as_csv())
        return found.as_json()

    def show(self, outcome: dict[str, Any]) -> None:
        a, b = outcome["a"], outcome["b"]
        self.stdout.write(f"run {a['run']} on {a['version']}, run {b['run']} on {b['version']}")
        for side in (a, b):
            if side["withheld"]:
                self.stdout.write(f"run {side['run']}: {side['withheld']}")
        for one in outcome["differs"]:
            self.stdout.write(f"  {one['about']} {one['what']}: {one['a'] or '-'} -> {one['b'] or '-'}")
        for one in outcome["coefficients"]:
            self.stdout.write(_line(one))
        counts = outcome["counts"]
        self.stdout.write(
            f"{counts['matched']} coefficients in both: {counts['differ']} differ, "
            f"{counts['sign_changed']} with another sign, "
            f"{counts['significance_changed']} significant in one alone; "
            f"{counts['figures_differ']} other figures differ."
        )


def _line(one: dict[str, Any]) -> str:
    sides = " -> ".join(_side(side) for side in (one["a"], one["b"]))
    marks = [word for name, word in (("sign_changed", "OTHER SIGN"), ("significance_changed", "SIGNIFICANCE"))
             if one[name]]  # fmt: skip
    term = f"{one['term']}{one['category'] and ' ' + one['category']}"
    return f"  {one['model']:<12} {term:<40} {sides} {' '.join(marks)}".rstrip()


def _side(side: dict[str, Any] | None) -> str:
    if side is None:
        return "-"
    p = "" if side["p_value"] is None else f" (p {side['p_value']:.3g})"
    return f"{side['estimate']:.3f}{p}"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise refuse("no_file", say("The file cannot be written ({why}).", why=error.strerror or ""),
                     where=str(path)) from None  # fmt: skip
