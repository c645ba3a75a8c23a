"""Uploads, and the jobs that do long work."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from surveys import policy
from surveys.core.charsets import SETS
from surveys.core.problems import Problem, Refused
from surveys.forms import UploadForm
from surveys.models import Job, Study
from surveys.services import jobs as job_services
from surveys.services import uploads


@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """A form for a wave's file; sending it queues the import and shows its job."""
    start = {name: request.GET.get(name, "") for name in ("study", "wave")}
    form = UploadForm(request.POST or None, request.FILES or None, initial=start, label_suffix="")
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("surveys:job", _queue(request, form).pk)
        except Refused as refused:
            problems = refused.problems
    mine = [s for s in Study.objects.visible_to(request.user) if policy.may(request.user, policy.IMPORT, s)]
    context = {"form": form, "studies": mine, "problems": problems}
    return render(request, "surveys/upload.html", context, status=422 if problems or form.errors else 200)


def _queue(request: HttpRequest, form: UploadForm) -> Job:
    given = form.cleaned_data
    sheet = given["codebook"]
    return uploads.request_import(
        request.user,
        given["study"],
        given["wave"],
        given["file"].chunks(),
        name=given["file"].name,
        codebook=sheet.chunks() if sheet else None,
        codebook_name=sheet.name if sheet else "",
        key=given["key"],
        encoding=given["encoding"],
        sheet=given["sheet"],
        header_rows=given["header_rows"],
        note=given["note"],
        **{name: str(given[name] or "") for name in ("rows", "columns", "sha256")},
    )


@login_required
def jobs(request: HttpRequest) -> HttpResponse:
    """The last jobs one may see."""
    visible = (
        Job.objects.visible_to(request.user)
        .select_related("study", "created_by")
        .defer("log")
        .annotate(about=KT("payload__name"), study_asked=KT("payload__study"))
    )
    latest = list(visible[:50])
    asking = {job.pk for job in latest if uploads.waits_for(request.user, job)}
    context = {"jobs": latest, "asking": asking, "taken_up": uploads.taken_up_by(latest)}
    return render(request, "surveys/jobs.html", context)


@login_required
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: how far, its log, what came out; asks again every two seconds while it is open."""
    return _page_of(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(
        Job.objects.visible_to(request.user).select_related("study", "created_by"), pk=pk
    )


def _page_of(request: HttpRequest, found: Job, wrong: tuple[Problem, ...] = ()) -> HttpResponse:
    """The page of a job; ``wrong`` is what an answer to its doubt was refused for."""
    context = {
        "job": found,
        "study": found.study,
        "is_open": found.state in job_services.OPEN,
        "may_cancel": request.user.is_superuser or found.created_by_id == request.user.pk,
        "choices": uploads.doubt_of(request.user, found),
        "of_sheet": uploads.asks_of_sheet(found),
        "again": uploads.taken_up_by([found]).get(found.pk),
        "wrong": wrong,
        "sets": SETS,
    }
    name = "surveys/_job.html" if request.htmx else "surveys/job.html"
    page = render(request, name, context, status=422 if wrong else 200)
    if context["choices"]:
        page["Cache-Control"] = "private, no-store"  # the samples are respondents' words
    return page


@login_required
@require_POST
def cancel_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks a job to stop."""
    job_services.cancel(request.user, get_object_or_404(Job.objects.visible_to(request.user), pk=pk))
    return redirect("surveys:job", pk)


@login_required
@require_POST
def answer_doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """Imports the upload of a job again, in the character set that was chosen."""
    found = _visible(request, pk)
    try:
        again = uploads.answer_doubt(request.user, found, request.POST.get("encoding", ""))
    except Refused as refused:
        if not uploads.waits_for(request.user, found):
            raise
        return _page_of(request, found, refused.problems)
    return redirect("surveys:job", again.pk)
