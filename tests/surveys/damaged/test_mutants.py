"""Thousands of damaged files of every format: each is read or refused by name, in bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, SHARED
from tests.surveys.damaged.seeds import mutant, seeds

COUNT = int(os.environ.get("WAVEBOOK_TEST_DAMAGED", 500))
PROCESSES = 2
MEGABYTES = 600


@dataclass(frozen=True)
class Verdict:
    """What became of one damaged file; ``fault`` tells an error that was no refusal of the reader's own."""

    number: int
    kind: str
    mutant: str
    found: str
    fault: str
    seconds: float
    megabytes: int


def read_all(folder: Path, count: int) -> list[Verdict]:
    """The verdicts over mutants 0 to ``count``; one that ended its process is told as ``killed``."""
    found = seeds(folder, SHARED)
    for seed in found:
        (folder / seed.name).write_bytes(seed.data)
    listed = folder / "seeds.json"
    listed.write_text(json.dumps([asdict(seed) | {"data": ""} for seed in found]))
    running = {part: _start(folder, listed, part, count) for part in range(PROCESSES)}
    for part, process in running.items():
        while process.wait() != 0:
            answers = folder / f"verdicts-{part}"
            done = len(answers.read_text().splitlines()) if answers.exists() else 0
            number = part + PROCESSES * done
            seed = found[mutant(found, number)[0]]
            told = [number, seed.kind, seed.name, f"killed {process.returncode}", "", 0, 0]
            with answers.open("a") as file:
                file.write(json.dumps(told) + "\n")
            process = _start(folder, listed, number + PROCESSES, count)
    lines = [line for part in running for line in (folder / f"verdicts-{part}").read_text().splitlines()]
    return [Verdict(*json.loads(line)) for line in lines]


def _start(folder: Path, listed: Path, first: int, count: int) -> subprocess.Popen[bytes]:
    words = [str(folder), str(listed), str(first), str(PROCESSES), str(count)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.surveys.damaged.one_by_one", *words],
        cwd=ROOT,
        env=os.environ | {"POLARS_MAX_THREADS": "2", "PYTHONWARNINGS": "ignore"},
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    return read_all(tmp_path_factory.mktemp("damaged"), COUNT)


def test_every_damaged_file_is_read_or_refused(verdicts: list[Verdict]) -> None:
    assert len(verdicts) == COUNT
    assert [v for v in verdicts if v.fault or v.found.split()[0] not in ("accepted", "refused")] == []
    by_kind = {kind: Counter() for kind in sorted({v.kind for v in verdicts})}  # type: dict[str, Counter[str]]
    for v in verdicts:
        by_kind[v.kind][v.found.split()[0]] += 1
    for kind, counts in by_kind.items():  # shown when asked for with -rP
        print(f"{kind:18} {dict(counts)}")
    assert all(counts["refused"] for counts in by_kind.values() if counts.total() > 20)


def test_none_needs_more_than_an_import_may_have(verdicts: list[Verdict]) -> None:
    slowest, largest = max(verdicts, key=lambda v: v.seconds), max(verdicts, key=lambda v: v.megabytes)
    print(f"slowest {slowest}\nlargest {largest}")
    assert largest.megabytes <= MEGABYTES
