"""Wrong settings are told all at once, in sentences, before anything starts; passwords never are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import LEVELS, Given, WrongSettings
from tests.conftest import ROOT

WRONG = {
    "DATABASE_URL": "foo",
    "WAVEBOOK_STORE_URL": "s3://bucket",
    "WAVEBOOK_BROKER_URL": "bar",
    "WAVEBOOK_ENGINE": "polars",
    "WAVEBOOK_SPARK_MASTER": "somewhere",
    "WAVEBOOK_MAX_UPLOAD": "abc",
    "WAVEBOOK_IMPORT_MEMORY": "xx",
    "WAVEBOOK_LOG_LEVEL": "LOUD",
    "WAVEBOOK_HTTPS": "maybe",
    "WAVEBOOK_DEBUG": "perhaps",
    "WAVEBOOK_LANGUAGE": "xx",
    "WAVEBOOK_HOSTS": "survey.example.org:8000",
    "WAVEBOOK_TRUSTED_ORIGINS": "survey.example.org",
}
ENDS = {"DATABASE_URL": "foo", "WAVEBOOK_MAX_UPLOAD": "abc", "WAVEBOOK_LOG_LEVEL": "LOUD"}


def _started(command: list[str], home: Path, wrong: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **wrong, "WAVEBOOK_HOME": wrong.get("WAVEBOOK_HOME", str(home))}
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def _lines(given: Given) -> list[str]:
    with pytest.raises(WrongSettings) as wrong:
        given.stop_if_wrong()
    return str(wrong.value).splitlines()


@pytest.mark.parametrize("command", ["check", "status", "migrate", "help", "nonesuch"])
def test_every_command_tells_every_wrong_setting_and_nothing_else(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    wrong = WRONG | {"WAVEBOOK_HOME": str(tmp_path / "file")}
    done = _started(["manage.py", command], tmp_path, wrong)
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (2, "", len(wrong)), done.stderr
    for name, text in wrong.items():
        shown = text.replace("bucket", "…")
        assert [line for line in lines if line.startswith(f"{name}={shown}")], name


@pytest.mark.parametrize(("door", "status"), [("config.wsgi", 3), ("config.celery", 2)])
def test_servers_tell_them_as_well(door: str, status: int, tmp_path: Path) -> None:
    done = _started(["-c", f"import {door}"], tmp_path, ENDS)
    assert (done.returncode, len(done.stderr.splitlines())) == (status, len(ENDS)), done.stderr
    assert all(f"{name}={text}: " in done.stderr for name, text in ENDS.items())


def test_what_may_stand_there_is_told() -> None:
    given = Given(WRONG)
    given.number("WAVEBOOK_MAX_UPLOAD", 5, least=1, most=9, unit="bytes")
    given.one_of("WAVEBOOK_LOG_LEVEL", "WARNING", LEVELS)
    given.yes("WAVEBOOK_HTTPS")
    given.database("DATABASE_URL", Path("x"))
    number, level, https, database = _lines(given)
    assert number == "WAVEBOOK_MAX_UPLOAD=abc: give a whole number of bytes from 1 to 9."
    assert level == "WAVEBOOK_LOG_LEVEL=LOUD: choose DEBUG, INFO, WARNING, ERROR or CRITICAL."
    assert "give on or off" in https and "postgresql://user:password@host:5432/name" in database


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:hunter2/name",
        "postgresql://user:hunter2/x@host/name",
        "postgresql://user:hunter2#x@host:5432/name",
        "postgresql://user:x@host:hunter2/name",
        "postgresql://[hunter2/name",
        "mysql://user:hunter2@host/name?password=hunter2",
        "postgresql:user:hunter2@host/name",
        "user:hunter2",
        "host=db;password=hunter2",
        "hunter2@host",
        "sqlite://user:hunter2@host",
    ],
)
def test_no_password_is_told(address: str) -> None:
    names = ("DATABASE_URL", "WAVEBOOK_BROKER_URL", "WAVEBOOK_STORE_URL", "WAVEBOOK_TRUSTED_ORIGINS")
    given = Given(dict.fromkeys(names, address))
    given.database("DATABASE_URL", Path("x"))
    given.broker("WAVEBOOK_BROKER_URL")
    given.store("WAVEBOOK_STORE_URL", "")
    given.origins("WAVEBOOK_TRUSTED_ORIGINS")
    assert len(_lines(given)) == len(names)
    assert "hunter2" not in "".join(_lines(given))


def test_what_is_right_is_taken() -> None:
    told = {
        "A": " 12 ",
        "B": "On",
        "C": "no",
        "D": "info",
        "E": "one.example.org, .two.org,*,10.0.0.5,[::1]",
        "F": "https://one.example.org,https://*.two.org:8443",
        "G": "postgresql://user:p%2Fw@host:5432/name?sslmode=require",
        "H": "rediss://:secret@host:6379/0",
        "I": "file:///srv/store",
        "J": "sqlite:////srv/wavebook.sqlite3",
        "K": "",
    }
    given = Given(told)
    assert given.number("A", 0, least=0, most=99, unit="bytes") == 12
    assert (given.yes("B"), given.yes("C"), given.yes("K"), given.yes("nowhere")) == (
        True,
        False,
        False,
        False,
    )
    assert given.one_of("D", "WARNING", LEVELS) == "INFO"
    assert given.hosts("E", [])[1:3] == [".two.org", "*"]
    assert given.origins("F") == ["https://one.example.org", "https://*.two.org:8443"]
    database = given.database("G", Path("x"))
    assert (database["PASSWORD"], database["PORT"], database["NAME"]) == ("p/w", 5432, "name")
    assert (given.broker("H"), given.broker("K")) == (told["H"], "")
    assert (given.store("I", ""), given.store("K", "file:///x")) == (told["I"], "file:///x")
    assert given.database("J", Path("x"))["NAME"] == "/srv/wavebook.sqlite3"
    assert given.database("K", Path("/a+b?c/x"))["NAME"] == "/a+b?c/x"
    given.stop_if_wrong()


@pytest.mark.parametrize(
    "address", ["postgresql://host", "sqlite://wavebook.sqlite3", "sqlite:wavebook.sqlite3", "://", "foo"]
)
def test_a_database_without_its_name_is_none(address: str) -> None:
    given = Given({"DATABASE_URL": address})
    given.database("DATABASE_URL", Path("x"))
    assert len(_lines(given)) == 1
