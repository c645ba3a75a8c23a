"""Replication bundles: written once, kept, handed out to whoever may see the run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse

from analytics.core.bundle import layout
from analytics.core.bundle.writing import write_bundle
from analytics.models import Run
from analytics.selectors import file_stem, shown_to
from analytics.selectors.shown import is_told_whole
from analytics.services.bundle_contents import about, contents
from measures.policy import may_download, require_see
from surveys.core.codebook import fingerprint
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import Export, Job, User
from surveys.services import audit, jobs
from surveys.services.files import keeping, path_of, working_folder

FORM = "bundle"
WRITER_VERSION = 1  # goes up whenever the same run would give other bytes
MOST_CELLS_AT_ONCE = 1_000_000  # about five seconds; more is written by a job


@dataclass(frozen=True)
class Bundle:
    """A kept bundle: ``with_data`` says whether the data are in it."""

    export: Export
    name: str
    with_data: bool

    @property
    def path(self) -> Path:
        return path_of(self.export.file)

    def as_json(self) -> dict[str, Any]:
        """Plain types, for ``--json``."""
        file = self.export.file
        return {"name": self.name, "sha256": file.sha256, "size": file.size, "with_data": self.with_data}


def bundle_of(user: User, run: Run) -> Bundle:
    """The bundle of ``run`` for ``user``, written now if it is not kept; audited where the data are in it.

    Whoever may not download the data gets one without.  Refused for withdrawn runs.
    """
    made = kept_bundle(user, run) or _write(user, run)
    if made.with_data:
        with transaction.atomic():
            audit.record(
                user, "export", run.subject, study=run.study, format=FORM, run=run.pk,
                sha256=made.export.file_id, rows=made.export.rows, variables=made.export.variables,
            )  # fmt: skip
    return made


def kept_bundle(user: User, run: Run) -> Bundle | None:
    """The bundle that was written before for people with the same rights."""
    _require(user, run)
    with_data = may_download(user, run.study)
    found = Export.objects.select_related("file").filter(key=_key(user, run, with_data)).first()
    return Bundle(found, _name(run), with_data) if found else None


def bundle_or_job(user: User, run: Run) -> Bundle | Job:
    """The bundle where it is kept or quickly written, else the job that writes it."""
    is_large = may_download(user, run.study) and run.subject.rows * len(run.inputs) > MOST_CELLS_AT_ONCE
    if not is_large or kept_bundle(user, run) is not None:
        return bundle_of(user, run)
    key = f"write_bundle:{run.pk}:{user.pk}"
    with transaction.atomic():
        return jobs.submit(user, "write_bundle", {"run": run.pk}, key=key, study=run.study)


def perform_bundle(job: Job, run: Run, progress: jobs.Progress) -> dict[str, Any]:
    """The handler: writes the bundle and says where it can be had."""
    progress(0.1, f"Writing the bundle of run {run.pk}")
    made = kept_bundle(job.created_by, run) or _write(job.created_by, run)
    address = reverse("analytics:bundle", args=[run.pk])
    return {"run": run.pk, "size": made.export.file.size, "sha256": made.export.file_id, "url": address}


def copy_bundle(user: User, run: Run, path: Path) -> dict[str, Any]:
    """Writes the bundle of ``run`` to ``path``."""
    if path.is_dir() or not path.parent.is_dir():
        raise refuse(
            "bad_path",
            "A file cannot be written there.",
            where=str(path),
            hint="Name a file in a folder that exists.",
        )
    made = bundle_of(user, run)
    try:
        shutil.copyfile(made.path, path)
    except OSError as error:
        path.unlink(missing_ok=True)
        message = say("The file could not be written: {reason}.", reason=error.strerror)
        raise refuse("cannot_write", message, where=str(path)) from None
    return {"run": run.pk, "file": str(path)} | made.as_json()


def _require(user: User, run: Run) -> None:
    require_see(user, run.study)
    if run.withdrawn_because:
        raise refuse("withdrawn", say("This run was withdrawn: {because}", because=run.withdrawn_because))


def _write(user: User, run: Run) -> Bundle:
    with_data = may_download(user, run.study)
    with working_folder() as folder, keeping() as keep:
        path = folder / "bundle.zip"
        write_bundle(path, contents(user, shown_to(user, run), with_data), about(run))
        export, _ = Export.objects.get_or_create(
            key=_key(user, run, with_data),
            defaults={
                "file": keep(path),
                "format": FORM,
                "language": "",
                "rows": run.subject.rows if with_data else 0,
                "variables": len(run.inputs) if with_data else 0,
            },
        )
    return Bundle(export, _name(run), with_data)


def _key(user: User, run: Run, with_data: bool) -> str:
    """Everything that decides the bytes."""
    return fingerprint(
        {
            "bundle": [layout.FORMAT, WRITER_VERSION],
            "run": run.pk,
            "key": run.key,
            "data": with_data,
            "whole": is_told_whole(user, run),
            "labels": run.analysis.labels if run.analysis else {},
            "licence": run.study.licence,
            "citation": run.study.citation,
        }
    )


def _name(run: Run) -> str:
    return f"{file_stem(run)}.bundle.zip"
