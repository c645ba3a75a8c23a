"""Who may do what with measures and datasets: the study's rights, asked in one place."""

from __future__ import annotations

from surveys import policy
from surveys.models import Study, User


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
