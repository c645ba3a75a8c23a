"""Dataset versions and measures as people name them, their cells, and where a column came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from measures.core.wording import PER_LANGUAGE
from measures.models import Dataset, DatasetColumn, DatasetVersion, Measure, MeasureVersion
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.said import say
from surveys.core.table import read_derived
from surveys.models import Study, User
from surveys.selectors import reference, study_named
from surveys.services.files import path_of


def dataset_named(user: User, text: str) -> Dataset:
    """The dataset ``STUDY/DATASET`` (a version number is ignored)."""
    asked = reference(text)
    study = study_named(user, asked.study)
    found = Dataset.objects.filter(study=study, slug=asked.name).select_related("study").first()
    if found is None:
        near = near_misses(asked.name, study.datasets.values_list("slug", flat=True))
        raise refuse(
            "not_found", say("{study} has no dataset called {name}.", study=study, name=asked.name), near=near
        )
    return found


def dataset_version_named(user: User, text: str) -> DatasetVersion:
    """The dataset version ``STUDY/DATASET@n``, or the latest one of ``STUDY/DATASET``."""
    asked, dataset = reference(text), dataset_named(user, text)
    versions = dataset.versions.select_related("dataset__study").order_by("-number")
    found = (versions.filter(number=asked.number) if asked.number is not None else versions).first()
    if found is None and asked.number is not None:
        known = [str(version) for version in versions]
        raise refuse(
            "not_found", say("There is no dataset version {text}.", text=text), near=tuple(known[:3])
        )
    if found is None:
        raise refuse(
            "no_version",
            say("The dataset {dataset} has not been built.", dataset=dataset),
            hint="Build it first.",
        )
    return found


def measure_named(user: User, text: str) -> Measure:
    """The measure ``STUDY/MEASURE`` (a version number is ignored)."""
    asked = reference(text)
    study = study_named(user, asked.study)
    found = Measure.objects.filter(study=study, name=asked.name).select_related("study").first()
    if found is None:
        near = near_misses(asked.name, study.measures.values_list("name", flat=True))
        raise refuse(
            "not_found", say("{study} has no measure called {name}.", study=study, name=asked.name), near=near
        )
    return found


def published_with(study: Study, name: str, wording: Mapping[str, Any]) -> list[MeasureVersion]:
    """The published versions of a measure that hold this wording, the oldest first."""
    versions = MeasureVersion.objects.filter(measure__study=study, measure__name=name)
    found = versions.filter(state=MeasureVersion.State.PUBLISHED).select_related("measure__study")
    return [v for v in found.order_by("number") if all(_said(v, k) == given for k, given in wording.items())]


def _said(version: MeasureVersion, name: str) -> Any:
    return version.told(name) if name in PER_LANGUAGE else getattr(version, name)


def read_columns(
    version: DatasetVersion, names: Iterable[str] | None = None
) -> dict[str, tuple[pl.Series, pl.Series]]:
    """Name -> (values with absences null, reasons null where valid), in the order asked for.

    All columns without ``names``.  Refused with near misses for names the version has not.
    """
    columns = {c.name: c for c in version.columns.select_related("derived__file")}
    wanted = list(columns) if names is None else list(dict.fromkeys(names))
    if unknown := [name for name in wanted if name not in columns]:
        raise Refused(_no_column(version, name, columns) for name in unknown)
    return {name: read_derived(path_of(columns[name].derived.file)) for name in wanted}


def _no_column(version: DatasetVersion, name: str, known: Iterable[str]) -> Problem:
    message = say("{version} has no column called “{name}”.", version=version, name=name)
    return Problem("unknown_column", message, near=near_misses(name, known))


def lineage(column: DatasetColumn) -> dict[str, Any]:
    """Where a column came from, down to wave version, source variables and rule versions.

    ``inputs`` are its own; ``measures`` holds the lineage of each earlier measure it uses; ``filter``
    the variables that decided which rows were kept.
    """
    siblings = {
        c.name: c for c in column.version.columns.select_related("derived", "measure_version__measure")
    }
    return _lineage(siblings[column.name], siblings)


def _lineage(column: DatasetColumn, siblings: dict[str, DatasetColumn]) -> dict[str, Any]:
    inputs = column.derived.inputs
    wave = column.version.recipe["wave"]
    used = [i["measure"] for i in inputs if "measure" in i and i["measure"] in siblings]
    return {
        "column": column.name,
        "kind": column.kind,
        "hash": column.derived.content_hash,
        "wave_version": wave,
        "measure_version": _wording(column.measure_version),
        "fitted": column.derived.fitted,
        "inputs": [_input(i) for i in inputs if "item" in i and not i.get("filter")],
        "contexts": [f"{i['context']}@{i['version']}: {i['column']}" for i in inputs if "context" in i],
        "measures": [_lineage(siblings[name], siblings) for name in used],
        "filter": {
            "where": column.version.recipe.get("where", ""),
            "inputs": [_input(i) for i in inputs if i.get("filter")],
        },
    }


def _input(entry: dict[str, Any]) -> dict[str, Any]:
    return {"item": entry["item"], "variable": entry["variable"], "hash": entry["hash"]}


def _wording(version: MeasureVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    signed = version.published_by.get_username() if version.published_by else ""
    return {
        "name": str(version),
        "rule": version.rule,
        "fingerprint": version.fingerprint,
        "published_by": signed,
        "published_at": version.published_at.isoformat() if version.published_at else "",
        "note": version.note,
    }
