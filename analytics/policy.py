"""Who may do what with analyses, runs and targets: the study's rights, asked in one place."""

from __future__ import annotations

from surveys import policy
from surveys.models import Study, User


def require_run(user: User, study: Study) -> None:
    """Refuses unless ``user`` may run analyses in ``study``."""
    policy.require(user, policy.RUN, study)


def require_define(user: User, study: Study) -> None:
    """Refuses unless ``user`` may define analyses and targets in ``study``."""
    policy.require(user, policy.DEFINE, study)


def may_run(user: User, study: Study) -> bool:
    return policy.may(user, policy.RUN, study)
