"""What a new version of a measure would touch: datasets, runs, published tables, files handed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.models import Run, Target
from analytics.selectors.listed import light
from measures.models import DatasetColumn, DatasetVersion, Measure
from measures.selectors import TouchedDataset, datasets_touched, resting_on
from surveys.services.errata import how_often_downloaded


@dataclass(frozen=True)
class Impact:
    """``runs`` read a column that an earlier version made (or that rests on one) in a touched dataset;
    ``downloads``: dataset version -> how often its files were handed out."""

    measure: Measure
    resting: tuple[str, ...]
    datasets: tuple[TouchedDataset, ...]
    runs: tuple[Run, ...]
    targets: tuple[Target, ...]
    downloads: tuple[tuple[DatasetVersion, int], ...]

    @property
    def touched(self) -> tuple[TouchedDataset, ...]:
        return tuple(one for one in self.datasets if one.is_touched)

    @property
    def pinned(self) -> tuple[TouchedDataset, ...]:
        return tuple(one for one in self.datasets if not one.is_touched)

    @property
    def is_empty(self) -> bool:
        return not (self.resting or self.datasets)

    def as_json(self) -> dict[str, Any]:
        """Plain types, for ``--json`` and the API."""
        return {
            "measure": str(self.measure),
            "measures_resting_on_it": list(self.resting),
            "datasets": [
                {
                    "dataset": str(one.dataset),
                    "latest": str(one.latest) if one.latest else None,
                    "columns": list(one.columns),
                    "pinned": one.pinned,
                }
                for one in self.datasets
            ],
            "runs": [
                {
                    "run": run.pk,
                    "analysis": str(run.analysis) if run.analysis else None,
                    "of": str(run.subject),
                }
                for run in self.runs
            ],
            "targets": [str(target) for target in self.targets],
            "downloads": [{"dataset_version": str(version), "downloads": n} for version, n in self.downloads],
        }


def impact_of(measure: Measure) -> Impact:
    """What rests on the measure today and would be stale, or an earlier wording, after a new version."""
    resting = resting_on(measure)
    datasets = datasets_touched(measure, resting)
    columns = {one.dataset.pk: set(one.columns) for one in datasets if one.is_touched}
    made = DatasetColumn.objects.filter(
        version__dataset__in=columns, kind=DatasetColumn.Kind.MEASURE
    ).values_list("version_id", "version__dataset_id", "name")
    held: dict[int, set[str]] = {}
    for version, dataset, name in made:
        if name in columns[dataset]:
            held.setdefault(version, set()).add(name)
    runs = light(Run.objects.filter(dataset_version__in=held, withdrawn_because="")).order_by("-id")
    read = tuple(run for run in runs if held[run.dataset_version_id or 0] & run.inputs.keys())
    versions = DatasetVersion.objects.filter(pk__in=held).select_related("dataset__study")
    counts = how_often_downloaded(DatasetVersion, held)
    ordered = versions.order_by("dataset__slug", "-number")
    downloads = tuple((one, counts[one.pk]) for one in ordered if one.pk in counts)
    return Impact(measure, resting, datasets, read, _targets(measure, read), downloads)


def _targets(measure: Measure, runs: tuple[Run, ...]) -> tuple[Target, ...]:
    named = {str(run.spec.get("targets", "")).partition("#")[0] for run in runs} - {""}
    return tuple(Target.objects.filter(study=measure.study, slug__in=named).select_related("study"))
