"""Takes back an edited sheet of measures: says what would change, and with --confirm saves the drafts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from measures.services.sheets import read_sheet, save_sheet
from surveys.core.problems import Refused, refuse
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import study_named


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("sheet", type=Path, metavar="FILE", help="the edited sheet (.csv or .xlsx)")
        parser.add_argument(
            "--confirm", action="store_true", help="save the drafts, not only say what changes"
        )
        parser.add_argument(
            "--encoding",
            "--codebook-encoding",  # as the sentences of sheets call it
            default="",
            dest="encoding",
            help="the character set of the sheet; found when not said",
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        study, path = study_named(user, options["study"]), options["sheet"]
        if not path.is_file():
            raise refuse("no_file", "There is no such file.", where=str(path))
        changes = read_sheet(user, study, path, options["encoding"])
        if changes.problems:
            raise Refused(changes.problems)
        saved = save_sheet(user, changes) if options["confirm"] and changes.changes else []
        return changes.as_json() | {"drafts": [str(version) for version in saved]}

    def show(self, outcome: dict[str, Any]) -> None:
        """Each measure with what it said and what it will say."""
        for finding in outcome["findings"]:
            self.talk(finding["message"])
        for one in outcome["changes"]:
            self.stdout.write(f"{one['measure']} ({one['base'] or 'new'})")
            for edit in one["edits"]:
                self.stdout.write(f"  {edit['column']}: {edit['old'] or '–'} -> {edit['new'] or '–'}")
            for problem in one["remarks"]:
                self.stdout.write(f"  ! {problem['message']}")
        if not outcome["changes"]:
            self.stdout.write("Nothing changed: the sheet says the same as the measures.")
        elif outcome["drafts"]:
            self.stdout.write(f"Saved: {', '.join(outcome['drafts'])}.")
        else:
            self.stdout.write("Nothing was saved. Give --confirm to save the drafts.")
