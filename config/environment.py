"""Reads the settings from the environment; the wrong ones are told all at once, a sentence for each."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from environ import Env

from measures.core.masters import is_master

T = TypeVar("T")

YES, NO = ("1", "true", "yes", "on", "y", "t", "ok"), ("0", "false", "no", "off", "n", "f")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
POSTGRESQL = ("postgresql", "postgres", "psql", "pgsql")
BROKERS = ("redis", "rediss", "redis+socket", "amqp", "amqps", "pyamqp", "sentinel")
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\]")
ORIGIN = re.compile(r"https?://[^/?#@\s]+")
MOST_SHOWN = 200


class WrongSettings(Exception):
    """Settings that cannot be used, a line for each.

    No ``ImproperlyConfigured``: Django keeps those for later, and some commands then end in a trace.
    """


@contextmanager
def told_in_words(status: int = 2) -> Iterator[None]:
    """Ends the program with ``status`` where the settings are wrong, and with their sentences alone."""
    try:
        yield
    except WrongSettings as wrong:
        sys.stderr.write(f"{wrong}\n")
        raise SystemExit(status) from None


class Given:
    """What the environment says of each setting; an empty text says nothing."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._wrong: list[str] = []

    def stop_if_wrong(self) -> None:
        """Raises ``WrongSettings`` with every sentence there is."""
        if self._wrong:
            raise WrongSettings("\n".join(self._wrong))

    def text(self, name: str) -> str:
        return self._environment.get(name, "").strip()

    def yes(self, name: str) -> bool:
        return self._read(name, False, _yes, "give on or off (true or false, yes or no, 1 or 0)")

    def number(self, name: str, default: int, *, least: int, most: int, unit: str) -> int:
        def read(text: str) -> int:
            number = int(text)
            if not least <= number <= most:
                raise ValueError
            return number

        return self._read(name, default, read, f"give a whole number of {unit} from {least} to {most}")

    def one_of(self, name: str, default: str, known: Collection[str]) -> str:
        def read(text: str) -> str:
            return {word.lower(): word for word in known}.get(text.lower()) or _refuse()

        *others, last = known
        return self._read(name, default, read, f"choose {', '.join(others)} or {last}")

    def hosts(self, name: str, default: list[str]) -> list[str]:
        wanted = "give names without https:// and without port, comma-separated, as in survey.example.org"
        return self._read(name, default, lambda text: _each(text, HOST), wanted)

    def origins(self, name: str) -> list[str]:
        wanted = "give origins without a path, comma-separated, as in https://survey.example.org"
        return self._read(name, [], lambda text: _each(text, ORIGIN), wanted, address=True)

    def store(self, name: str, default: str) -> str:
        wanted = "only file:// addresses are supported in this version, as in file:///srv/wavebook/store"
        return self._read(name, default, _store, wanted, address=True)

    def broker(self, name: str) -> str:
        wanted = "give the address of a broker, as in redis://host:6379/0, or nothing for the polling worker"
        return self._read(name, "", _broker, wanted, address=True)

    def master(self, name: str, default: str) -> str:
        wanted = "give local[*], spark://host:7077, yarn, k8s://host:443 or sc://host:15002"
        return self._read(name, default, _master, wanted, address=True)

    def database(self, name: str, default: Path) -> dict[str, Any]:
        """The database in Django's words; the SQLite file ``default`` when none is named."""
        wanted = (
            "give postgresql://user:password@host:5432/name or sqlite:////path/to/file; in a password "
            "the signs # / ? @ : % stand as %23 %2F %3F %40 %3A %25"
        )
        file = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(default)}
        return self._read(name, file, _database, wanted, address=True)

    def folder(self, name: str, default: Path, inside: Mapping[str, int]) -> Path:
        """A folder, made where it is not there yet, and the folders inside it with their rights."""
        path = Path(self.text(name) or default)
        try:
            path = path.expanduser().resolve()
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for part, mode in inside.items():
                (path / part).mkdir(mode=mode, exist_ok=True)
        except (OSError, RuntimeError) as error:  # the latter: ~nobody
            why = (error.strerror if isinstance(error, OSError) else "") or str(error)
            told = f"{name}={_shown(str(path))} cannot be used: {why.rstrip('.')}."
            self._wrong.append(f"{told} Name a folder that you may write to.")
        return path

    def _read(
        self, name: str, default: T, read: Callable[[str], T], wanted: str, *, address: bool = False
    ) -> T:
        text = self.text(name)
        if not text:
            return default
        try:
            return read(text)
        except (ValueError, KeyError):  # their own words may hold a part of a password
            self._wrong.append(f"{name}={_shown(text, address=address)}: {wanted}.")
        return default


def _shown(text: str, *, address: bool = False) -> str:
    """What was given, as far as it can hold no password: of an address no more than how it begins."""
    if scheme := re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        return f"{scheme[0]}…"
    if "@" in text or (address and not re.fullmatch(r"[\w./-]+", text)):
        return "…"
    plain = "".join(sign if sign.isprintable() else "?" for sign in text)
    return plain if len(plain) <= MOST_SHOWN else f"{plain[:MOST_SHOWN]}…"


def _refuse() -> Any:
    raise ValueError


def _yes(text: str) -> bool:
    word = text.lower()
    return word in YES if word in YES + NO else bool(_refuse())


def _each(text: str, shape: re.Pattern[str]) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return parts if all(map(shape.fullmatch, parts)) else _refuse()


def _store(text: str) -> str:
    parts = urlsplit(text)
    good = parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path
    return text if good and text.startswith("file://") else _refuse()


def _broker(text: str) -> str:
    for address in text.split(";"):  # the places of a sentinel
        parts = urlsplit(address.strip())
        _ = parts.port  # raises where it is no number
        if parts.scheme not in BROKERS or "://" not in address:
            _refuse()
    return text


def _master(text: str) -> str:
    return text if is_master(text) else _refuse()


def _database(text: str) -> dict[str, Any]:
    parts = urlsplit(text)
    if parts.scheme == "sqlite" and parts.netloc not in ("", ":memory:"):
        _refuse()  # two slashes where three or four are meant
    if parts.scheme not in (*POSTGRESQL, "sqlite") or "://" not in text or parts.fragment:
        _refuse()
    found = dict(Env.db_url_config(text))
    return found if found["NAME"] else _refuse()
