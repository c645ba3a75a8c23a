"""What all commands share: the acting user, ``--json``, refusals as sentences, exit codes."""

from __future__ import annotations

import json
import os
import re
import sys
from argparse import ArgumentTypeError
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from surveys.core.problems import Refused, refuse
from surveys.services.people import acting_user

NOBODY_READS = 141  # what a shell tells of a program that wrote to a closed pipe: 128 + SIGPIPE


def positive(text: str) -> int:
    """A whole number from 1 on, as an option takes it."""
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) == 0:
        raise ArgumentTypeError(f"“{text[:20]}” is not a whole number from 1 on.")
    return int(text)


def sha256(text: str) -> str:
    """A SHA-256 in hexadecimal digits, as an option takes it."""
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", text.strip()):
        raise ArgumentTypeError("A SHA-256 has 64 hexadecimal digits, as sha256sum prints them.")
    return text.strip()


def _forget_stdout() -> None:
    """Lets what is still to be written go nowhere, so that the interpreter does not complain as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


class WavebookCommand(BaseCommand):
    """A command that calls one service: :meth:`work` returns what ``--json`` prints.

    Results go to stdout, talk to stderr; exit 0 when done, 1 when refused, 2 on wrong usage;
    quiet where nobody reads on.
    """

    usage: frozenset[str] = frozenset()  # refusals that mean an option was given wrongly
    requires_system_checks = ()  # they load every page; the doctor, migrate and the servers look at them

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the result as JSON")
        parser.add_argument("--as", dest="acting_as", default="", metavar="USER", help="act as this user")
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            try:
                self._answer(**options)
            finally:
                self.stdout.flush()
        except BrokenPipeError:  # who read the lines has seen enough, as head does
            _forget_stdout()
            sys.exit(NOBODY_READS)

    def _answer(self, **options: Any) -> None:
        as_json, acting_as = options.pop("as_json"), options.pop("acting_as")
        try:
            self._prepare_database()
            outcome = self.work(acting_user(acting_as), **options)
        except Refused as refused:
            self._refuse(refused, as_json)
            sys.exit(2 if self.usage.issuperset(problem.code for problem in refused.problems) else 1)
        if as_json:
            self.stdout.write(json.dumps(outcome, ensure_ascii=False, indent=2, default=str))
        else:
            self.show(outcome)
        if self.refused(outcome):
            sys.exit(1)

    def _prepare_database(self) -> None:
        """Lays the tables of the embedded database on first use; a server's are for its administrator."""
        try:
            executor = MigrationExecutor(connection)
        except DatabaseError as error:
            text, hint = "The database does not answer.", "Check DATABASE_URL, and that the server runs."
            if connection.vendor == "sqlite":
                text = "The database cannot be read or written."
                hint = "See that the disk has room and that the folder WAVEBOOK_HOME may be written to."
            raise refuse("no_database", text, hint=hint) from error
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        if connection.vendor != "sqlite":
            hint = "Run manage.py migrate first."
            raise refuse("not_migrated", "The database has not the tables of this version.", hint=hint)
        self.talk("Preparing the database …")
        call_command("migrate", verbosity=0)

    def _refuse(self, refused: Refused, as_json: bool) -> None:
        """Tells the problems; answers are quoted at a terminal, and never to a file or program."""
        fit_to_keep = [problem.without_cells() for problem in refused.problems]
        for problem in refused.problems if self.stderr.isatty() else fit_to_keep:
            self.stderr.write(problem.sentence())
            for choice in problem.choices:
                self.stderr.write(f"  {choice.sentence()}")
        if as_json:
            document = {"problems": [problem.as_json() for problem in fit_to_keep]}
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))

    def talk(self, text: str) -> None:
        """A line for the person who waits; never part of the result."""
        self.stderr.write(text)

    def work(self, user: Any, **options: Any) -> dict[str, Any]:
        """Does the work and returns the result as plain JSON types."""
        raise NotImplementedError

    def show(self, outcome: dict[str, Any]) -> None:
        """Prints the result for a person; one ``name: value`` line each unless overridden."""
        for name, value in outcome.items():
            text = (
                json.dumps(value, ensure_ascii=False, default=str)
                if isinstance(value, dict | list)
                else value
            )
            self.stdout.write(f"{name}: {text}")

    def refused(self, outcome: dict[str, Any]) -> bool:
        """Whether an outcome that is not an error still means exit 1 (a failed check)."""
        return False
