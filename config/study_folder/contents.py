"""What a study folder says, apart from where it is kept: the same records are read from files and database.

Two records that are equal mean the same; that is how loading knows what to leave alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

WORDING_DEFAULTS: Mapping[str, Any] = {
    "rule": "",
    "labels": {},
    "value_labels": [],
    "definition": "",
    "citation": "",
    "universe": "",
    "level": "unknown",
    "unit": "",
    "sign": "",
    "examples": [],
    "note": "",
}


@dataclass(frozen=True)
class WaveFile:
    """One file of a wave, oldest version first; ``path`` is absolute and takes no part in equality."""

    name: str
    path: Path = field(compare=False)
    encoding: str = ""
    note: str = ""
    codebook: Path | None = field(default=None, compare=False)
    sheet: str = ""  # of a workbook
    header_rows: int | None = None  # of a flat file; found by content when not said
    codebook_text: Callable[[], str] | None = field(default=None, compare=False)  # of a stored version


@dataclass(frozen=True)
class WaveEntry:
    slug: str
    fields: dict[str, Any]  # of surveys.services.studies.create_wave
    files: tuple[WaveFile, ...]


@dataclass(frozen=True)
class ContextEntry:
    slug: str
    labels: dict[str, str]
    note: str = field(compare=False)  # of the version that was made with it, so no reason for another
    columns: list[dict[str, Any]]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Decision:
    """Which variable carries an item in a wave."""

    wave: str
    variable: str
    code_map: list[list[Any]]
    status: str
    reason: str
    missing_map: list[list[Any]] = field(default_factory=list)
    note: str = field(default="", compare=False)  # said when it was signed, so no reason to sign it anew
    since: int | None = None


@dataclass(frozen=True)
class ItemEntry:
    name: str
    labels: dict[str, str]
    note: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class MeasureEntry:
    """``versions`` are numbered wordings, oldest first; ``draft`` is what is being worked on.

    ``retired`` says why a version is no longer in force, by its place among them (0-based).
    """

    name: str
    concept: str | dict[str, str]
    versions: tuple[dict[str, Any], ...]
    draft: dict[str, Any] | None = None
    retired: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetEntry:
    slug: str
    labels: dict[str, str]
    description: dict[str, str]
    recipe: dict[str, Any]


@dataclass(frozen=True)
class AnalysisEntry:
    slug: str
    labels: dict[str, str]
    spec: dict[str, Any]


@dataclass(frozen=True)
class TargetEntry:
    slug: str
    labels: dict[str, str]
    citation: str
    kind: str
    notes: dict[str, Any]
    cells: list[dict[str, str]]


@dataclass(frozen=True)
class HypothesesEntry:
    slug: str
    labels: dict[str, str]
    citation: str
    register: dict[str, Any]


@dataclass(frozen=True)
class StudyContents:
    """Everything of one study that is text, and where the files of its waves lie."""

    slug: str
    fields: dict[str, Any]  # of surveys.services.studies.create_study
    waves: tuple[WaveEntry, ...] = ()
    contexts: tuple[ContextEntry, ...] = ()
    items: tuple[ItemEntry, ...] = ()
    measures: tuple[MeasureEntry, ...] = ()
    datasets: tuple[DatasetEntry, ...] = ()
    analyses: tuple[AnalysisEntry, ...] = ()
    targets: tuple[TargetEntry, ...] = ()
    hypotheses: tuple[HypothesesEntry, ...] = ()


def plain(value: Any) -> Any:
    """JSON types: keys as text, sequences as lists, dates as ISO text, as the database gives them back."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
