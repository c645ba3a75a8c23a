"""Whether a file is there to be read at all, found out before anybody begins."""

from __future__ import annotations

from pathlib import Path

from surveys.core.problems import refuse
from surveys.core.said import say


def require_readable(path: Path, name: str = "") -> None:
    """Refuses what is missing, a folder, a pipe or a device, or may not be read; it is called ``name``."""
    where = name or path.name
    try:
        if path.is_dir():
            hint = "Name a file in it."
            raise refuse("is_a_folder", "This is a folder, not a file.", where=where, hint=hint)
        if not path.exists():
            raise refuse("no_such_file", "There is no such file.", where=where)
        if not path.is_file():
            hint = "Write what it gives into a file first."
            raise refuse("no_file", "This is a pipe or a device, not a file.", where=where, hint=hint)
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise refuse(
            "not_readable",
            say("The file may not be read ({reason}).", reason=error.strerror or type(error).__name__),
            where=where,
            hint="Ask whoever owns the file or its folder, or copy it to where you may read it.",
        ) from error
