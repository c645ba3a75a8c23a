"""Analyses, their runs laid beside what was published, and published tables with their audit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from analytics.models import Analysis, Run, Target
from surveys.selectors import study_named


def analyses(request: HttpRequest, study: str) -> HttpResponse:
    """Every analysis of a study."""
    return render(request, "analytics/analyses.html", {"study": study_named(request.user, study)})


def analysis(request: HttpRequest, study: str, slug: str) -> HttpResponse:
    """A specification and its runs."""
    here = study_named(request.user, study)
    found = get_object_or_404(Analysis.objects.visible_to(request.user), study=here, slug=slug)
    return render(request, "analytics/analysis.html", {"study": here, "analysis": found})


def run(request: HttpRequest, study: str, pk: int) -> HttpResponse:
    """One run."""
    here = study_named(request.user, study)
    found = get_object_or_404(Run.objects.visible_to(request.user), study=here, pk=pk)
    return render(request, "analytics/run.html", {"study": here, "run": found})


def target(request: HttpRequest, study: str, slug: str) -> HttpResponse:
    """A published table."""
    here = study_named(request.user, study)
    found = get_object_or_404(Target.objects.visible_to(request.user), study=here, slug=slug)
    return render(request, "analytics/target.html", {"study": here, "target": found})
