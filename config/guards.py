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
    """``model`` may not be updated, except in ``free`` columns, while ``when`` holds for the old row.

    Where ``stays`` is said its rows may not be deleted either.
    """

    model: str
    free: tuple[str, ...] = ()
    when: str = ""
    stays: bool = False

    def events(self) -> dict[str, str]:
        """What is refused, by the name of its trigger: the event and its condition in SQL."""
        meta = apps.get_model(self.model)._meta
        quote = connection.ops.quote_name
        held = [quote(field.column) for field in meta.local_concrete_fields if field.column not in self.free]
        head = f"ON {quote(meta.db_table)} FOR EACH ROW"
        when = f" WHEN ({self.when})" if self.when else ""
        found = {f"{meta.db_table}_immutable": f"BEFORE UPDATE OF {', '.join(held)} {head}{when}"}
        if self.stays:
            found[f"{meta.db_table}_stays"] = f"BEFORE DELETE {head}"
        return found


GUARDS = (
    Guard("surveys.WaveVersion"),
    Guard("surveys.Variable"),
    Guard("surveys.StoredFile"),
    Guard("surveys.ContextVersion"),
    Guard("surveys.CrosswalkDecision"),
    Guard("surveys.AuditEntry", free=("study_id",), stays=True),
    Guard("measures.MeasureVersion", free=("state", "retired_because"), when="OLD.state <> 'draft'"),
    Guard("measures.DerivedColumn"),
    Guard("measures.DatasetVersion"),
    Guard("measures.DatasetColumn"),
    Guard("analytics.Run", free=("withdrawn_because",)),
    Guard("analytics.TargetCell"),
)


def lay_guards() -> None:
    """Makes every trigger anew, for its columns or its condition may have changed; safe to repeat."""
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
            table = apps.get_model(guard.model)._meta.db_table
            for name, event in guard.events().items() if table in there else ():  # part of the migrations
                for statement in _statements(table, name, event):
                    cursor.execute(statement)


def _statements(table: str, name: str, event: str) -> tuple[str, str]:
    """Takes the trigger away and lays it again."""
    quote = connection.ops.quote_name
    if connection.vendor == "postgresql":
        return (
            f"DROP TRIGGER IF EXISTS {quote(name)} ON {quote(table)}",
            f"CREATE TRIGGER {quote(name)} {event} EXECUTE FUNCTION wavebook_immutable()",
        )
    return (
        f"DROP TRIGGER IF EXISTS {quote(name)}",
        f"CREATE TRIGGER {quote(name)} {event} BEGIN SELECT RAISE(ABORT, '{table} {MESSAGE}'); END",
    )
