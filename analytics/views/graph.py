"""What rests on what, and whether it still holds; running again what does not."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from analytics import selectors
from analytics.policy import may_run
from analytics.selectors.rerunning import last_rerun, rerun_plan
from analytics.services.rerunning import ask_to_rerun
from surveys.selectors import study_named


def study_freshness(request: HttpRequest, study: str) -> HttpResponse:
    """From waves to printed tables, with what running again would do and what it did last."""
    here = study_named(request.user, study)
    context = {
        "study": here,
        "graph": selectors.graph_of_study(request.user, here),
        "plan": rerun_plan(request.user, here),
        "last": last_rerun(here) if request.user.is_authenticated else None,
        "may_run": may_run(request.user, here),
    }
    return render(request, "analytics/freshness.html", context)


def freshness_of_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What one run rests on, and what stands on it."""
    found = selectors.run_with(request.user, pk)
    context = {"study": found.study, "run": found, "graph": selectors.graph_of_run(request.user, found)}
    return render(request, "analytics/freshness.html", context)


@require_POST
def rerun(request: HttpRequest, study: str) -> HttpResponse:
    """Queues the rerun of everything stale, and shows the job."""
    return redirect("surveys:job", ask_to_rerun(request.user, study_named(request.user, study)).pk)
