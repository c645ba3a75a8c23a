"""The waterfall of a derived column: counted by the engine when somebody asks, and kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.db import transaction

from measures.core.engine import Engine, Known, Waterfall
from measures.core.falls import plain
from measures.core.recipe import FIELDS, read_recipe
from measures.models import ColumnFalls, DatasetColumn, DatasetVersion
from measures.policy import require_see
from measures.selectors.keys import ENGINE, Column
from measures.selectors.resolving import Resolved, plan_of, resolve
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused, refuse
from surveys.core.said import say
from surveys.models import Job, User
from surveys.services import jobs
from surveys.services.files import path_of

MOST_AT_ONCE = 200_000  # rows; of more nothing is counted while somebody waits


def count_falls(
    user: User, version: DatasetVersion, names: Collection[str] | None = None, engine: Engine = ENGINE
) -> dict[str, ColumnFalls]:
    """The falls of the version's measures (or of ``names``), in one pass for those that are not known.

    Whoever may see the study may ask.  Refused where the version's rules no longer read the wave as they did
    when it was built: then what made a row absent cannot be told any more.
    """
    require_see(user, version.study)
    columns = {
        column.name: column
        for column in version.columns.filter(kind=DatasetColumn.Kind.MEASURE).select_related(
            "derived__file", "derived__falls"
        )
        if names is None or column.name in names
    }
    found = {name: c.derived.falls for name, c in columns.items() if hasattr(c.derived, "falls")}
    wanted = [name for name in columns if name not in found]
    if wanted:
        counted = _counted(version, wanted, engine)
        rows = [_row(columns[one.name], one) for one in counted]
        with transaction.atomic():
            ColumnFalls.objects.bulk_create(rows, ignore_conflicts=True)
        found |= {one.name: row for one, row in zip(counted, rows, strict=True)}
    return {name: found[name] for name in columns}


def count_now(user: User, column: DatasetColumn) -> ColumnFalls | None:
    """The falls of one column where they are known or quickly counted; None where that takes long."""
    if hasattr(column.derived, "falls"):
        return column.derived.falls
    wave = column.version.wave_versions.first()
    if column.kind != DatasetColumn.Kind.MEASURE or wave is None or wave.rows > MOST_AT_ONCE:
        return None
    try:
        return count_falls(user, column.version, [column.name]).get(column.name)
    except Refused:
        return None


def submit_falls(user: User, version: DatasetVersion) -> Job:
    """Asks for the falls of all measures of a version as long work."""
    require_see(user, version.study)
    payload = {"version": version.pk, "name": str(version)}
    return jobs.submit(user, "count_falls", payload, key=f"count_falls:{version.pk}", study=version.study)


def _counted(version: DatasetVersion, names: Collection[str], engine: Engine) -> tuple[Waterfall, ...]:
    siblings = {c.name: c for c in version.columns.select_related("derived__file")}
    resolved = _as_built(version, siblings)
    known = {
        name: Known(path_of(siblings[name].derived.file), ValueType(siblings[name].derived.type))
        for name in resolved.order
        if name not in names and name in siblings
    }
    plan = plan_of(resolved, names, known)
    return engine.waterfalls(plan, names)


def _as_built(version: DatasetVersion, columns: dict[str, DatasetColumn]) -> Resolved:
    """The frozen recipe against the data, with what was fitted then; Refused where it reads otherwise now."""
    frozen = {name: value for name, value in version.recipe.items() if name in FIELDS}
    resolved = resolve(version.study, read_recipe(frozen, where=str(version)))
    changed = [c.name for c in resolved.columns if c.key != columns[c.name].derived_id]
    if changed:
        raise refuse(
            "reads_otherwise",
            say("The crosswalk or a context table was changed since {version} was built.", version=version),
            where=", ".join(changed),
            hint="Build the dataset again: its newest version tells what made a row absent.",
        )
    fitted = tuple(_with_fit(column, columns[column.name]) for column in resolved.columns)
    return replace(resolved, columns=fitted)


def _with_fit(column: Column, stored: DatasetColumn) -> Column:
    if not column.rule.checked.is_data_dependent:
        return column
    return replace(column, rule=replace(column.rule, fitted=stored.derived.fitted))


def _row(column: DatasetColumn, found: Waterfall) -> ColumnFalls:
    """Unsaved; what does not add up to the column's own tally is a bug."""
    by_reason = {"valid": found.valid}
    for fall in found.falls:
        by_reason[fall.reason] = by_reason.get(fall.reason, 0) + fall.rows
    if {k: n for k, n in by_reason.items() if n} != {k: n for k, n in column.derived.tally.items() if n}:
        raise RuntimeError(f"the falls of {column.name} do not add up to its tally")
    return ColumnFalls(derived=column.derived, falls=plain(found))
