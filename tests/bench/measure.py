"""Times whole processes from outside: wall seconds and peak memory of a command and its children."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Cost:
    """What one run cost: wall seconds, and the peak memory in MB of its largest process."""

    seconds: float
    megabytes: float

    def over(self, other: Cost) -> str:
        """This cost as ratios of another's."""
        time, memory = self.seconds / other.seconds, self.megabytes / other.megabytes
        return f"{time:.2f} x the time, {memory:.2f} x the memory"


def cost_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Runs ``command`` to its end and returns its cost; a command that fails stops the bench."""
    began = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return Cost(seconds, usage.ru_maxrss / 1024)


def median(costs: Sequence[Cost]) -> Cost:
    """The run with the median time."""
    return sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def show(what: str, cost: Cost, beside: str = "") -> None:
    print(f"  {what:<58} {cost.seconds:7.2f} s {cost.megabytes:8.0f} MB  {beside}".rstrip())
