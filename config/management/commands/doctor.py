"""What this installation has and lacks, and how to mend it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from surveys.management.base import WavebookCommand
from surveys.services.files import store
from surveys.services.jobs import waiting

LIBRARIES = ("django", "polars", "duckdb", "pyarrow", "pyreadstat", "numpy", "scipy")
LOW_DISK = 2 * 1024**3


def _line(name: str, good: bool, found: str, mend: str = "") -> dict[str, Any]:
    return {"name": name, "good": good, "found": found, "mend": "" if good else mend}


def examine() -> list[dict[str, Any]]:
    """One line per thing looked at: name, good, found, and what to do when it is not good."""
    free = shutil.disk_usage(settings.WAVEBOOK_HOME).free
    return [
        _line("python", sys.version_info >= (3, 11), sys.version.split()[0], "Install Python 3.11 or later."),
        _libraries(),
        _line("disk", free > LOW_DISK, f"{free / 1024**3:.1f} GB free", "Free space for WAVEBOOK_HOME."),
        _store(),
        _database(),
        _broker(),
        _waiting(),
        _fonts(),
    ]


def _libraries() -> dict[str, Any]:
    found, missing = [], []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    mend = "Run make install; not there: " + ", ".join(missing)
    return _line("libraries", not missing, ", ".join(found), mend)


def _store() -> dict[str, Any]:
    root = store().root
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=root) as trial:
            trial.write(b"can be written")
    except OSError as error:
        return _line("store", False, f"{error.strerror}", "Make the folder of the store writable.")
    return _line("store", True, "can be written")


def _waiting() -> dict[str, Any]:
    try:
        forgotten = len(waiting())
    except DatabaseError:
        return _line("jobs", False, "not known", "Mend the database first.")
    return _line(
        "jobs", not forgotten, f"{forgotten} waiting for a worker", "Start a worker: manage.py worker."
    )


def _database() -> dict[str, Any]:
    try:
        plan = MigrationExecutor(connection).migration_plan(
            MigrationExecutor(connection).loader.graph.leaf_nodes()
        )
    except Exception as error:
        return _line("database", False, type(error).__name__, "Check DATABASE_URL and that the server runs.")
    engine = connection.vendor + (f" {sqlite3.sqlite_version}" if connection.vendor == "sqlite" else "")
    return _line("database", not plan, f"{engine}, {len(plan)} migrations to run", "Run manage.py migrate.")


def _broker() -> dict[str, Any]:
    if not settings.WAVEBOOK_BROKER_URL:
        return _line("broker", True, "none set: the polling worker serves")
    from config.celery import app

    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:
        return _line("broker", False, type(error).__name__, "Check WAVEBOOK_BROKER_URL; jobs wait meanwhile.")
    return _line("broker", True, "answers")


def _fonts() -> dict[str, Any]:
    lister = shutil.which("fc-list")
    if lister is None:
        return _line("fonts", True, "not looked at; browsers bring their own")
    found = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
    names = sorted({line.split(",")[0] for line in found.splitlines() if line})
    return _line("fonts", bool(names), ", ".join(names[:3]) or "no Chinese font", "Install fonts-noto-cjk.")


class Command(WavebookCommand):
    help = __doc__ or ""
    requires_system_checks = "__all__"

    def work(self, user: Any, **options: Any) -> dict[str, Any]:
        return {"checks": examine()}

    def show(self, outcome: dict[str, Any]) -> None:
        for check in outcome["checks"]:
            mark = "ok  " if check["good"] else "MEND"
            self.stdout.write(f"{mark}  {check['name']:<10} {check['found']}  {check['mend']}".rstrip())

    def refused(self, outcome: dict[str, Any]) -> bool:
        return not all(check["good"] for check in outcome["checks"])
