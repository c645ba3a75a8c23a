"""Serves the site on localhost, with one worker beside it; what `make run` calls."""

from __future__ import annotations

import errno
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from gunicorn.util import parse_address

PAUSE = 1.0  # seconds between two looks at site and worker


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="address and port")

    def handle(self, *args: Any, bind: str, **options: Any) -> None:
        if told := _in_the_way(bind):
            self.stderr.write(told)
            sys.exit(1)
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


def _in_the_way(bind: str) -> str:
    """Why the site cannot be served there, in one sentence with the way out; empty where it can."""
    try:
        address = parse_address(bind)
        if not isinstance(address, tuple):  # the file of a socket, or one that is open already
            return ""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        socket.create_server(address, family=family).close()
    except (OSError, OverflowError, RuntimeError) as error:
        return _why_not(bind, error)
    return ""


def _why_not(bind: str, error: Exception) -> str:
    other = 8080 if not bind.endswith(":8080") else 8081
    ways = f"make run PORT={other}, or manage.py serve --bind 127.0.0.1:{other}"
    if not isinstance(error, OSError):
        return f"{bind} is no address and port; give them as in {ways}."
    if error.errno == errno.EADDRINUSE:
        port = bind.rpartition(":")[2]
        return f"Port {port} is taken by another program; stop that one or choose another port: {ways}."
    return f"The site cannot be served at {bind} ({error.strerror}); choose another address or port: {ways}."


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=settings.BASE_DIR)
