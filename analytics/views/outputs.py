"""What leaves a run as a file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from analytics import selectors
from analytics.services.bundles import bundle_of, bundle_or_job, kept_bundle
from surveys.models import Job
from surveys.templatetags.vocabulary import language


def table(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The run's table as a file, in the reader's language or the one asked for."""
    found = selectors.run_with(request.user, pk)
    file = selectors.table_file(request.user, found, form, request.GET.get("language") or language())
    answer = HttpResponse(file.content, content_type=file.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer


def picture(request: HttpRequest, pk: int, name: str, form: str) -> HttpResponse:
    """A picture of the run, shown in the page or taken as a file."""
    found = selectors.run_with(request.user, pk)
    file = selectors.picture_file(request.user, found, name, form, request.GET.get("language") or language())
    answer = HttpResponse(file.content, content_type=file.media_type)
    answer["Content-Disposition"] = f'inline; filename="{file.name}"'
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def bundle(request: HttpRequest, pk: int) -> HttpResponseBase:
    """POST writes the bundle, by a job where that takes long; GET sends one that was written."""
    found = selectors.run_with(request.user, pk)
    if request.method == "POST":
        made = bundle_or_job(request.user, found)
        if isinstance(made, Job):
            return redirect("surveys:job", made.pk)
    elif kept_bundle(request.user, found) is None:
        return redirect("analytics:run", pk)
    made = bundle_of(request.user, found)
    file = made.path.open("rb")  # closed by the response
    return FileResponse(file, as_attachment=True, filename=made.name, content_type="application/zip")
