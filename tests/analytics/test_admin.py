"""Analyses in the admin: YAML in, every problem told, rights of the study."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from analytics.models import Analysis, Run
from analytics.services.analyses import define_analysis, run_analysis
from surveys.models import AuditEntry
from tests.analytics.conftest import Desk
from tests.factories import make_member, make_study

SPEC = {"kind": "logit", "formula": "y ~ x"}


@pytest.fixture
def client(desk: Desk, settings: pytest.FixtureRequest, tmp_path: Path) -> Client:
    (tmp_path / "static").mkdir()
    settings.STATIC_ROOT = str(tmp_path / "static")  # type: ignore[attr-defined]
    client = Client()
    client.force_login(desk.user)
    return client


def _given(desk: Desk, spec: str, slug: str = "table2") -> dict[str, str]:
    return {"study": str(desk.study.pk), "slug": slug, "label_en": "Table 2", "label_zh": "表2", "spec": spec}


def test_adding_and_changing(desk: Desk, client: Client) -> None:
    client.post(reverse("admin:analytics_analysis_add"), _given(desk, "kind: logit\r\nformula: y ~ x\r\n"))
    made = Analysis.objects.get()
    assert made.spec == SPEC and made.labels == {"en": "Table 2", "zh": "表2"}
    change = reverse("admin:analytics_analysis_change", args=[made.pk])
    assert b"formula: y ~ x" in client.get(change).content
    client.post(change, _given(desk, "kind: logit\nformula: y ~ x + z"))
    made.refresh_from_db()
    assert made.spec["formula"] == "y ~ x + z"
    assert list(AuditEntry.objects.filter(object_label="mdms/table2").values_list("action", flat=True)) == [
        "change",
        "create",
    ]


def test_every_problem_is_told(desk: Desk, client: Client) -> None:
    page = client.post(
        reverse("admin:analytics_analysis_add"), _given(desk, "kind: logit\nformula: y ~ x +\nfromula: z")
    )
    text = page.content.decode()
    assert page.status_code == 200
    assert "ends too early" in text and "Did you mean formula?" in text
    assert not Analysis.objects.exists()


def test_rights(desk: Desk, client: Client) -> None:
    analysis = define_analysis(desk.user, desk.study, "table2", spec=SPEC)
    run = run_analysis(desk.user, SPEC, desk.version)
    client.force_login(make_member(desk.study, "reader", role="reader"))
    change = reverse("admin:analytics_analysis_change", args=[analysis.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, _given(desk, "kind: logit\nformula: y ~ z")).status_code == 403
    assert client.get(reverse("admin:analytics_run_change", args=[run.pk])).status_code == 200
    client.force_login(make_member(make_study("other"), "stranger"))
    for name in ("analysis", "run"):
        assert b"mdms" not in client.get(reverse(f"admin:analytics_{name}_changelist")).content
    assert Run.objects.count() == 1
