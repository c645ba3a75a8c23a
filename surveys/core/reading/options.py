"""How a file is to be read, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveys.core.codebook import Codebook, as_json
from surveys.core.findings import Finding


@dataclass(frozen=True)
class ReadOptions:
    """What the uploader says about a file.  ``languages``: the first is the default of single labels."""

    encoding: str = ""
    languages: tuple[str, ...] = ()
    label_separator: str = ""
    missing_reasons: Mapping[str, str] = field(default_factory=dict)
    reasons_are_usual: bool = False  # the study's: what a file itself says of a code comes first
    codebook_path: Path | None = None
    codebook_encoding: str = ""  # of a sheet; told by content, or by ``encoding``, when not said
    key: str = ""
    declared_rows: int | None = None
    declared_columns: int | None = None
    declared_sha256: str = ""  # of the file as it lies there, in hexadecimal digits
    header_rows: int | None = None  # rows of headings in a flat file; found by content when not said
    sheet: str = ""  # of a workbook; the first one when not said

    @property
    def language(self) -> str:
        """The language of single labels."""
        return self.languages[0] if self.languages else "und"

    def as_json(self) -> dict[str, Any]:
        """Plain types, as stored with a wave version; a sheet is part of the codebook, not of this."""
        of_sheet = ("codebook_path", "codebook_encoding")
        return {name: value for name, value in as_json(self).items() if name not in of_sheet}


def options_from_json(
    data: Mapping[str, Any], codebook_path: Path | None = None, codebook_encoding: str = ""
) -> ReadOptions:
    """The inverse of :meth:`ReadOptions.as_json`."""
    known = {**data, "languages": tuple(data.get("languages", ()))}
    return ReadOptions(**known, codebook_path=codebook_path, codebook_encoding=codebook_encoding)


@dataclass(frozen=True)
class ReadResult:
    """A file read whole: its codebook, its cells as Parquet, their hashes and frequencies by column."""

    codebook: Codebook
    parquet: Path
    rows: int
    column_hashes: tuple[str, ...]
    has_tags: tuple[bool, ...]
    frequencies: tuple[dict[str, Any], ...]
    content_hash: str
    format: str
    encoding: str
    findings: tuple[Finding, ...]
    seconds: float
    read_as: tuple[Mapping[str, str], ...] = ()  # lines of a sheet that decided how cells were read
