"""A codebook that somebody gives beside a file: a sheet or a DDI, told apart by content."""

from __future__ import annotations

from pathlib import Path

from surveys.core.codebook import Codebook
from surveys.core.findings import Finding
from surveys.core.reading.ddi import lay_over_ddi
from surveys.core.reading.ddi_xml import looks_like_xml
from surveys.core.reading.sheet import lay_over


def lay_codebook_over(codebook: Codebook, path: Path, language: str) -> tuple[Codebook, list[Finding]]:
    """``codebook`` with what the sheet or DDI at ``path`` says in its place, and what was noticed."""
    reader = lay_over_ddi if looks_like_ddi(path) else lay_over
    return reader(codebook, path, language)


def looks_like_ddi(path: Path) -> bool:
    """Whether a file begins as an XML document does."""
    with path.open("rb") as file:
        return looks_like_xml(file.read(4096))
