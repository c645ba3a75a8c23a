"""Downloads of wave versions."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from surveys import selectors
from surveys.http.download_pages import file_or_page, offered
from surveys.services.subjects import wave_subject


def wave_download(request: HttpRequest, study: str, wave: str, number: int) -> HttpResponse:
    """Formats with sizes, hashes and losses; whoever may not download is told what to do."""
    version = selectors.wave_version_named(request.user, f"{study}/{wave}@{number}")
    context = offered(request, wave_subject(version)) | {"wave": version.wave}
    return render(request, "surveys/download.html", context)


@login_required
def wave_file(request: HttpRequest, study: str, wave: str, number: int, form: str) -> HttpResponseBase:
    """One file of a wave version."""
    version = selectors.wave_version_named(request.user, f"{study}/{wave}@{number}")
    return file_or_page(request, wave_subject(version), form)
