"""Publishing: a draft becomes an immutable, numbered version when every check holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from measures.core.coverage import Coverage, coverage_row
from measures.core.wording import Wording
from measures.models import Measure, MeasureVersion, Proposal
from measures.policy import require_define
from measures.selectors.losing import LostWave
from measures.services.proposals import propose, withdraw_waiting
from measures.services.proving import Proof, proven, require_seen
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import CrosswalkDecision, Study, User
from surveys.services import audit
from surveys.services import changes as changes_of_studies
from surveys.services.studies import next_number

State = MeasureVersion.State


@dataclass(frozen=True)
class PublishOutcome:
    """``is_new`` is False when the draft said what the version in force says: nothing changed.

    With ``waits_for`` nothing is published yet: ``version`` is the draft, which waits for a second pair of
    eyes.
    """

    version: MeasureVersion
    is_new: bool
    changed_rows: int
    coverage: Coverage | None
    waits_for: Proposal | None = None
    lost: tuple[LostWave, ...] = ()  # waves that the version before is read on and this one is not

    def as_json(self) -> dict[str, Any]:
        return {
            "measure_version": f"{self.version.measure}@{self.version.number or 'draft'}",
            "fingerprint": self.version.fingerprint,
            "is_new": self.is_new,
            "changed_rows": self.changed_rows,
            "lost_waves": [one.problem.message for one in self.lost],
            "coverage": [coverage_row(row) for row in self.coverage.rows] if self.coverage else [],
            "waits_for": waits_for(self.version, self.waits_for) if self.waits_for else None,
        }


def waits_for(draft: MeasureVersion, proposal: Proposal) -> str:
    """What hinders a proposal from being in force, as a sentence."""
    return say(
        "{draft} waits for a second pair of eyes: proposed by {person}, it is published when somebody else "
        "who may define measures in {study} approves it.",
        draft=draft,
        person=proposal.proposed_by.get_username(),
        study=draft.measure.study,
    )


def publish(
    user: User, measure: Measure, *, acknowledge_changes: bool = False, language: str = "en"
) -> PublishOutcome:
    """Checks the draft on every wave that has its items, and freezes it under the next number.

    Where the study wants a second pair of eyes it is laid before the others instead.
    Refused with every problem at once: mistakes in the rule, codes without an outcome, examples that do
    not hold, and rows that would change against the version in force and were not acknowledged.  Codes are
    told with their labels in ``language``.
    """
    require_define(user, measure.study)
    draft, published = measure.draft, measure.published
    if draft is None:
        if published is None:
            raise refuse("no_draft", say("{measure} has no draft.", measure=measure), hint="Write one first.")
        return PublishOutcome(published, False, 0, None)
    proof = proven(draft, language)
    if published is not None and proof.says_the_same():
        return _nothing_changed(user, draft, published)
    require_seen(proof, acknowledge_changes)
    if Study.objects.filter(pk=measure.study_id, second_pair_of_eyes=True).exists():  # as it is now
        proposal = propose(user, draft, proof.report(), proof.changed_rows)
        return PublishOutcome(draft, False, proof.changed_rows, proof.coverage, proposal, proof.lost)
    with transaction.atomic():
        version = freeze(user, draft, proof)
        withdraw_waiting(user, measure, "It was published when no second pair of eyes was asked for.")
    followed(user, measure)
    return PublishOutcome(version, True, proof.changed_rows, proof.coverage, lost=proof.lost)


def followed(user: User, measure: Measure) -> None:
    """After a version was published: which datasets still hold?"""
    changes_of_studies.tell_now(user, measure.study)


@transaction.atomic
def _nothing_changed(user: User, draft: MeasureVersion, published: MeasureVersion) -> PublishOutcome:
    _locked(draft)
    withdraw_waiting(user, draft.measure, "The draft says what the version in force says.")
    audit.record(user, "discard", draft, study=draft.measure.study, same_as=published.number)
    draft.delete()
    return PublishOutcome(published, False, 0, None)


@transaction.atomic
def freeze(user: User, draft: MeasureVersion, proof: Proof) -> MeasureVersion:
    """The draft under the next number, immutable from now on; signed by ``user``.

    Refused where the crosswalk was decided about since the draft was proved.
    """
    measure, now = _locked(draft), timezone.now()
    _require_same_crosswalk(measure, proof.since)
    draft.number = next_number(measure.versions)
    draft.state = State.PUBLISHED
    draft.fingerprint = proof.fingerprint
    draft.report = proof.report()
    draft.published_by, draft.published_at = user, now
    draft.save()
    audit.record(user, "publish", draft, study=measure.study, fingerprint=proof.fingerprint)
    return draft


def _require_same_crosswalk(measure: Measure, since: datetime) -> None:
    if CrosswalkDecision.objects.filter(item__study=measure.study_id, decided_at__gt=since).exists():
        message = say("The crosswalk was changed while {measure} was checked.", measure=measure)
        raise refuse("conflict", message, hint="Look at the draft again, then publish.")


def _locked(draft: MeasureVersion) -> Measure:
    """The measure, locked, while its draft still is the one that was checked; else Refused."""
    measure = Measure.objects.select_for_update().get(pk=draft.measure_id)
    now = measure.versions.filter(pk=draft.pk, state=State.DRAFT).first()
    if now is None or any(getattr(now, name) != getattr(draft, name) for name in Wording.names()):
        hint = "Look at the draft again, then publish."
        raise refuse(
            "conflict", say("The draft of {measure} was changed meanwhile.", measure=measure), hint=hint
        )
    return measure
