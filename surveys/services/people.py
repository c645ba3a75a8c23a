"""People: the local administrator behind the commands, and members of studies."""

from __future__ import annotations

from django.db import transaction

from surveys import policy
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import Membership, Study, User
from surveys.services import audit

LOCAL_ADMINISTRATOR = "local"


def acting_user(name: str = "") -> User:
    """The user a command acts as: the one named, else the local administrator, made on first use.

    The local administrator has no password and cannot sign in on the web.
    """
    if not name:
        user, is_new = User.objects.get_or_create(
            username=LOCAL_ADMINISTRATOR, defaults={"is_superuser": True, "is_staff": True}
        )
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user
    return person_named(name)


def is_nobody_in_particular(user: User) -> bool:
    """Whether this is the local administrator, who stands for whoever sits at the server."""
    return user.username == LOCAL_ADMINISTRATOR and not user.has_usable_password()


def person_named(name: str) -> User:
    """The account called ``name``; Refused with near misses when there is none."""
    found = User.objects.filter(username=name).first()
    if found is None:
        known = User.objects.values_list("username", flat=True)
        raise refuse(
            "unknown_user", say("There is no user called {name}.", name=name), near=near_misses(name, known)
        )
    return found


@transaction.atomic
def grant(actor: User, study: Study, user: User, role: str, microdata: bool = False) -> Membership:
    """Makes ``user`` a member of ``study`` with ``role``, or changes the membership.

    Who may define or import with it becomes staff, whom the admin lets in; see :func:`_staff`.
    """
    policy.require(actor, policy.ADMINISTER, study)
    staff = _staff(user, study, role)
    membership, _ = Membership.objects.update_or_create(
        study=study, user=user, defaults={"role": role, "microdata": microdata}
    )
    audit.record(actor, "grant", membership, study=study, role=role, microdata=microdata, **staff)
    return membership


@transaction.atomic
def withdraw(actor: User, membership: Membership) -> None:
    """Ends a membership and every right it gave."""
    policy.require(actor, policy.ADMINISTER, membership.study)
    staff = _staff(membership.user, membership.study, None)
    audit.record(actor, "withdraw", membership, study=membership.study, role=membership.role, **staff)
    membership.delete()


def _staff(user: User, study: Study, role: str | None) -> dict[str, bool]:
    """Makes ``user`` staff who gains a role for the admin in ``study``, and not who loses the last of them.

    Asked before the role is written.  Gives what changed, for the audit trail.
    """
    person = User.objects.select_for_update().get(pk=user.pk)
    held = Membership.objects.filter(user=person, role__in=policy.admin_roles())
    is_staff = person.is_staff
    if role in policy.admin_roles():
        is_staff = True
    elif held.filter(study=study).exists() and not held.exclude(study=study).exists():
        is_staff = person.is_superuser and is_staff
    user.is_staff = is_staff
    if is_staff == person.is_staff:
        return {}
    user.save(update_fields=["is_staff"])
    return {"is_staff": is_staff}
