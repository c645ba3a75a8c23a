"""Saving what differs: no change, no write and no audit row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from surveys.models import Study, User
from surveys.services import audit


def set_differing(row: models.Model, fields: Mapping[str, Any]) -> list[str]:
    """Sets the ``fields`` that differ from what ``row`` holds, unsaved; returns their names."""
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    return changed


def save_differing(
    user: User, row: models.Model, fields: Mapping[str, Any], *, study: Study | None = None
) -> list[str]:
    """Saves the ``fields`` that differ and records the change; returns their names."""
    changed = set_differing(row, fields)
    if changed:
        row.save(update_fields=changed)
        audit.record(user, "change", row, study=study, fields=changed)
    return changed
