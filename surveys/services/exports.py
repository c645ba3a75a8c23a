"""Downloads: the right is asked, the file is written once and kept, every handing out is audited."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from django.db import transaction

from surveys import policy
from surveys.core.codebook import Labels, fingerprint
from surveys.core.problems import refuse
from surveys.core.said import restored, say, with_sources
from surveys.core.writing import (
    WRITER_VERSION,
    Format,
    Loss,
    codebook_beside,
    format_named,
    write,
)
from surveys.models import Export, StoredFile, User, WaveVersion
from surveys.services import audit
from surveys.services.files import keeping, path_of, working_folder
from surveys.services.subjects import Subject, wave_subject

MOST_CELLS_AT_ONCE = 2_000_000  # about two seconds of writing; a larger file is written by a job
CELLS_AT_ONCE = {"xlsx": 300_000}  # a workbook is XML, cell by cell


@dataclass(frozen=True)
class ExportOutcome:
    """A file that was handed out, and what its format could not carry."""

    file: str
    sha256: str
    size: int
    rows: int
    variables: int
    losses: tuple[Loss, ...]
    format: str
    language: str
    version: str
    citation: str
    codebook: str = ""  # the codebook beside a CSV
    errata: tuple[Labels, ...] = ()  # what was corrected since, in words

    def as_json(self) -> dict[str, object]:
        """Plain types, for ``--json`` and the API."""
        return asdict(self) | {"losses": [asdict(loss) for loss in self.losses]}


def export_wave_version(
    user: User, version: WaveVersion, format: str, path: Path, language: str = ""
) -> ExportOutcome:
    """Writes a wave version to ``path``; needs the right to download microdata, and is audited."""
    return export_to(user, wave_subject(version), format, path, language)


def export_to(user: User, subject: Subject, format: str, path: Path, language: str = "") -> ExportOutcome:
    """Hands out ``subject`` as a file at ``path`` (for CSV, the codebook beside it)."""
    if path.is_dir() or not path.parent.is_dir():
        raise refuse(
            "bad_path",
            "A file cannot be written there.",
            where=str(path),
            hint="Name a file in a folder that exists.",
        )
    export = exported(user, subject, format, language)
    _copy(export.file, path)
    beside = ""
    if export.codebook is not None:
        _copy(export.codebook, codebook_beside(path))
        beside = str(codebook_beside(path))
    return outcome_of(subject, export, file=str(path), codebook=beside)


def outcome_of(subject: Subject, export: Export, *, file: str, codebook: str = "") -> ExportOutcome:
    """The export as it is reported, under the name ``file``."""
    return ExportOutcome(
        file=file,
        sha256=export.file.sha256,
        size=export.file.size,
        rows=export.rows,
        variables=export.variables,
        losses=tuple(Loss(**restored(loss)) for loss in export.losses),
        format=export.format,
        language=export.language,
        version=str(subject.version),
        citation=subject.citation,
        codebook=codebook,
        errata=tuple(subject.errata()),
    )


def exported(user: User, subject: Subject, format: str, language: str = "") -> Export:
    """The file of ``subject`` to hand out now, written if it is not kept yet; audited each time."""
    export = written(user, subject, format, language)
    handed_out(user, subject, export)
    return export


def written(user: User, subject: Subject, format: str, language: str = "") -> Export:
    """The kept file of ``subject`` in ``format``, written now if it is not there yet; hands nothing out."""
    wanted = wanted_by(user, subject, format, language)
    return wanted.kept() or _write(subject, wanted)


def handed_out(user: User, subject: Subject, export: Export) -> None:
    """Writes into the audit trail that ``user`` was given the file."""
    with transaction.atomic():
        audit.record(
            user, "export", subject.version, study=subject.study, format=export.format,
            language=export.language, sha256=export.file_id, rows=export.rows, variables=export.variables,
        )  # fmt: skip


def was_handed_out(user: User, subject: Subject, export: Export) -> bool:
    """Whether the audit trail says that ``user`` was given this very file before."""
    version = subject.version
    return audit.entries_of(user, "export", version).filter(detail__sha256=export.file_id).exists()


@dataclass(frozen=True)
class Wanted:
    """One file somebody may have: its format, the language of its labels, and all that decides its bytes."""

    format: str
    language: str
    key: str

    def kept(self) -> Export | None:
        """The file, when it was written before."""
        return Export.objects.select_related("file", "codebook").filter(key=self.key).first()


def wanted_by(user: User, subject: Subject, format: str, language: str = "") -> Wanted:
    """What is asked for; refused without the right to download, or when no such format or language is."""
    form = format_named(format)
    policy.require(user, right_to(form), subject.study)
    chosen = form.extension
    language = subject.language_named(language)
    return Wanted(chosen, language, export_key(subject, chosen, language))


def right_to(form: Format) -> str:
    """Whoever may see a version may have its codebook; its microdata are a right of their own."""
    return policy.SEE if form.is_codebook else policy.DOWNLOAD


def is_large(subject: Subject, format: str) -> bool:
    """Whether writing takes longer than somebody should wait for an answer."""
    if format_named(format).is_codebook:  # written from what was counted already
        return False
    cells = subject.rows * len(subject.codebook.variables)
    return cells > CELLS_AT_ONCE.get(format, MOST_CELLS_AT_ONCE)


def export_key(subject: Subject, format: str, language: str) -> str:
    """Everything that decides the bytes."""
    study, told = subject.study, dict[str, object]()
    if format_named(format).is_codebook:
        told = {"licence": study.licence, "abstract": study.description}
        if errata := subject.errata():
            told["errata"] = list(errata)
    return fingerprint(
        {
            **told,
            "version": str(subject.version),
            "content": subject.content_hash,
            "codebook": subject.codebook.fingerprint(),
            "title": subject.title,
            "titles": subject.titles,
            "citation": subject.citation,
            "synthetic": subject.is_synthetic,
            "format": format,
            "language": language,
            "writer": WRITER_VERSION,
        }
    )


def _write(subject: Subject, wanted: Wanted) -> Export:
    with working_folder() as folder, keeping() as keep:
        path = folder / f"data.{wanted.format}"
        table = subject.table(subject)
        if format_named(wanted.format).is_codebook:
            table = replace(table, about=subject.about())
        losses = write(table, wanted.format, path, wanted.language)
        stored = keep(path)
        beside = codebook_beside(path)
        codebook = keep(beside) if beside.exists() else None
        export, _ = Export.objects.get_or_create(
            key=wanted.key,
            defaults={
                "file": stored,
                "codebook": codebook,
                "format": wanted.format,
                "language": wanted.language,
                "rows": subject.rows,
                "variables": len(subject.codebook.variables),
                "losses": [with_sources(asdict(loss)) for loss in losses],
            },
        )
    return export


def _copy(stored: StoredFile, path: Path) -> None:
    try:
        shutil.copyfile(path_of(stored), path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise refuse(
            "cannot_write",
            say("The file could not be written: {reason}.", reason=error.strerror),
            where=str(path),
        ) from None
