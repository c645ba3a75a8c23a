"""Reads over many things at once: the standing of every dataset, every column that reads a variable."""

from __future__ import annotations

from django.db.models import QuerySet

from measures.core.freshness import Freshness
from measures.models import Dataset, DatasetColumn, DatasetVersion, DerivedColumn
from measures.selectors.scopes import one_look
from measures.selectors.staleness import freshness
from surveys.models import Study, WaveVersion


def datasets_standing(study: Study) -> list[tuple[Dataset, DatasetVersion | None, Freshness]]:
    """Every dataset of a study with its latest version and whether that still holds."""
    with one_look():
        datasets = study.datasets.prefetch_related("versions")
        return [(dataset, dataset.latest, freshness(dataset)) for dataset in datasets]


def versions_made_of(version: WaveVersion) -> QuerySet[DatasetVersion]:
    """Dataset versions made of a wave version."""
    return version.dataset_versions.select_related("dataset__study")


def columns_reading(version: WaveVersion, variable: str) -> list[DatasetColumn]:
    """Columns of datasets made of ``version`` whose own rule reads ``variable``.

    What a rule read lies with its derived column, which many dataset versions share: those are looked
    through first, and only the columns that are meant are loaded.
    """
    made = DatasetColumn.objects.filter(version__wave_versions=version)
    derived = DerivedColumn.objects.filter(pk__in=made.values("derived"))
    using = [key for key, inputs in derived.values_list("pk", "inputs") if _reads(inputs, variable)]
    columns = made.filter(derived__in=using).select_related(
        "version__dataset__study", "measure_version__measure"
    )
    return list(columns.defer("codebook"))


def _reads(inputs: list[dict[str, object]], variable: str) -> bool:
    """Whether a rule itself reads ``variable``; the condition on rows does not count."""
    return any(entry.get("variable") == variable and not entry.get("filter") for entry in inputs)
