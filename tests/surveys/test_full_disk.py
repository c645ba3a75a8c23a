"""A disk or database that fills up at any moment of an import: a sentence, and nothing left behind."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from surveys.core import store as stores
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, sandbox
from surveys.core.store import Store
from surveys.management import base
from surveys.models import StoredFile, Study, Variable, Wave, WaveVersion
from surveys.services import files, waves
from surveys.services.files import store
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
Patch = pytest.MonkeyPatch


def _full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def no_working_folder(patch: Patch) -> None:
    patch.setattr(files, "TemporaryDirectory", _full)


def no_room_for_the_first_file(patch: Patch) -> None:
    patch.setattr(stores, "_write_through", _full)


def no_room_to_flush_the_second_file(patch: Patch) -> None:
    take, calls = Store.take, iter(range(9))

    def second_fails(*given: Any) -> tuple[str, int]:
        if next(calls) == 1:
            patch.setattr(os, "fsync", _full)
        return take(*given)

    patch.setattr(Store, "take", second_fails)


def no_room_for_the_parsed_table(patch: Patch) -> None:
    limits = sandbox.limits_for
    patch.setattr(sandbox, "limits_for", lambda *size: replace(limits(*size), file=512))


def no_room_in_the_database(patch: Patch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OperationalError("database or disk is full")

    patch.setattr(waves.audit, "record", full)


@pytest.mark.parametrize(
    ("fill", "code"),
    [
        (no_working_folder, "disk_full"),
        (no_room_for_the_parsed_table, None),
        (no_room_for_the_first_file, "store_full"),
        (no_room_to_flush_the_second_file, "store_full"),
        (no_room_in_the_database, "disk_full"),
    ],
)
def test_a_full_disk_refuses_and_leaves_nothing(
    tmp_path: Path, monkeypatch: Patch, fill: Callable[[Patch], None], code: str | None
) -> None:
    path, user = tmp_path / "wave.csv", make_user("admin", is_superuser=True)
    path.write_text("id,answer\n" + "".join(f"{i},{i * 7919 % 10007}\n" for i in range(2000)))

    def importing() -> Any:
        return waves.import_wave(user, "s", "w", path, original_name="wave.csv", options=ReadOptions())

    with monkeypatch.context() as patch:
        fill(patch)
        with pytest.raises(Refused) as refused:
            importing()
    assert code in (None, refused.value.problems[0].code) and refused.value.problems[0].hint
    assert not any(model.objects.exists() for model in (Study, Wave, WaveVersion, Variable, StoredFile))
    assert list(store().files()) == [] and store().leftovers() == ()
    assert list(Path(settings.WAVEBOOK_TMP).iterdir()) == []
    assert importing().is_new


def test_a_database_that_cannot_be_opened_is_told_by_what_may_mend_it(
    monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody who uses the embedded database has a server to look after."""

    def full(*_: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(base, "MigrationExecutor", full)
    with pytest.raises(SystemExit):
        call_command("status")
    told = capsys.readouterr().err
    assert ("the disk has room" in told) is (connection.vendor == "sqlite")
    assert ("DATABASE_URL" in told) is (connection.vendor != "sqlite")
