"""The second pair of eyes: somebody who did not write a draft publishes it."""

from __future__ import annotations

from django.db import transaction

from measures.models import Proposal
from measures.policy import require_decide, require_define
from measures.services.proposals import approved, locked, seen_in, wording_of
from measures.services.proving import proven, require_seen
from measures.services.publishing import PublishOutcome, followed, freeze
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.storable import check_storable
from surveys.models import User


def approve(
    user: User,
    proposal: Proposal,
    *,
    acknowledge_changes: bool = False,
    note: str = "",
    language: str = "en",
) -> PublishOutcome:
    """Publishes what was proposed: every check is made again, for data may have changed since.

    Refused for whoever wrote or proposed any of it, where the draft or what it gives on the waves is no
    longer what was proposed, and as publishing is; the rows that change must have been seen by the one who
    approves.
    """
    measure = proposal.measure
    require_define(user, measure.study)
    check_storable({"note": note})
    require_decide(user, proposal)
    draft = measure.draft
    if draft is None or draft.pk != proposal.version_id or wording_of(draft) != proposal.wording:
        hint = "Look at the draft again; it has to be proposed as it is now."
        raise refuse(
            "conflict", say("The draft of {measure} was changed meanwhile.", measure=measure), hint=hint
        )
    proof = proven(draft, language)
    if seen_in(proof.report()) != seen_in(proposal.report):
        hint = "Let it be proposed anew, and look at the rows that change now."
        message = say("The data behind {measure} were changed since it was proposed.", measure=measure)
        raise refuse("conflict", message, hint=hint)
    require_seen(proof, acknowledge_changes)
    with transaction.atomic():
        waiting = locked(proposal)
        version = freeze(user, draft, proof)
        approved(user, waiting, note)
    followed(user, measure)
    return PublishOutcome(version, True, proof.changed_rows, proof.coverage, lost=proof.lost)
