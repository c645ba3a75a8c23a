"""Analyses, targets and versions as people name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analytics.core.first_specs import MOST_CODES
from analytics.models import Analysis, Run, Target
from analytics.selectors.inputs import Subject
from measures.models import Dataset, DatasetVersion
from measures.selectors import dataset_version_named
from surveys.core.codebook import Code, Role, ValueType, Variable
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import Study, User, Wave
from surveys.selectors import reference, study_named, wave_version_named

WHOLE = ("analysis", "study", "created_by", "dataset_version__dataset__study", "wave_version__wave__study")


def analysis_named(user: User, text: str) -> Analysis:
    """The analysis ``STUDY/ANALYSIS``."""
    asked = reference(text)
    study = study_named(user, asked.study)
    found = Analysis.objects.filter(study=study, slug=asked.name).select_related("study").first()
    if found is None:
        near = near_misses(asked.name, study.analyses.values_list("slug", flat=True))
        raise refuse(
            "not_found",
            say("{study} has no analysis called {name}.", study=study, name=asked.name),
            near=near,
        )
    return found


def target_named(study: Study, slug: str) -> Target:
    """The published table ``slug`` of a study (``fsp_isp_2022/table2``)."""
    found = Target.objects.filter(study=study, slug=slug).prefetch_related("cells").first()
    if found is None:
        near = near_misses(slug, study.targets.values_list("slug", flat=True))
        raise refuse(
            "not_found", say("{study} has no target called {slug}.", study=study, slug=slug), near=near
        )
    return found


def subject_named(user: User, text: str) -> Subject:
    """The dataset version, or else the wave version, that ``STUDY/NAME`` or ``STUDY/NAME@n`` names."""
    asked = reference(text)
    study = study_named(user, asked.study)
    if Dataset.objects.filter(study=study, slug=asked.name).exists():
        return dataset_version_named(user, text)
    waves = Wave.objects.filter(study=study)
    if waves.filter(slug=asked.name).exists():
        return wave_version_named(user, text)
    known = [*study.datasets.values_list("slug", flat=True), *waves.values_list("slug", flat=True)]
    near = tuple(f"{study}/{name}" for name in near_misses(asked.name, known))
    hint = "" if near else say("{study} has: {known}.", study=study, known=known or say("nothing yet"))
    raise refuse(
        "not_found",
        say("{study} has no dataset or wave called {name}.", study=study, name=asked.name),
        near=near,
        hint=hint,
    )


def subject_of(user: User, analysis: Analysis, name: str = "") -> Subject:
    """The version an analysis is run on: the one named, else of its dataset, else of the only dataset."""
    study = analysis.study
    wanted = name or str(analysis.spec.get("dataset", ""))
    if not wanted:
        slugs = list(study.datasets.values_list("slug", flat=True))
        if len(slugs) != 1:
            hint = say("Choose one of {known}.", known=slugs) if slugs else "Define a dataset first."
            raise refuse(
                "which_dataset", say("Which dataset does {analysis} read?", analysis=analysis), hint=hint
            )
        wanted = slugs[0]
    return subject_named(user, wanted if "/" in wanted else f"{study.slug}/{wanted}")


def subjects_in(user: User, study: Study) -> list[str]:
    """The names of the study's datasets that were built, then of its waves with data, the newest first."""
    built = study.datasets.filter(versions__isnull=False).distinct().values_list("slug", flat=True)
    waves = Wave.objects.filter(study=study, versions__isnull=False).distinct().order_by("-pk")
    return [*built, *waves.values_list("slug", flat=True)]


def variables_of(version: Subject) -> list[Variable]:
    """The codebook of a dataset or wave version, in its order, as somebody sees it who looks at the data too.

    A variable without codes has those of the few values it holds; one whose every row is another is a key.
    """
    if isinstance(version, DatasetVersion):
        columns = version.columns.select_related("derived")
        found = [(one.as_core(), one.derived.frequencies) for one in columns]
    else:
        found = [(one.as_core(), one.frequencies) for one in version.variables.all()]
    return [_looked_at(variable, counted, version.rows) for variable, counted in found]


def _looked_at(variable: Variable, counted: Mapping[str, Any], rows: int) -> Variable:
    distinct, values = counted.get("distinct", 0), counted.get("values", ())
    if variable.codes:
        return variable
    if distinct == rows and variable.type is not ValueType.DECIMAL:
        return replace(variable, role=Role.KEY)
    is_few = 0 < distinct == len(values) <= MOST_CODES
    whole = all(isinstance(value, str) or float(value).is_integer() for value, _ in values)
    return (
        replace(variable, codes=tuple(Code(value) for value, _ in values)) if is_few and whole else variable
    )


def run_with(user: User, pk: int) -> Run:
    """The run with this number, if this person may see it."""
    found = Run.objects.visible_to(user).select_related(*WHOLE).filter(pk=pk).first()
    if found is None:
        raise refuse("not_found", say("There is no run {pk} that you can see.", pk=pk))
    return found
