"""Downloads as pages show them: which formats there are, which files lie ready, and one to send.

A file that takes long to write is written by a job; only then can it be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from surveys.core.problems import refuse
from surveys.core.said import restored, say
from surveys.core.writing import FORMATS, Format, format_named
from surveys.models import Export, Job, User
from surveys.services import jobs
from surveys.services.exports import (
    export_key,
    handed_out,
    is_large,
    wanted_by,
    written,
)
from surveys.services.files import path_of
from surveys.services.subjects import Subject


@dataclass(frozen=True)
class Choice:
    """A format, and the file in it when somebody has asked for it before."""

    format: Format
    export: Export | None
    by_job: bool = False  # not written yet, and so large that a job does it

    @property
    def losses(self) -> list[tuple[str, str, list[str]]]:
        """(what, why, variables): one line for variables that lose the same."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for loss in map(restored, self.export.losses if self.export else ()):
            grouped.setdefault((loss["what"], loss["why"]), []).append(loss["variable"])
        return [(what, why, [name for name in names if name]) for (what, why), names in grouped.items()]


def choices(subject: Subject, language: str) -> list[Choice]:
    """Every format of data, then those of codebooks, with the file that lies ready for ``language``."""
    keys = {export_key(subject, name, language): name for name in FORMATS}
    ready = Export.objects.filter(key__in=keys).select_related("file", "codebook")
    by_format = {keys[export.key]: export for export in ready}
    return [
        Choice(form, by_format.get(name), name not in by_format and is_large(subject, name))
        for name, form in FORMATS.items()
        if form.suits(subject.codebook)
    ]


def written_or_queued(user: User, subject: Subject, format: str, language: str) -> Export | Job:
    """The kept file, written now where that is quick; else the job that writes it.  Hands nothing out."""
    wanted = wanted_by(user, subject, format, language)
    export = wanted.kept()
    if export is not None or not is_large(subject, wanted.format):
        return export or written(user, subject, wanted.format, wanted.language)
    payload = {
        "version": subject.version.pk,
        "name": str(subject.version),
        "format": wanted.format,
        "language": wanted.language,
    }
    with transaction.atomic():
        key = f"{subject.job}:{user.pk}:{wanted.key}"
        return jobs.submit(user, subject.job, payload, key=key, study=subject.study)


def perform_export(job: Job, progress: jobs.Progress, subject: Subject) -> dict[str, Any]:
    """The handler: writes the file that the payload names and says where it can be had."""
    format, language = job.payload["format"], job.payload["language"]
    progress(0.1, f"Writing {subject.version} as .{format}")
    export = written(job.created_by, subject, format, language)
    return {
        "url": f"{subject.page}?language={language}#{format}",
        "file": f"{subject.page}{format}/?language={language}",
        "exported": str(subject.version),
        "format": format,
        "size": export.file.size,
        "sha256": export.file_id,
        "losses": len(export.losses),
    }


def needs_job(user: User, subject: Subject, format: str, language: str) -> bool:
    """Whether the file is neither kept nor quickly written."""
    wanted = wanted_by(user, subject, format, language)
    return is_large(subject, wanted.format) and wanted.kept() is None


@dataclass(frozen=True)
class Handout:
    """A file to send: where it lies, what to call it, its type on the web."""

    path: Path
    name: str
    media_type: str


def hand_out(user: User, subject: Subject, format: str, language: str, part: str = "") -> Handout:
    """The file of ``subject`` in ``format``, or with ``part="codebook"`` the sheet beside a CSV."""
    export = written(user, subject, format, language)
    if part and (part != "codebook" or export.codebook is None):
        raise refuse(
            "not_found",
            say("A .{format} file has no such part.", format=format),
            hint="Only .csv has a codebook beside it.",
        )
    handed_out(user, subject, export)
    if part:
        return Handout(path_of(export.codebook), f"{subject.name}.codebook.csv", "text/csv; charset=utf-8")
    form = format_named(format)
    return Handout(path_of(export.file), f"{subject.name}.{form.ending}", form.media_type)
