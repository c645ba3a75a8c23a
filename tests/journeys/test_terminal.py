"""What somebody at a terminal does with the lines of a command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.travellers import Person


@pytest.mark.parametrize("command", [("status", "--json"), ("status", "nonesuch", "--json"), ("verify",)])
def test_a_command_whose_lines_nobody_reads_ends_quietly(newcomer: Person, command: tuple[str, ...]) -> None:
    """As ``| head`` does: it closes its end of the pipe when it has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=newcomer.environment,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=240,
        )
    finally:
        os.close(writing)
    assert done.returncode == 141
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
