"""The engines by name, and the addresses of Spark; light, for every program reads the settings."""

from __future__ import annotations

import re

LOCAL = "local[*]"  # all cores of this machine
EMBEDDED, DISTRIBUTED = ENGINES = ("duckdb", "spark")
_MASTER = re.compile(
    r"local(\[(\*|[1-9]\d*)\])?"
    r"|spark://[\w.-]+(:\d+)?(,[\w.-]+(:\d+)?)*"
    r"|k8s://(https?://)?[\w.-]+(:\d+)?/?"
    r"|sc://[\w.-]+(:\d+)?(/[^\s]*)?"
    r"|yarn"
)


def is_master(text: str) -> bool:
    """Whether this is an address that Spark takes."""
    return _MASTER.fullmatch(text) is not None


def is_connect(master: str) -> bool:
    """Whether it is a Spark Connect server, which needs no Java here."""
    return master.startswith("sc://")
