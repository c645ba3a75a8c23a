"""The index of a measure, wave by wave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from measures import selectors
from measures.services.indices import index_report, submit_index
from measures.views.rules import version_shown
from surveys.core.problems import refuse


def index(request: HttpRequest, study: str, name: str, number: int | None = None) -> HttpResponse:
    """Make-up, decomposition and robustness of the measure's index; what is asked stands in the address.

    Without a number of the version in force.
    """
    measure = selectors.measure_named(request.user, f"{study}/{name}")
    version = version_shown(request.user, measure, number)
    by = request.GET.get("by", "")
    with selectors.one_look():
        report = index_report(request.user, version, by=by)
    context: dict[str, Any] = {
        "study": measure.study,
        "measure": measure,
        "version": version,
        "report": report,
        "by": by,
        "may_count": request.user.is_authenticated and report.is_waiting,
    }
    return render(request, "measures/index.html", context)


@require_POST
def count_index(request: HttpRequest, study: str, name: str, number: int | None = None) -> HttpResponse:
    """Queues the counting of large waves and shows its job."""
    version = version_shown(request.user, selectors.measure_named(request.user, f"{study}/{name}"), number)
    if not request.user.is_authenticated:
        raise refuse("sign_in", "You need to sign in to have something counted.")
    return redirect("surveys:job", submit_index(request.user, version, request.GET.get("by", "")).pk)
