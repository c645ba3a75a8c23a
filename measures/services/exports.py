"""Downloads of dataset versions, by the same door as those of waves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from measures.models import DatasetColumn, DatasetVersion
from measures.selectors.errata import reached_in_dataset
from surveys.core.table import read_derived
from surveys.core.writing import Derivation, ExportTable
from surveys.models import User
from surveys.services.erratum_texts import erratum_texts
from surveys.services.exports import ExportOutcome, export_to
from surveys.services.files import path_of
from surveys.services.subjects import Subject, table_of


def export_dataset_version(
    user: User, version: DatasetVersion, format: str, path: Path, language: str = ""
) -> ExportOutcome:
    """Writes a dataset version to ``path``; needs the right to download microdata, and is audited."""
    return export_to(user, dataset_subject(version), format, path, language)


def dataset_subject(version: DatasetVersion) -> Subject:
    """A dataset version as something to hand out."""
    dataset = version.dataset
    return Subject(
        version=version,
        study=dataset.study,
        content_hash=version.content_hash,
        title=f"{dataset.study.title()}, {dataset.title()}",
        labels=dataset.labels or {"en": dataset.slug},
        made=version.created_at.date(),
        rows=version.rows,
        is_synthetic=version.is_synthetic or dataset.study.is_synthetic,
        codebook=version.codebook(),
        table=lambda subject: _table(subject, version),
        job="export_dataset",
        address=("measures:dataset_download", (dataset.study.slug, dataset.slug, version.number)),
        counted=lambda: list(version.columns.values_list("derived__frequencies", flat=True)),
        derived=lambda: _derivations(version),
        errata=lambda: erratum_texts(reached_in_dataset(version)),
    )


def _derivations(version: DatasetVersion) -> dict[str, Derivation]:
    """The rule of each measure of the version, and its sentence as it stood when the rule was published."""
    columns = version.columns.filter(measure_version__isnull=False)
    return {
        column.name: Derivation(
            measure=str(column.measure_version),
            rule=column.measure_version.rule,
            sentences=column.measure_version.report.get("sentence", {}),
            inputs=tuple(_inputs(column)),
            citation=column.measure_version.citation,
        )
        for column in columns.select_related("derived", "measure_version__measure")
    }


def _inputs(column: DatasetColumn) -> Iterator[str]:
    """Items and measures that a column's rule reads, by their names."""
    for entry in column.derived.inputs:
        if not entry.get("filter") and (name := entry.get("item") or entry.get("measure")):
            yield name


def _table(subject: Subject, version: DatasetVersion) -> ExportTable:
    files = [path_of(column.derived.file) for column in version.columns.select_related("derived__file")]

    def column(position: int) -> tuple[pl.Series, pl.Series]:
        return read_derived(files[position])

    return table_of(subject, column)
