"""Reading processes that start warm: one fresh interpreter that has loaded what readers need, and forks.

Started by :mod:`tests.warm` as ``python -I warm_child.py SOCKET``.  Each question brings a task on its stdin,
a place for its answer, limits and an empty folder; each fork is a process of its own that keeps them.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from surveys.core.process import dying_with_parent, without_network
from surveys.core.reading import child

FORMATS = "columnar delimited sas_cells spss_cells spss_por stata_cells workbook_reader xport_cells"


def main(door: socket.socket) -> None:
    """Forks for every question until whoever asks has gone."""
    for name in ("work", "revising_work", *FORMATS.split()):
        __import__(f"surveys.core.reading.{name}")
    without_network()()
    while True:
        said, files, _, _ = socket.recv_fds(door, 1 << 16, 2)
        if not said:
            return
        die_with_parent = dying_with_parent(signal.SIGKILL)
        number = os.fork()
        if number == 0:
            door.close()
            die_with_parent()
            _read(json.loads(said), files)
        for file in files:
            os.close(file)
        door.send(str(number).encode())
        door.send(str(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])).encode())


def _read(asked: dict[str, Any], files: list[int]) -> NoReturn:
    """Becomes the process that the sandbox would have started."""
    os.setsid()
    os.dup2(files[0], 0)
    os.dup2(files[1], 1)
    os.closerange(3, 256)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    tempfile.tempdir = None  # of the environment, when it is asked for
    for name, most in asked["limits"].items():
        resource.setrlimit(getattr(resource, name), (most, most))
    try:
        child.main()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
