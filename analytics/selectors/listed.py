"""Lists on pages of lower rooms: analyses and targets of a study, runs on a dataset or with a measure."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery

from analytics.models import Analysis, Run, Target
from measures.models import DatasetVersion, MeasureVersion
from surveys.models import Study, User

MOST_LOOSE = 20


def analyses_with_latest_run(study: Study) -> list[tuple[Analysis, Run | None]]:
    """Each analysis of the study with its latest run that was not withdrawn."""
    in_force = Run.objects.filter(analysis=OuterRef("pk"), withdrawn_because="")
    newest = in_force.order_by("-id").values("pk")[:1]
    analyses = list(study.analyses.annotate(latest_run=Subquery(newest)))
    runs = {run.pk: run for run in light(Run.objects.filter(pk__in=[a.latest_run for a in analyses]))}
    return [(analysis, runs.get(analysis.latest_run)) for analysis in analyses]


def runs_without_analysis(user: User, study: Study) -> list[Run]:
    """The newest runs of specifications that were not kept, as this person may see them."""
    found = Run.objects.visible_to(user).filter(study=study, analysis=None, withdrawn_because="")
    return list(light(found.order_by("-id"))[:MOST_LOOSE])


def targets_with_sizes(study: Study) -> QuerySet[Target]:
    """The published tables that the study replicates, each with its number of figures as ``n_cells``."""
    return study.targets.annotate(n_cells=Count("cells"))


def runs_on(version: DatasetVersion) -> list[Run]:
    """Runs that read a dataset version."""
    return list(light(Run.objects.filter(dataset_version=version, withdrawn_because="")))


def runs_with(version: MeasureVersion) -> list[Run]:
    """Runs that read a column made by a measure version."""
    names = dict(version.dataset_columns.values_list("version_id", "name"))
    runs = light(Run.objects.filter(dataset_version__in=names, withdrawn_because=""))
    return [run for run in runs if names[run.dataset_version_id] in run.inputs]


def light(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Runs without their results, with what their names are made of."""
    named = runs.select_related("analysis", "dataset_version__dataset__study", "wave_version__wave__study")
    return named.defer("result", "environment")
