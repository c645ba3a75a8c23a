"""Fixity of derived columns: each hashed again from its file."""

from __future__ import annotations

from collections.abc import Iterator

from measures.models import DerivedColumn
from surveys.core.codebook import ValueType
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
