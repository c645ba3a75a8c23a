"""Downloads of dataset versions."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from measures import selectors
from measures.services.exports import dataset_subject
from surveys.http.download_pages import file_or_page, offered


def dataset_download(request: HttpRequest, study: str, dataset: str, number: int) -> HttpResponse:
    """Formats with sizes, hashes and losses; whoever may not download is told what to do."""
    version = selectors.dataset_version_named(request.user, f"{study}/{dataset}@{number}")
    context = offered(request, dataset_subject(version)) | {"dataset": version.dataset}
    return render(request, "measures/download.html", context)


@login_required
def dataset_file(request: HttpRequest, study: str, dataset: str, number: int, form: str) -> HttpResponseBase:
    """One file of a dataset version."""
    version = selectors.dataset_version_named(request.user, f"{study}/{dataset}@{number}")
    return file_or_page(request, dataset_subject(version), form)
