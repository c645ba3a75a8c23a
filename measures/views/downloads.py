"""Downloads of dataset versions."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from measures import selectors
from measures.policy import may_download
from measures.services.exports import dataset_subject
from surveys.services.handouts import choices, hand_out


def dataset_download(request: HttpRequest, study: str, dataset: str, number: int) -> HttpResponse:
    """Formats with sizes, hashes and losses; whoever may not download is told what to do."""
    version = selectors.dataset_version_named(request.user, f"{study}/{dataset}@{number}")
    language = request.GET.get("language") or (get_language() or "en").split("-")[0]
    context = {
        "study": version.study,
        "dataset": version.dataset,
        "version": version,
        "language": language,
        "choices": choices(dataset_subject(version), language),
        "may_download": may_download(request.user, version.study),
    }
    return render(request, "measures/download.html", context)


@login_required
def dataset_file(request: HttpRequest, study: str, dataset: str, number: int, form: str) -> HttpResponseBase:
    """GET sends the file; POST only writes it, so that its hash and losses can be read first."""
    version = selectors.dataset_version_named(request.user, f"{study}/{dataset}@{number}")
    language = request.GET.get("language", "")
    sent = hand_out(request.user, dataset_subject(version), form, language, request.GET.get("part", ""))
    if request.method == "POST":
        page = redirect("measures:dataset_download", study, dataset, number)
        page["Location"] += f"?language={language}#{form}"
        return page
    file = sent.path.open("rb")  # closed by the response
    return FileResponse(file, as_attachment=True, filename=sent.name, content_type=sent.media_type)
