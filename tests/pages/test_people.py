"""Signing in, tokens, and the language of the site."""

from __future__ import annotations

import re

from django.test import Client

from surveys.models import ApiToken
from tests.factories import make_user
from tests.pages.conftest import Library, text, visit


def test_signing_in_leads_back_to_the_page(client: Client, db: None) -> None:
    make_user("ann")
    answer = client.get("/jobs/")
    assert answer.headers["Location"] == "/sign-in/?next=/jobs/"
    wrong = client.post("/sign-in/", {"username": "ann", "password": "no", "next": "/jobs/"})
    assert "do not go together" in text(wrong)
    right = client.post("/sign-in/", {"username": "ann", "password": "pass", "next": "/jobs/"})
    assert right.headers["Location"] == "/jobs/"
    away = client.post("/sign-in/", {"username": "ann", "password": "pass", "next": "https://evil.example/"})
    assert away.headers["Location"] == "/"


def test_a_token_is_shown_once(client: Client, db: None) -> None:
    client.force_login(make_user("ann"))
    page = client.post("/tokens/", {"name": "laptop", "days": 30})
    secret = re.search(r'id="secret"[^>]*>([0-9a-zA-Z]+)<', text(page))
    assert secret is not None
    assert page.headers["Cache-Control"] == "no-store"
    again = text(client.get("/tokens/"))
    assert "laptop" in again and secret[1] not in again


def test_tokens_need_a_name_and_an_end(client: Client, db: None) -> None:
    client.force_login(make_user("ann"))
    assert client.post("/tokens/", {"name": "", "days": 30}).status_code == 422
    assert client.post("/tokens/", {"name": "long", "days": 4000}).status_code == 422
    client.post("/tokens/", {"name": "laptop", "days": 30})
    twice = client.post("/tokens/", {"name": "laptop", "days": 30})
    assert "You have a token called laptop already." in text(twice)


def test_a_token_is_revoked_by_its_owner_alone(client: Client, db: None) -> None:
    ann, ben = make_user("ann"), make_user("ben")
    client.force_login(ann)
    client.post("/tokens/", {"name": "laptop", "days": 30})
    token = ApiToken.objects.get()
    client.force_login(ben)
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    client.force_login(ann)
    client.post(f"/tokens/{token.pk}/revoke/")
    assert not ApiToken.objects.exists()


def test_the_language_switch_keeps_the_page(client: Client, library: Library) -> None:
    address = library.pages["wave"] + "?q=union"
    english = text(visit(client, address))
    assert f'name="next" value="{address}"' in english
    answer = client.post("/language/", {"language": "zh-hans", "next": address})
    assert answer.headers["Location"] == address
    chinese = text(client.get(address))
    assert "调查批次" in text(client.get("/studies/mdms/")) and "2014年调查" in chinese
