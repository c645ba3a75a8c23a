"""The audit trail: one row per change, written in the transaction of the change."""

from __future__ import annotations

from typing import Any

from django.db import models

from surveys.models import AuditEntry, Study, User


def entries_of(actor: User, action: str, thing: models.Model) -> models.QuerySet[AuditEntry]:
    """What is written of ``actor`` doing ``action`` to ``thing``."""
    return of_object(action, thing).filter(actor=_name(actor))


def of_object(action: str, thing: models.Model) -> models.QuerySet[AuditEntry]:
    """What is written of anybody doing ``action`` to ``thing``."""
    return AuditEntry.objects.filter(action=action, object_type=thing._meta.label, object_id=str(thing.pk))


def _name(actor: User) -> str:
    return actor.get_username() or "anonymous"


def record(
    actor: User, action: str, thing: models.Model, *, study: Study | None = None, **detail: Any
) -> AuditEntry:
    """Writes who did ``action`` to ``thing``.  ``detail`` holds hashes and counts, never cells."""
    if study is None:
        study = thing if isinstance(thing, Study) else getattr(thing, "study", None)
    return AuditEntry.objects.create(
        actor=_name(actor),
        action=action,
        object_type=thing._meta.label,
        object_id=str(thing.pk),
        object_label=str(thing)[:200],
        study=study,
        detail=detail,
    )
