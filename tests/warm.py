"""The reading process without its start: a fork of an interpreter that has loaded the readers already.

Loading them takes a third of a second for each of a thousand files that tests read.  The process, its limits,
its empty folder and environment are as in life; that the interpreter is fresh is tried where the process
itself is tested (``cold``) and, for all files, in ``make prove``.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from surveys.core.reading import sandbox

LIMITER, SERVER = sandbox._limiter, Path(__file__).with_name("warm_child.py")
ONE_BY_ONE = threading.RLock()
SERVERS: list[tuple[socket.socket, subprocess.Popen[bytes]]] = []
ENVIRONMENT = {"POLARS_MAX_THREADS": "2", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
LIMITS = {
    "RLIMIT_AS": "memory",
    "RLIMIT_CPU": "cpu",
    "RLIMIT_FSIZE": "file",
    "RLIMIT_NOFILE": "files",
}


class Warm:
    """What the sandbox asks of a process that it starts; begins when it is told its task."""

    pid: int
    returncode: int

    def __init__(self, limits: sandbox.Limits, folder: str, environment: dict[str, str]) -> None:
        most = {name: getattr(limits, said) for name, said in LIMITS.items()} | {"RLIMIT_CORE": 0}
        self.asked = json.dumps({"limits": most, "folder": folder, "environment": environment}).encode()

    def __enter__(self) -> Warm:
        ONE_BY_ONE.acquire()
        self.door, self.is_running = the_door(os.getpid()), False
        return self

    def communicate(self, task: bytes, timeout: float) -> tuple[bytes, None]:
        """The answer to ``task``, or what :mod:`subprocess` raises when none comes in time."""
        given, (reading, writing) = os.memfd_create("task"), os.pipe()
        try:
            os.write(given, task)
            os.lseek(given, 0, os.SEEK_SET)
            socket.send_fds(self.door, [self.asked], [given, writing])
            self.pid, self.is_running = int(self.door.recv(64)), True
            os.close(writing)
            return _all_of(reading, time.monotonic() + timeout), None
        finally:
            os.close(given)
            os.close(reading)

    def wait(self) -> int:
        """How the process ended."""
        if self.is_running:
            self.returncode, self.is_running = int(self.door.recv(64)), False
        return self.returncode

    def __exit__(self, *_: object) -> None:
        ONE_BY_ONE.release()


def _all_of(reading: int, end: float) -> bytes:
    said = []
    while select.select([reading], [], [], max(0.0, end - time.monotonic()))[0]:
        if not (part := os.read(reading, 1 << 16)):
            return b"".join(said)
        said.append(part)
    raise subprocess.TimeoutExpired("the reading process", 0)


@cache
def the_door(_process: int) -> socket.socket:
    """To the interpreter that forks for this process and ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-I", str(SERVER), str(theirs.fileno())],
            env=ENVIRONMENT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    SERVERS.append((ours, server))
    return ours


def stop() -> None:
    """Nobody forks any more."""
    the_door.cache_clear()
    while SERVERS:
        door, server = SERVERS.pop()
        door.close()
        server.wait(10)


def _process(line: list[str], *, preexec_fn: sandbox.Limits, **more: Any) -> Any:
    if line[-1] == str(sandbox.CHILD):
        return Warm(preexec_fn, more["cwd"], more["env"])
    return subprocess.Popen(line, preexec_fn=LIMITER(preexec_fn), **more)


def start_warm(patch: pytest.MonkeyPatch) -> None:
    """From now on the readers of the sandbox are forks."""
    patch.setattr(sandbox, "_limiter", lambda limits: limits)
    patch.setattr(sandbox, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": _process}))


def start_cold(patch: pytest.MonkeyPatch) -> None:
    """As in life: a fresh interpreter for every file."""
    patch.setattr(sandbox, "_limiter", LIMITER)
    patch.setattr(sandbox, "subprocess", subprocess)
