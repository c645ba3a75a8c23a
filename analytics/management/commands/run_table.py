"""``run_table RUN [--format docx] [--language zh] [--output FILE]``: the table of a run as a file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from analytics.core.output.formats import TABLE_FORMATS
from analytics.selectors import run_with, spoken_table, table_file
from surveys.core.problems import refuse
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = "Write the table of a run as a file for a paper or program; without a format, print it."
    usage = frozenset({"unknown_format", "bad_language"})
    text = ""  # to be printed where no file is written

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="the number of the run")
        parser.add_argument("--format", default="", metavar="FORMAT", help=", ".join(TABLE_FORMATS))
        parser.add_argument("--language", default="en", help="en or zh")
        parser.add_argument(
            "--output", default="", metavar="FILE", help="where to write it; its ending names the format"
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        run, language = run_with(user, options["run"]), options["language"]
        path = Path(options["output"]).expanduser()
        format = options["format"] or (path.suffix.lstrip(".").lower() if options["output"] else "")
        if not format:
            self.text = spoken_table(user, run, language).as_text()
            return {"run": run.pk, "text": self.text}
        file = table_file(user, run, format, language)
        if not options["output"] and file.is_text:
            self.text = file.content.decode().removeprefix("\ufeff").rstrip("\n")
        else:
            path = path if options["output"] else Path(file.name)
            write_file(path, file.content)
        return {
            "run": run.pk,
            "format": format,
            "file": "" if self.text else str(path),
            "size": len(file.content),
            "sha256": hashlib.sha256(file.content).hexdigest(),
        }

    def show(self, outcome: dict[str, Any]) -> None:
        """The table itself, or where it was written."""
        self.stdout.write(
            self.text or f"{outcome['file']}: sha256 {outcome['sha256']}, {outcome['size']} bytes"
        )


def write_file(path: Path, content: bytes) -> None:
    """Writes a file; refused with a sentence where that cannot be."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise refuse(
            "cannot_write", f"The file could not be written: {error.strerror}.", where=str(path)
        ) from None
