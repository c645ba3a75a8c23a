"""Tokens for the API: named, hashed, with an end; shown once and never again."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from knox.models import AuthToken

from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import ApiToken, User
from surveys.services import audit

LONGEST_DAYS = 366
_NOTE_EVERY = timedelta(hours=1)


@transaction.atomic
def create_token(user: User, name: str, days: int = 90) -> tuple[ApiToken, str]:
    """A token called ``name`` that works for ``days`` days (1 to 366), and its secret, told only now."""
    if not user.is_authenticated:
        raise refuse("sign_in", "You need to sign in to make a token.")
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise refuse("bad_name", "A token needs a name of at most 80 characters.", where="name")
    if not 1 <= days <= LONGEST_DAYS:
        raise refuse(
            "bad_expiry",
            say("A token works for 1 to {most} days.", most=LONGEST_DAYS),
            where="days",
        )
    if ApiToken.objects.filter(user=user, name=name).exists():
        raise refuse(
            "conflict",
            say("You have a token called {name} already.", name=name),
            hint="Choose another name or revoke it.",
        )
    hashed, secret = AuthToken.objects.create(user=user, expiry=timedelta(days=days))
    token = ApiToken.objects.create(user=user, token=hashed, name=name)
    audit.record(user, "create_token", token, days=days)
    return token, secret


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """This person's tokens, newest first."""
    return ApiToken.objects.filter(user_id=user.pk).select_related("token")


@transaction.atomic
def revoke_token(user: User, token_id: int | str) -> None:
    """Ends one of one's own tokens at once."""
    number = int(token_id) if str(token_id).isdecimal() else 0
    token = tokens_of(user).filter(pk=number).first()
    if token is None:
        raise refuse("not_found", "You have no such token.")
    audit.record(user, "revoke_token", token)
    token.token.delete()


def note_use(hashed: AuthToken) -> None:
    """Remembers that a token was used, at most once an hour."""
    now = timezone.now()
    named = ApiToken.objects.filter(token=hashed)
    named.exclude(last_used_at__gt=now - _NOTE_EVERY).update(last_used_at=now)
