"""A study written back as a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.study_folder.stored import stored_contents
from config.study_folder.writing import write_folder
from surveys import policy
from surveys.core.problems import refuse
from surveys.models import Study, User
from surveys.services import audit


def dump_study(user: User, study: Study, folder: Path) -> dict[str, Any]:
    """Writes ``study`` to ``folder``, the original files of its waves included; says what was written.

    The files hold microdata, so the right to download them is needed.
    """
    policy.require(user, policy.DOWNLOAD, study)
    _require_room(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written, removed = write_folder(stored_contents(study), folder)
    audit.record(user, "dump", study, study=study, files=len(written))
    return {"study": study.slug, "folder": str(folder), "written": written, "removed": removed}


def _require_room(folder: Path) -> None:
    """A new or empty folder, or one that holds a study already."""
    if folder.exists() and not folder.is_dir():
        raise refuse("not_a_folder", "This is a file, not a folder.", where=str(folder))
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "study.yaml").is_file():
        hint = "Name a new folder, or one that holds a study."
        raise refuse("folder_not_empty", "The folder holds other files.", where=str(folder), hint=hint)
