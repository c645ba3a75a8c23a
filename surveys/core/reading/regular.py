"""What is no file: reading from a pipe waits for whoever writes into it, perhaps for ever."""

from __future__ import annotations

from pathlib import Path

from surveys.core.problems import refuse


def require_regular(path: Path, name: str = "") -> None:
    """Refuses a pipe, a socket or a device; what is not there and folders are refused where they are read."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise refuse(
            "not_a_file",
            "This is a pipe or a device, not a file.",
            where=name or path.name,
            hint="Save what comes out of it as a file, and name that.",
        )
