"""A wave's codebook taken back edited: looked at first, then saved as a version with the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from surveys import policy
from surveys.core.codebook import Codebook, Role, as_json
from surveys.core.codebook import Variable as CodebookVariable
from surveys.core.codebook_changes import VariableChanges, codebook_changes
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.quality import LOOKED_FOR, LOST, lost_words
from surveys.core.reading.remarks import REMARKED, check_key, remarks
from surveys.core.reading.revising import Answers, read_revision
from surveys.core.said import say, with_sources
from surveys.core.storable import check_storable
from surveys.core.table import physical, read_columns, tags_of
from surveys.models import User, Variable, WaveVersion
from surveys.services import audit, changes, jobs
from surveys.services.files import path_of, working_folder
from surveys.services.studies import create_wave, next_number
from surveys.services.waves import BATCH, jumps_in, save_search_text


@dataclass(frozen=True)
class Revision:
    """An edited codebook held against a version: nothing is saved yet.

    ``counts`` are the new frequencies of variables whose codes, missing codes or role changed.  ``latest`` is
    the number of the wave's latest version when it was looked at: it is saved as the one after that or not.
    """

    base: WaveVersion
    codebook: Codebook
    changes: tuple[VariableChanges, ...]
    findings: tuple[Finding, ...]
    counts: dict[str, dict[str, Any]]
    latest: int

    @property
    def is_empty(self) -> bool:
        """Whether the edited codebook says the same as the version's."""
        return not self.changes

    @property
    def codebook_hash(self) -> str:
        """What the new version's codebook will hash to."""
        return self.codebook.fingerprint()


def read_revised(user: User, base: WaveVersion, path: Path, encoding: str = "") -> Revision:
    """The edited codebook at ``path`` (sheet, DDI or REDCap dictionary) against that of ``base``.

    ``encoding`` is the character set of a sheet, where somebody named it.
    Needs the right to import.  Raises ``Refused`` with everything that cannot be read; saves nothing.
    """
    policy.require(user, policy.IMPORT, base.study)
    latest = next_number(base.wave.versions) - 1  # before anything is told of what it is
    old = base.codebook()
    language = next(iter(base.study.languages), "und")
    frequencies = dict(base.variables.order_by("position").values_list("name", "frequencies"))
    answers = Answers(path_of(base.data), list(frequencies.values()))
    memory = settings.WAVEBOOK_IMPORT_MEMORY
    with working_folder() as folder:
        read = read_revision(
            path,
            folder,
            old,
            language,
            answers,
            origins=_origins(base),
            encoding=encoding,
            megabytes=memory,
        )
    new, counts = read.codebook, read.counts
    kept = {variable.name: variable for variable in old.variables}
    variables = tuple(kept[v.name] if v == kept[v.name] else v for v in new.variables)
    new = replace(new, variables=variables, sets=old.sets if new.sets == old.sets else new.sets)
    if problems := list(_on_keys(base, old, new)):
        raise Refused(problems)
    _check_new_key(base, old, new)
    found = tuple(_with_counts(one, frequencies, counts) for one in codebook_changes(old, new))
    told = frequencies | counts
    seen = jumps_in(base.wave, new, [told[variable.name] for variable in new.variables])
    told_first = (*_on_base(base), *_on_origin(base, read.written_from))
    return Revision(base, new, found, (*told_first, *read.findings, *seen), counts, latest)


def _origins(base: WaveVersion) -> dict[str, Callable[[], Codebook]]:
    """The versions before ``base`` that a sheet may have been written from, with their codebooks."""
    return {str(one): one.codebook for one in base.wave.versions.filter(number__lt=base.number)}


def _on_origin(base: WaveVersion, written_from: str) -> Iterator[Finding]:
    """A sheet that was written from another version than the one it is laid over."""
    if written_from in ("", str(base)):
        return
    told = {"origin": written_from, "base": base}
    if written_from in _origins(base):
        text = say(
            "The sheet was written from {origin}: what was edited in it since is taken, and what {base} says "
            "otherwise than {origin} stays.",
            **told,
        )
    else:
        text = say("The sheet was written from {origin}; all that differs from {base} is taken.", **told)
    yield Finding(Severity.WARNING, "sheet_of_another_version", text)


def _on_base(base: WaveVersion) -> Iterator[Finding]:
    latest = base.wave.versions.order_by("-number").first()
    if latest is not None and latest.pk != base.pk:
        text = say(
            "{base} is not the latest version: the new one will have its rows, not those of @{latest}.",
            base=base,
            latest=latest.number,
        )
        yield Finding(Severity.WARNING, "not_the_latest", text)


def _on_keys(base: WaveVersion, old: Codebook, new: Codebook) -> Iterator[Problem]:
    """The role of the key stays with the wave's key; a wave without one may be given a single one."""
    key, hint = base.wave.key, "A wave's key is named once, at an import (--key); leave the role as it was."
    keys = [variable.name for variable in new.variables if variable.role is Role.KEY]
    for before, after in zip(old.variables, new.variables, strict=True):
        if before.role is after.role or Role.KEY not in (before.role, after.role):
            continue
        if after.name == key and before.role is Role.KEY:
            text = say(
                "{variable} tells the rows of {wave} apart; it stays the key.", variable=key, wave=base.wave
            )
            yield Problem("key_taken", text, where=key, hint=hint)
        elif key and after.name != key and after.role is Role.KEY:
            text = say("The rows of {wave} are told apart by {key} already.", wave=base.wave, key=key)
            yield Problem("other_key", text, where=after.name, hint=hint)
        elif after.role is Role.KEY and len(keys) > 1:
            text = say("Several variables have the role of the key: {names}.", names=keys)
            yield Problem("two_keys", text, where=after.name, hint="Give the role to one of them.")


