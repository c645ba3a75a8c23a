"""A codebook that somebody edited, read in a process of its own and held against the one it replaces.

The answers it is laid over are counted and looked at there too: whole grids may be asked for, and nothing
of the size of a wave belongs into the process that serves pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from surveys.core.codebook import Codebook, as_json, codebook_from_json
from surveys.core.findings import Finding, Severity
from surveys.core.problems import refuse
from surveys.core.reading import child, sandbox
from surveys.core.reading.there import require_readable
from surveys.core.said import restored


@dataclass(frozen=True)
class Answers:
    """The cells that a codebook describes: their file, and what was counted of each column, in order."""

    file: Path
    frequencies: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Revised:
    """The codebook as it is wanted, what was noticed of it and of the answers, and the new counts.

    ``counts``: variable -> frequencies, where another code, missing code, role or type changes them.
    ``written_from`` is the version that a sheet of ours names; empty of others.
    """

    codebook: Codebook
    findings: list[Finding]
    counts: dict[str, dict[str, Any]]
    written_from: str = ""


def read_revision(
    path: Path,
    out_dir: Path,
    codebook: Codebook,
    language: str,
    answers: Answers,
    *,
    origins: Mapping[str, Callable[[], Codebook]] = MappingProxyType({}),
    encoding: str = "",
    megabytes: int = 0,
) -> Revised:
    """``codebook`` as the sheet or DDI at ``path`` wants it, held against ``answers``.

    A sheet with the headings of our own is taken cell by cell (``surveys.core.reading.revision``); a DDI, a
    REDCap dictionary or another sheet is laid over the codebook as at an import.  A sheet written from one
    of ``origins``, by name, is held against that one.  ``encoding`` is the character set that somebody named
    for a sheet.  Raises ``Refused`` with every problem; leaves nothing
    outside ``out_dir``, which must exist.
    """
    require_readable(path)
    if not path.stat().st_size:
        raise refuse("empty_file", "The file is empty.", hint="Check that the upload or export finished.")
    task = {
        "path": str(path.resolve()),
        "out_dir": str(out_dir.resolve()),
        "revise": as_json(codebook),
        "language": language,
        "codebook_encoding": encoding,
        "data": str(answers.file.resolve()),
        "frequencies": list(answers.frequencies),
        "origins": list(origins),
    }
    limits = sandbox.limits_for(path.stat().st_size + answers.file.stat().st_size, megabytes)
    found = _found(task, limits)
    if "origin" in found:  # known only once the sheet was read
        found = _found(task | {"origin": as_json(origins[found["origin"]]()), "origins": []}, limits)
    told = map(restored, found["findings"])
    findings = [Finding(**{**f, "severity": Severity(f["severity"])}) for f in told]
    return Revised(codebook_from_json(found["codebook"]), findings, found["counts"], found["written_from"])


def _found(task: dict[str, Any], limits: sandbox.Limits) -> dict[str, Any]:
    sandbox.run(task, limits)
    found: dict[str, Any] = json.loads(Path(task["out_dir"], child.RESULT).read_text(encoding="utf-8"))
    return found
