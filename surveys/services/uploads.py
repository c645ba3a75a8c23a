"""An uploaded file on its way to a wave version: checked, laid aside, and imported by a job."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from surveys import policy
from surveys.core.charsets import IN_DOUBT, codec_of
from surveys.core.problems import Choice, refuse
from surveys.core.said import how_many, say
from surveys.core.storable import check_storable
from surveys.models import Job, Study, User
from surveys.services import jobs
from surveys.services.doubts import choices_in, forget_doubt, is_in_doubt, keeping_doubt
from surveys.services.files import UPLOADS, is_older_than
from surveys.services.studies import check_slugs

KIND = "import_wave"
KEPT_FOR = timedelta(days=2)
MOST_NAME = 40  # letters of a character set's name


def request_import(
    user: User,
    study: str,
    wave: str,
    chunks: Iterable[bytes],
    *,
    name: str,
    codebook: Iterable[bytes] | None = None,
    codebook_name: str = "",
    **reading: str,
) -> Job:
    """Queues the import of an uploaded file; the same request by the same person is one job.

    ``reading`` holds ``key``, ``encoding``, ``sheet``, ``header_rows``, ``rows``, ``columns`` (digits),
    ``sha256`` and ``note``.  Refused before anything is written when the person may not import there, and
    while writing when the file is larger than the settings allow.
    """
    found = Study.objects.filter(slug=study).first()
    if found is None:
        policy.require_creator(user)
    else:
        policy.require(user, policy.IMPORT, found)
    check_slugs(study, wave)
    check_storable(reading)
    folder = Path(mkdtemp(dir=_folder()))
    try:
        payload: dict[str, Any] = {
            "study": study,
            "wave": wave,
            "folder": folder.name,
            "name": Path(name).name,
            **reading,
        }
        digest = _write(folder / "data", chunks)
        if codebook is not None:
            payload["codebook"] = f"codebook{Path(codebook_name).suffix.lower()[:8]}"
            digest += _write(folder / payload["codebook"], codebook)
        asked = (user.pk, digest, study, wave, sorted(reading.items()))
        key = hashlib.sha256(repr(asked).encode()).hexdigest()
        with transaction.atomic():
            job = jobs.submit(user, KIND, payload, key=f"{KIND}:{key}", study=found)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if job.payload["folder"] != folder.name:  # the same upload is already waiting
        shutil.rmtree(folder, ignore_errors=True)
    return job


def perform_import(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The handler: reads the laid-aside file into the wave and says where the version stands."""
    from surveys.core.reading import ReadOptions  # the readers are heavy; pages do without them
    from surveys.services.waves import import_wave

    asked, user = job.payload, job.created_by
    folder = _folder() / asked["folder"]
    if not folder.is_dir():
        raise refuse("upload_gone", "The uploaded file is no longer here.", hint="Upload it again.")
    forget_doubt(folder)
    codebook = folder / asked["codebook"] if asked.get("codebook") else None
    options = ReadOptions(
        encoding=asked.get("encoding", ""),
        codebook_path=codebook,
        codebook_encoding=asked.get("codebook_encoding", ""),
        key=asked.get("key", ""),
        sheet=asked.get("sheet", ""),
        header_rows=_number(asked, "header_rows"),
        declared_rows=_number(asked, "rows"),
        declared_columns=_number(asked, "columns"),
        declared_sha256=asked.get("sha256", ""),
    )
    progress(0.1, f"Reading {asked['name']}")
    with keeping_doubt(folder):
        outcome = import_wave(
            user,
            asked["study"],
            asked["wave"],
            folder / "data",
            original_name=asked["name"],
            options=options,
            key=asked.get("key", ""),
            note=asked.get("note", ""),
        )
    version = outcome.version
    held = f"{how_many(version.rows, 'row')}, {how_many(version.columns, 'variable')}"
    with contextlib.suppress(jobs.LostLease):  # cancelled too late: the version is there and is told of
        progress(0.95, f"{version}: {held}, {how_many(len(outcome.findings), 'finding')}")
    return {
        "url": reverse("surveys:wave_version", args=[asked["study"], asked["wave"], version.number]),
        "wave_version": str(version),
        "is_new": outcome.is_new,
        "repeats": outcome.repeats,
        "rows": version.rows,
        "variables": version.columns,
        "findings": len(outcome.findings),
    }


def _number(asked: Mapping[str, Any], name: str) -> int | None:
    return int(asked[name]) if asked.get(name) else None


def tidy(job: Job) -> None:
    """Removes the upload of a job that is final, unless a doubt about it waits for its owner's answer."""
    folder = _folder() / job.payload["folder"]
    wanted = _jobs_on(job.payload["folder"]).filter(state__in=jobs.OPEN).exclude(pk=job.pk)
    if not is_in_doubt(folder) and not wanted.exists():
        shutil.rmtree(folder, ignore_errors=True)


def doubt_of(user: User, job: Job) -> tuple[Choice, ...]:
    """How the upload of a job may be read, with samples, for whoever uploaded it and while it is there."""
    return choices_in(_folder() / job.payload["folder"]) if waits_for(user, job) else ()


