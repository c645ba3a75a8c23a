"""Triggers by which the database itself refuses to change or delete what is immutable.

They stand behind the services for whoever goes round them.  They are laid again after every
migration, because SQLite forgets a table's triggers when a migration remakes the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models

from surveys.core.problems import Refused, refuse


@dataclass(frozen=True)
class Guard:
    """``model`` may not be updated, except in ``free`` columns, while ``when`` holds for the old row.

    ``free`` columns may be marked once: not while ``marked`` holds for the old and the new row.  Where
    ``stays`` is said, rows for which ``when`` holds may not be deleted or replaced either.  ``what`` and
    ``instead`` are the two sentences of the refusal: what is wrong, and what to do.
    """

    model: str
    what: str
    instead: str
    free: tuple[str, ...] = ()
    when: str = ""
    marked: str = ""
    stays: bool = False

    @property
    def meta(self) -> Any:
        """Of a model, or of the table between two of them (``measures.DatasetVersion.wave_versions``)."""
        room, name, *between = self.model.split(".")
        model: type[models.Model] = apps.get_model(room, name)
        return getattr(model, between[0]).through._meta if between else model._meta

    @property
    def sentence(self) -> str:
        return f"{self.what} {self.instead}"

    def events(self) -> dict[str, str]:
        """What is refused, by the name of its trigger: the event and its condition in SQL."""
        meta, quote = self.meta, connection.ops.quote_name
        columns = [field.column for field in meta.local_concrete_fields]
        held = ", ".join(quote(column) for column in columns if column not in self.free)
        head = f"ON {quote(meta.db_table)} FOR EACH ROW"
        when = f" WHEN ({self.when})" if self.when else ""
        found = {"immutable": f"BEFORE UPDATE OF {held} {head}{when}"}
        if self.marked:
            free = ", ".join(map(quote, self.free))
            found["marked"] = f"BEFORE UPDATE OF {free} {head} WHEN ({self.marked})"
        if self.stays:
            found["stays"] = f"BEFORE DELETE {head}{when}"
            found |= self._round_about()
        return {f"{meta.db_table}_{name}": event for name, event in found.items()}

    def _round_about(self) -> dict[str, str]:
        """What takes rows away without deleting them one by one."""
        quote, meta = connection.ops.quote_name, self.meta
        table, key = quote(meta.db_table), quote(meta.pk.column)
        if connection.vendor == "postgresql":
            return {"emptied_stays": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"}
        kept = f" AND ({self.when.replace('OLD.', 'kept.')})" if self.when else ""
        there = [f"EXISTS (SELECT 1 FROM {table} AS kept WHERE {same}{kept}" for same in self._same()]
        inserted = " OR ".join(f"{one})" for one in there)
        updated = " OR ".join(f"{one} AND kept.{key} <> OLD.{key})" for one in there)
        return {
            "replaced_stays": f"BEFORE INSERT ON {table} FOR EACH ROW WHEN {inserted}",
            "overwritten_stays": f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN {updated}",
        }

    def _same(self) -> Iterator[str]:
        """For each key of the table, when a kept row and the new one share it: SQLite replaces by any."""
        meta = self.meta
        keys: list[tuple[Any, str]] = [((f.name,), "") for f in meta.local_concrete_fields if f.unique]
        keys += [(names, "") for names in meta.unique_together]
        editor = connection.schema_editor(collect_sql=True)
        for constraint in meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                keys.append((constraint.fields, constraint._get_condition_sql(meta.model, editor) or ""))
        for names, condition in keys:
            columns = [connection.ops.quote_name(meta.get_field(name).column) for name in names]
            parts = [f"kept.{column} = NEW.{column}" for column in columns]
            parts += [self._of_row(condition, row) for row in ("kept", "NEW") if condition]
            yield " AND ".join(parts)

    def _of_row(self, condition: str, row: str) -> str:
        for field in self.meta.local_concrete_fields:
            column = connection.ops.quote_name(field.column)
            condition = condition.replace(column, f"{row}.{column}")
        return f"({condition})"


_CORRECTED = "Import the corrected file or codebook as the next version of the wave."
_REBUILT = "Change the recipe or the rule and build the dataset again: that makes the next version."

GUARDS = (
    Guard("surveys.WaveVersion", "A wave version is immutable once it is committed.", _CORRECTED, stays=True),
    Guard(
        "surveys.Variable",
        "A variable of a wave version is immutable once it is committed.",
        _CORRECTED,
        stays=True,
    ),
    Guard(
        "surveys.StoredFile",
        "A stored file is immutable once it is committed.",
        "Store the other content as a file of its own.",
    ),
    Guard(
        "surveys.ContextVersion",
        "A version of a context table is immutable once it is committed.",
        "Save the next version.",
        stays=True,
    ),
    Guard(
        "surveys.CrosswalkDecision",
        "A signed decision is immutable once it is committed.",
        "Undo it, or sign another one: the later one holds.",
        stays=True,
    ),
    Guard(
        "surveys.AuditEntry",
        "The audit trail is immutable once it is committed.",
        "What was done stays told; do what is needed, and that is told as well.",
        free=("study_id",),
        marked="NEW.study_id IS NOT NULL",
        stays=True,
    ),
    Guard(
        "measures.MeasureVersion",
        "A published measure version is immutable once it is committed.",
        "Publish the next version of the measure, or retire this one.",
        free=("state", "retired_because"),
        when="OLD.state <> 'draft'",
        marked="OLD.state = 'retired' OR (OLD.state = 'published' AND NEW.state <> 'retired')",
        stays=True,
    ),
    Guard(
        "measures.Proposal",
        "What was proposed to a second pair of eyes is immutable once it is committed.",
        "Propose the draft anew.",
        free=("state", "note", "decided_by_id", "decided_at", "version_id"),
        marked="OLD.state = 'approved' OR (OLD.state <> 'waiting' AND (NEW.version_id IS NOT NULL "
        "OR NEW.state <> OLD.state OR NEW.note <> OLD.note OR NEW.decided_by_id <> OLD.decided_by_id))",
        stays=True,
    ),
    Guard("measures.DerivedColumn", "A derived column is immutable once it is committed.", _REBUILT),
    Guard("measures.Transition", "What was counted once is immutable once it is committed.", _REBUILT),
    Guard("measures.ColumnFalls", "What a column counts is immutable once it is committed.", _REBUILT),
    Guard(
        "measures.DatasetVersion",
        "A dataset version is immutable once it is committed.",
        _REBUILT,
        stays=True,
    ),
    Guard(
        "measures.DatasetVersion.wave_versions",
        "What a dataset version was made of is immutable once it is committed.",
        _REBUILT,
        stays=True,
    ),
    Guard(
        "measures.DatasetColumn",
        "A column of a dataset version is immutable once it is committed.",
        _REBUILT,
        stays=True,
    ),
    Guard(
        "analytics.Run",
        "The run of an analysis is immutable once it is committed.",
        "Run the analysis again, or withdraw this run with the reason.",
        free=("withdrawn_because",),
        marked="OLD.withdrawn_because <> ''",
        stays=True,
    ),
    Guard(
        "analytics.TargetCell",
        "A printed figure is immutable once it is committed.",
        "Save the target anew with its cells.",
    ),
)


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


def _statements(guard: Guard) -> Iterator[str]:
    """Takes each trigger away and lays it again."""
    quote, table = connection.ops.quote_name, guard.meta.db_table
    said = guard.sentence.replace("'", "''")
    for name, event in guard.events().items():
        if connection.vendor == "postgresql":
            yield f"DROP TRIGGER IF EXISTS {quote(name)} ON {quote(table)}"
            yield f"CREATE TRIGGER {quote(name)} {event} EXECUTE FUNCTION wavebook_immutable('{said}')"
        else:
            yield f"DROP TRIGGER IF EXISTS {quote(name)}"
            yield f"CREATE TRIGGER {quote(name)} {event} BEGIN SELECT RAISE(ABORT, '{said}'); END"


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
