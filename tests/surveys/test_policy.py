"""Rights: who may do what, and what a person who may not is told."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from surveys import policy
from surveys.core.problems import Refused
from surveys.models import AuditEntry, Membership, Study, User
from surveys.services.people import acting_user, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return Study.objects.create(slug="mdms")


def _member(study: Study, role: str, microdata: bool = False) -> User:
    user = User.objects.create(username=role + str(microdata))
    Membership.objects.create(study=study, user=user, role=role, microdata=microdata)
    return user


@pytest.mark.parametrize(
    ("role", "microdata", "held"),
    [
        ("reader", False, {"see"}),
        ("reader", True, {"see", "download"}),
        ("researcher", False, {"see", "define", "run"}),
        ("manager", False, {"see", "define", "run", "import", "administer"}),
        ("manager", True, {"see", "define", "run", "import", "administer", "download"}),
    ],
)
def test_rights_by_role(study: Study, role: str, microdata: bool, held: set[str]) -> None:
    assert policy.rights(_member(study, role, microdata), study) == held


def test_a_stranger_is_told_that_there_is_nothing(study: Study) -> None:
    with pytest.raises(Refused) as caught:
        policy.require(User.objects.create(username="stranger"), policy.RUN, study)
    assert caught.value.problems[0].code == "not_found"


def test_an_open_study_is_seen_by_all_and_changed_by_none(study: Study) -> None:
    study.is_open = True
    nobody = AnonymousUser()
    assert policy.may(nobody, policy.SEE, study)  # type: ignore[arg-type]
    with pytest.raises(Refused) as caught:
        policy.require(nobody, policy.DOWNLOAD, study)  # type: ignore[arg-type]
    assert caught.value.problems[0].code == "sign_in"


def test_a_reader_is_told_whom_to_ask(study: Study) -> None:
    with pytest.raises(Refused, match="Ask a data manager"):
        policy.require(_member(study, "reader"), policy.IMPORT, study)


def test_granting_is_audited(study: Study) -> None:
    user = User.objects.create(username="new")
    grant(acting_user(), study, user, "reader", microdata=True)
    assert policy.may(user, policy.DOWNLOAD, study)
    assert AuditEntry.objects.get(action="grant").detail == {"role": "reader", "microdata": True}


def test_the_local_administrator_cannot_sign_in(client: object) -> None:
    user = acting_user()
    assert user.is_superuser and not user.has_usable_password()


def test_an_unknown_acting_user_is_refused() -> None:
    acting_user()
    with pytest.raises(Refused, match="local"):
        acting_user("locall")
