"""How far the correction of a wave reaches into datasets: which columns were made from what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from measures.models import DatasetColumn, DatasetVersion, DerivedColumn
from measures.selectors.scopes import one_look
from measures.selectors.staleness import current_column_hashes
from surveys.models import WaveVersion
from surveys.services.errata import Correction, correction_of
from surveys.services.reached import Reached, ReachedColumn


@dataclass(frozen=True)
class AffectedColumn:
    """A column and the changed variables it was made from, directly or through other measures.

    ``outcome``: ``same`` where a rebuild is known to give the same cells, ``differs``, or ``unknown``.
    """

    column: DatasetColumn
    variables: tuple[str, ...]
    outcome: str


@dataclass(frozen=True)
class AffectedDataset:
    """A dataset version made of a wave version that was corrected since.

    ``columns`` rest on variables that were changed; where rows came or went, the whole dataset rests on them.
    """

    version: DatasetVersion
    correction: Correction
    columns: tuple[AffectedColumn, ...]

    @property
    def is_reached(self) -> bool:
        return bool(self.columns) or self.correction.moves_rows

    def reached(self) -> Reached:
        """For those who read the version or one of its columns."""
        told = self.correction.told
        return Reached(
            self.correction,
            tuple(
                ReachedColumn(
                    one.column.name, {name: told[name] for name in one.variables}, {"outcome": one.outcome}
                )
                for one in self.columns
            ),
        )

    @property
    def names(self) -> frozenset[str]:
        return frozenset(one.column.name for one in self.columns)


def datasets_affected(correction: Correction) -> list[AffectedDataset]:
    """Every dataset version made of the corrected wave version with a column that rests on what changed."""
    made = DatasetVersion.objects.filter(wave_versions=correction.before)
    versions = made.select_related("dataset__study").order_by("dataset__slug", "-number")
    with one_look():
        found = [_affected(version, correction) for version in versions]
    return [one for one in found if one.is_reached]


def errata_of(version: DatasetVersion) -> list[AffectedDataset]:
    """The corrections of waves that this dataset version was made of, each with the columns it reaches."""
    waves: Iterable[WaveVersion] = version.wave_versions.select_related("wave__study", "data")
    corrections = [found for wave in waves if (found := correction_of(wave)) is not None]
    return [one for correction in corrections if (one := _affected(version, correction)).is_reached]


def reached_in_dataset(version: DatasetVersion) -> list[Reached]:
    """:func:`errata_of` as those are told who read the version."""
    return [one.reached() for one in errata_of(version)]


def reached_in_column(column: DatasetColumn) -> list[Reached]:
    """The corrections that reach one column, each with that column alone."""
    found = []
    for one in errata_of(column.version):
        if column.name in one.names:
            mine = tuple(two for two in one.columns if two.column.name == column.name)
            found.append(replace(one, columns=mine).reached())
    return found


def _affected(version: DatasetVersion, correction: Correction) -> AffectedDataset:
    columns = list(version.columns.select_related("derived", "measure_version__measure").order_by("position"))
    read = ReadBy({column.derived_id: column.derived.inputs for column in columns})
    reached = [(column, sorted(read.variables(column.derived_id) & correction.changed)) for column in columns]
    reached = [(column, names) for column, names in reached if names]
    now = current_column_hashes(version.dataset) if reached else {}
    return AffectedDataset(
        version,
        correction,
        tuple(AffectedColumn(column, tuple(names), _outcome(column, now)) for column, names in reached),
    )


def _outcome(column: DatasetColumn, now: Mapping[str, str | None]) -> str:
    """Whether today's data give what the column holds."""
    found = now.get(column.name)
    if found is None:
        return "unknown"
    return "same" if found == column.derived.content_hash else "differs"


class ReadBy:
    """Which variables a derived column read, those behind earlier measures and its filter among them."""

    def __init__(self, inputs: dict[str, list[dict[str, Any]]]) -> None:
        self.inputs = inputs
        self.known: dict[str, frozenset[str]] = {}

    def variables(self, key: str) -> frozenset[str]:
        if key not in self.known:
            entries = self._entries(key)
            own = {entry["variable"] for entry in entries if "variable" in entry}
            earlier = (self.variables(entry["key"]) for entry in entries if "measure" in entry)
            self.known[key] = frozenset(own).union(*earlier)
        return self.known[key]

    def _entries(self, key: str) -> list[dict[str, Any]]:
        if key not in self.inputs:
            found = DerivedColumn.objects.filter(pk=key).values_list("inputs", flat=True).first()
            self.inputs[key] = found or []
        return self.inputs[key]
