"""Who may do what in a study: one question, asked here and nowhere else."""

from __future__ import annotations

from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import Membership, Study, User

SEE, IMPORT, DEFINE, RUN, DOWNLOAD, ADMINISTER = "see", "import", "define", "run", "download", "administer"

_ROLE_RIGHTS: dict[str, frozenset[str]] = {
    Membership.Role.READER: frozenset({SEE}),
    Membership.Role.RESEARCHER: frozenset({SEE, DEFINE, RUN}),
    Membership.Role.MANAGER: frozenset({SEE, DEFINE, RUN, IMPORT, ADMINISTER}),
}

_WORDS = {
    SEE: say("see this study"),
    IMPORT: say("import waves into this study"),
    DEFINE: say("define measures, datasets and analyses in this study"),
    RUN: say("run analyses in this study"),
    DOWNLOAD: say("download microdata of this study"),
    ADMINISTER: say("administer this study"),
}


def rights(user: User, study: Study) -> frozenset[str]:
    """Every right ``user`` holds in ``study``; microdata download is granted by itself, never by a role."""
    if user.is_superuser:
        return frozenset(_WORDS)
    open_to_all = frozenset({SEE}) if study.is_open else frozenset()
    if not user.is_authenticated:
        return open_to_all
    membership = Membership.objects.filter(study=study, user_id=user.pk).first()
    if membership is None:
        return open_to_all
    held = _ROLE_RIGHTS[membership.role] | open_to_all
    return held | {DOWNLOAD} if membership.microdata else held


def may(user: User, right: str, study: Study) -> bool:
    """Whether ``user`` holds ``right`` in ``study``."""
    return right in rights(user, study)


def require(user: User, right: str, study: Study, what: str = "") -> None:
    """Refuses with a sentence unless ``user`` holds ``right``; a study one may not see is not found.

    ``what`` names the act where the words of the right are about others too.
    """
    held, what = rights(user, study), what or _WORDS[right]
    if right in held:
        return
    if SEE not in held:
        raise refuse("not_found", say("There is no study called {slug} that you can see.", slug=study.slug))
    if not user.is_authenticated:
        raise refuse("sign_in", say("You need to sign in to {what}.", what=what))
    raise refuse(
        "not_allowed",
        say("You may not {what}.", what=what),
        where=study.slug,
        hint="Ask a data manager of the study for the right.",
    )


def require_decide(user: User, study: Study) -> None:
    """Refuses unless ``user`` may decide what carries an item from one wave to another."""
    require(user, DEFINE, study, say("decide on the crosswalk of this study"))


def admin_roles() -> list[str]:
    """The roles that work in the admin, where one defines and imports: who holds one must be let in."""
    return [role for role, held in _ROLE_RIGHTS.items() if held & {DEFINE, IMPORT}]


def require_creator(user: User) -> None:
    """Refuses unless ``user`` may create studies: administrators, data managers, and staff without a role.

    A researcher is staff so as to be let into the admin, and gains nothing else by it.
    """
    roles = set(Membership.objects.filter(user_id=user.pk).values_list("role", flat=True))
    is_creator = user.is_staff and (not roles or Membership.Role.MANAGER in roles)
    if not (user.is_superuser or is_creator):
        raise refuse("not_allowed", "You may not create studies.", hint="Ask an administrator.")
