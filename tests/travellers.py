"""Homes of their own, an empty one and one with the shipped studies, used by commands as a person would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Person:
    """Somebody at a terminal."""

    home: Path
    environment: dict[str, str]

    def run(self, *command: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        """Runs ``manage.py command`` and expects ``exit_code``; a traceback is never expected."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == exit_code, done.stdout[-2000:] + done.stderr[-4000:]
        assert "Traceback" not in done.stderr
        return done

    def json(self, *command: str, exit_code: int = 0) -> Any:
        return json.loads(self.run(*command, "--json", exit_code=exit_code).stdout)


def _database(given: str, like: Person | None = None) -> Iterator[dict[str, str]]:
    """A database of its own, empty or ``like`` somebody's, on the server that DATABASE_URL names.

    Without a server it is SQLite in the home.
    """
    if not given:
        yield {}
        return
    import psycopg

    parts, name = urlsplit(given), f"journey_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(given, autocommit=True) as server:
        theirs = urlsplit(like.environment["DATABASE_URL"]).path[1:] if like else "template1"
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{theirs}"'.encode())
        yield {"DATABASE_URL": parts._replace(path=f"/{name}").geturl()}
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _person(folder: Path, database: dict[str, str]) -> Person:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WAVEBOOK")}
    kept.pop("DATABASE_URL", None)
    return Person(folder, {**kept, "WAVEBOOK_HOME": str(folder), **database})


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which nothing was done but to lay the tables of the embedded database."""
    person = _person(tmp_path_factory.mktemp("tables"), {})
    person.run("migrate", "-v0")
    return person.home


def _settled(folder: Path, request: pytest.FixtureRequest) -> Iterator[Person]:
    """Somebody with an empty installation in ``folder``: a copy of ``tables``, or laid anew on a server."""
    for database in _database(os.environ.get("DATABASE_URL", "")):
        person = _person(folder, database)
        if database:
            person.run("migrate", "-v0")
        else:
            shutil.copytree(request.getfixturevalue("tables"), folder, dirs_exist_ok=True)
        yield person


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Person]:
    """An empty installation."""
    yield from _settled(tmp_path_factory.mktemp("newcomer"), request)


@pytest.fixture(scope="session")
def traveller(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Person]:
    """An installation in which the demo has run."""
    for person in _settled(tmp_path_factory.mktemp("traveller"), request):
        person.run("demo")
        yield person


@pytest.fixture(scope="module")
def follower(traveller: Person, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """A copy of the installation in which the demo has run, to change as one likes."""
    home = tmp_path_factory.mktemp("follower")
    shutil.copytree(traveller.home, home, dirs_exist_ok=True)
    for database in _database(os.environ.get("DATABASE_URL", ""), traveller):
        yield _person(home, database)
