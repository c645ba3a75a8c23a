"""How to cite one version of something: a sentence and a BibTeX entry that both name the version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Citation:
    text: str
    bibtex: str


def cite(
    *, title: str, name: str, made: date, content_hash: str, source: str = "", is_synthetic: bool = False
) -> Citation:
    """The citation of version ``name`` (``mdms/2014@1``) of ``title``.

    ``source`` is how the study itself wants to be cited; ``content_hash`` fingerprints the content, so that
    a reader can check that a copy is the cited one.
    """
    synthetic = " [synthetic data]" if is_synthetic else ""
    lead = f"{source.rstrip('. ')}. " if source else ""
    text = f"{lead}{title}{synthetic}, version {name}, {made.isoformat()}. SHA-256 {content_hash[:16]}."
    note = ". ".join(part for part in (source.rstrip(". "), f"Content SHA-256 {content_hash}") if part)
    fields = {
        "title": f"{{{_literal(title + synthetic)}}}",
        "year": str(made.year),
        "version": _literal(name),
        "note": _literal(note),
    }
    body = ",\n".join(f"  {field} = {{{value}}}" for field, value in fields.items())
    key = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    return Citation(text, f"@misc{{{key},\n{body}\n}}")


def _literal(text: str) -> str:
    """Text with BibTeX's special characters taken literally."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", "/"))
