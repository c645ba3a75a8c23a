"""Serves the site on localhost, with one worker beside it; what `make run` calls."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="address and port")

    def handle(self, *args: Any, bind: str, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", bind, "--threads", "8"]
        quiet = ["--worker-class", "gthread", "--workers", "2", "--log-level", "warning"]
        worker = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
        children = [subprocess.Popen(command, cwd=settings.BASE_DIR) for command in ([*web, *quiet], worker)]
        self.stderr.write(f"Wavebook is at http://{bind}/ — stop it with Ctrl-C.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            children[0].wait()
        except KeyboardInterrupt:
            self.stderr.write("Stopping.")
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(timeout=20)
