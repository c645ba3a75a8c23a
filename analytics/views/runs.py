"""One run: its passport, its tables, and the published table beside it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import selectors
from analytics.core.comparison import Comparison
from analytics.core.side_by_side import regression_table
from analytics.models import Run, Target
from analytics.policy import may_run
from measures.models import DatasetColumn
from surveys.core.problems import refuse

WHOLE = ("analysis", "study", "created_by", "dataset_version__dataset__study", "wave_version__wave__study")


def run(request: HttpRequest, pk: int) -> HttpResponse:
    """The passport beside the numbers, the target beside the run, the audit beneath."""
    found = Run.objects.visible_to(request.user).select_related(*WHOLE).filter(pk=pk).first()
    if found is None:
        raise refuse("not_found", f"There is no run {pk} that you can see.")
    named = selectors.target_of(found)
    context = {
        "study": found.study,
        "run": found,
        "title": found.analysis,
        "freshness": selectors.run_freshness(found),
        "columns": measure_columns(found),
        "lost": [(*key.partition(": ")[::2], rows) for key, rows in found.n_lost.items()],
        "regression": regression_table(found.result) if "models" in found.result else None,
        "comparison": selectors.compare_run(found) if named else None,
        "target": named[0] if named else None,
        "audit": selectors.audit_of(named[0]) if named else (),
        "beside": beside(named[0], except_for=found) if named else [],
        "may_run": may_run(request.user, found.study),
    }
    return render(request, "analytics/run.html", context)


def measure_columns(run: Run) -> QuerySet[DatasetColumn]:
    """The columns the run read, each with the measure version that made it."""
    columns = DatasetColumn.objects.filter(version=run.dataset_version_id, name__in=list(run.inputs))
    return columns.select_related("measure_version__measure").defer("codebook")


def beside(target: Target, except_for: Run | None = None) -> list[tuple[Run, list[dict[str, Any]]]]:
    """(run, its columns of the target in brief) for every analysis that replicates ``target``."""
    runs = [run for run in selectors.runs_beside(target) if except_for is None or run.pk != except_for.pk]
    compared = [(run, selectors.compare_run(run)) for run in runs]
    return [(run, in_brief(comparison)) for run, comparison in compared if comparison is not None]


def in_brief(comparison: Comparison) -> list[dict[str, Any]]:
    """Per column of the target: how it was printed and run, how many cells agree, its fit beside the printed one."""
    brief = []
    for place, (head, summary) in enumerate(zip(comparison.columns, comparison.summary, strict=True)):
        fit = [(row.label, row.cells[place]) for row in comparison.rows if row.section == "fit" and row.cells[place]]
        brief.append({**head, **summary, "fit": fit})
    return brief
