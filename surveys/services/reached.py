"""A correction as somebody is told who reads what it reaches: in short, with the address of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from surveys.models import User, WaveVersion
from surveys.services.comparing import cells_of, may_be_told
from surveys.services.errata import CELLS, Correction, correction_of


@dataclass(frozen=True)
class ReachedColumn:
    """A column and what was corrected of the variables it is or was made from (see ``Correction.columns``).

    ``more`` is what else is known: ``outcome`` of a derived column, ``rows_changed`` of a variable.
    """

    name: str
    variables: Mapping[str, str]
    more: Mapping[str, Any]


@dataclass(frozen=True)
class Reached:
    """A correction and the columns that it reaches, of those asked about; ``run`` is who read them."""

    correction: Correction
    columns: tuple[ReachedColumn, ...]
    run: int | None = None

    def document(self) -> dict[str, Any]:
        """Plain types; ``url`` without the name of the machine."""
        before, after = self.correction.before, self.correction.after
        address = reverse("api_erratum", args=[before.study.slug, before.wave.slug, before.number])
        return {
            "wave_version": str(before),
            "corrected_by": str(after),
            "note": after.note,
            "rows_added": self.correction.rows_added,
            "rows_removed": self.correction.rows_removed,
            "columns": [
                {"name": one.name, "variables": dict(one.variables), **one.more} for one in self.columns
            ],
            "url": address,
            **({} if self.run is None else {"run": self.run}),
        }


def reached_in(version: WaveVersion) -> list[Reached]:
    """The correction of a wave version, with every variable that somebody should look at."""
    correction = correction_of(version)
    if correction is None or correction.is_empty:
        return []
    told = correction.told.items()
    return [Reached(correction, tuple(ReachedColumn(name, {name: what}, {}) for name, what in told))]


def variables_reached(user: User, version: WaveVersion, names: Iterable[str]) -> dict[str, Reached]:
    """The variables of ``names`` that were corrected since ``version``, each with the rows that changed.

    ``rows_changed`` is None where it is too few to be told to this person, or was not counted.
    """
    correction = correction_of(version)
    if correction is None:
        return {}
    told = {name: correction.told[name] for name in names if name in correction.told}
    rows: dict[str, int | None] = {}
    if CELLS in told.values():
        sides = correction.before, correction.after
        found = cells_of(*sides, is_told=may_be_told(user, *sides))
        rows = {one.name: one.changed for one in found.columns}
    return {
        name: Reached(
            correction,
            (ReachedColumn(name, {name: what}, {"rows_changed": rows.get(name)} if what == CELLS else {}),),
        )
        for name, what in told.items()
    }
