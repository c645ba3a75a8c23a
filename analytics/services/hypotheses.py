"""Registers of hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from analytics import policy
from analytics.core.hypotheses import read_register
from analytics.models import HypothesisRegister
from surveys.core.storable import check_storable
from surveys.models import Study, User
from surveys.services import audit
from surveys.services.rows import set_differing


@transaction.atomic
def define_hypotheses(
    user: User,
    study: Study,
    slug: str,
    *,
    register: Mapping[str, Any],
    labels: Mapping[str, str] | None = None,
    citation: str = "",
) -> HypothesisRegister:
    """A register of hypotheses, or the existing one with what changed saved; the same changes nothing."""
    policy.require_define(user, study)
    check_storable({"slug": slug, "register": register, "labels": labels, "citation": citation})
    read_register(register)
    fields = {"labels": dict(labels or {}), "citation": citation, "register": dict(register)}
    found = HypothesisRegister.objects.filter(study=study, slug=slug).first()
    if found is None:
        found = HypothesisRegister.objects.create(study=study, slug=slug, **fields)
        audit.record(user, "create", found, study=study)
    elif changed := set_differing(found, fields):
        found.save()
        audit.record(user, "change", found, study=study, fields=changed)
    return found
