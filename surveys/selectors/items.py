"""Items over the waves of a study: which wave asked them, under which name, how comparable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from surveys.core.codebook import Labels, variable_from_json
from surveys.core.codebook import Variable as CodebookVariable
from surveys.core.comparison import VariableDifference
from surveys.core.comparison.beside import CodeLine, code_lines
from surveys.core.comparison.books import NOTICEABLE
from surveys.core.comparison.codes import code_key
from surveys.core.comparison.distribution import Side
from surveys.core.comparison.variables import variable_difference
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import CrosswalkDecision, Item, Study, Wave, WaveVersion
from surveys.selectors.crosswalk import ABSENT, BARRED, OTHER_ITEM, SAME_NAME, standing_decisions, standings

NO_DATA = "no_data"
STATUSES = (*CrosswalkDecision.Status.values, SAME_NAME, OTHER_ITEM, ABSENT, NO_DATA)  # of an item in a wave


@dataclass(frozen=True)
class Cell:
    """An item in one wave: ``status`` as in :class:`Standing`, or that the wave has no data."""

    wave: Wave
    version: WaveVersion | None
    status: str
    variable: str = ""
    decision: CrosswalkDecision | None = None

    @property
    def is_there(self) -> bool:
        return self.status not in (ABSENT, OTHER_ITEM, NO_DATA, *BARRED)


@dataclass(frozen=True)
class Line:
    """An item and its cells in the order of the waves."""

    name: str
    labels: Labels
    cells: tuple[Cell, ...]

    @property
    def n_waves(self) -> int:
        return sum(cell.is_there for cell in self.cells)

    @property
    def statuses(self) -> frozenset[str]:
        return frozenset(cell.status for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """Items down, waves across; ``counts`` are items per status, before a status is chosen."""

    waves: tuple[Wave, ...]
    rows: tuple[Line, ...]
    counts: tuple[tuple[str, int], ...]
    n_items: int


def availability(study: Study, *, query: str = "", status: str = "") -> Grid:
    """Every item in every wave: those of the study's vocabulary, and every variable under its own name.

    A variable that carries another item in every wave it is in does not count as an item of its own.
    """
    waves = _latest(study)
    stored = {item.name: item for item in study.items.all()}
    found = [_in_wave(study, wave, version) for wave, version in waves]
    named = (name for cells, _labels in found for name, cell in cells.items() if cell.status != OTHER_ITEM)
    names = dict.fromkeys([*named, *stored])
    lines = [_line(name, stored.get(name), waves, found) for name in names]
    lines = [line for line in lines if _matches(line, query)]
    counts = Counter(one for line in lines for one in line.statuses)
    kept = tuple(line for line in lines if not status or status in line.statuses)
    return Grid(tuple(wave for wave, _version in waves), kept, tuple(sorted(counts.items())), len(names))


def _latest(study: Study) -> list[tuple[Wave, WaveVersion | None]]:
    """Each wave with its latest version, in the order of the waves."""
    versions = WaveVersion.objects.filter(wave__study=study).select_related("wave__study", "data")
    latest = {version.wave_id: version for version in versions.order_by("number")}
    return [(wave, latest.get(wave.pk)) for wave in study.waves.all()]


Found = tuple[dict[str, Cell], dict[str, Labels]]


def _in_wave(study: Study, wave: Wave, version: WaveVersion | None) -> Found:
    """The items that a wave's latest version speaks of, decided or by name, and the labels there."""
    if version is None:
        decided = standing_decisions().filter(item__study=study, wave=wave)
        decided = decided.select_related("item", "decided_by")
        return {one.item.name: Cell(wave, None, NO_DATA, one.variable, one) for one in decided}, {}
    rows = dict(version.variables.values_list("name", "labels"))
    cells = {
        name: Cell(wave, version, one.status, one.variable, one.decision)
        for name, one in standings(study, version, rows).items()
    }
    return cells, {name: rows[cell.variable] for name, cell in cells.items() if cell.variable in rows}


def _line(
    name: str, item: Item | None, waves: list[tuple[Wave, WaveVersion | None]], found: list[Found]
) -> Line:
    cells = []
    for (wave, version), (there, _labels) in zip(waves, found, strict=True):
        empty = Cell(wave, version, ABSENT if version else NO_DATA)
        cells.append(there.get(name, empty))
    labels: Mapping[str, str] = item.labels if item is not None else {}
    if not labels:
        labels = next((own[name] for _cells, own in reversed(found) if own.get(name)), {})
    return Line(name, labels, tuple(cells))


