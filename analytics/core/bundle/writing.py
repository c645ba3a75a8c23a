"""A bundle's members put together: the checksums and the description of the whole come last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analytics.core.bundle import layout
from analytics.core.bundle.crate import About, crate
from analytics.core.output.archive import write_archive

Members = dict[str, bytes | Path]


def write_bundle(path: Path, members: Mapping[str, bytes | Path], about: About) -> None:
    """Writes ``members`` with their description and checksums; the same content gives the same bytes."""
    listed = [(name, *_sum(content)) for name, content in sorted(members.items())]
    described = crate(about, listed)
    sums = [(name, sha256) for name, sha256, _ in listed] + [(layout.CRATE, _sum(described)[0])]
    manifest = "".join(f"{sha256}  {name}\n" for name, sha256 in sums).encode()
    last = {layout.CRATE: described, layout.MANIFEST: manifest}
    write_archive(path, [*sorted(members.items()), *last.items()])


def as_document(thing: Any) -> bytes:
    """A document of the bundle; UTF-8."""
    return (json.dumps(thing, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode()


def _sum(content: bytes | Path) -> tuple[str, int]:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), content.stat().st_size
