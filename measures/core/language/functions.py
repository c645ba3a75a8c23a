"""The registry of functions: one entry each, for the checker, the on-page help and the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """``help`` and ``absences`` (what becomes of absent answers) are texts per language, "en" and "zh"."""

    name: str
    family: str
    signature: str
    help: Mapping[str, str]
    absences: Mapping[str, str]
    example: str


FUNCTIONS: Mapping[str, Function] = {}
