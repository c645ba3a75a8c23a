"""What this room adds to the pages of a study, a wave and a variable."""

from __future__ import annotations

from typing import Any

from django import template

from measures import selectors
from measures.models import DatasetColumn, DatasetVersion, MeasureVersion
from measures.policy import may_define
from surveys.models import Study, User, Variable, WaveVersion

register = template.Library()


@register.inclusion_tag("measures/_study_measures.html", takes_context=True)
def study_measures(context: template.Context, study: Study) -> dict[str, Any]:
    """The study's measures, each with its version in force."""
    measures = study.measures.prefetch_related("versions")
    return {"study": study, "measures": list(measures), "may_define": may_define(context["user"], study)}


@register.inclusion_tag("measures/_study_datasets.html", takes_context=True)
def study_datasets(context: template.Context, study: Study) -> dict[str, Any]:
    """The study's datasets, each with its latest version and whether it still holds."""
    rows = [(dataset, dataset.latest, selectors.freshness(dataset)) for dataset in study.datasets.all()]
    return {"study": study, "datasets": rows, "may_define": may_define(context["user"], study)}


@register.inclusion_tag("measures/_wave_used_by.html")
def wave_used_by(version: WaveVersion) -> dict[str, Any]:
    """Dataset versions made of a wave version."""
    return {"study": version.study, "dataset_versions": version.dataset_versions.select_related("dataset__study")}


@register.inclusion_tag("measures/_variable_used_by.html")
def variable_used_by(version: WaveVersion, variable: Variable) -> dict[str, Any]:
    """Dataset columns whose rule reads this variable, with the measure versions behind them."""
    columns = (
        DatasetColumn.objects.filter(version__wave_versions=version)
        .select_related("version__dataset__study", "derived", "measure_version__measure")
        .defer("derived__frequencies", "derived__fitted")
    )
    using = [column for column in columns if reads(column, variable.name)]
    measures = list({c.measure_version_id: c.measure_version for c in using if c.measure_version}.values())
    return {"study": version.study, "measure_versions": measures, "columns": using}


def reads(column: DatasetColumn, variable: str) -> bool:
    """Whether a column's own rule reads ``variable`` (the condition on rows does not count)."""
    return any(i.get("variable") == variable and not i.get("filter") for i in column.derived.inputs)


@register.filter
def in_force(measure: Any) -> MeasureVersion | None:
    """The published version in force of a measure whose versions are prefetched, else its draft."""
    versions = sorted(measure.versions.all(), key=lambda v: (v.state == "published", v.number or 0))
    return versions[-1] if versions else None


@register.filter
def has_draft(measure: Any) -> bool:
    return any(version.state == MeasureVersion.State.DRAFT for version in measure.versions.all())


@register.inclusion_tag("_parts/freshness.html")
def freshness(state: Any) -> dict[str, Any]:
    """A badge and the causes in words."""
    return {"state": state}


@register.simple_tag
def dataset_versions_of(dataset: Any) -> list[DatasetVersion]:
    return list(dataset.versions.order_by("-number").select_related("created_by"))
