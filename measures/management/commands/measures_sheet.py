"""Writes the measures of a study as a sheet to be edited and given back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from measures.services.sheets import FORMS, write_sheet
from surveys.core.problems import refuse
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import study_named


class Command(WavebookCommand):
    help = __doc__
    usage = frozenset({"unknown_form"})

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE", help=".csv or .xlsx")
        parser.add_argument("--measure", action="append", default=[], metavar="NAME", help="only these")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        path, study = options["output"], study_named(user, options["study"])
        form = path.suffix.lower().removeprefix(".")
        if form not in FORMS:
            raise refuse("unknown_form", "A sheet is written as .csv or .xlsx.", where=path.name)
        return {"file": str(path), "measures": write_sheet(user, study, path, form, options["measure"])}
