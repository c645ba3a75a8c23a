"""Studies, waves and context tables: the door for writes."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Max

from surveys import policy
from surveys.core.codebook import fingerprint
from surveys.core.names import in_natural_order
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.storable import check_storable
from surveys.models import ContextTable, ContextVersion, Study, User, Wave
from surveys.services import audit, changes
from surveys.services.names import require_slug
from surveys.services.people import grant
from surveys.services.rows import save_differing, set_differing

__all__ = [
    "check_slugs",
    "create_study",
    "create_wave",
    "grant",
    "next_number",
    "place_of",
    "save_context",
]


@transaction.atomic
def create_study(user: User, slug: str, **fields: Any) -> Study:
    """A new study with ``fields``, or the existing one with the changed fields saved."""
    require_slug(slug, "a study", example="mdms")
    check_storable(fields)
    study = Study.objects.filter(slug=slug).first()
    if study is None:
        policy.require_creator(user)
        study = Study.objects.create(slug=slug, **fields)
        if not user.is_superuser:
            study.memberships.create(user=user, role="manager", microdata=True)
        audit.record(user, "create", study)
        return study
    policy.require(user, policy.ADMINISTER, study)
    save_differing(user, study, fields)
    return study


@transaction.atomic
def create_wave(user: User, study: Study, slug: str, **fields: Any) -> Wave:
    """A new wave of ``study``, or the existing one with the changed fields saved."""
    policy.require(user, policy.IMPORT, study)
    require_slug(slug, "a wave", example="2014")
    check_storable(fields)
    wave = Wave.objects.filter(study=study, slug=slug).first()
    if wave is not None:
        save_differing(user, wave, fields)
        return wave
    wave = Wave.objects.create(study=study, slug=slug, **{"position": place_of(study, slug)} | fields)
    audit.record(user, "create", wave, study=study)
    return wave


@transaction.atomic
def save_context(
    user: User,
    study: Study,
    slug: str,
    *,
    columns: list[dict[str, Any]],
    rows: list[list[Any]],
    labels: dict[str, str] | None = None,
    note: str = "",
) -> ContextVersion:
    """A new version of a context table; the same content again returns the version there is."""
    policy.require(user, policy.DEFINE, study)
    check_storable({"slug": slug, "columns": columns, "rows": rows, "labels": labels, "note": note})
    _check_context(slug, columns, rows)
    about = {"labels": labels} if labels is not None else {}
    table, is_new = ContextTable.objects.get_or_create(study=study, slug=slug, defaults=about)
    if not is_new and set_differing(table, about):
        table.save(update_fields=["labels"])
        audit.record(user, "save", table, study=study, labels=labels)
    content_hash = fingerprint({"columns": [column["name"] for column in columns], "rows": rows})
    latest = table.versions.order_by("-number").first()
    if latest is not None and latest.content_hash == content_hash and latest.columns == columns:
        return latest
    number = (latest.number if latest else 0) + 1
    version = ContextVersion.objects.create(
        table=table,
        number=number,
        content_hash=content_hash,
        columns=columns,
        rows=rows,
        note=note,
        created_by=user,
    )
    audit.record(user, "save", version, study=study, content_hash=content_hash)
    changes.tell(user, study)
    return version


def place_of(study: Study | None, slug: str) -> int:
    """The position of a new wave that is given none: by its name among the study's waves, no other moved.

    Waves with one position stand in the natural order of their names.  Where the study orders its waves
    otherwise than by name, nobody can tell where the new one belongs: it comes last.
    """
    waves = sorted(study.waves.all(), key=lambda wave: wave.place) if study else []
    names = [in_natural_order(wave.slug) for wave in waves]
    if names != sorted(names):
        return waves[-1].position + 1
    before = [wave for wave, name in zip(waves, names, strict=True) if name < in_natural_order(slug)]
    return (before[-1] if before else waves[0]).position if waves else 0


def next_number(versions: models.QuerySet[Any]) -> int:
    """The number of the next version among ``versions``."""
    return int(versions.aggregate(most=Max("number"))["most"] or 0) + 1


def check_slugs(study: str, wave: str) -> None:
    """Refuses names that no study or wave could have, before long work is done for them."""
    require_slug(study, "a study", example="mdms")
    require_slug(wave, "a wave", example="2014")


def _check_context(slug: str, columns: list[dict[str, Any]], rows: list[list[Any]]) -> None:
    keys = [row[0] for row in rows if row]
    if not rows or any(len(row) != len(columns) for row in rows):
        raise refuse("ragged_context", "Every row needs one value per column.", where=slug)
    if len(set(keys)) != len(keys):
        raise refuse(
            "duplicate_key", say("The key {name} occurs twice.", name=columns[0]["name"]), where=slug
        )
