"""Archives with the same bytes for the same content: members in their order, each with the same time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from surveys.core.writing.table import FIXED_TIME


def write_archive(
    out: IO[bytes] | Path,
    members: Iterable[tuple[str, bytes | Path]],
    compression: int = zipfile.ZIP_DEFLATED,
) -> None:
    """Writes (name, content) pairs as a zip; a content given as a path is copied from there in blocks."""
    with zipfile.ZipFile(out, "w", compression, compresslevel=6) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, FIXED_TIME.timetuple()[:6])
            info.compress_type = compression
            info.external_attr = 0o644 << 16
            info.create_system = 3  # the same on every system
            with archive.open(info, "w", force_zip64=isinstance(content, Path)) as part:
                if isinstance(content, bytes):
                    part.write(content)
                else:
                    _copy(content, part)


def _copy(path: Path, part: IO[bytes]) -> None:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            part.write(block)
