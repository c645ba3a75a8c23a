"""Importing a wave: read apart, keep the files, and only then one transaction that names them."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction

from surveys import policy
from surveys.core import search
from surveys.core.codebook import Codebook, as_json
from surveys.core.codebook import Variable as CodebookVariable
from surveys.core.findings import Finding, Severity
from surveys.core.problems import refuse
from surveys.core.quality import Counted, jumps, lost_rows, lost_words
from surveys.core.reading import ReadOptions, ReadResult, read, require_readable
from surveys.core.said import say, with_sources
from surveys.core.storable import check_storable
from surveys.models import SearchText, StoredFile, Study, User, Variable, Wave, WaveVersion
from surveys.services import audit, changes, jobs
from surveys.services.chosen import as_chosen_before
from surveys.services.files import copied_meanwhile, keeping, working_folder
from surveys.services.own_exports import handed_out_from, told_of
from surveys.services.studies import check_slugs, create_study, create_wave, next_number, place_of

BATCH = 500  # variables written at a time


@dataclass(frozen=True)
class ImportOutcome:
    """The version that now holds the content; ``is_new`` is False when the latest one already did.

    ``repeats`` is the earlier version whose content a new one takes up again, "" where there is none.
    """

    version: WaveVersion
    is_new: bool
    findings: tuple[Finding, ...]
    seconds: float
    repeats: str = ""


class _Overtaken(Exception):
    """The content came in while this import was reading it."""


def import_wave(
    user: User,
    study: Study | str,
    wave_slug: str,
    path: Path,
    *,
    original_name: str,
    options: ReadOptions,
    key: str = "",
    note: str = "",
) -> ImportOutcome:
    """Imports a file as the next version of a wave; the same content again, or a file that the latest version
    was handed out as, makes no new version.

    ``study`` may be the slug of a study that does not exist yet: study, wave and version come to be together
    or not at all.  Languages, label separator and missing reasons not said in ``options`` are the study's,
    the key is the wave's.  Raises ``Refused`` and leaves store and database as they were.
    """
    check_storable({"note": note})
    found = Study.objects.filter(slug=study).first() if isinstance(study, str) else study
    if found is None:
        policy.require_creator(user)
    else:
        policy.require(user, policy.IMPORT, found)
    check_slugs(found.slug if found else str(study), wave_slug)
    require_readable(path, original_name)
    wave = Wave.objects.filter(study=found, slug=wave_slug).first() if found else None
    if (ours := handed_out_from(wave, path, replace(options, key=key or options.key))) is not None:
        return ImportOutcome(ours, False, (told_of(ours),), 0.0)
    options = _completed(options, found, wave, key)
    options, chosen = as_chosen_before(options, wave, path)
    with _room_told(), working_folder() as folder, copied_meanwhile(path) as original_copy:
        result = read(
            path,
            folder,
            options,
            original_name=original_name,
            megabytes=settings.WAVEBOOK_IMPORT_MEMORY,
        )
        result = replace(result, findings=(*chosen, *result.findings))
        if wave is not None and (same := _same(wave, result)) is not None:
            return ImportOutcome(same, False, result.findings, result.seconds)
        with keeping() as keep:
            data, original = keep(result.parquet), keep(original_copy())
            here = wave or Wave(study=found, slug=wave_slug, position=place_of(found, wave_slug))
            earlier = _earlier_with(here, result)
            told = (
                *result.findings,
                *_taken_up_again(earlier),
                *_lost(here, result, is_known=earlier is not None),
                *jumps_in(here, result.codebook, result.frequencies),
            )
            result = replace(result, findings=told)
            try:
                version = _save(
                    user, found or str(study), wave_slug, result, data, original, original_name, options, note
                )
            except (IntegrityError, _Overtaken):  # somebody imported the same content at the same moment
                version = _overtaken(found, wave_slug, result)
                return ImportOutcome(version, False, result.findings, result.seconds)
    return ImportOutcome(version, True, result.findings, result.seconds, str(earlier or ""))


def _completed(options: ReadOptions, study: Study | None, wave: Wave | None, key: str) -> ReadOptions:
    """The options with what the study and the wave already know."""
    return replace(
        options,
        key=key or options.key or (wave.key if wave else ""),
        languages=options.languages or tuple(study.languages if study else ()),
        label_separator=options.label_separator or (study.label_separator if study else ""),
        missing_reasons=options.missing_reasons or (study.missing_reasons if study else {}),
        reasons_are_usual=options.reasons_are_usual or not options.missing_reasons,
    )


def _same(wave: Wave, result: ReadResult) -> WaveVersion | None:
    """The latest version when it holds this content.

    An older one with it does not count: importing it again is how a wrong correction is taken back.
    """
    latest = wave.versions.order_by("-number").first()
    content = (result.content_hash, result.codebook.fingerprint())
    return latest if latest and (latest.content_hash, latest.codebook_hash) == content else None


def _earlier_with(wave: Wave, result: ReadResult) -> WaveVersion | None:
    """The last of the versions that held this content, though others came after it."""
    if not wave.pk:
        return None
    content = {"content_hash": result.content_hash, "codebook_hash": result.codebook.fingerprint()}
    return wave.versions.filter(**content).order_by("-number").first()


def _taken_up_again(earlier: WaveVersion | None) -> Iterator[Finding]:
    if earlier is not None:
        text = say(
            "Rows and codebook are those of {earlier}: what the versions after it changed is taken back.",
            earlier=str(earlier),
        )
        yield Finding(Severity.INFO, "earlier_content", text)


def _overtaken(study: Study | None, wave_slug: str, result: ReadResult) -> WaveVersion:
    wave = Wave.objects.filter(study=study, slug=wave_slug).first() if study else None
    same = _same(wave, result) if wave else None
    if same is None:
        raise refuse(
            "conflict",
            "Somebody else imported into this wave at the same moment.",
            hint="Look at the wave, then import again if it is still needed.",
        )
    return same


def _lost(wave: Wave, result: ReadResult, *, is_known: bool) -> Iterator[Finding]:
    """What the version before says and this file does not; a file that is known already was not cut."""
    before = wave.versions.order_by("-number").first() if wave.pk else None
    if before is not None:
        yield from () if is_known else lost_rows(before.rows, result.rows, str(before))
        yield from lost_words(before.codebook(), result.codebook, str(before))


def jumps_in(wave: Wave, book: Codebook, frequencies: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """What looks another way than in the wave before, as the study orders its waves."""
    others = Wave.objects.filter(study=wave.study_id, versions__isnull=False).distinct()
    before = max((one for one in others if one.place < wave.place), key=lambda one: one.place, default=None)
    version = before.versions.order_by("-number").first() if before else None
    if version is None:
        return
    then = {row.name: Counted(row.as_core(), row.frequencies) for row in version.variables.all()}
    now = {v.name: Counted(v, counts) for v, counts in zip(book.variables, frequencies, strict=True)}
    yield from jumps(then, now, str(version))


@transaction.atomic
def _save(
    user: User,
    study: Study | str,
    wave_slug: str,
    result: ReadResult,
    data: StoredFile,
    original: StoredFile,
    original_name: str,
    options: ReadOptions,
    note: str,
) -> WaveVersion:
    jobs.guard()
    if isinstance(study, str):
        study = create_study(user, study)
    wave = create_wave(user, study, wave_slug)
    if options.key and not wave.key:
        wave = create_wave(user, study, wave_slug, key=options.key)
    if _same(wave, result) is not None:
        raise _Overtaken
    book = result.codebook
    version = WaveVersion.objects.create(
        wave=wave,
        number=next_number(wave.versions),
        content_hash=result.content_hash,
        codebook_hash=book.fingerprint(),
        rows=result.rows,
        columns=len(book.variables),
        data=data,
        original=original,
        original_name=original_name.replace("\0", "")[:255],
        format=result.format,
        encoding=result.encoding[:40],
        file_labels=dict(book.labels),
        file_notes=list(book.notes),
        weight=book.weight,
        sets=as_json(book.sets),
        findings=[with_sources(as_json(finding)) for finding in result.findings],
        options=options.as_json() | ({"read_as": list(result.read_as)} if result.read_as else {}),
        note=note,
        is_synthetic=wave.is_synthetic or study.is_synthetic,
        created_by=user,
    )
    Variable.objects.bulk_create(_variables(version, book, result), batch_size=BATCH)
    save_search_text(version, book.variables)
    audit.record(
        user, "import", version, study=study, content_hash=result.content_hash, original=original.sha256
    )
    changes.tell(user, study)
    return version


def _variables(version: WaveVersion, book: Codebook, result: ReadResult) -> Iterator[Variable]:
    for position, variable in enumerate(book.variables):
        yield Variable(
            version=version,
            position=position,
            name=variable.name,
            labels=dict(variable.labels),
            type=variable.type.value,
            codebook=as_json(variable),
            column_hash=result.column_hashes[position],
            has_tags=result.has_tags[position],
            frequencies=result.frequencies[position],
        )


def save_search_text(version: WaveVersion, variables: Sequence[CodebookVariable]) -> None:
    """Makes a version's variables findable."""
    page = search.page_of(variables)
    SearchText.objects.create(
        version=version,
        names=page.names.text,
        labels=page.labels.text,
        rest=page.rest.text,
        grams=search.grams(page),
    )


@contextmanager
def _room_told() -> Iterator[None]:
    """Turns a full disk or database into a sentence; everything done so far has been undone by then."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise _no_room(say("disk")) from error
    except OperationalError as error:
        if "disk is full" not in str(error):
            raise
        raise _no_room(say("database")) from error


def _no_room(what: str) -> Exception:
    return refuse(
        "disk_full",
        say("The {what} is full.", what=what),
        hint="Free space, then import again; nothing was changed.",
    )
