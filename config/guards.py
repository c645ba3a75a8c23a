"""Triggers by which the database itself refuses to change or delete what is immutable.

They stand behind the services for whoever goes round them.  They are laid again after every
migration, because SQLite forgets a table's triggers when a migration remakes the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, connection

from config.guard import Event, Guard
from config.guarded import GUARDS
from surveys.core.problems import Refused, refuse


def lay_guards() -> None:
    """Makes every trigger anew, for its columns or its condition may have changed; safe to repeat."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION wavebook_immutable() RETURNS trigger AS $$ BEGIN "
                "RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; "
                "END $$ LANGUAGE plpgsql"
            )
        for guard in GUARDS:
            if guard.meta.db_table in there:  # only part of the migrations may have been made
                for statement in _statements(guard):
                    cursor.execute(statement)


def lift_guards() -> None:
    """Takes away, before a migration, what would hinder it; :func:`lay_guards` lays it again.

    SQLite remakes no table that the trigger of another one looks into.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for event in (event for guard in GUARDS for event in guard.events() if event.looks_into_tables):
            cursor.execute(f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(event.name)}")


def _statements(guard: Guard) -> Iterator[str]:
    """Takes each trigger away and lays it again."""
    said = guard.sentence.replace("'", "''")
    lay = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    for event in guard.events():
        yield from lay(event, connection.ops.quote_name(guard.meta.db_table), said)


def _on_sqlite(event: Event, _table: str, said: str) -> Iterator[str]:
    name, when = connection.ops.quote_name(event.name), f" WHEN ({event.when})" if event.when else ""
    yield f"DROP TRIGGER IF EXISTS {name}"
    yield f"CREATE TRIGGER {name} {event.on}{when} BEGIN SELECT RAISE(ABORT, '{said}'); END"


def _on_postgresql(event: Event, table: str, said: str) -> Iterator[str]:
    """A condition that looks into tables stands in a function of its own: PostgreSQL's WHEN may not."""
    name, when = connection.ops.quote_name(event.name), f" WHEN ({event.when})" if event.when else ""
    function = "wavebook_immutable"
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    if event.looks_into_tables:
        function, when = name, ""
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN IF {event.when} THEN "
            "RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
    yield f"CREATE TRIGGER {name} {event.on}{when} EXECUTE FUNCTION {function}('{said}')"


def told(error: BaseException) -> Refused | None:
    """The refusal that a guard's error stands for; None of any other error.

    The sentence is the guard's own and holds no cell.
    """
    if not isinstance(error, DatabaseError):
        return None
    found = next((guard for guard in GUARDS if guard.sentence in str(error)), None)
    if found is None:
        return None
    return refuse("immutable", found.what, hint=found.instead)