def _check_new_key(base: WaveVersion, old: Codebook, new: Codebook) -> None:
    """A variable that becomes the key is held against its column."""
    for position, (before, after) in enumerate(zip(old.variables, new.variables, strict=True)):
        if after.role is Role.KEY and before.role is not Role.KEY:
            frame = read_columns(path_of(base.data), [position])
            tags = frame[tags_of(position)] if tags_of(position) in frame.columns else None
            check_key(new, after.name, frame[physical(position)], tags)


def _with_counts(
    one: VariableChanges, frequencies: dict[str, dict[str, Any]], counts: dict[str, dict[str, Any]]
) -> VariableChanges:
    if one.name not in counts:
        return one
    before = frequencies[one.name].get("valid", 0)
    after = counts[one.name]["valid"]
    return one if before == after else replace(one, valid=(before, after))


def save_revision(user: User, revision: Revision, note: str = "") -> WaveVersion:
    """The next version of the wave: the rows of the base, the new codebook; nothing is overwritten.

    Refused when nothing changed, also against the latest version, and when somebody else made a version
    since the revision was looked at, or at the same moment.
    """
    policy.require(user, policy.IMPORT, revision.base.study)
    if revision.is_empty:
        raise _nothing_changed(revision.base)
    check_storable({"note": note})
    try:
        return _save(user, revision, note)
    except IntegrityError:
        raise refuse(
            "conflict",
            "Somebody else made a version of this wave at the same moment.",
            hint="Look at the wave, then give the codebook again if it is still needed.",
        ) from None


def _nothing_changed(like: WaveVersion) -> Refused:
    return refuse(
        "nothing_changed",
        say("The codebook says the same as that of {base}.", base=like),
        hint="No version was made; edit the sheet first.",
    )


def _refuse_the_latest(base: WaveVersion, codebook_hash: str) -> None:
    """The same edit given twice, or one that a later version has already."""
    latest = base.wave.versions.order_by("-number").first()
    if latest and (latest.content_hash, latest.codebook_hash) == (base.content_hash, codebook_hash):
        raise _nothing_changed(latest)


def _refuse_what_came_since(revision: Revision) -> None:
    """What somebody else made since would be undone without a word: it was not among what was shown."""
    newest = revision.base.wave.versions.order_by("-number").first()
    if newest is not None and newest.number != revision.latest:
        text = say("{version} was made since the changes were shown.", version=newest)
        hint = "Look at what it holds, then confirm anew, or edit the codebook of the latest version."
        raise refuse("made_since", text, hint=hint)


def _findings(revision: Revision, counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was found of the file before and is not looked for again, then what is found now.

    Remarks on an earlier codebook sheet, and on an earlier base, are of no concern any more.
    """
    again = LOOKED_FOR | LOST | REMARKED | {"not_the_latest", "jump"}
    found = [*revision.findings, *_still_lost(revision), *remarks(revision.codebook, counts)]
    new = [with_sources(as_json(finding)) for finding in found]
    old = (one for one in revision.base.findings if one["code"] not in again)
    return [*(one for one in old if one not in new and not one["code"].startswith("sheet_")), *new]


def _still_lost(revision: Revision) -> list[Finding]:
    """What the version before the file came says and the revised codebook still does not."""
    base, numbered = revision.base, {str(one): one for one in revision.base.wave.versions.all()}
    origin = base
    while (of := origin.options.get("revised")) in numbered:
        origin = numbered[of]
    earlier = base.wave.versions.filter(number__lt=origin.number)
    before = earlier.order_by("-number").first()
    return list(lost_words(before.codebook(), revision.codebook, str(before))) if before else []


def _give_key(user: User, revision: Revision) -> None:
    """A wave without a key takes the one that the codebook names, as at an import."""
    wave = revision.base.wave
    keys = [variable.name for variable in revision.codebook.variables if variable.role is Role.KEY]
    if keys and not wave.key:
        create_wave(user, wave.study, wave.slug, key=keys[0])


@transaction.atomic
def _save(user: User, revision: Revision, note: str) -> WaveVersion:
    jobs.guard()
    base, book = revision.base, revision.codebook
    _refuse_the_latest(base, revision.codebook_hash)
    _refuse_what_came_since(revision)
    _give_key(user, revision)
    stored = list(base.variables.all())
    counts = [revision.counts.get(v.name, v.frequencies) for v in stored]
    version = WaveVersion.objects.get(pk=base.pk)
    version.pk, version._state.adding = None, True
    version.number = revision.latest + 1  # taken meanwhile: the database refuses it
    version.codebook_hash = book.fingerprint()
    version.weight = book.weight
    version.sets = as_json(book.sets)
    version.findings = _findings(revision, counts)
    version.options = {**base.options, "revised": str(base)}
    version.note, version.created_by = note, user
    version.save()
    rows = _variables(version, stored, book.variables, counts)
    Variable.objects.bulk_create(rows, batch_size=BATCH)
    save_search_text(version, book.variables)
    audit.record(
        user, "revise_codebook", version, study=base.study, base=str(base), content_hash=version.content_hash,
        codebook_hash=version.codebook_hash, variables=sum(bool(one.name) for one in revision.changes),
    )  # fmt: skip
    changes.tell(user, base.study)
    return version


def _variables(
    version: WaveVersion, stored: list[Variable], book: tuple[CodebookVariable, ...], counts: list[Any]
) -> Iterator[Variable]:
    for before, variable, counted in zip(stored, book, counts, strict=True):
        yield Variable(
            version=version,
            position=before.position,
            name=variable.name,
            labels=dict(variable.labels),
            type=variable.type.value,
            codebook=as_json(variable),
            column_hash=before.column_hash,
            has_tags=before.has_tags,
            frequencies=counted,
        )
