"""How far a new version of a measure would reach: measures that rest on it, and datasets that take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from measures.core.recipe import read_recipe
from measures.models import Dataset, DatasetVersion, Measure
from measures.selectors.resolving import names_in
from measures.selectors.scopes import ground, one_look, parsed, published_measures, study_wave_versions
from measures.selectors.unlisted import items_called
from surveys.core.problems import Refused


@dataclass(frozen=True)
class TouchedDataset:
    """A dataset that names the measure.

    ``columns`` would be computed anew by the next build; none where the recipe pins a version: then it stays
    as it is.  ``latest`` is the version built last, if any was.
    """

    dataset: Dataset
    latest: DatasetVersion | None
    columns: tuple[str, ...]
    pinned: int | None = None

    @property
    def is_touched(self) -> bool:
        return self.pinned is None


def resting_on(measure: Measure) -> tuple[str, ...]:
    """The measures in force whose rules speak of this one, directly or through others; by name.

    A name that is also an item of a wave means the item there: a rule rests on the measure of the name only
    where some wave has no such item.
    """
    published = published_measures(measure.study)
    nodes = {}
    for name, version in published.items():
        try:
            nodes[name] = parsed(version.rule)
        except Refused:
            continue
    hidden = items_called(measure.study, published)
    with one_look():
        grounds = [ground(measure.study, v) for v in study_wave_versions(measure.study)] if hidden else []
    spoken: dict[str, set[str]] = {}
    for name, node in nodes.items():
        said = set(names_in(node))
        of_items = {one for one in said & hidden if all(one in here.items for here in grounds)}
        spoken[name] = said - of_items
    return tuple(sorted(_resting(measure.name, spoken)))


def _resting(name: str, spoken: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        below = waiting.pop()
        above = {one for one, names in spoken.items() if below in names} - found - {name}
        found |= above
        waiting += above
    return found


def datasets_touched(measure: Measure, resting: Iterable[str]) -> tuple[TouchedDataset, ...]:
    """Every dataset of the study whose recipe names the measure, by name."""
    found = []
    for dataset in measure.study.datasets.prefetch_related("versions").order_by("slug"):
        try:
            recipe = read_recipe(dataset.recipe)
        except Refused:
            continue
        named = {one.name: one for one in recipe.measures}
        if measure.name not in named:
            continue
        above = [name for name in resting if name in named and named[name].number is None]
        pinned = named[measure.name].number
        columns = () if pinned else (measure.name, *above)
        found.append(TouchedDataset(dataset, dataset.latest, columns, pinned))
    return tuple(found)
