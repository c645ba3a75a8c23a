"""The admin of this room: the rights of the study decide, services write, the audit trail tells."""

from __future__ import annotations

import pytest
from django.test import Client

from surveys.models import AuditEntry, Membership, Study, User
from tests.factories import make_member, make_study, make_user

pytestmark = pytest.mark.django_db
PAGES = ("study", "membership", "job", "auditentry")


@pytest.fixture
def manager(client: Client) -> User:
    user = make_member(make_study(), "manager", "manager")
    client.force_login(user)
    return user


def test_every_list_opens_for_a_manager_and_shows_no_other_study(client: Client, manager: User) -> None:
    make_member(make_study("closed"), "other")
    for page in PAGES:
        answer = client.get(f"/admin/surveys/{page}/")
        assert answer.status_code == 200, page
        assert "closed" not in answer.content.decode(), page


def test_accounts_are_for_administrators(client: Client, manager: User) -> None:
    assert client.get("/admin/surveys/user/").status_code == 403
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    given = {
        "username": "ann",
        "password1": "a-long-phrase-9",
        "password2": "a-long-phrase-9",
        "usable_password": "true",
    }
    assert client.post("/admin/surveys/user/add/", given).status_code == 302
    assert User.objects.get(username="ann").check_password("a-long-phrase-9")
    assert AuditEntry.objects.filter(action="create", object_label="ann").exists()


def test_setting_a_password_is_told_in_the_audit_trail(client: Client, db: None) -> None:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    ann = make_user("ann")
    given = {"password1": "a-long-phrase-9", "password2": "a-long-phrase-9", "usable_password": "true"}
    assert client.post(f"/admin/surveys/user/{ann.pk}/password/", {"password1": "a"}).status_code == 200
    assert not AuditEntry.objects.exists()
    assert client.post(f"/admin/surveys/user/{ann.pk}/password/", given).status_code == 302
    told = AuditEntry.objects.get()
    assert (told.actor, told.action, told.object_label) == ("root", "set_password", "ann")


def test_a_manager_grants_and_withdraws_memberships(client: Client, manager: User) -> None:
    study, ann = Study.objects.get(), make_user("ann")
    given = {"study": study.pk, "user": ann.pk, "role": "researcher", "microdata": "on"}
    assert client.post("/admin/surveys/membership/add/", given).status_code == 302
    membership = Membership.objects.get(user=ann)
    assert (membership.role, membership.microdata) == ("researcher", True)
    client.post(f"/admin/surveys/membership/{membership.pk}/delete/", {"post": "yes"})
    assert not Membership.objects.filter(user=ann).exists()
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["withdraw", "grant"]


def test_a_manager_cannot_give_away_another_study(client: Client, manager: User) -> None:
    closed, ann = make_study("closed"), make_user("ann")
    client.post("/admin/surveys/membership/add/", {"study": closed.pk, "user": ann.pk, "role": "manager"})
    assert not Membership.objects.filter(user=ann).exists()


def test_a_researcher_sees_a_study_but_does_not_change_it(client: Client, manager: User) -> None:
    study = Study.objects.get()
    client.force_login(make_member(study, "researcher"))
    given = {"title_en": "Mine now"}
    assert client.post(f"/admin/surveys/study/{study.pk}/change/", given).status_code == 403
    assert client.get("/admin/surveys/membership/add/").status_code == 403


def test_a_title_is_changed_through_the_service(client: Client, manager: User) -> None:
    study = Study.objects.get()
    Study.objects.update(labels={"en": "Old", "und": "kept"})
    given = {"title_en": "Migrants", "title_zh": "流动人口", "citation": "", "licence": ""}
    assert client.post(f"/admin/surveys/study/{study.pk}/change/", given).status_code == 302
    study.refresh_from_db()
    assert study.labels == {"en": "Migrants", "zh": "流动人口", "und": "kept"}
    assert AuditEntry.objects.get(action="change").detail == {"fields": ["labels"]}


def test_the_audit_trail_cannot_be_changed(client: Client, manager: User) -> None:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    entry = AuditEntry.objects.create(actor="a", action="b", object_type="c", object_id="1", object_label="d")
    assert client.get(f"/admin/surveys/auditentry/{entry.pk}/change/").status_code == 200
    assert client.post(f"/admin/surveys/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
