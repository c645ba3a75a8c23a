"""Triggers by which the database itself refuses to change what is immutable.

They stand behind the services for whoever goes round them.  They are laid again after every
migration, because SQLite forgets a table's triggers when a migration remakes the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection

MESSAGE = "is immutable once it is committed"


@dataclass(frozen=True)
class Guard:
    """``model`` may not be updated, except in ``free`` columns, while ``when`` holds for the old row."""

    model: str
    free: tuple[str, ...] = ()
    when: str = ""


GUARDS = (
    Guard("surveys.WaveVersion"),
    Guard("surveys.Variable"),
    Guard("surveys.StoredFile"),
    Guard("surveys.ContextVersion"),
    Guard("surveys.AuditEntry", free=("study_id",)),
    Guard("measures.MeasureVersion", free=("state",), when="OLD.state <> 'draft'"),
    Guard("measures.DerivedColumn"),
    Guard("measures.DatasetVersion"),
    Guard("measures.DatasetColumn"),
    Guard("analytics.Run"),
    Guard("analytics.TargetCell"),
)


def lay_guards() -> None:
    """Makes every trigger that is not there yet; safe to repeat."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION wavebook_immutable() RETURNS trigger AS $$ BEGIN "
                f"RAISE EXCEPTION '% {MESSAGE}', TG_TABLE_NAME "
                "USING ERRCODE = 'integrity_constraint_violation'; "
                "END $$ LANGUAGE plpgsql"
            )
        for guard in GUARDS:
            if apps.get_model(guard.model)._meta.db_table in there:  # a partial migration has not all
                cursor.execute(_statement(guard))


def _statement(guard: Guard) -> str:
    meta = apps.get_model(guard.model)._meta
    quote = connection.ops.quote_name
    table = quote(meta.db_table)
    held = [field.column for field in meta.local_concrete_fields if field.column not in guard.free]
    columns = ", ".join(quote(column) for column in held)
    name = quote(f"{meta.db_table}_immutable")
    when = f" WHEN ({guard.when})" if guard.when else ""
    head = f"BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW{when}"
    if connection.vendor == "postgresql":
        return f"CREATE OR REPLACE TRIGGER {name} {head} EXECUTE FUNCTION wavebook_immutable()"
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name} {head} BEGIN "
        f"SELECT RAISE(ABORT, '{meta.db_table} {MESSAGE}'); END"
    )
