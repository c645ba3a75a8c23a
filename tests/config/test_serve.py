"""Serving the site: what stands in the way is told in one sentence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.conftest import ROOT


def _served(bind: str) -> tuple[int, str, str]:
    """How the command ended, what it printed and what it said."""
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("serve", bind=bind, stdout=out, stderr=err)
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_port_that_is_taken_is_told_in_one_sentence(family: socket.AddressFamily) -> None:
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    try:
        taken = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("This machine has no IPv6.")
    with taken:
        port = taken.getsockname()[1]
        ended, printed, said = _served(f"{host}:{port}" if family == socket.AF_INET else f"[{host}]:{port}")
    assert (ended, printed) == (1, "")
    assert said == (
        f"Port {port} is taken by another program; stop that one or choose another port: "
        "make run PORT=8080, or manage.py serve --bind 127.0.0.1:8080.\n"
    )


@pytest.mark.parametrize(
    ("bind", "told"),
    [
        ("127.0.0.1:abc", "127.0.0.1:abc is no address and port"),
        ("127.0.0.1:70000", "127.0.0.1:70000 is no address and port"),
        ("192.0.2.1:8080", "cannot be served at 192.0.2.1:8080"),
    ],
)
def test_an_address_that_is_none_is_told_in_one_sentence(bind: str, told: str) -> None:
    ended, _, said = _served(bind)
    assert ended == 1 and len(said.splitlines()) == 1 and told in said
    assert "PORT=808" in said


def test_at_a_terminal_there_is_nothing_but_the_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "serve", "--bind", "127.0.0.1:abc"]
    environment = {**os.environ, "WAVEBOOK_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1 and "is no address and port" in done.stderr
