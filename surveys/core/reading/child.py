"""The reading process: told on stdin what to read, writes Parquet and codebook, answers with one JSON line.

Started by :mod:`surveys.core.reading.sandbox` in a fresh interpreter with hard limits.  Whatever happens
to it, nothing of the caller's is touched; anything it raises becomes a line, anything that kills it is
told by the absence of one.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import mmap
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from surveys.core.problems import Refused, refuse
from surveys.core.said import say, with_sources

RESULT, DATA = "result.json", "data.parquet"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)  # a disk, a share of it, a limit on files


def read_file(task: dict[str, Any]) -> dict[str, Any]:
    """Reads ``task["path"]`` into ``task["out_dir"]`` and returns what was found, as plain JSON types."""
    if "revise" in task:
        from surveys.core.reading.revising_work import revise

        return revise(task)
    gc.disable()  # nothing that is loaded is rubbish
    from surveys.core.reading.options import options_from_json
    from surveys.core.reading.work import work

    gc.freeze()
    gc.enable()

    sheet = Path(task["codebook_path"]) if task["codebook_path"] else None
    options = options_from_json(task["options"], sheet, task["codebook_encoding"])
    with _mapped(Path(task["path"])) as view:
        return work(Path(task["path"]), view, task["format"], Path(task["out_dir"]) / DATA, options)


@contextlib.contextmanager
def _mapped(path: Path) -> Iterator[memoryview]:
    """The file's bytes as they lie on the disk."""
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    view = memoryview(data)
    try:
        yield view
    finally:
        with contextlib.suppress(BufferError):  # arrays of a refused file still look at it
            view.release()
            data.close()


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """The verdict: the result's file, or the problems."""
    try:
        found = read_file(task)
        Path(task["out_dir"], RESULT).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        return {"ok": True}
    except Refused as refused:
        problems = refused.problems
    except MemoryError:
        problems = _too_large().problems
    except OSError as error:
        problems = _failed(error).problems
    except BaseException as error:  # a library's panic is no Exception
        problems = _unreadable(error).problems
    return {"ok": False, "problems": [with_sources(problem.as_json()) for problem in problems]}


def _failed(error: OSError) -> Refused:
    if error.errno == errno.ENOMEM:
        return _too_large()
    return _no_room(error) if error.errno in _FULL else _unreadable(error)


def _too_large() -> Refused:
    return refuse(
        "too_large",
        "Reading the file needs more memory than one import may use.",
        hint="Split the file, or ask an administrator to raise WAVEBOOK_IMPORT_MEMORY.",
    )


def _no_room(error: OSError) -> Refused:
    return refuse(
        "disk_full",
        say(
            "The file could not be read into the working folder ({reason}).",
            reason=error.strerror or type(error).__name__,
        ),
        hint="Free space on the disk, then import again; nothing was changed.",
    )


def _unreadable(error: BaseException) -> Refused:
    """A fault while reading, by its kind only: its words might quote a cell."""
    if "memory" in str(error).lower() or "alloc" in str(error).lower():
        return _too_large()
    return refuse(
        "unreadable_file",
        say("The file could not be read ({kind}).", kind=type(error).__name__),
        hint="It may be damaged: open it in the program it comes from and save it again.",
    )


def main() -> None:
    """One task from stdin, one line to the real stdout; whatever libraries print goes to stderr."""
    line = os.dup(1)
    os.dup2(2, 1)
    verdict = answer(json.load(sys.stdin))
    os.write(line, (json.dumps(verdict) + "\n").encode())
    os._exit(0)


if __name__ == "__main__":
    main()
