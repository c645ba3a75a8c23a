"""Runs the reading process: a fresh interpreter, an empty environment, hard limits, and a clock outside.

A damaged or hostile file can make a library crash, hang or ask for all memory.  So no file is ever parsed
in a web or worker process: if the child dies, the file is refused, and that is all.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveys.core.problems import Refused, problem_from_json, refuse
from surveys.core.process import dying_with_parent, without_network
from surveys.core.said import say

MEGABYTE = 1 << 20
CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Limits:
    """What one reading may use; see :func:`limits_for`."""

    memory: int  # bytes of address space
    cpu: int  # seconds
    wall: float  # seconds
    file: int  # bytes of any one file written
    files: int = 64


def limits_for(size: int, megabytes: int = 0) -> Limits:
    """Limits that grow with the file (``megabytes`` of memory where that is said instead).

    Address space is about twice what is ever touched (thread stacks, mapped libraries).  Row compression
    packs at most eight cells into a word, so 24 times the file and a base hold every honest file.
    """
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    memory = megabytes * MEGABYTE or min(
        2048 * MEGABYTE + 24 * size, max(3072 * MEGABYTE, installed * 3 // 4)
    )
    seconds = 30 + size // MEGABYTE
    return Limits(memory, seconds, 2.0 * seconds + 30, max(256 * MEGABYTE, 24 * size))


def run(task: dict[str, Any], limits: Limits, command: list[str] | None = None) -> None:
    """Runs the child on ``task``; returns when it has written its result, refuses otherwise."""
    line = command or [sys.executable, "-I", str(CHILD)]
    with (
        tempfile.TemporaryDirectory(dir=task["out_dir"]) as empty,
        subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=empty,
            env={"POLARS_MAX_THREADS": "2", "TMPDIR": empty, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
            preexec_fn=_limiter(limits),
        ) as child,
    ):
        try:
            said, _ = child.communicate(json.dumps(task).encode(), timeout=limits.wall)
        except subprocess.TimeoutExpired:
            raise _killed(say("it took longer than the time allowed")) from None
        finally:
            _end(child)
    _judge(said, child.returncode)


def _limiter(limits: Limits) -> Callable[[], None]:
    die_with_parent = dying_with_parent(signal.SIGKILL)  # no kill of the group reaches a session of its own
    leave_network = without_network()

    def limit() -> None:
        for what, most in (
            (resource.RLIMIT_AS, limits.memory),
            (resource.RLIMIT_CPU, limits.cpu),
            (resource.RLIMIT_FSIZE, limits.file),
            (resource.RLIMIT_NOFILE, limits.files),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))
        die_with_parent()
        leave_network()  # nothing in a file is a reason to talk to anybody

    return limit


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kills whatever is left of the child's session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _judge(said: bytes, status: int) -> None:
    try:
        verdict = json.loads(said)
    except ValueError:
        raise _killed(_how_it_ended(status)) from None
    if not verdict["ok"]:
        problems = (problem_from_json(problem) for problem in verdict["problems"])
        raise Refused(problems)


def _how_it_ended(status: int) -> str:
    if status >= 0:
        return say("the reading process ended without an answer (status {status})", status=status)
    if -status in (signal.SIGXCPU, signal.SIGKILL):
        return say("the reading process used more time or memory than allowed and was stopped")
    return say(
        "the reading process was killed by signal {status} ({name})",
        status=-status,
        name=signal.Signals(-status).name,
    )


def _killed(how: str) -> Refused:
    return refuse(
        "unsafe_file",
        say("The file could not be read safely: {how}.", how=how),
        hint="It is probably damaged. Open it in the program it comes from, save it again and import that.",
    )
