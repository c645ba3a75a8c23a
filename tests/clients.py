"""Programs that ask the API, one for each kind of person."""

from __future__ import annotations

from collections.abc import Mapping

from django.test import Client, override_settings

from surveys.models import Membership, Study, User
from surveys.services.tokens import create_token
from tests.factories import make_member, make_user

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in with these passwords


def client_of(user: User) -> Client:
    """A client that signs in with a token, as a program does."""
    _, secret = create_token(user, "test", days=1)
    return Client(headers={"Authorization": f"Token {secret}"})


def clients_of(study: Study) -> dict[str, Client]:
    """Nobody, somebody from outside, and members with and without the right to download."""
    with override_settings(PASSWORD_HASHERS=QUICK):
        return _clients(study)


def _clients(study: Study) -> dict[str, Client]:
    reader = make_member(study, "a_reader", role="reader")
    holder = make_member(study, "a_holder", role="reader")
    Membership.objects.filter(user=holder).update(microdata=True)
    manager = make_member(study, "a_manager", role="manager")
    found = {"outsider": make_user("outsider"), "reader": reader, "holder": holder, "manager": manager}
    return {"anonymous": Client(), **{name: client_of(user) for name, user in found.items()}}


def statuses(clients: Mapping[str, Client], address: str) -> dict[str, int]:
    """What each of them is told at ``address``."""
    return {name: client.get(address).status_code for name, client in clients.items()}


# A closed study is not found by those outside; inside, data need a right of their own.
INSIDE = {"anonymous": 404, "outsider": 404, "reader": 200, "holder": 200, "manager": 200}
WITH_MICRODATA = {"anonymous": 404, "outsider": 404, "reader": 403, "holder": 200, "manager": 403}
