"""``define_target STUDY/SLUG FILE``: keeps a published table cell by cell, to audit and to replicate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from analytics.management.commands.audit_table import add_table_arguments
from analytics.management.table_files import About, table_in
from analytics.services.targets import define_target
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import study_named


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", metavar="STUDY/SLUG", help="as in fuzhou/zhu_lin_2010/table1")
        add_table_arguments(parser)
        parser.add_argument("--title", default="", help="its title in English")
        parser.add_argument("--citation", default="")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        study, _, slug = options["target"].partition("/")
        if not slug:
            raise CommandError("give STUDY/SLUG", returncode=2)
        said = About(options["kind"], options["columns"], options["n"], options["notes"])
        table, told = table_in(Path(options["file"]), said)
        labels = told.get("labels") if isinstance(told.get("labels"), dict) else {}
        target = define_target(
            user,
            study_named(user, study),
            slug,
            kind=table.kind,
            cells=[asdict(cell) for cell in table.cells],
            labels=labels | ({"en": options["title"]} if options["title"] else {}),
            citation=options["citation"] or str(told.get("citation", "")),
            notes=table.notes,
        )
        return {"target": str(target), "kind": target.kind, "cells": len(table.cells)}
