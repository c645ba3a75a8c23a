"""Drafts that wait for a second pair of eyes: proposed, sent back, withdrawn.

Approving is publishing: see ``measures.services.approving``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from measures.core.wording import Wording
from measures.models import Measure, MeasureVersion, Proposal
from measures.policy import require_decide
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.storable import check_storable
from surveys.models import User
from surveys.services import audit

State = Proposal.State


def waiting_of(measure: Measure) -> Proposal | None:
    """What waits for a second pair of eyes, if anything does."""
    found = measure.proposals.filter(state=State.WAITING).select_related("measure__study", "proposed_by")
    return found.first()


def wording_of(version: MeasureVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in Wording.names()}


@transaction.atomic
def propose(user: User, draft: MeasureVersion, report: Mapping[str, Any], changed_rows: int) -> Proposal:
    """The draft, with what its author saw, laid before others; the same again is the proposal there is."""
    measure = Measure.objects.select_for_update().select_related("study").get(pk=draft.measure_id)
    waiting, wording = waiting_of(measure), wording_of(draft)
    is_same = waiting is not None and waiting.version_id == draft.pk and waiting.wording == wording
    if waiting is not None and is_same and seen_in(waiting.report) == seen_in(report):
        return waiting
    withdraw_waiting(user, measure, "It was proposed anew.")
    found = Proposal.objects.create(
        measure=measure,
        version=draft,
        wording=wording,
        report=dict(report),
        changed_rows=changed_rows,
        authors=sorted({*authors_of(draft), user.pk}),
        proposed_by=user,
    )
    audit.record(user, "propose", found, study=measure.study, changed_rows=changed_rows)
    return found


def seen_in(report: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a report says of each wave: its version, its tally, and how many rows change against what.

    Waves that are lost stand at the end, by their version alone.
    """
    seen: list[tuple[Any, ...]] = [
        (wave["wave_version"], wave["tally"], (wave["changed"] or {}).get("changed"), report.get("against"))
        for wave in report.get("waves", ())
    ]
    return seen + [(lost["wave_version"],) for lost in report.get("lost_waves", ())]


def authors_of(draft: MeasureVersion) -> set[int]:
    """Who began the draft, and who saved a wording of it, whatever they are called by now."""
    saved = [*audit.of_object("draft", draft).values_list("detail__author", "actor")]
    named = [name for author, name in saved if author is None]  # written before keys were
    return {
        draft.created_by_id,
        *(author for author, _ in saved if author is not None),
        *User.objects.filter(username__in=named).values_list("pk", flat=True),
    }


def withdraw_waiting(user: User, measure: Measure, because: str) -> None:
    """What waits no longer does: its draft was worded otherwise, thrown away or published without it."""
    waiting = waiting_of(measure)
    if waiting is not None:
        _decide(user, waiting, State.WITHDRAWN, because)


@transaction.atomic
def send_back(user: User, proposal: Proposal, note: str) -> Proposal:
    """Gives the draft back to its author with a note; it stays a draft."""
    check_storable({"note": note})
    proposal = locked(proposal)
    require_decide(user, proposal)
    if not note.strip():
        raise refuse("no_reason", "Sending back needs a note.", hint="Say what should be changed.")
    return _decide(user, proposal, State.SENT_BACK, note)


def locked(proposal: Proposal) -> Proposal:
    """The proposal, locked, while it waits; else Refused."""
    Measure.objects.select_for_update().get(pk=proposal.measure_id)
    now = Proposal.objects.select_related("measure__study", "proposed_by").get(pk=proposal.pk)
    if now.state != State.WAITING:
        raise refuse(
            "not_waiting",
            say("{measure} no longer waits for a second pair of eyes.", measure=now.measure),
            hint="Look at the measure's page: it says what became of it.",
        )
    return now


def approved(user: User, proposal: Proposal, note: str) -> Proposal:
    """Signs what was published; only for whoever has published it in the same transaction."""
    return _decide(user, proposal, State.APPROVED, note)


def _decide(user: User, proposal: Proposal, state: str, note: str) -> Proposal:
    proposal.state, proposal.note = state, note.strip()
    proposal.decided_by, proposal.decided_at = user, timezone.now()
    proposal.save(update_fields=["state", "note", "decided_by", "decided_at"])
    audit.record(user, state, proposal, study=proposal.study, note=proposal.note)
    return proposal
