"""Takes back an edited codebook of a wave: says what would change, and with --confirm makes the version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from surveys.core.codebook import as_json
from surveys.core.codebook_changes import changes_as_json
from surveys.core.reading import require_readable
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import wave_version_named
from surveys.services.revisions import Revision, read_revised, save_revision


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", metavar="STUDY/WAVE[@n]", help="the latest version without @n")
        parser.add_argument("sheet", type=Path, help="the edited sheet (.csv, .xlsx), a DDI or a dictionary")
        parser.add_argument(
            "--confirm", action="store_true", help="make the version, not only say what changes"
        )
        parser.add_argument(
            "--codebook-encoding", default="", help="the character set of the sheet; found when not said"
        )
        parser.add_argument("--note", default="", help="why the codebook was changed")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        version, encoding = wave_version_named(user, options["version"]), options["codebook_encoding"]
        require_readable(options["sheet"])
        revision = read_revised(user, version, options["sheet"], encoding)
        made = None
        if options["confirm"] and not revision.is_empty:
            made = save_revision(user, revision, options["note"])
        return _as_json(revision) | {"wave_version": str(made) if made else None, "is_new": made is not None}

    def show(self, outcome: dict[str, Any]) -> None:
        """Each variable with what it said and what it will say."""
        for finding in outcome["findings"]:
            whose = finding.get("variable") or "(sheet)"
            self.stdout.write(f"  {finding['severity']:<8}{whose}: {finding['message']}")
        for one in outcome["changes"]:
            self.stdout.write(one["variable"] or "(file)")
            for change in one["changes"]:
                about = " ".join(filter(None, (change.get("code"), change.get("language"))))
                lead = f"{change['part']} {about}".rstrip()
                self.stdout.write(f"  {lead}: {change['old'] or '–'} -> {change['new'] or '–'}")
            if valid := one.get("valid"):
                self.stdout.write(f"  valid rows: {valid['old']:,} -> {valid['new']:,}")
        self.stdout.write(_verdict(outcome))


def _verdict(outcome: dict[str, Any]) -> str:
    if not outcome["changes"]:
        return f"Nothing changed: the codebook says the same as that of {outcome['base']}."
    if outcome["wave_version"]:
        return f"{outcome['wave_version']} was made: the rows of {outcome['base']}, the new codebook."
    return "Nothing was saved. Give --confirm to make the version."


def _as_json(revision: Revision) -> dict[str, Any]:
    return {
        "base": str(revision.base),
        "content_hash": revision.base.content_hash,
        "codebook_hash": {"old": revision.base.codebook_hash, "new": revision.codebook_hash},
        "changes": changes_as_json(revision.changes),
        "findings": [as_json(finding) for finding in revision.findings],
    }
