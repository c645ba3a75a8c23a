"""``manage.py verify`` says in words what is no longer as it was committed."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.guarded import GUARDS
from config.guards import lay_guards
from measures.models import DatasetColumn
from surveys.models import Variable
from tests.pages.conftest import Library, build_library

pytestmark = pytest.mark.django_db


@pytest.fixture
def unguarded(db: None) -> Iterator[Library]:
    """A library in the hands of somebody who owns the database and has dropped its triggers."""
    library = build_library()
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for guard in GUARDS:
            table = f" ON {quote(guard.meta.db_table)}" if connection.vendor == "postgresql" else ""
            for event in guard.events():
                cursor.execute(f"DROP TRIGGER {quote(event.name)}{table}")
    yield library
    lay_guards()


def said() -> str:
    out = StringIO()
    try:
        call_command("verify", stdout=out)
    except (CommandError, SystemExit):
        return out.getvalue()
    assert "damaged" not in out.getvalue()
    return out.getvalue()


def test_whole(unguarded: Library) -> None:
    assert "damaged" not in said()


def test_a_variable_put_into_a_wave_version(unguarded: Library) -> None:
    one = Variable.objects.order_by("-position")[0]
    count = one.version.columns
    one.pk, one._state.adding, one.name, one.position = None, True, "smuggled", 900
    one.save()
    told = said()
    assert f"It was imported with {count} variables, and the database holds {count + 1}." in told
    assert f"{one.version}: the file of the version has no such column." in told


def test_a_codebook_changed_below_the_services(unguarded: Library) -> None:
    one = Variable.objects.all()[0]
    Variable.objects.filter(pk=one.pk).update(codebook=one.codebook | {"labels": {"en": "other"}})
    assert "The codebook no longer has its hash." in said()


def test_a_column_put_into_a_dataset_version(unguarded: Library) -> None:
    one = DatasetColumn.objects.order_by("-position")[0]
    width = one.version.width
    one.pk, one._state.adding, one.name, one.position = None, True, "smuggled", 900
    one.save()
    assert f"It was built with {width} columns, and the database holds {width + 1}." in said()


def test_a_column_of_a_dataset_version_renamed(unguarded: Library) -> None:
    DatasetColumn.objects.filter(position=1).update(name="other")
    assert "The version no longer has its hash." in said()
