"""The part of a graph of freshness below runs: waves, measures, datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.selectors.graph_parts import Node
from analytics.selectors.passport import rests_on
from measures.core.freshness import FRESH, Freshness, blocked, stale
from measures.models import Dataset, DatasetColumn, DatasetVersion, MeasureVersion
from measures.selectors import freshness, published_measures, version_freshness
from surveys.models import Study, WaveVersion
from surveys.selectors import latest_version


class DataNodes:
    """Gathers the nodes below runs; ``only`` names the columns whose measures matter, None for all."""

    def __init__(self, study: Study, only: frozenset[str] | None = None) -> None:
        self.study, self.only = study, only
        self._waves: dict[str, Node] = {}
        self._measures: dict[str, Node] = {}
        self._datasets: dict[str, Node] = {}

    def nodes(self) -> Iterator[Node]:
        """Waves first, then measures (earlier ones before those that rest on them), then datasets."""
        yield from self._waves.values()
        yield from _in_order(self._measures)
        yield from self._datasets.values()

    def add_datasets(self) -> None:
        """Every dataset of the study, as it was built last."""
        for dataset in self.study.datasets.select_related("study").prefetch_related("versions"):
            if dataset.latest is not None:
                self.add(dataset.latest)
            else:
                self._add_unbuilt(dataset)

    def add(self, version: DatasetVersion) -> str:
        """A dataset version with the waves and measures it was made of; its key."""
        key = f"dataset:{version}"
        if key in self._datasets:
            return key
        waves = [self.add_wave(one) for one in version.wave_versions.select_related("wave__study")]
        measures = list(self._add_measures(version, waves))
        url = reverse(
            "measures:dataset_version", args=[version.study.slug, version.dataset.slug, version.number]
        )
        standing = version_freshness(version)
        self._datasets[key] = Node(key, "dataset", str(version), standing, url, (*waves, *measures))
        return key

    def add_wave(self, version: WaveVersion) -> str:
        """A wave version: fresh until it is corrected; its key."""
        key = f"wave:{version}"
        if key not in self._waves:
            wave = version.wave
            url = reverse("surveys:wave_version", args=[wave.study.slug, wave.slug, version.number])
            self._waves[key] = Node(key, "wave", str(version), _of_wave(version), url)
        return key

    def _add_unbuilt(self, dataset: Dataset) -> None:
        key = f"dataset:{dataset}"
        url = reverse("measures:dataset", args=[self.study.slug, dataset.slug])
        self._datasets[key] = Node(key, "dataset", str(dataset), freshness(dataset), url)

    def _add_measures(self, version: DatasetVersion, waves: list[str]) -> Iterator[str]:
        columns = version.columns.select_related("derived", "measure_version__measure").defer(
            "codebook", "derived__frequencies", "derived__fitted", "measure_version__report"
        )
        by_name = {column.name: column for column in columns if column.measure_version is not None}
        for name in self._wanted(by_name):
            yield self._add_measure(by_name[name], by_name, waves)

    def _wanted(self, by_name: dict[str, DatasetColumn]) -> list[str]:
        """The columns asked for and those that their rules rest on."""
        waiting = [name for name in by_name if self.only is None or name in self.only]
        found: dict[str, None] = {}
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found[name] = None
                waiting += [one for one in rests_on(by_name[name]) if one in by_name]
        return list(found)

    def _add_measure(self, column: DatasetColumn, by_name: dict[str, DatasetColumn], waves: list[str]) -> str:
        version = column.measure_version
        assert version is not None
        key = f"measure:{version}"
        earlier = [by_name[name].measure_version for name in rests_on(column) if name in by_name]
        reads = waves if any("item" in one for one in column.derived.inputs) else []
        known = self._measures[key].needs if key in self._measures else ()
        needs = dict.fromkeys((*known, *reads, *(f"measure:{one}" for one in earlier)))
        url = reverse(
            "measures:measure_version", args=[self.study.slug, version.measure.name, version.number]
        )
        standing = self._of_measure(version)
        self._measures[key] = Node(key, "measure", str(version), standing, url, tuple(needs))
        return key

    @cached_property
    def _in_force(self) -> dict[str, MeasureVersion]:
        return published_measures(self.study)

    def _of_measure(self, version: MeasureVersion) -> Freshness:
        """Fresh while it is in force; a recipe that names its number goes on taking it all the same."""
        now = self._in_force.get(version.measure.name)
        if now is not None and now.pk == version.pk:
            return FRESH
        if now is None:
            cause = _("%(version)s was retired and no version is in force") % {"version": version}
            return blocked(cause, step=_("Publish a new version, or take it out of the recipes."))
        return stale(_("%(old)s was replaced by %(new)s") % {"old": version, "new": now})


def _of_wave(version: WaveVersion) -> Freshness:
    latest = latest_version(version.wave)
    if latest is None or latest.pk == version.pk:
        return FRESH
    told = {"old": version, "new": latest}
    return stale(_("%(old)s was corrected by %(new)s") % told, step=_("Build again what was made of it."))


def _in_order(measures: dict[str, Node]) -> Iterable[Node]:
    """Each measure after those it rests on."""
    done: dict[str, Node] = {}

    def take(key: str) -> None:
        if key in done or key not in measures:
            return
        for need in measures[key].needs:
            take(need)
        done[key] = measures[key]

    for key in measures:
        take(key)
    return done.values()
