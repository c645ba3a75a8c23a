"""A published table in a file: with the notes beside it, and the other tables that it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.core.audit import AuditFinding, audit, related
from analytics.core.fields import read_yaml
from analytics.core.pasted import MOST_CHARACTERS, read_pasted
from analytics.core.targets import PublishedTable
from surveys.core.problems import refuse
from surveys.core.said import say

MOST_BYTES = 4 * MOST_CHARACTERS


@dataclass(frozen=True)
class About:
    """What the person says of the file's table; what is not said is read from FILE.yaml, if it is there."""

    kind: str = ""
    columns: str = ""
    n: str = ""
    notes: str = ""


def table_in(path: Path, about: About) -> tuple[PublishedTable, Mapping[str, Any]]:
    """The table, and all that is told of it (labels, citation)."""
    beside = Path(about.notes) if about.notes else path.with_suffix(".yaml")
    told: dict[str, Any] = {}
    if about.notes or (beside.is_file() and beside != path):
        told = read_yaml(text_of(beside), str(beside))
    notes = told.get("notes") if "notes" in told else ({} if "kind" in told else told)
    kind = about.kind or str(told.get("kind", "")) or "free"
    columns = about.columns.replace("; ", "\n").replace(";", "\n")
    whole = notes if isinstance(notes, dict) else {}
    return read_pasted(text_of(path), kind, columns=columns, n=about.n, notes=whole, slug=path.stem), told


def audited(path: Path, table: PublishedTable) -> tuple[AuditFinding, ...]:
    """The findings of ``table``; tables that its notes name are looked for in the folders above the file."""
    others = {slug: found for slug in related(table) if (found := _other(path, slug)) is not None}
    return audit(table, others.get(str(table.notes.get("moments", ""))), others)


def _other(path: Path, slug: str) -> PublishedTable | None:
    if slug.startswith("/") or ".." in slug:
        return None
    for folder in path.resolve().parents[:3]:
        candidate = folder / f"{slug}.csv"
        if candidate.is_file():
            return table_in(candidate, About())[0]
    return None


def text_of(path: Path) -> str:
    """A file's text; refused with a sentence when it cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            message = say("The file has more than {most:,} bytes.", most=MOST_BYTES)
            raise refuse("too_large", message, where=str(path))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("bad_encoding", say("The file is not UTF-8 text."), where=str(path)) from None
    except OSError as error:
        message = say("The file cannot be read ({why}).", why=error.strerror or "")
        raise refuse("no_file", message, where=str(path)) from None
