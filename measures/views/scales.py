"""The scales of a measure, wave by wave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from measures import selectors
from measures.core.language.functions_of_samples import BASES
from measures.selectors.scales import grouping_items, may_part
from measures.services.scales import scale_reports, submit_scales
from measures.views.rules import version_shown
from surveys.core.problems import refuse


def scale(request: HttpRequest, study: str, name: str, number: int | None = None) -> HttpResponse:
    """Reliability, factor, congruence and drift of the measure's scales; what is asked stands in the address.

    Without a number of the version in force.
    """
    measure = selectors.measure_named(request.user, f"{study}/{name}")
    version = version_shown(request.user, measure, number)
    asked = {name: request.GET.get(name, "") for name in ("basis", "by", "metric")}
    is_told_groups = may_part(request.user, measure.study)
    with selectors.one_look():
        reports = scale_reports(request.user, version, **asked)
        groupings = grouping_items(version) if is_told_groups else []
    context: dict[str, Any] = {
        "study": measure.study,
        "measure": measure,
        "version": version,
        "reports": reports,
        "asked": asked,
        "bases": BASES,
        "groupings": groupings,
        "may_count": request.user.is_authenticated and any(report.is_waiting for report in reports),
    }
    return render(request, "measures/scale.html", context)


@require_POST
def count_scale(request: HttpRequest, study: str, name: str, number: int | None = None) -> HttpResponse:
    """Queues the counting of large waves and shows its job."""
    version = version_shown(request.user, selectors.measure_named(request.user, f"{study}/{name}"), number)
    if not request.user.is_authenticated:
        raise refuse("sign_in", "You need to sign in to have something counted.")
    return redirect("surveys:job", submit_scales(request.user, version, request.GET.get("by", "")).pk)
