"""The columns of a version as an analysis reads them: what there is, its hashes, its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analytics.core.frame import Column, Frame
from measures.models import DatasetVersion
from measures.selectors import read_columns
from surveys.core.codebook import MEANING, Variable, as_json, fingerprint, other_meaning
from surveys.core.table import physical, split, tags_of
from surveys.core.table import read_columns as read_physical
from surveys.models import WaveVersion
from surveys.services.files import path_of

Subject = DatasetVersion | WaveVersion


@dataclass(frozen=True)
class Input:
    """One column of a version: its codebook entry and the hash of its content."""

    variable: Variable
    content_hash: str

    @property
    def identity(self) -> str:
        """The content together with what decides how a model reads it: type, level, codes and absences.

        Runs are known by it; whether one still holds is asked of :meth:`is_read_as`, which passes by
        translations.
        """
        said = as_json(self.variable)
        parts = [said.get(name) for name in MEANING]
        return fingerprint([self.content_hash, *parts])

    def is_read_as(self, before: Input) -> bool:
        """Whether the cells are those of ``before`` and stand for the same."""
        same = self.content_hash == before.content_hash
        return same and not other_meaning(as_json(before.variable), self.variable)


def column_names(version: Subject) -> tuple[str, ...]:
    """Names of all columns of a version, in their order."""
    rows = version.columns if isinstance(version, DatasetVersion) else version.variables
    return tuple(rows.values_list("name", flat=True))


def inputs(version: Subject, names: Iterable[str]) -> dict[str, Input]:
    """The columns called ``names`` (all of them there), without reading a cell."""
    wanted = list(dict.fromkeys(names))
    if isinstance(version, DatasetVersion):
        columns = version.columns.filter(name__in=wanted).select_related("derived")
        found = {c.name: Input(c.as_core(), c.derived.content_hash) for c in columns}
    else:
        found = {v.name: Input(v.as_core(), v.column_hash) for v in version.variables.filter(name__in=wanted)}
    return {name: found[name] for name in wanted}


def read_frame(version: Subject, known: Mapping[str, Input]) -> Frame:
    """The cells of exactly these columns, parted into values and absences."""
    if isinstance(version, DatasetVersion):
        cells = read_columns(version, list(known))
        return {name: Column(known[name].variable, *cells[name]) for name in known}
    positions = dict(version.variables.filter(name__in=list(known)).values_list("name", "position"))
    frame = read_physical(path_of(version.data), positions.values())
    return {
        name: Column(
            known[name].variable,
            *split(
                frame[physical(position)],
                frame[tags_of(position)] if tags_of(position) in frame.columns else None,
                known[name].variable,
            ),
        )
        for name, position in positions.items()
    }
