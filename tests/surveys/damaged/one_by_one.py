"""A process that damages and reads files one after the other; a line of its answers tells each verdict.

``python -m tests.surveys.damaged.one_by_one FOLDER SEEDS FIRST STEP COUNT``: FOLDER holds the seeds that
the file SEEDS lists.  Only the process of the real reading is left out (half a second for each file), so what
would have killed that process ends this one, and whoever started it sees where.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import shutil
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, child, read, sandbox
from surveys.core.reading.revising import read_revision
from tests.surveys.core.codebooks import answers_of
from tests.surveys.core.writing.tables import mixed_table
from tests.surveys.damaged.mutations import damaged
from tests.surveys.damaged.seeds import Seed, generator, mutant

MEMORY, SECONDS = 3 << 30, 60


def in_this_process(task: dict[str, Any], limits: sandbox.Limits) -> None:
    """Stands in for the sandbox: the same task, the same line, judged alike."""
    sandbox._judge(json.dumps(child.answer(task)).encode(), 0)


def remembered(faults: list[str]) -> None:
    """Keeps the place of every fault that only became a refusal because everything is caught."""
    told = child._unreadable

    def unreadable(error: BaseException) -> Refused:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "/surveys/core/" in f.filename]
        faults.append(f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}")
        return told(error)

    child._unreadable = unreadable


def peak() -> int:
    """Megabytes held at most since the last call."""
    with Path("/proc/self/status").open() as file:
        found = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return found >> 10


def verdict(folder: Path, path: Path, beside: Path | None, is_revision: bool) -> str:
    """``accepted``, ``refused CODE`` or ``crashed KIND`` of an import, or of the revision of a codebook."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    data, options = (beside, ReadOptions(codebook_path=path)) if beside else (path, ReadOptions())
    try:
        if is_revision:
            book = mixed_table().codebook
            read_revision(path, out, book, "en", answers_of(book, folder))
        else:
            read(data, out, options, original_name=path.name)
        return "accepted"
    except Refused as refused:
        assert all(problem.code and problem.sentence() for problem in refused.problems)
        return f"refused {refused.problems[0].code}"
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"crashed {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def main(folder: Path, listed: Path, first: int, step: int, count: int) -> None:
    seeds = [Seed(**one) for one in json.loads(listed.read_text())]  # data stay in their files
    held = [(folder / seed.name).read_bytes() for seed in seeds]
    place = folder / f"mutants-{first % step}"
    place.mkdir(exist_ok=True)
    faults: list[str] = []
    remembered(faults)
    sandbox.run = in_this_process
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with (folder / f"verdicts-{first % step}").open("a", buffering=1) as answers:
        for number in range(first, count, step):
            which, turn = mutant(seeds, number)
            seed = seeds[which]
            how, data = damaged(held[which], generator(seed, turn), held)
            path = place / seed.name
            path.write_bytes(data)
            faults.clear()
            peak()
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            started = time.monotonic()
            beside = folder / seed.beside if seed.beside else None
            found = verdict(place, path, beside, beside is not None and turn % 2 == 1)
            seconds = round(time.monotonic() - started, 3)
            told = [number, seed.kind, f"{seed.name} {how}", found, "; ".join(faults), seconds, peak()]
            answers.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
