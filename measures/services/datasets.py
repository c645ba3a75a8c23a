"""Datasets: recipes defined, and built into immutable versions."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version as package_version
from typing import Any

import polars as pl
from django.db import transaction

from measures.core.engine import Engine
from measures.core.recipe import Recipe, read_recipe
from measures.models import Dataset, DatasetColumn, DatasetVersion, DerivedColumn
from measures.policy import require_define
from measures.selectors.keys import ENGINE, Column
from measures.selectors.later import uncovered_in
from measures.selectors.resolving import Resolved, resolve, resolve_dataset
from measures.services.columns import (
    Computed,
    Progress,
    compute,
    keep_columns,
    known_columns,
    save_columns,
)
from measures.services.engines import chosen
from surveys.core.codebook import as_json, fingerprint
from surveys.core.hashing import table_hash
from surveys.core.plain_yaml import read_plain
from surveys.core.problems import Problem, Refused
from surveys.core.said import how_many, say, say_n, with_sources
from surveys.core.storable import check_storable
from surveys.core.table import read_derived
from surveys.models import Job, Study, User
from surveys.services import audit, jobs
from surveys.services.files import keeping, path_of, working_folder
from surveys.services.names import require_slug
from surveys.services.rows import save_differing
from surveys.services.studies import next_number


@dataclass(frozen=True)
class BuiltColumn:
    name: str
    hash: str
    tally: Mapping[str, int]
    is_reused: bool

    def as_json(self) -> dict[str, Any]:
        """Either ``computed`` or ``reused`` is there, and true."""
        how = "reused" if self.is_reused else "computed"
        return {"name": self.name, "hash": self.hash, "tally": dict(self.tally), how: True}


@dataclass(frozen=True)
class BuildOutcome:
    """``is_new`` is False when the content was that of the latest version, which is then ``version``."""

    version: DatasetVersion
    is_new: bool
    columns: tuple[BuiltColumn, ...]
    seconds: float
    warnings: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "dataset_version": str(self.version),
            "content_hash": self.version.content_hash,
            "data_hash": self.version.data_hash,
            "is_new": self.is_new,
            "rows": self.version.rows,
            "rows_left_out": self.version.rows_left_out,
            "columns": [column.as_json() for column in self.columns],
            "warnings": [problem.sentence() for problem in self.warnings],
            "computed": sum(not column.is_reused for column in self.columns),
            "reused": sum(column.is_reused for column in self.columns),
            "seconds": round(self.seconds, 3),
        }


@transaction.atomic
def define_dataset(
    user: User,
    study: Study,
    slug: str,
    *,
    recipe: str | Mapping[str, Any],
    labels: Mapping[str, str] | None = None,
    description: Mapping[str, str] | None = None,
) -> Dataset:
    """A new dataset, or the existing one with what differs saved; the recipe must resolve now.

    The recipe is YAML or a mapping; labels and description that are not given stay as they are.
    """
    require_define(user, study)
    require_slug(slug, "a dataset", example="integration")
    where = f"{study}/{slug}"
    read = read_resolvable(study, recipe, where)
    told = {"labels": labels, "description": description}
    fields = {"recipe": read.as_json()} | {
        name: dict(text) for name, text in told.items() if text is not None
    }
    check_storable(fields, where)
    dataset, is_new = Dataset.objects.get_or_create(study=study, slug=slug, defaults=fields)
    if is_new:
        audit.record(user, "define", dataset)
    else:
        save_differing(user, dataset, fields)
    return dataset


def read_resolvable(study: Study, recipe: str | Mapping[str, Any], where: str = "recipe") -> Recipe:
    """A recipe (YAML or a mapping) that means something in ``study`` today; Refused with all its faults."""
    read = read_recipe(read_plain(recipe, where) if isinstance(recipe, str) else recipe, where=where)
    resolve(study, read)
    return read


def build_dataset(
    user: User,
    dataset: Dataset,
    *,
    note: str = "",
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> BuildOutcome:
    """Builds what the recipe means today.  Known columns are reused, the rest computed in one pass by
    ``engine`` (None: the one that the settings name).

    The same content as the latest version is that version; the content of an older one is a new version,
    for what was built last is what holds.  Measures that were not proved on this version of the wave are
    looked at, and what has no outcome there is a warning of the version.  Whatever fails, the store and the
    database are as before.
    """
    require_define(user, dataset.study)
    check_storable({"note": note})
    started, tell = time.perf_counter(), progress or (lambda share, line: None)
    tell(0.05, "Finding names and checking rules")
    resolved = resolve_dataset(dataset)
    known = known_columns(resolved.columns)
    unknown = [column for column in resolved.columns if column.key not in known]
    tell(0.2, f"Computing {how_many(len(unknown), 'column')}, reusing {len(resolved.columns) - len(unknown)}")
    warnings = uncovered_in(resolved)
    with working_folder() as folder:
        engine = (engine or chosen()) if unknown else ENGINE
        computed = compute(resolved, unknown, folder, engine)
        _check_rows(resolved, known, computed)
        tell(0.7, "Keeping columns")
        with keeping() as keep:
            fresh = {row.key: row for row in keep_columns(computed.values(), keep)}
            columns = {c.name: known.get(c.key) or fresh[c.key] for c in resolved.columns}
            with transaction.atomic():
                jobs.guard()
                save_columns(fresh.values())
                made = {"note": note, "environment": _environment(engine), "warnings": _kept(warnings)}
                version, is_new = _commit(user, dataset, resolved, columns, made)
    built = tuple(
        BuiltColumn(c.name, columns[c.name].content_hash, columns[c.name].tally, c.key in known)
        for c in resolved.columns
    )
    return BuildOutcome(version, is_new, built, time.perf_counter() - started, warnings)


def submit_build(user: User, dataset: Dataset, note: str = "") -> Job:
    """Asks for a build as long work; one with the same note that is already waiting is returned."""
    require_define(user, dataset.study)
    check_storable({"note": note})
    payload = {"dataset": dataset.pk, "note": note, "name": str(dataset)}
    return jobs.submit(
        user,
        "build_dataset",
        payload,
        key=f"build_dataset:{dataset.pk}" + (f":{note}" if note else ""),
        study=dataset.study,
        joins_running=False,
    )


def _check_rows(
    resolved: Resolved, known: Mapping[str, DerivedColumn], computed: Mapping[str, Computed]
) -> None:
    """Refuses a result without rows, and a key that is empty or occurs twice."""
    column = resolved.columns[0]
    stored = known.get(column.key)
    values = read_derived(path_of(stored.file))[0] if stored else computed[column.name].values
    problems = [p for p in (_no_rows(values), _empty_key(column, values), _twice(column, values)) if p]
    if problems:
        raise Refused(problems)


def _no_rows(values: pl.Series) -> Problem | None:
    if values.len():
        return None
    return Problem("no_rows", "The condition of the recipe keeps no row.", "recipe.where")


def _empty_key(column: Column, values: pl.Series) -> Problem | None:
    if not (empty := values.null_count()):
        return None
    message = say(
        "The key {name} is missing in {empty} of {rows} rows.",
        name=column.name,
        empty=empty,
        rows=values.len(),
    )
    return Problem("missing_key", message, "recipe.key", hint="Name an item that every respondent has.")


def _twice(column: Column, values: pl.Series) -> Problem | None:
    if not (twice := values.len() - values.null_count() - values.drop_nulls().n_unique()):
        return None
    message = say_n(
        twice,
        "The key {name} does not identify a row: 1 row repeats the key of another row.",
        "The key {name} does not identify a row: {twice} rows repeat the key of another row.",
        name=column.name,
        twice=twice,
    )
    return Problem("duplicate_key", message, "recipe.key", hint="Name an item that occurs once per row.")


def _commit(
    user: User,
    dataset: Dataset,
    resolved: Resolved,
    columns: Mapping[str, DerivedColumn],
    made: Mapping[str, Any],
) -> tuple[DatasetVersion, bool]:
    """The latest version when it has this content, else a new one, ``made`` as it says."""
    dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    first = columns[resolved.columns[0].name]
    rows = first.rows
    content = table_hash([(c.name, columns[c.name].content_hash) for c in resolved.columns], rows)
    codebook = fingerprint([as_json(c.variable) for c in resolved.columns])
    content_hash = fingerprint([content, codebook])
    latest = dataset.latest
    if latest is not None and latest.content_hash == content_hash:
        return latest, False
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=next_number(dataset.versions),
        content_hash=content_hash,
        recipe=resolved.frozen(),
        rows=rows,
        width=len(resolved.columns),
        rows_left_out=_left_out(resolved, first),
        **made,
        is_synthetic=resolved.ground.version.is_synthetic or dataset.study.is_synthetic,
        created_by=user,
    )
    version.wave_versions.add(resolved.ground.version)
    _add_columns(version, resolved, columns)
    audit.record(user, "build", version, content_hash=content_hash, rows=rows)
    return version, True


def _kept(warnings: Iterable[Problem]) -> list[dict[str, Any]]:
    return [with_sources(problem.as_json()) for problem in warnings]


def _add_columns(version: DatasetVersion, resolved: Resolved, columns: Mapping[str, DerivedColumn]) -> None:
    DatasetColumn.objects.bulk_create(
        DatasetColumn(
            version=version,
            position=position,
            name=column.name,
            kind=column.kind,
            measure_version=column.measure_version,
            derived_id=columns[column.name].key,
            codebook=as_json(column.variable),
        )
        for position, column in enumerate(resolved.columns)
    )


def _left_out(resolved: Resolved, column: DerivedColumn) -> dict[str, int]:
    """Why rows were left out, as any column of these rows tells; of columns that do not, only how many."""
    total = resolved.ground.version.rows - column.rows
    return dict(column.left_out) or ({"filter": total} if total else {})


def _environment(engine: Engine) -> dict[str, str]:
    """Who computed, with which versions; the reference engine where nothing had to be computed."""
    named = {"engine": f"{engine.name} semantics {engine.semantics_version}"}
    return named | engine.environment() | {name: package_version(name) for name in ("polars", "numpy")}
