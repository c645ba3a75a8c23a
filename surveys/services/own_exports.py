"""A file that we wrote ourselves, brought back as it was: there is nothing new in it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from surveys.core.findings import Finding, Severity
from surveys.core.reading import ReadOptions
from surveys.core.said import say
from surveys.models import Study, Wave, WaveVersion
from surveys.services import audit

_OF_STUDY = ("missing_reasons", "languages", "label_separator")  # how every file of a study is read
_WITHOUT_CODEBOOK = "csv"  # whoever brings it back decides what it is read with


def handed_out_from(wave: Wave | None, path: Path, options: ReadOptions) -> WaveVersion | None:
    """The latest version of ``wave``, when the file at ``path`` is one it was handed out as, byte for byte.

    Formats carry less than a version holds: read again, such a file would only take from it.  What is said on
    how to read the file, in ``options`` or by the study since, asks for more than the file, and a file of an
    earlier version takes its content up.
    """
    latest = wave.versions.order_by("-number").first() if wave else None
    if wave is None or latest is None or not path.is_file():
        return None
    if replace(options, key="") != ReadOptions() or options.key not in ("", wave.key):
        return None
    exports = audit.of_object("export", latest)
    if not exports.exists() or _is_read_otherwise(wave.study, latest):
        return None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = exports.filter(detail__sha256=digest).exclude(detail__format=_WITHOUT_CODEBOOK)
    return latest if known.exists() else None


def _is_read_otherwise(study: Study, latest: WaveVersion) -> bool:
    """Whether the study says otherwise how files are read than it did when ``latest`` came to be.

    What was said with that import alone, and never by the study, is no change of mind.
    """
    since = audit.of_object("change", study).filter(at__gt=latest.created_at)
    changed = {name for detail in since.values_list("detail", flat=True) for name in detail.get("fields", ())}
    then = latest.options
    return any(name in changed and then.get(name) != getattr(study, name) for name in _OF_STUDY)


def told_of(version: WaveVersion) -> Finding:
    """What is said of it."""
    text = say("The file is {version} as it was handed out, unchanged.", version=str(version))
    return Finding(Severity.INFO, "own_export", text)
