"""Serves the site on localhost, with one worker beside it; what `make run` calls."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

PAUSE = 1.0  # seconds between two looks at site and worker


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="address and port")

    def handle(self, *args: Any, bind: str, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", bind, "--threads", "8"]
        quiet = ["--worker-class", "gthread", "--workers", "2", "--log-level", "warning"]
        worker = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
        children = [_start([*web, *quiet]), _start(worker)]
        self.stderr.write(f"Wavebook is at http://{bind}/ — stop it with Ctrl-C.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            while children[0].poll() is None:
                if children[1].poll() is not None:
                    self.stderr.write(f"The worker ended ({children[1].returncode}); another one is started.")
                    children[1] = _start(worker)
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            self.stderr.write("Stopping.")
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(timeout=20)
        sys.exit(children[0].returncode and 1)


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=settings.BASE_DIR)
