"""What the database refuses even to somebody who goes round the services."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from measures.models import DatasetColumn, DatasetVersion, DerivedColumn, Measure, MeasureVersion
from measures.services.datasets import build_dataset
from measures.services.rules import new_version
from tests.measures.conftest import Room


def test_published_means_numbered_and_signed(room: Room, fsp: Measure) -> None:
    for state, number in (("published", None), ("published", 9), ("draft", 3)):
        with pytest.raises(IntegrityError), transaction.atomic():
            MeasureVersion.objects.create(
                measure=fsp, state=state, number=number, rule="1", created_by=room.user
            )


def test_one_draft_and_one_version_per_number(room: Room, fsp: Measure) -> None:
    new_version(room.user, fsp)
    with pytest.raises(IntegrityError), transaction.atomic():
        MeasureVersion.objects.create(measure=fsp, rule="1", created_by=room.user)


@pytest.fixture
def version(room: Room, fsp: Measure) -> DatasetVersion:
    return build_dataset(room.user, room.dataset(measures=["fsp"])).version


CHANGES: list[tuple[str, Callable[[], object]]] = [
    ("a published rule", lambda: MeasureVersion.objects.filter(number=1).update(rule="2")),
    ("a dataset version", lambda: DatasetVersion.objects.update(rows=1)),
    ("a dataset column", lambda: DatasetColumn.objects.filter(name="fsp").update(name="isp")),
    ("a derived column", lambda: DerivedColumn.objects.update(rows=1)),
]


@pytest.mark.parametrize("change", [change for _, change in CHANGES], ids=[name for name, _ in CHANGES])
def test_what_was_committed_never_changes(version: DatasetVersion, change: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_a_measure_column_names_its_rule(version: DatasetVersion) -> None:
    column = version.columns.get(name="fsp")
    version.pk, version._state.adding, version.number = None, True, 2
    version.save()  # one that has no columns yet
    for kind, rule in (("measure", None), ("item", column.measure_version)):
        with pytest.raises(IntegrityError, match="measure_columns_name_their_rule"), transaction.atomic():
            DatasetColumn.objects.create(
                version=version,
                position=0,
                name="other",
                kind=kind,
                measure_version=rule,
                derived=column.derived,
                codebook=column.codebook,
            )


def test_one_version_per_number(room: Room, version: DatasetVersion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DatasetVersion.objects.create(
            dataset=version.dataset,
            number=1,
            content_hash="0" * 64,
            recipe={},
            rows=8,
            width=1,
            created_by=room.user,
        )