def _matches(line: Line, query: str) -> bool:
    haystack = "\n".join((line.name, *(cell.variable for cell in line.cells), *line.labels.values()))
    return all(word in haystack.casefold() for word in query.casefold().split())


@dataclass(frozen=True)
class ItemLine(CodeLine):
    """A code in one wave and what it becomes: the item's code, a reason, or None without a counterpart."""

    becomes: Any = None


def _becomes(line: CodeLine, becomes: Mapping[Any, Any], is_mapped: bool) -> Any:
    if line.state == "removed":
        return None
    if (key := code_key(line.value)) in becomes:
        return becomes[key]
    if line.is_missing:
        return line.reasons[1]
    return None if is_mapped else line.value


@dataclass(frozen=True)
class InWave:
    """An item in one wave: the variable that carries it, how its codes map, and how it differs from the
    wave it is held against (None there, and where it was not asked)."""

    cell: Cell
    variable: CodebookVariable | None
    counts: Mapping[str, Any]
    difference: VariableDifference | None = None

    base: CodebookVariable | None = None

    @cached_property
    def lines(self) -> list[ItemLine]:
        """Codes of this wave, marked against the other's, each with what it becomes as the item."""
        if self.variable is None:
            return []
        decision = self.cell.decision
        is_mapped = decision is not None and bool(decision.code_map)
        pairs = [*decision.code_map, *decision.missing_map] if decision is not None else []
        becomes = {code_key(source): target for source, target in pairs}
        return [
            ItemLine(**vars(line), becomes=_becomes(line, becomes, is_mapped))
            for line in code_lines(self.base or self.variable, self.variable)
        ]


@dataclass(frozen=True)
class OverWaves:
    """An item in every wave; ``against`` is the wave whose wording the others are held against."""

    line: Line
    item: Item | None
    waves: tuple[InWave, ...]
    against: Wave | None
    history: tuple[CrosswalkDecision, ...]


def item_over_waves(study: Study, name: str, against: str = "") -> OverWaves:
    """Everything of one item, side by side; held against the wave ``against``, else the first that asked."""
    waves = _latest(study)
    stored = study.items.filter(name=name).first()
    found = [_in_wave(study, wave, version) for wave, version in waves]
    if stored is None and not any(name in cells for cells, _labels in found):
        known = {one for cells, _labels in found for one in cells} | set(
            study.items.values_list("name", flat=True)
        )
        raise refuse(
            "not_found",
            say("There is no item called {name} in {study}.", name=name, study=study),
            near=near_misses(name, known),
        )
    line = _line(name, stored, waves, found)
    sides = [(cell, *_described(cell)) for cell in line.cells]
    base = _base(sides, against)
    return OverWaves(
        line=line,
        item=stored,
        waves=tuple(_beside(side, base) for side in sides),
        against=base[0].wave if base else None,
        history=tuple(_history(study, name)),
    )


Described = tuple[Cell, CodebookVariable | None, Mapping[str, Any]]


def _described(cell: Cell) -> tuple[CodebookVariable | None, Mapping[str, Any]]:
    """The codebook entry and counts of what carries an item, or would carry it."""
    stored = cell.version.variables.filter(name=cell.variable).first() if cell.version else None
    return (variable_from_json(stored.codebook), stored.frequencies) if stored else (None, {})


def _base(sides: list[Described], against: str) -> Described | None:
    asked = [side for side in sides if side[1] is not None]
    return next((side for side in asked if side[0].wave.slug == against), asked[0] if asked else None)


def _beside(side: Described, base: Described | None) -> InWave:
    cell, variable, counts = side
    if variable is None or base is None or base[1] is None or base[0] is cell:
        return InWave(cell, variable, counts)
    one, other = Side(base[1], base[2]), Side(variable, counts)
    difference = variable_difference(one, other, is_told=False, least=NOTICEABLE)
    return InWave(cell, variable, counts, difference, base[1])


def _history(study: Study, name: str) -> list[CrosswalkDecision]:
    found = CrosswalkDecision.objects.filter(item__study=study, item__name=name)
    return list(found.select_related("item", "wave", "decided_by", "undone_by", "undoes").order_by("-id"))
