"""Fixity: every kept file read and hashed again; what is missing, damaged or orphaned is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from surveys.core.codebook import ValueType
from surveys.core.hashing import column_hash
from surveys.core.store import file_hash
from surveys.core.table import physical, read_columns, tags_of
from surveys.models import StoredFile, WaveVersion
from surveys.services.files import is_used, path_of, store


@dataclass(frozen=True)
class Damage:
    """One file that is not as its row says; ``kind`` is missing, damaged, orphan or leftover."""

    kind: str
    file: str
    message: str


def verify_files() -> Iterator[Damage]:
    """Reads every kept file; yields what is wrong.  Nothing is changed."""
    named = set()
    for stored in StoredFile.objects.order_by("pk"):
        named.add(stored.sha256)
        path = path_of(stored)
        if not path.is_file():
            yield Damage("missing", stored.sha256, "A row names this file, and it is not in the store.")
        elif file_hash(path) != (stored.sha256, stored.size):
            yield Damage("damaged", stored.sha256, "The file's content no longer has its hash.")
        elif not is_used(stored):
            yield Damage("orphan", stored.sha256, "No version names this file.")
    for sha256 in store().files():
        if sha256 not in named:
            yield Damage("orphan", sha256, "The file lies in the store, and no row names it.")
    for path in store().leftovers():
        yield Damage("leftover", path.name, "A half-written file; the worker sweeps it after a day.")


def verify_waves() -> Iterator[Damage]:
    """Hashes every column of every wave version again; yields those that no longer have their hash."""
    for version in WaveVersion.objects.select_related("wave__study", "data").order_by("pk"):
        path = path_of(version.data)
        if not path.is_file():
            continue  # already listed as missing
        for variable in version.variables.all():
            frame = read_columns(path, [variable.position])
            tags = frame[tags_of(variable.position)] if variable.has_tags else None
            found = column_hash(ValueType(variable.type), frame[physical(variable.position)], tags)
            if found != variable.column_hash:
                message = f"{version}: the column no longer has its hash."
                yield Damage("damaged", variable.name, message)
