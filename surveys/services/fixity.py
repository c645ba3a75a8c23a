"""Fixity: every kept file read and hashed again; what is missing, damaged or orphaned is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surveys.core.codebook import ValueType
from surveys.core.hashing import column_hash
from surveys.core.store import file_hash
from surveys.core.table import physical, read_columns, tags_of
from surveys.models import StoredFile, Variable, WaveVersion
from surveys.services.files import is_used, path_of, store


@dataclass(frozen=True)
class Damage:
    """One file or version that is not as its row says; ``kind`` is missing, damaged, orphan or leftover."""

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
    """Hashes every column of every wave version again; yields those that no longer have their hash, and
    versions whose variables are not those they were imported with."""
    for version in WaveVersion.objects.select_related("wave__study", "data").order_by("pk"):
        path = path_of(version.data)
        if not path.is_file():
            continue  # already listed as missing
        stored = list(version.variables.all())
        yield from _book(version, stored)
        for variable in stored:
            if message := _column(path, variable):
                yield Damage("damaged", variable.name, f"{version}: {message}")


def _book(version: WaveVersion, stored: list[Variable]) -> Iterator[Damage]:
    if [variable.position for variable in stored] != list(range(version.columns)):
        message = f"It was imported with {version.columns} variables, and the database holds {len(stored)}."
        yield Damage("damaged", str(version), message)
    elif version.codebook().fingerprint() != version.codebook_hash:
        yield Damage("damaged", str(version), "The codebook no longer has its hash.")


def _column(path: Path, variable: Variable) -> str:
    """What is wrong with a variable's column; "" where it is whole."""
    frame = read_columns(path, [variable.position])
    wanted = [physical(variable.position)] + [tags_of(variable.position)] * variable.has_tags
    if not set(wanted) <= set(frame.columns):
        return "the file of the version has no such column."
    cells, *tags = (frame[name] for name in wanted)
    found = column_hash(ValueType(variable.type), cells, tags[0] if tags else None)
    return "" if found == variable.column_hash else "the column no longer has its hash."
