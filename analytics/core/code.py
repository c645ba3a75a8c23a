"""Which code computed: the version of Wavebook, and a hash over the sources that make numbers."""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("surveys/core", "measures/core", "analytics/core")


@lru_cache(maxsize=1)
def code_version() -> dict[str, str]:
    """``wavebook``: the version; ``sources``: SHA-256 over names and contents of every file of the cores.

    Two installations with the same hash compute with the same lines.  Where the files of the project are
    not beside the code the version is empty.
    """
    return {"wavebook": _version(), "sources": _sources()}


def _version() -> str:
    try:
        told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    except OSError:
        return ""
    return str(told["project"]["version"])


def _sources() -> str:
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
