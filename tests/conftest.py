"""What every test may lean on."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

from tests.travellers import follower, newcomer, tables, traveller  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("WAVEBOOK_SHARED") or ROOT.parent / "shared")
SHIPPED = ("tests/studies/", "tests/journeys/test_journey.py", "tests/journeys/test_bundle.py")
WHOLE = bool(os.environ.get("WAVEBOOK_TEST_WHOLE"))
T = TypeVar("T")


def some_of(things: Iterable[T], every: int) -> list[T]:
    """Every so many of what is proven at length; all of it in ``make prove``, which the gate runs too."""
    return list(things) if WHOLE else list(things)[::every]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """File by file, those that look at the shipped studies in one hand: there they are loaded once."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return "shipped" if nodeid.startswith(SHIPPED) else str(super()._split_scope(nodeid))

    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay to the end: the rubbish collector need not look through them."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Libraries that count their objects at the end find them gone."""
    gc.unfreeze()


def absent(what: str) -> NoReturn:
    """Skips with a reason; where everything is meant to be there (the gate says so), fails instead."""
    if os.environ.get("WAVEBOOK_TESTS_COMPLETE"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public files and reference results; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared reference files is not present")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied() -> Iterator[None]:
    """Between tests tables are emptied, even such as must stay; guards are laid again afterwards."""
    from django.db import connection

    door = type(connection.ops)
    empty = door.execute_sql_flush
    there = (
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_stays'"
        if connection.vendor == "postgresql"
        else "SELECT name, '' FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_stays' ESCAPE '\\'"
    )

    def unguarded(operations: Any, statements: list[str]) -> None:
        with operations.connection.cursor() as cursor:
            cursor.execute(there)
            for name, table in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {operations.quote_name(name)}{table and f' ON {table}'}")
        empty(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "execute_sql_flush", unguarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def nobody_stays_in_the_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is in: threads of a served site are shown out first."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    blocker = request.getfixturevalue("django_db_blocker")
    request.getfixturevalue("django_db_setup")
    yield
    with blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def readers_start_warm() -> Iterator[None]:
    """Files are read by forks of one interpreter; in ``make prove`` by a fresh one each, as in life."""
    from tests import warm

    with pytest.MonkeyPatch.context() as patch:
        if not WHOLE:
            warm.start_warm(patch)
        yield
    warm.stop()


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is read by a fresh interpreter."""
    from tests.warm import start_cold

    start_cold(monkeypatch)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A page asked for in Chinese leaves its language behind in this process."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """Each test has a store and temporary folder of its own."""
    settings.WAVEBOOK_STORE = (tmp_path / "store").as_uri()
    settings.WAVEBOOK_TMP = tmp_path / "tmp"
    (tmp_path / "tmp").mkdir()
    # real hashers are slow by design
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path
