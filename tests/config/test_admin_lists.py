"""Lists in the admin: no other study is named, labels are found in any script."""

from __future__ import annotations

import pytest
from django.test import Client

from measures.services.rules import save_draft
from tests.factories import make_member, make_study

pytestmark = pytest.mark.django_db
LISTS = (
    "measures/measure",
    "measures/measureversion",
    "measures/dataset",
    "measures/datasetversion",
    "analytics/analysis",
    "analytics/run",
    "analytics/target",
)


@pytest.mark.parametrize("page", LISTS)
def test_filters_name_no_study_that_one_may_not_see(page: str, client: Client) -> None:
    client.force_login(make_member(make_study("mine"), is_staff=True))
    make_study("a_secret_study")
    make_study("another_secret_study")
    make_member(make_study("also_mine"), "other")
    assert "secret_study" not in client.get(f"/admin/{page}/").content.decode()


def test_a_label_is_found_by_its_chinese_words(client: Client) -> None:
    study = make_study("mine")
    user = make_member(study, is_staff=True)
    save_draft(user, study, "home", rule="q_home", labels={"en": "Home", "zh": "住房类型"})
    save_draft(user, study, "income", rule="q_income", labels={"en": "Income", "zh": "收入"})
    client.force_login(user)
    found = client.get("/admin/measures/measure/", {"q": "住房"}).content.decode()
    assert "Home" in found and "Income" not in found
