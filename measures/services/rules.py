"""Measures: rules drafted, tried, published, worded anew and retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from measures.core.wording import Wording, per_language, read_wording, single
from measures.models import Measure, MeasureVersion
from measures.policy import require_define
from measures.selectors.unlisted import items_called
from measures.services.approving import approve
from measures.services.previews import Elsewhere, Preview, changed_elsewhere, preview, preview_falls
from measures.services.proposals import send_back, withdraw_waiting
from measures.services.publishing import PublishOutcome, publish, waits_for
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.storable import check_storable
from surveys.models import Study, User
from surveys.services import audit
from surveys.services.rows import save_differing

__all__ = [
    "Elsewhere",
    "Preview",
    "PublishOutcome",
    "approve",
    "changed_elsewhere",
    "discard_draft",
    "new_version",
    "preview",
    "preview_falls",
    "publish",
    "retire",
    "save_draft",
    "send_back",
    "waits_for",
]

State = MeasureVersion.State


@transaction.atomic
def save_draft(
    user: User,
    study: Study,
    name: str,
    *,
    rule: str,
    labels: Mapping[str, str] | None = None,
    value_labels: Sequence[Mapping[str, Any]] = (),
    definition: str | Mapping[str, str] = "",
    citation: str = "",
    universe: str | Mapping[str, str] = "",
    level: str = "unknown",
    unit: str = "",
    sign: str = "",
    examples: Sequence[Mapping[str, Any]] = (),
    note: str = "",
    concept: str | Mapping[str, str] = "",
    is_from_folder: bool = False,
) -> MeasureVersion:
    """The measure's draft with this wording; a draft may hold a rule that does not parse yet.

    The wording of the version in force again makes no draft: that version comes back.  A new measure has no
    name of an item; one ``is_from_folder`` may have it, for it existed elsewhere before.
    """
    require_define(user, study)
    wording = read_wording(
        name,
        rule=rule,
        labels=labels or {},
        value_labels=value_labels,
        definition=definition,
        citation=citation,
        universe=universe,
        level=level,
        unit=unit,
        sign=sign,
        examples=examples,
        note=note,
    )
    if not is_from_folder:
        _refuse_name_of_item(study, name)
    measure = _measure(user, study, name, concept)
    published, draft = measure.published, measure.draft
    if draft is None and published is not None and _holds(published, wording):
        return published
    if draft is None:
        draft = MeasureVersion(measure=measure, created_by=user)
    elif _holds(draft, wording):
        return draft
    withdraw_waiting(user, measure, "The draft was worded otherwise.")
    for field, value in wording.fields().items():
        setattr(draft, field, value)
    draft.save()
    audit.record(user, "draft", draft, study=study, rule_length=len(rule), author=user.pk)
    return draft


def _refuse_name_of_item(study: Study, name: str) -> None:
    """In a rule the name would mean the item on one wave and the measure on another."""
    if not items_called(study, [name]) or study.measures.filter(name=name).exists():
        return
    raise refuse(
        "name_of_item",
        say(
            "{name} is the name of an item of {study}: in a rule it would mean the item.",
            name=name,
            study=study,
        ),
        hint="Give the measure a name of its own.",
    )


def _measure(user: User, study: Study, name: str, concept: str | Mapping[str, str]) -> Measure:
    check_storable({"concept": concept})
    said = {"concept": single(concept), "concepts": per_language(concept)}
    measure, is_new = Measure.objects.get_or_create(study=study, name=name, defaults=said)
    if is_new:
        audit.record(user, "create", measure)
    elif concept:
        save_differing(user, measure, said)
    return Measure.objects.select_for_update().select_related("study").get(pk=measure.pk)


def _holds(version: MeasureVersion, wording: Wording) -> bool:
    return all(getattr(version, field) == value for field, value in wording.fields().items())


@transaction.atomic
def new_version(user: User, measure: Measure) -> MeasureVersion:
    """A draft that starts from the version in force; an open draft is returned as it is."""
    require_define(user, measure.study)
    draft, published = measure.draft, measure.published
    if draft is not None:
        return draft
    if published is None:
        raise refuse(
            "not_published",
            say("{measure} has no published version.", measure=measure),
            hint="Write a draft instead.",
        )
    fields = {name: getattr(published, name) for name in Wording.names()}
    defaults = fields | {"note": "", "created_by": user}
    # the database allows one draft: asked twice at the same moment, the other's is the draft
    draft, is_new = measure.versions.get_or_create(state=State.DRAFT, defaults=defaults)
    if is_new:
        audit.record(user, "new_version", draft, study=measure.study, after=published.number)
    return draft


@transaction.atomic
def discard_draft(user: User, measure: Measure) -> None:
    """Throws the draft away; published versions stay as they are."""
    require_define(user, measure.study)
    draft = measure.draft
    if draft is None:
        raise refuse("no_draft", say("{measure} has no draft.", measure=measure))
    withdraw_waiting(user, measure, "The draft was thrown away.")
    audit.record(user, "discard", draft, study=measure.study)
    draft.delete()


@transaction.atomic
def retire(user: User, version: MeasureVersion, reason: str) -> MeasureVersion:
    """Withdraws a published version: unpinned recipes no longer find it, what was built stays."""
    require_define(user, version.measure.study)
    check_storable({"reason": reason})
    version = MeasureVersion.objects.select_for_update().select_related("measure__study").get(pk=version.pk)
    if version.state != State.PUBLISHED:
        raise refuse(
            "not_published", say("{version} is not published, so it cannot be retired.", version=version)
        )
    if not reason.strip():
        raise refuse("no_reason", "Retiring needs a reason.", hint="Say what is wrong with the rule.")
    version.state, version.retired_because = State.RETIRED, reason.strip()
    version.save(update_fields=["state", "retired_because"])
    audit.record(user, "retire", version, study=version.measure.study, reason=reason)
    return version
