"""What this room adds to the pages of a study, a dataset and a measure."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count

from analytics.models import Run
from measures.models import DatasetVersion, MeasureVersion
from surveys.models import Study

register = template.Library()


@register.inclusion_tag("analytics/_study_analyses.html", takes_context=True)
def study_analyses(context: template.Context, study: Study) -> dict[str, Any]:
    """The study's analyses, each with its latest run."""
    analyses = list(study.analyses.all())
    latest: dict[int | None, Run] = {}
    runs = Run.objects.filter(analysis__in=analyses).select_related("dataset_version__dataset__study", "wave_version__wave__study")
    for run in runs.defer("result", "environment").order_by("id"):
        latest[run.analysis_id] = run
    return {"study": study, "rows": [(analysis, latest.get(analysis.pk)) for analysis in analyses]}


@register.inclusion_tag("analytics/_study_targets.html")
def study_targets(study: Study) -> dict[str, Any]:
    """The published tables that the study replicates."""
    return {"study": study, "targets": study.targets.annotate(n_cells=Count("cells"))}


@register.inclusion_tag("analytics/_runs.html")
def dataset_runs(version: DatasetVersion) -> dict[str, Any]:
    """Runs that read a dataset version."""
    return {"study": version.study, "runs": _listed(Run.objects.filter(dataset_version=version))}


@register.inclusion_tag("analytics/_runs.html")
def measure_runs(version: MeasureVersion) -> dict[str, Any]:
    """Runs that read a column made by a measure version."""
    columns = version.dataset_columns.values_list("version_id", "name")
    names = {version_id: name for version_id, name in columns}
    runs = _listed(Run.objects.filter(dataset_version__in=names))
    return {"study": version.measure.study, "runs": [run for run in runs if names[run.dataset_version_id] in run.inputs]}


def _listed(runs: Any) -> list[Run]:
    return list(runs.select_related("analysis", "dataset_version__dataset__study", "wave_version__wave__study").defer("result", "environment"))
