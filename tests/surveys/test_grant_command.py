"""Roles given on the command line."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from surveys import policy
from surveys.core.problems import Refused
from surveys.models import AuditEntry, Membership
from surveys.services.people import withdraw
from tests.factories import make_member, make_study, make_user

pytestmark = pytest.mark.django_db


def test_a_role_is_given_and_changed_and_both_are_audited() -> None:
    study, ann = make_study("mdms"), make_user("ann")
    out = StringIO()
    call_command("grant", "mdms", "ann", "researcher", "--microdata", "--json", stdout=out)
    given = {"study": "mdms", "user": "ann", "role": "researcher", "microdata": True, "is_staff": True}
    assert json.loads(out.getvalue()) == given
    assert policy.may(ann, policy.RUN, study) and policy.may(ann, policy.DOWNLOAD, study)
    call_command("grant", "mdms", "ann", "reader", stdout=StringIO())
    assert not policy.may(ann, policy.DOWNLOAD, study) and not policy.may(ann, policy.RUN, study)
    assert AuditEntry.objects.filter(action="grant", study=study).count() == 2


def test_it_is_refused_to_those_who_do_not_administer_the_study() -> None:
    make_user("ann")
    make_member(make_study("mdms"), "researcher")
    with pytest.raises(SystemExit) as stopped:
        call_command("grant", "mdms", "ann", "manager", "--as", "researcher", stderr=StringIO())
    assert stopped.value.code == 1
    assert not Membership.objects.filter(user__username="ann").exists()


def test_an_unknown_name_gets_near_misses() -> None:
    make_study("mdms")
    make_user("annabel")
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("grant", "mdms", "anabel", "reader", stderr=said)
    assert "annabel" in said.getvalue()


def test_a_role_that_does_not_exist_is_wrong_usage() -> None:
    with pytest.raises(CommandError, match="choice"):
        call_command("grant", "mdms", "ann", "king")


def test_a_role_that_defines_opens_the_admin_and_the_last_one_taken_closes_it(client: Client) -> None:
    first, second = make_study("mdms"), make_study("cgss")
    ann = make_user("ann")
    call_command("grant", "mdms", "ann", "reader", stdout=StringIO())
    ann.refresh_from_db()
    assert not ann.is_staff
    for study in (first, second):
        call_command("grant", study.slug, "ann", "researcher", stdout=StringIO())
    client.force_login(ann)
    assert client.get("/admin/measures/measure/add/?study=mdms").status_code == 200
    assert [entry.detail.get("is_staff") for entry in AuditEntry.objects.filter(action="grant")] == [
        None, True, None,
    ]  # fmt: skip
    call_command("grant", "mdms", "ann", "reader", stdout=StringIO())
    ann.refresh_from_db()
    assert ann.is_staff  # still a researcher of the other study
    withdraw(make_user("root", is_superuser=True), Membership.objects.get(user=ann, study=second))
    ann.refresh_from_db()
    assert not ann.is_staff
    assert AuditEntry.objects.get(action="withdraw").detail["is_staff"] is False


def test_staff_by_other_means_stay_so_while_no_role_is_taken_away() -> None:
    make_study("mdms")
    ann = make_user("ann", is_staff=True)
    call_command("grant", "mdms", "ann", "reader", stdout=StringIO())
    root = make_user("root", is_superuser=True, is_staff=True)
    call_command("grant", "mdms", "root", "manager", stdout=StringIO())
    withdraw(root, Membership.objects.get(user=root))
    for person in (ann, root):
        person.refresh_from_db()
        assert person.is_staff


def test_a_researcher_let_into_the_admin_creates_no_study() -> None:
    study, person = make_study(), make_user("ann")
    for role, is_creator in (("researcher", False), ("manager", True)):
        call_command("grant", "mdms", "ann", role, stdout=StringIO())
        person.refresh_from_db()
        assert person.is_staff
        if is_creator:
            policy.require_creator(person)
        else:
            with pytest.raises(Refused, match="may not create studies"):
                policy.require_creator(person)
    policy.require_creator(make_user("secretary", is_staff=True))
    assert study.memberships.count() == 1
