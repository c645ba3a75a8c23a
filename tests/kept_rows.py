"""What a test has stored, taken down once and set down again in others: on SQLite, where it is quick."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import connection, transaction

Rows = Mapping[str, list[tuple[Any, ...]]]  # table -> its rows, as the database holds them
LAID_ALREADY = ("django_migrations", "django_content_type", "auth_permission", "sqlite_")
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
OF_NEW_ROWS = re.compile(r"(BEFORE|AFTER) INSERT ON")


def rows_of(ask: Callable[[str], Any]) -> Rows:
    """Every row there is; ``ask`` runs a statement and gives its rows."""
    names = [name for (name,) in ask(TABLES) if not name.startswith(LAID_ALREADY)]
    found = {name: list(map(tuple, ask(f'SELECT * FROM "{name}"'))) for name in names}
    return {name: rows for name, rows in found.items() if rows}


def rows_here() -> Rows:
    with connection.cursor() as cursor:
        return rows_of(lambda statement: cursor.execute(statement).fetchall())


def rows_in(file: Path) -> Rows:
    with closing(sqlite3.connect(file)) as database:
        return rows_of(database.execute)


def store_here() -> Path:
    return Path(unquote(urlsplit(settings.WAVEBOOK_STORE).path))


def set_down(rows: Rows, store: Path) -> None:
    """Puts rows into the tables of the test, which are empty, and the files of a store beside them."""
    shutil.copytree(store, store_here(), dirs_exist_ok=True)
    with transaction.atomic(), connection.cursor() as cursor:  # rows refer to rows that come later
        guards = [one for one in cursor.execute(GUARDS).fetchall() if OF_NEW_ROWS.search(one[1])]
        for name, _ in guards:  # nothing is added to what is whole, and here it comes table by table
            cursor.execute(f'DROP TRIGGER "{name}"')
        for table, kept in rows.items():
            places = ", ".join(["%s"] * len(kept[0]))
            cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', kept)
        for _, guard in guards:
            cursor.execute(guard)
