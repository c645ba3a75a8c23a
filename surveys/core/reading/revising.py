"""A codebook that somebody edited, read in a process of its own and held against the one it replaces."""

from __future__ import annotations

import json
from pathlib import Path

from surveys.core.codebook import Codebook, as_json, codebook_from_json
from surveys.core.findings import Finding, Severity
from surveys.core.problems import refuse
from surveys.core.reading import child, sandbox
from surveys.core.said import restored


def read_revision(
    path: Path, out_dir: Path, codebook: Codebook, language: str, *, megabytes: int = 0
) -> tuple[Codebook, list[Finding]]:
    """``codebook`` as the sheet or DDI at ``path`` wants it, and what was noticed.

    A sheet with the headings of our own is taken cell by cell (``surveys.core.reading.revision``); a DDI, a
    REDCap dictionary or another sheet is laid over the codebook as at an import.  Raises ``Refused`` with
    every problem; leaves nothing outside ``out_dir``, which must exist.
    """
    if path.is_dir():
        raise refuse(
            "is_a_folder", "This is a folder, not a file.", where=path.name, hint="Name a file in it."
        )
    if not path.is_file():
        raise refuse("no_such_file", "There is no such file.", where=path.name)
    if not path.stat().st_size:
        raise refuse("empty_file", "The file is empty.", hint="Check that the upload or export finished.")
    task = {
        "path": str(path.resolve()),
        "out_dir": str(out_dir.resolve()),
        "revise": as_json(codebook),
        "language": language,
    }
    sandbox.run(task, sandbox.limits_for(path.stat().st_size, megabytes))
    found = json.loads((out_dir / child.RESULT).read_text(encoding="utf-8"))
    told = map(restored, found["findings"])
    findings = [Finding(**{**f, "severity": Severity(f["severity"])}) for f in told]
    return codebook_from_json(found["codebook"]), findings
