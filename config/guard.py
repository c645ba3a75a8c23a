"""A guard: what is refused of one table, as events and conditions of triggers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models


@dataclass(frozen=True)
class Event:
    """One trigger: its name, what it waits for, and the condition in SQL ("" always)."""

    name: str
    on: str
    when: str = ""

    @property
    def looks_into_tables(self) -> bool:
        return "SELECT" in self.when


@dataclass(frozen=True)
class Guard:
    """``model`` may not be updated, except in ``free`` columns, while ``when`` holds for the old row.

    ``free`` columns may be marked once: not while ``marked`` holds for the old and the new row.  Where
    ``held`` is said, these columns alone may not be updated.  Where ``stays`` is said, rows for which
    ``when`` holds may not be deleted or replaced either; ``stays_when`` is for rows that may be deleted
    under another condition than updated.  No row may come in for which ``complete`` holds of the new row:
    what it would belong to has all its rows.  ``what`` and ``instead`` are the two sentences of the refusal:
    what is wrong, and what to do.
    """

    model: str
    what: str
    instead: str
    free: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    when: str = ""
    marked: str = ""
    stays: bool = False
    stays_when: str = ""
    complete: str = ""

    @property
    def meta(self) -> Any:
        """Of a model, or of the table between two of them (``measures.DatasetVersion.wave_versions``)."""
        room, name, *between = self.model.split(".")
        model: type[models.Model] = apps.get_model(room, name)
        return getattr(model, between[0]).through._meta if between else model._meta

    @property
    def sentence(self) -> str:
        return f"{self.what} {self.instead}"

    def events(self) -> Iterator[Event]:
        """What is refused, one trigger each."""
        meta, quote = self.meta, connection.ops.quote_name
        table = meta.db_table
        columns = [field.column for field in meta.local_concrete_fields if field.column not in self.free]
        held, when = ", ".join(map(quote, self.held or columns)), self.when
        if self.held:  # whoever saves a whole row writes them as they were
            changed = " OR ".join(f"NEW.{quote(column)} <> OLD.{quote(column)}" for column in self.held)
            when = f"({changed}) AND ({self.when})"
        row = f"ON {quote(table)} FOR EACH ROW"
        yield Event(f"{table}_immutable", f"BEFORE UPDATE OF {held} {row}", when)
        if self.marked:
            free = ", ".join(map(quote, self.free))
            yield Event(f"{table}_marked", f"BEFORE UPDATE OF {free} {row}", self.marked)
        if self.complete:
            yield Event(f"{table}_complete", f"BEFORE INSERT {row}", self.complete)
        if self.stays:
            yield Event(f"{table}_stays", f"BEFORE DELETE {row}", self.stays_when or self.when)
            yield from self._round_about()

    def _round_about(self) -> Iterator[Event]:
        """What takes rows away without deleting them one by one."""
        quote, meta, when = connection.ops.quote_name, self.meta, self.stays_when or self.when
        table, key = quote(meta.db_table), quote(meta.pk.column)
        if connection.vendor == "postgresql":
            on = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            yield Event(f"{meta.db_table}_emptied_stays", on)
            return
        kept = f" AND ({when.replace('OLD.', 'kept.')})" if when else ""
        there = [f"EXISTS (SELECT 1 FROM {table} AS kept WHERE {same}{kept}" for same in self._same()]
        inserted = " OR ".join(f"{one})" for one in there)
        updated = " OR ".join(f"{one} AND kept.{key} <> OLD.{key})" for one in there)
        if not self.stays_when:  # two builds may bring the same column: the later one is ignored, not refused
            yield Event(f"{meta.db_table}_replaced_stays", f"BEFORE INSERT ON {table} FOR EACH ROW", inserted)
        yield Event(f"{meta.db_table}_overwritten_stays", f"BEFORE UPDATE ON {table} FOR EACH ROW", updated)

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
