"""Derived columns: found under their keys, computed in one pass where they are not known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from measures.core.engine import ColumnResult, Engine, Known
from measures.models import DerivedColumn
from measures.selectors.keys import Column
from measures.selectors.resolving import Resolved, plan_of
from surveys.core.codebook import ValueType
from surveys.core.frequencies import count
from surveys.core.hashing import column_hash
from surveys.core.problems import refuse
from surveys.core.table import read_derived
from surveys.models import StoredFile
from surveys.services.files import Keep, path_of

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Computed:
    """A column as it came out of the engine, not yet kept."""

    column: Column
    result: ColumnResult
    content_hash: str
    frequencies: dict[str, Any]

    @property
    def values(self) -> pl.Series:
        return read_derived(self.result.path)[0]

    def row(self, file: StoredFile) -> DerivedColumn:
        """The row that names the kept file; unsaved."""
        return DerivedColumn(
            key=self.column.key,
            content_hash=self.content_hash,
            file=file,
            rows=self.result.rows,
            type=self.result.type.value,
            tally=dict(self.result.tally),
            left_out={reason: n for reason, n in self.result.left_out.items() if n},
            frequencies=self.frequencies,
            fitted=_plain(self.result.fitted),
            inputs=list(self.column.inputs),
        )


def known_columns(columns: Iterable[Column]) -> dict[str, DerivedColumn]:
    """Key -> the column that was computed before, for those that were."""
    return DerivedColumn.objects.select_related("file").in_bulk([column.key for column in columns])


def compute(
    resolved: Resolved, columns: Iterable[Column], folder: Path, engine: Engine
) -> dict[str, Computed]:
    """Computes ``columns`` in one pass over the wave; name -> what came out.  Nothing is kept."""
    wanted = list(columns)
    if not wanted:
        return {}
    names = {column.name for column in wanted}
    earlier = [resolved.column(n) for n in resolved.order if n not in names]
    found = known_columns(earlier)
    known = {
        c.name: Known(_path(found[c.key]), ValueType(found[c.key].type)) for c in earlier if c.key in found
    }
    results = engine.derive(plan_of(resolved, names, known), folder)
    by_name = {result.name: result for result in results}
    return {column.name: _computed(column, by_name[column.name]) for column in wanted}


def _computed(column: Column, result: ColumnResult) -> Computed:
    values, reasons = read_derived(result.path)
    if not sum(result.tally.values()) == result.rows == values.len():
        raise RuntimeError(f"the tally of {column.name} does not add up to its rows")
    hashed = column_hash(result.type, values, reasons)
    return Computed(column, result, hashed, count(values, reasons, column.variable))


def _path(derived: DerivedColumn) -> Path:
    path = path_of(derived.file)
    if not path.is_file():
        raise refuse(
            "file_missing",
            "A column that was computed before is no longer in the file store.",
            where=str(derived.file),
            hint="Run manage.py verify, and restore the store from a copy.",
        )
    return path


def keep_columns(computed: Iterable[Computed], keep: Keep) -> list[DerivedColumn]:
    """Files into the store; the rows come back unsaved, to be committed by the caller."""
    return [one.row(keep(one.result.path)) for one in computed]


def save_columns(rows: Iterable[DerivedColumn]) -> None:
    """Commits rows under their keys; a key that somebody else committed meanwhile is left as it is."""
    DerivedColumn.objects.bulk_create(rows, ignore_conflicts=True)


def _plain(fitted: Any) -> Any:
    return json.loads(json.dumps(fitted or {}, default=list))
