"""What the correction of a wave reaches."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import selectors
from surveys import policy
from surveys.selectors import wave_version_named


def erratum(request: HttpRequest, study: str, wave: str, number: int) -> HttpResponse:
    """Datasets, runs, published tables and files that rest on what was corrected, column by column."""
    version = wave_version_named(request.user, f"{study}/{wave}@{number}")
    context = {
        "study": version.study,
        "wave": version.wave,
        "version": version,
        "erratum": selectors.erratum_of(version),
        "rights": policy.rights(request.user, version.study),
    }
    return render(request, "analytics/erratum.html", context)
