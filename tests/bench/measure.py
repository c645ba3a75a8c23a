"""Times whole processes from outside: seconds and peak memory of a command and its children."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Cost:
    """What one run and its children cost: wall and processor seconds, and the peak of their memory in MB.

    Processor seconds are what to compare on a busy machine.  Memory is the sum over all processes, what they
    share counted once, looked at twenty times a second.
    """

    seconds: float
    processor: float
    megabytes: float

    def over(self, other: Cost) -> str:
        """This cost as ratios of another's."""
        wall, busy = self.seconds / other.seconds, self.processor / other.processor
        memory = self.megabytes / other.megabytes
        return f"{wall:.2f} x the time ({busy:.2f} x the processor's), {memory:.2f} x the memory"


def cost_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Runs ``command`` to its end and returns its cost; a command that fails stops the bench."""
    before, began = _processor(), time.perf_counter()
    child = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL
    )
    peak = [0.0]
    watch = threading.Thread(target=_watch, args=(child, peak))
    watch.start()
    watch.join()
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return Cost(time.perf_counter() - began, _processor() - before, peak[0])


def _processor() -> float:
    """Processor seconds of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _watch(child: subprocess.Popen[bytes], peak: list[float]) -> None:
    while child.poll() is None:
        peak[0] = max(peak[0], sum(_megabytes(pid) for pid in _family(child.pid)))
        time.sleep(0.05)


def _family(root: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    family = [root]
    for pid in family:
        family += children.get(pid, [])
    return family


def _megabytes(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def median(costs: Sequence[Cost]) -> Cost:
    """The run with the median time."""
    return sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2]


def turns(rounds: int) -> str:
    """How the figures below came to be."""
    return "one run each" if rounds == 1 else f"median of {rounds} runs each, turn by turn"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def show(what: str, cost: Cost, beside: str = "") -> None:
    figures = f"{cost.seconds:7.2f} s {cost.processor:7.2f} s busy {cost.megabytes:7.0f} MB"
    print(f"  {what:<46} {figures}  {beside}".rstrip(), flush=True)
