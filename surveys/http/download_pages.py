"""Pages of downloads of versions, whatever room they are of: what is offered, and one file."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from surveys import policy
from surveys.models import Job
from surveys.services.handouts import choices, hand_out, needs_job, written_or_queued
from surveys.services.subjects import Subject


def offered(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """What a page of downloads shows: every format in one language, and whether the person may have it."""
    of_page = (get_language() or "en").split("-")[0]
    language = request.GET.get("language") or (of_page if of_page in subject.languages else "")
    language = subject.language_named(language)
    return {
        "study": subject.study,
        "version": subject.version,
        "language": language,
        "languages": subject.languages,
        "choices": choices(subject, language),
        "may_download": policy.may(request.user, policy.DOWNLOAD, subject.study),
    }


def file_or_page(request: HttpRequest, subject: Subject, form: str) -> HttpResponseBase:
    """GET sends the file; POST only writes it, so that its hash and losses can be read first.

    A large file is written by a job: POST leads to the job, and GET before that to where POST is offered.
    """
    language = request.GET.get("language", "")
    page = f"{subject.page}?language={language}#{form}"
    if request.method == "POST":
        made = written_or_queued(request.user, subject, form, language)
        return redirect("surveys:job", made.pk) if isinstance(made, Job) else redirect(page)
    if needs_job(request.user, subject, form, language):
        return redirect(page)
    sent = hand_out(request.user, subject, form, language, request.GET.get("part", ""))
    file = sent.path.open("rb")  # closed by the response
    return FileResponse(file, as_attachment=True, filename=sent.name, content_type=sent.media_type)
