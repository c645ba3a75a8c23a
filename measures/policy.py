"""Who may do what with measures and datasets: the study's rights, asked in one place."""

from __future__ import annotations

from measures.models import Proposal
from surveys import policy
from surveys.core.problems import Refused, refuse
from surveys.core.said import say
from surveys.models import Study, User
from surveys.services.people import is_nobody_in_particular


def require_define(user: User, study: Study) -> None:
    """Refuses unless ``user`` may define measures and datasets in ``study``."""
    policy.require(user, policy.DEFINE, study)


def require_see(user: User, study: Study) -> None:
    """Refuses unless ``user`` may see ``study``."""
    policy.require(user, policy.SEE, study)


def may_define(user: User, study: Study) -> bool:
    return policy.may(user, policy.DEFINE, study)


def may_download(user: User, study: Study) -> bool:
    return policy.may(user, policy.DOWNLOAD, study)


def require_decide(user: User, proposal: Proposal) -> None:
    """Refuses unless ``user`` may define measures in the study and wrote and proposed none of this one.

    Not even an administrator is a second pair of eyes for what he wrote himself, and the local
    administrator behind the commands is no particular person.
    """
    require_define(user, proposal.study)
    if user.pk in proposal.authors or user.pk == proposal.proposed_by_id:
        raise refuse(
            "own_proposal",
            say("You wrote or proposed this draft of {measure} yourself.", measure=proposal.measure),
            hint="Ask somebody else who may define measures in the study to look at it.",
        )
    if is_nobody_in_particular(user):
        raise refuse(
            "nobody_in_particular",
            "A second pair of eyes belongs to a person.",
            hint="Say who has looked at it, with --as USER.",
        )


def may_decide(user: User, proposal: Proposal) -> bool:
    """Whether ``user`` may approve a proposal or send it back."""
    return not hinders(user, proposal)


def hinders(user: User, proposal: Proposal) -> str:
    """Why ``user`` may not decide about a proposal, in words; "" where nothing hinders it."""
    try:
        require_decide(user, proposal)
    except Refused as refused:
        return refused.problems[0].message
    return ""
