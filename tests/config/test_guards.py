"""The database refuses to change what is immutable, even for those who go round the services."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from config import guards
from config.guards import GUARDS, Guard, lay_guards
from measures.models import Measure, MeasureVersion
from surveys.models import AuditEntry, StoredFile, Study, User

pytestmark = pytest.mark.django_db


def test_laying_twice_is_safe() -> None:
    lay_guards()
    lay_guards()
    assert len({guard.model for guard in GUARDS}) == len(GUARDS)


def test_a_kept_file_cannot_change_its_size() -> None:
    StoredFile.objects.create(sha256="a" * 64, size=1)
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        StoredFile.objects.update(size=2)


def test_the_audit_trail_cannot_be_rewritten() -> None:
    AuditEntry.objects.create(actor="a", action="b", object_type="c", object_id="d", object_label="e")
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        AuditEntry.objects.update(actor="somebody else")


def test_the_audit_trail_cannot_be_cut() -> None:
    AuditEntry.objects.create(actor="a", action="b", object_type="c", object_id="d", object_label="e")
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_a_guard_that_has_changed_takes_the_place_of_the_one_that_was_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    StoredFile.objects.create(sha256="a" * 64, size=1)
    monkeypatch.setattr(guards, "GUARDS", (Guard("surveys.StoredFile", free=("size",)),))
    lay_guards()
    StoredFile.objects.update(size=2)
    monkeypatch.undo()
    lay_guards()
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        StoredFile.objects.update(size=3)


def test_a_published_rule_cannot_change_and_a_draft_can() -> None:
    user = User.objects.create(username="author")
    measure = Measure.objects.create(study=Study.objects.create(slug="s"), name="fsp")
    version = MeasureVersion.objects.create(measure=measure, rule="1", created_by=user)
    MeasureVersion.objects.update(rule="2")
    MeasureVersion.objects.update(
        state="published", number=1, fingerprint="f", published_by=user, published_at=timezone.now()
    )
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        MeasureVersion.objects.update(rule="3")
    MeasureVersion.objects.update(state="retired")
    version.refresh_from_db()
    assert (version.rule, version.state) == ("2", "retired")
