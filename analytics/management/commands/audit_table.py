"""``audit_table FILE``: what arithmetic shows of a published table, without any data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from analytics.core.audit.report import lines_of, report
from analytics.core.record import plain
from analytics.core.targets import KINDS
from analytics.management.table_files import About, audited, table_in
from surveys.management.base import WavebookCommand
from surveys.models import User


def add_table_arguments(parser: CommandParser) -> None:
    """The file and what is said of it."""
    parser.add_argument("file", metavar="FILE", help="a table as CSV or tab-separated text")
    parser.add_argument("--kind", default="", choices=("", *KINDS), help="free when nothing says it")
    parser.add_argument(
        "--columns", default="", help="what columns hold: 'Model 1: estimate (se), logit; N: n'"
    )
    parser.add_argument("--n", default="", help="600, or 'formal = 300, informal = 300'")
    parser.add_argument(
        "--notes", default="", metavar="YAML", help="a file of notes; FILE.yaml when it is there"
    )


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add_table_arguments(parser)

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        path = Path(options["file"])
        said = About(options["kind"], options["columns"], options["n"], options["notes"])
        table, _ = table_in(path, said)
        return dict(plain(report(table, audited(path, table))))

    def show(self, outcome: dict[str, Any]) -> None:
        """The readable report."""
        for line in lines_of(outcome):
            self.stdout.write(line)
