"""Fixity of derived columns, each hashed again from its file, and of the dataset versions made of them."""

from __future__ import annotations

from collections.abc import Iterator

from measures.models import DatasetVersion, DerivedColumn
from surveys.core.codebook import ValueType, fingerprint
from surveys.core.hashing import column_hash
from surveys.core.table import read_derived
from surveys.services.files import path_of
from surveys.services.fixity import Damage


def verify_derived() -> Iterator[Damage]:
    """Yields the derived columns whose values and absences no longer have their hash."""
    for column in DerivedColumn.objects.select_related("file").order_by("pk"):
        path = path_of(column.file)
        if path.is_file():
            values, reasons = read_derived(path)
            if column_hash(ValueType(column.type), values, reasons) != column.content_hash:
                yield Damage("damaged", column.key[:12], "The derived column no longer has its hash.")


def verify_datasets() -> Iterator[Damage]:
    """Yields the dataset versions whose columns are not those they were built with."""
    versions = DatasetVersion.objects.select_related("dataset__study").prefetch_related("columns__derived")
    for version in versions.order_by("pk"):
        columns = list(version.columns.all())
        if [column.position for column in columns] != list(range(version.width)):
            message = f"It was built with {version.width} columns, and the database holds {len(columns)}."
            yield Damage("damaged", str(version), message)
        elif (
            fingerprint([version.data_hash, fingerprint([c.codebook for c in columns])])
            != version.content_hash
        ):
            yield Damage("damaged", str(version), "The version no longer has its hash.")
