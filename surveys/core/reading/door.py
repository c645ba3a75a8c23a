"""Reading a file from the outside: by content, in a process of its own, and believed only when checked."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import polars as pl

from surveys.core import table
from surveys.core.codebook import Codebook, codebook_from_json
from surveys.core.findings import Finding, Severity
from surveys.core.problems import refuse
from surveys.core.reading import child, sandbox
from surveys.core.reading.options import ReadOptions, ReadResult
from surveys.core.reading.sniff import extension_finding, sniff
from surveys.core.reading.there import require_readable
from surveys.core.said import restored, say

_PACKED = {"xlsx": 8}  # how much more than its size a file holds to be worked through


def read(
    path: Path, out_dir: Path, options: ReadOptions, *, original_name: str = "", megabytes: int = 0
) -> ReadResult:
    """Reads a survey file into ``out_dir`` (which must exist) and returns what it holds.

    Formats: .sav, .zsav, .por, .dta, .sas7bdat, .xpt, delimited text, .xlsx, .parquet, told apart by content.
    ``megabytes`` is the memory the reading may use (0: by the size of the file).  Raises ``Refused`` with
    every problem that was found; leaves nothing outside ``out_dir``.
    """
    started = time.monotonic()
    require_readable(path, original_name)
    if options.codebook_path:
        require_readable(options.codebook_path)
    if options.declared_sha256:
        _check_digest(path, options.declared_sha256)
    kind = sniff(path, options.encoding)
    task = {
        "path": str(path.resolve()),
        "out_dir": str(out_dir.resolve()),
        "format": kind,
        "codebook_path": str(options.codebook_path.resolve()) if options.codebook_path else "",
        "codebook_encoding": options.codebook_encoding,
        "options": options.as_json(),
    }
    sandbox.run(task, sandbox.limits_for(path.stat().st_size * _PACKED.get(kind, 1), megabytes))
    found = json.loads((out_dir / child.RESULT).read_text(encoding="utf-8"))
    codebook = codebook_from_json(found["codebook"])
    has_tags = tuple(found["has_tags"])
    _check(out_dir / child.DATA, codebook, found["rows"], has_tags)
    told = tuple(
        Finding(**{**f, "severity": Severity(f["severity"])}) for f in map(restored, found["findings"])
    )
    return ReadResult(
        codebook=codebook,
        parquet=out_dir / child.DATA,
        rows=found["rows"],
        column_hashes=tuple(found["column_hashes"]),
        has_tags=has_tags,
        frequencies=tuple(found["frequencies"]),
        content_hash=found["content_hash"],
        format=found["format"],
        encoding=found["encoding"],
        findings=extension_finding(original_name or path.name, kind) + told,
        seconds=round(time.monotonic() - started, 3),
        read_as=tuple(found["read_as"]),
    )


def _check_digest(path: Path, declared: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != declared.strip().lower():
        raise refuse(
            "wrong_checksum",
            say("The file is not the one that was declared: its SHA-256 is {found}.", found=found),
            hint="It was changed or cut on its way; fetch it again, or mend what was declared.",
        )


def _check(parquet: Path, codebook: Codebook, rows: int, has_tags: tuple[bool, ...]) -> None:
    """Holds what the reading process wrote against what it said."""
    wanted = {table.physical(i): table.PHYSICAL[v.type] for i, v in enumerate(codebook.variables)}
    wanted |= {table.tags_of(i): pl.String() for i, there in enumerate(has_tags) if there}
    schema = pl.read_parquet_schema(parquet)
    height = int(pl.scan_parquet(parquet).select(pl.len()).collect().item())
    if dict(schema) != wanted or height != rows:
        raise RuntimeError("the reading process wrote another table than it described")
