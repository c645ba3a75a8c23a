"""Claims queued jobs and runs them, one at a time, each in a process of its own."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from surveys.core.said import how_many
from surveys.services import worker


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when no job is left")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        stopped: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _frame: stopped.append(received))
        done = worker.work(once=once, stop=lambda: bool(stopped))
        self.stderr.write(f"{how_many(done, 'job')} done.")
