"""``run_picture RUN [NAME] [--format png] [--language zh] [--output FILE]``: a picture of a run."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from analytics.management.commands.run_table import write_file
from analytics.selectors import picture_file, pictures_of, run_with
from surveys.core.said import say
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = "Write a picture of a run as SVG or PNG; without a name, list the pictures there are."
    usage = frozenset({"unknown_format", "bad_language"})

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="the number of the run")
        parser.add_argument("name", nargs="?", default="", metavar="NAME", help="as in forest_logit")
        parser.add_argument("--format", default="", metavar="FORMAT", help="svg or png")
        parser.add_argument("--language", default="en", help="en or zh")
        parser.add_argument("--output", default="", metavar="FILE", help="its ending names the format")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        run = run_with(user, options["run"])
        if not options["name"]:
            return {"run": run.pk, "pictures": pictures_of(user, run)}
        path = Path(options["output"]).expanduser()
        form = options["format"] or (path.suffix.lstrip(".").lower() if options["output"] else "svg")
        file = picture_file(user, run, options["name"], form, options["language"])
        path = path if options["output"] else Path(file.name)
        write_file(path, file.content)
        sha256 = hashlib.sha256(file.content).hexdigest()
        return {"run": run.pk, "file": str(path), "size": len(file.content), "sha256": sha256}

    def show(self, outcome: dict[str, Any]) -> None:
        """The names, or where the picture was written."""
        if outcome.get("pictures") == []:
            self.stdout.write(say("Run {run} has no pictures.", run=outcome["run"]))
        for name in outcome.get("pictures", ()):
            self.stdout.write(name)
        if "file" in outcome:
            self.stdout.write(f"{outcome['file']}: sha256 {outcome['sha256']}, {outcome['size']} bytes")
