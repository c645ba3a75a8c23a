"""Analyses: what was asked, apart from how and on what it was computed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from analytics import selectors
from analytics.models import Run
from analytics.policy import may_run
from analytics.services.analyses import ask_to_run
from surveys.selectors import study_named


def analyses(request: HttpRequest, study: str) -> HttpResponse:
    """Every analysis and every published target of a study."""
    return render(request, "analytics/analyses.html", {"study": study_named(request.user, study)})


def analysis(request: HttpRequest, study: str, slug: str) -> HttpResponse:
    """A specification and its runs, the latest with its freshness."""
    found = selectors.analysis_named(request.user, f"{study}/{slug}")
    runs = list(
        Run.objects.visible_to(request.user)
        .filter(analysis=found)
        .select_related(
            "analysis", "dataset_version__dataset__study", "wave_version__wave__study", "created_by"
        )
        .defer("result", "environment")
    )
    in_force = [run for run in runs if not run.withdrawn_because]
    context = {
        "study": found.study,
        "analysis": found,
        "rows": [(run, selectors.rows_shown_to(request.user, run)) for run in runs],
        "freshness": selectors.run_freshness(in_force[0]) if in_force else None,
        "may_run": may_run(request.user, found.study),
    }
    return render(request, "analytics/analysis.html", context)


@require_POST
def start_run(request: HttpRequest, study: str, slug: str) -> HttpResponse:
    """Queues a run on the version the analysis reads today, and shows its job."""
    found = selectors.analysis_named(request.user, f"{study}/{slug}")
    version = selectors.subject_of(request.user, found)
    return redirect("surveys:job", ask_to_run(request.user, found, version).pk)
