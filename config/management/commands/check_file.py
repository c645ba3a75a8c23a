"""``check_file STUDY/DATASET[@n] | STUDY/WAVE[@n] FILE``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.management.commands.export import version_named
from measures.models import DatasetVersion
from measures.services.exports import dataset_subject
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.services.exports import wave_subject
from surveys.services.reading_back import read_back


class Command(WavebookCommand):
    help = "Hold a downloaded file against the version it came from: the same values and absences or not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "version", metavar="STUDY/NAME[@n]", help="a dataset or wave; the latest without @n"
        )
        parser.add_argument("file", metavar="FILE", help="the file, in any format that can be imported")
        parser.add_argument(
            "--codebook", default="", metavar="FILE", help="its codebook, where it is not beside the file"
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        version = version_named(user, options["version"])
        subject = dataset_subject(version) if isinstance(version, DatasetVersion) else wave_subject(version)
        codebook = Path(options["codebook"]).expanduser() if options["codebook"] else None
        return read_back(user, subject, Path(options["file"]).expanduser(), codebook).as_json()

    def refused(self, outcome: dict[str, Any]) -> bool:
        return not outcome["same"]

    def show(self, outcome: dict[str, Any]) -> None:
        verdict = "holds the values and absences of" if outcome["same"] else "does not hold what is in"
        self.stdout.write(f"{outcome['file']} {verdict} {outcome['version']}")
        self.stdout.write(f"data hash {outcome['data_hash']}, of the file {outcome['data_hash_of_file']}")
        if outcome["rows"] != outcome["rows_in_file"]:
            self.stdout.write(f"rows: {outcome['rows']}, in the file {outcome['rows_in_file']}")
        for name in outcome["differing"]:
            self.stdout.write(f"differs: {name}")
        for name, other in outcome["renamed"]:
            self.stdout.write(f"renamed: {name} is {other} in the file")
