"""Downloads of dataset versions, by the same door as those of waves."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from measures.models import DatasetVersion
from surveys.core.table import read_derived
from surveys.core.writing import ExportTable
from surveys.models import User
from surveys.services.exports import ExportOutcome, Subject, export_to, table_of
from surveys.services.files import path_of


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
        made=version.created_at.date(),
        rows=version.rows,
        is_synthetic=version.is_synthetic or dataset.study.is_synthetic,
        codebook=version.codebook(),
        table=lambda subject: _table(subject, version),
        job="export_dataset",
        address=("measures:dataset_download", (dataset.study.slug, dataset.slug, version.number)),
    )


def _table(subject: Subject, version: DatasetVersion) -> ExportTable:
    files = [path_of(column.derived.file) for column in version.columns.select_related("derived__file")]

    def column(position: int) -> tuple[pl.Series, pl.Series]:
        return read_derived(files[position])

    return table_of(subject, column)
