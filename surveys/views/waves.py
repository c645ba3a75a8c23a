"""Downloads of wave versions."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from surveys import policy, selectors
from surveys.services.exports import wave_subject
from surveys.services.handouts import choices, hand_out


def wave_download(request: HttpRequest, study: str, wave: str, number: int) -> HttpResponse:
    """Formats with sizes, hashes and losses; whoever may not download is told what to do."""
    version = selectors.wave_version_named(request.user, f"{study}/{wave}@{number}")
    language = request.GET.get("language") or (get_language() or "en").split("-")[0]
    context = {
        "study": version.study,
        "wave": version.wave,
        "version": version,
        "language": language,
        "choices": choices(wave_subject(version), language),
        "may_download": policy.may(request.user, policy.DOWNLOAD, version.study),
    }
    return render(request, "surveys/download.html", context)


@login_required
def wave_file(request: HttpRequest, study: str, wave: str, number: int, form: str) -> HttpResponseBase:
    """GET sends the file; POST only writes it, so that its hash and losses can be read first."""
    version = selectors.wave_version_named(request.user, f"{study}/{wave}@{number}")
    language = request.GET.get("language", "")
    sent = hand_out(request.user, wave_subject(version), form, language, request.GET.get("part", ""))
    if request.method == "POST":
        page = redirect("surveys:wave_download", study, wave, number)
        page["Location"] += f"?language={language}#{form}"
        return page
    file = sent.path.open("rb")  # closed by the response
    return FileResponse(file, as_attachment=True, filename=sent.name, content_type=sent.media_type)
