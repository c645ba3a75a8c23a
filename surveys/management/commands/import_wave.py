"""Imports a survey file as the next version of a wave; makes study and wave when they do not exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from surveys.core.codebook import as_json
from surveys.core.problems import refuse
from surveys.core.reading import ReadOptions
from surveys.core.reading.regular import require_regular
from surveys.core.said import how_many
from surveys.management.base import WavebookCommand, positive, sha256
from surveys.models import User
from surveys.services.waves import ImportOutcome, import_wave


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study")
        parser.add_argument("wave")
        parser.add_argument(
            "file",
            type=Path,
            help=".sav, .zsav, .por, .dta, .sas7bdat, .xpt, delimited text, .xlsx or .parquet",
        )
        parser.add_argument("--encoding", default="", help="the character set of the file's text")
        parser.add_argument(
            "--codebook",
            type=Path,
            help="a sheet with one line per variable, a DDI-Codebook (.xml), a SAS catalogue (.sas7bcat) "
            "or a whole codebook as a dumped study has it (.json)",
        )
        parser.add_argument(
            "--codebook-encoding",
            default="",
            help="the character set of a codebook sheet; found when not said",
        )
        parser.add_argument("--sheet", default="", help="which sheet of a workbook; the first when not said")
        parser.add_argument(
            "--header-rows", type=positive, help="rows of headings in a flat file; found when not said"
        )
        parser.add_argument("--key", default="", help="the variable that tells the records apart")
        parser.add_argument("--note", default="", help="what this version is, or why it was imported")
        parser.add_argument("--rows", type=positive, help="how many rows there must be")
        parser.add_argument("--columns", type=positive, help="how many variables there must be")
        parser.add_argument("--sha256", type=sha256, help="the SHA-256 that the file must have")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        if options["codebook"]:
            require_regular(options["codebook"])
        if options["codebook"] and not options["codebook"].is_file():
            if options["codebook"].is_dir():
                text, hint = "The codebook is a folder, not a file.", "Name a file in it."
                raise refuse("is_a_folder", text, where=options["codebook"].name, hint=hint)
            raise refuse("no_such_file", "There is no such codebook.", where=options["codebook"].name)
        reading = ReadOptions(
            encoding=options["encoding"],
            codebook_path=options["codebook"],
            codebook_encoding=options["codebook_encoding"],
            declared_rows=options["rows"],
            declared_columns=options["columns"],
            declared_sha256=options["sha256"] or "",
            header_rows=options["header_rows"],
            sheet=options["sheet"],
        )
        outcome = import_wave(
            user,
            options["study"],
            options["wave"],
            options["file"],
            original_name=options["file"].name,
            options=reading,
            key=options["key"],
            note=options["note"],
        )
        if not outcome.is_new:
            self.talk(f"{outcome.version} already holds this content; no new version was made.")
        if outcome.repeats:
            self.talk(f"{outcome.version} holds what {outcome.repeats} held.")
        return _as_json(outcome)

    def show(self, outcome: dict[str, Any]) -> None:
        """The version in one line, then the findings by variable."""
        self.stdout.write(
            f"{outcome['wave_version']}: {how_many(outcome['rows'], 'row')}, "
            f"{how_many(outcome['variables'], 'variable')}, "
            f"{outcome['encoding']}, {outcome['seconds']} s"
        )
        for finding in outcome["findings"]:
            whose = finding["variable"] or "(file)"
            self.stdout.write(f"  {finding['severity']:<8}{whose}: {finding['message']}")


def _as_json(outcome: ImportOutcome) -> dict[str, Any]:
    version = outcome.version
    return {
        "wave_version": str(version),
        "is_new": outcome.is_new,
        "repeats": outcome.repeats,
        "content_hash": version.content_hash,
        "rows": version.rows,
        "variables": version.columns,
        "encoding": version.encoding,
        "mr_sets": [as_json(one) for one in version.codebook().sets],
        "findings": [
            {"severity": f.severity.value, "code": f.code, "variable": f.variable, "message": f.message}
            for f in outcome.findings
        ],
        "seconds": outcome.seconds,
    }