def waits_for(user: User, job: Job) -> bool:
    """Whether a job that failed in doubt about its upload waits for this person's answer."""
    is_theirs = job.kind == KIND and job.created_by_id == user.pk and job.state == Job.State.FAILED
    if not is_theirs or not is_in_doubt(_folder() / job.payload["folder"]):
        return False
    return not taken_up_by([job])  # of several jobs on one upload the newest is answered


def asks_of_sheet(job: Job) -> bool:
    """Whether the doubt of a job is about the codebook sheet beside the data."""
    return any(problem["code"] == IN_DOUBT for problem in job.problems)


def taken_up_by(several: Iterable[Job]) -> dict[int, int]:
    """job -> the newest job that took its upload up again after an answer; of those whose upload was."""
    folders = {
        job.pk: job.payload["folder"] for job in several if job.kind == KIND and job.state == Job.State.FAILED
    }
    found = Job.objects.filter(kind=KIND, payload__folder__in=set(folders.values())) if folders else ()
    newest: dict[str, int] = {}
    for job in found:
        newest[job.payload["folder"]] = max(job.pk, newest.get(job.payload["folder"], 0))
    return {pk: newest[folder] for pk, folder in folders.items() if newest[folder] > pk}


def _jobs_on(folder: str) -> QuerySet[Job]:
    return Job.objects.filter(kind=KIND, payload__folder=folder)


@transaction.atomic
def answer_doubt(user: User, job: Job, encoding: str) -> Job:
    """Takes the upload of a doubted import up again in the character set that its owner chose.

    The first answer stands: of the jobs on one upload only the newest can be answered, any other leads there.
    """
    if job.kind != KIND or job.created_by_id != user.pk:
        raise refuse("not_allowed", "Only whoever uploaded a file can say how it is to be read.")
    first = _jobs_on(job.payload["folder"]).order_by("pk")[:1]
    list(first.select_for_update())  # answers take turns: the second sees the job of the first
    newest = _jobs_on(job.payload["folder"]).latest("pk")
    if newest.pk != job.pk:
        return newest
    choices, asked = [choice.answer for choice in doubt_of(user, job)], encoding.strip()[:MOST_NAME]
    if not choices:
        raise refuse("upload_gone", "The uploaded file is no longer here.", hint="Upload it again.")
    if not codec_of(asked):
        text = say("There is no character set called {asked}.", asked=asked)
        raise refuse("unknown_encoding", text, hint=say("Choose one of these: {sets}.", sets=choices))
    if job.study is not None:
        policy.require(user, policy.IMPORT, job.study)
    of = "codebook_encoding" if asks_of_sheet(job) else "encoding"
    key = f"{KIND}:{job.payload['folder']}:{of}:{asked}"
    return jobs.submit(user, KIND, {**job.payload, of: asked}, key=key, study=job.study)


def lay_aside(user: User, chunks: Iterable[bytes]) -> str:
    """Keeps an uploaded codebook until its owner confirms what it changes; returns what it is called then."""
    aside = Path(mkdtemp(dir=_folder()))
    try:
        mark = _write(aside / "codebook", chunks)
        final = _laid(user, mark)
        if not final.is_dir():
            aside.rename(final)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return mark


def laid_aside(user: User, mark: str) -> Path:
    """The codebook that this person laid aside under ``mark``; refused when it is gone."""
    path = _laid(user, mark) / "codebook"
    if re.fullmatch("[0-9a-f]{64}", mark) is None or not path.is_file():
        raise refuse("upload_gone", "The uploaded codebook is no longer here.", hint="Upload it again.")
    return path


def forget(user: User, mark: str) -> None:
    """Removes a codebook that was laid aside."""
    if re.fullmatch("[0-9a-f]{64}", mark):
        shutil.rmtree(_laid(user, mark), ignore_errors=True)


def _laid(user: User, mark: str) -> Path:
    return _folder() / f"codebook-{user.pk}-{mark}"


def sweep() -> list[str]:
    """Removes old uploads that no open job wants and returns what was cleared, in words."""
    wanted = set(Job.objects.filter(kind=KIND, state__in=jobs.OPEN).values_list("payload__folder", flat=True))
    old = [path for path in _folder().iterdir() if path.name not in wanted]
    old = list(filter(is_older_than(timezone.now() - KEPT_FOR), old))
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return [f"upload {folder.name}" for folder in old]


def _folder() -> Path:
    folder = Path(settings.WAVEBOOK_TMP) / UPLOADS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _write(path: Path, chunks: Iterable[bytes]) -> str:
    """Writes an upload aside and returns its SHA-256; refused above the limit of the settings."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > settings.WAVEBOOK_MAX_UPLOAD:
                raise refuse(
                    "too_large",
                    say(
                        "The file is larger than {n} MB.",
                        n=settings.WAVEBOOK_MAX_UPLOAD // 2**20,
                    ),
                    hint="Import it with the command import_wave, or ask for a higher limit.",
                )
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
