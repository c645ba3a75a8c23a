"""A file held against the version it was written from: whether it still holds those values and absences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from surveys import policy
from surveys.core.codebook import Variable
from surveys.core.hashing import column_hash, table_hash
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, ReadResult, read, require_readable
from surveys.core.table import read_each_split
from surveys.core.writing import ExportTable
from surveys.core.writing.flat import codebook_beside
from surveys.models import Study, User
from surveys.services.files import working_folder
from surveys.services.subjects import Subject

Hashed = tuple[str, str]  # name and hash of a column


@dataclass(frozen=True)
class ReadBack:
    """``data_hash`` is the version's, over names, values and absences with reasons; ``found`` is the file's.

    ``differing`` names the columns that hold something else; ``renamed`` those that hold the same under
    another name, (name in the version, name in the file).
    """

    version: str
    file: str
    rows: tuple[int, int]
    data_hash: str
    found: str
    differing: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]

    @property
    def is_same(self) -> bool:
        """The same values and absences in the same rows, whatever the format made of the names."""
        return not self.differing and self.rows[0] == self.rows[1]

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "file": self.file,
            "same": self.is_same,
            "rows": self.rows[0],
            "rows_in_file": self.rows[1],
            "data_hash": self.data_hash,
            "data_hash_of_file": self.found,
            "differing": list(self.differing),
            "renamed": [list(pair) for pair in self.renamed],
        }


def read_back(user: User, subject: Subject, path: Path, codebook: Path | None = None) -> ReadBack:
    """Reads ``path`` as an import would and compares it with ``subject``, column by column; keeps nothing.

    The codebook of a ``.csv`` lies beside it and that of a workbook in it.  Refused without the right to
    download, and when the file cannot be read.
    """
    policy.require(user, policy.DOWNLOAD, subject.study)
    require_readable(path)
    with working_folder() as folder:
        result = _read(subject.study, path, folder, codebook)
        there = list(_hashed(result.codebook.variables, _columns_of(result)))
    table = subject.table(subject)
    here = list(_hashed(table.codebook.variables, _columns(table)))
    pairs = list(zip_longest(here, there, fillvalue=("", "")))
    return ReadBack(
        version=str(subject.version),
        file=str(path),
        rows=(table.rows, result.rows),
        data_hash=table_hash(here, table.rows),
        found=table_hash(there, result.rows),
        differing=tuple(one[0] or two[0] for one, two in pairs if one[1] != two[1]),
        renamed=tuple((one[0], two[0]) for one, two in pairs if one[1] == two[1] and one[0] != two[0]),
    )


def _read(study: Study, path: Path, folder: Path, codebook: Path | None) -> ReadResult:
    options = ReadOptions(
        codebook_path=codebook or _codebook_of(path),
        languages=tuple(study.languages),
        label_separator=study.label_separator,
        missing_reasons=study.missing_reasons,
        reasons_are_usual=True,
    )
    told = {"original_name": path.name, "megabytes": settings.WAVEBOOK_IMPORT_MEMORY}
    try:
        return read(path, folder, options, **told)
    except Refused:
        if codebook is not None or options.codebook_path != path:
            raise
    return read(path, folder, replace(options, codebook_path=None), **told)  # a workbook of somebody else's


def _codebook_of(path: Path) -> Path | None:
    """Where the codebook is that was written with a file which holds none of its own kind."""
    if path.suffix.lower() == ".xlsx":
        return path
    beside = codebook_beside(path)
    return beside if path.suffix.lower() == ".csv" and beside.is_file() else None


def _hashed(
    variables: Iterable[Variable], columns: Iterable[tuple[pl.Series, pl.Series]]
) -> Iterator[Hashed]:
    for variable, (values, reasons) in zip(variables, columns, strict=True):
        yield variable.name, column_hash(variable.type, values, reasons)


def _columns(table: ExportTable) -> Iterator[tuple[pl.Series, pl.Series]]:
    return (table.column(position) for position in range(len(table.codebook.variables)))


def _columns_of(result: ReadResult) -> Iterator[tuple[pl.Series, pl.Series]]:
    return read_each_split(result.parquet, list(enumerate(result.codebook.variables)))
