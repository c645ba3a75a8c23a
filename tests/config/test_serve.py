"""Serving the site: what stands in the way is told in one sentence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def _served(home: Path, bind: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "serve", "--bind", bind]
    environment = {**os.environ, "WAVEBOOK_HOME": str(home)}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_port_that_is_taken_is_told_in_one_sentence(family: socket.AddressFamily, tmp_path: Path) -> None:
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    try:
        taken = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("This machine has no IPv6.")
    with taken:
        port = taken.getsockname()[1]
        done = _served(tmp_path, f"{host}:{port}" if family == socket.AF_INET else f"[{host}]:{port}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
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
def test_an_address_that_is_none_is_told_in_one_sentence(bind: str, told: str, tmp_path: Path) -> None:
    done = _served(tmp_path, bind)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and told in done.stderr
    assert "PORT=808" in done.stderr
