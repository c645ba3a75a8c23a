"""A codebook taken back edited: it goes up, the difference is shown, and only then a version is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from surveys import policy, selectors
from surveys.core.charsets import SETS
from surveys.core.codebook import as_json
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import with_sources
from surveys.forms import CodebookForm, ConfirmCodebookForm
from surveys.models import WaveVersion
from surveys.services import revisions, uploads
from surveys.services.uploads import MOST_NAME
from surveys.views.studies import findings_by_variable


def edit_codebook(request: HttpRequest, study: str, wave: str, number: int) -> HttpResponse:
    """GET offers the sheet and takes it back; POST shows the difference, a second POST confirms it."""
    version = selectors.wave_version_named(request.user, f"{study}/{wave}@{number}")
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    shown: dict[str, Any] = {"form": CodebookForm(label_suffix="")}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            if "seen" in request.POST:
                return _confirmed(request, version)
            shown = _looked_at(request, version)
            problems = shown.pop("problems", ())
        except Refused as refused:
            problems = refused.problems
            if any(problem.code == "made_since" for problem in problems):
                given = {name: request.POST.get(name, "") for name in ("note", "encoding")}
                shown = _shown(request, version, request.POST["mark"], **given)
    context = shown | {
        "study": version.study,
        "wave": version.wave,
        "version": version,
        "problems": problems,
        "may_import": policy.may(request.user, policy.IMPORT, version.study),
    }
    wrong = problems or shown["form"].errors
    page = render(request, "surveys/edit_codebook.html", context, status=422 if wrong else 200)
    if "choices" in shown:
        page["Cache-Control"] = "private, no-store"  # the file may be another than was meant
    return page


def _looked_at(request: HttpRequest, version: WaveVersion) -> dict[str, Any]:
    """What an uploaded codebook would change, and the form that confirms it; or what is in doubt about it."""
    if "mark" in request.POST:
        given = {name: request.POST.get(name, "") for name in ("file", "encoding")}
        return _shown(request, version, request.POST["mark"], **given)
    form = CodebookForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return {"form": form}
    policy.require(request.user, policy.IMPORT, version.study)
    given = form.cleaned_data["codebook"]
    mark = uploads.lay_aside(request.user, given.chunks())
    return _shown(request, version, mark, file=given.name)


def _shown(request: HttpRequest, version: WaveVersion, mark: str, **told: str) -> dict[str, Any]:
    """What the codebook laid aside as ``mark`` would change as the wave stands now.

    Where its character set is in doubt, the problem and the sets that may be chosen.
    """
    path, encoding = uploads.laid_aside(request.user, mark), told.get("encoding", "")[:MOST_NAME]
    try:
        revision = revisions.read_revised(request.user, version, path, encoding)
    except Refused as refused:
        choices = [choice for problem in refused.problems for choice in problem.choices]
        if not choices:
            raise
        form = CodebookForm(label_suffix="")
        asked = {
            "choices": choices,
            "of_sheet": True,
            "sets": SETS,
            "mark": mark,
            "file": told.get("file", ""),
        }
        return {"form": form, "problems": refused.problems, **asked}
    findings = [with_sources(as_json(finding)) for finding in revision.findings]
    start = {"mark": mark, "seen": revision.codebook_hash, "latest": revision.latest}
    start |= {"note": told.get("note", ""), "encoding": encoding}
    return {
        "form": CodebookForm(label_suffix=""),
        "file": told.get("file", ""),
        "revision": revision,
        "findings": findings_by_variable(findings, revision.codebook.names),
        "confirm": ConfirmCodebookForm(initial=start, label_suffix=""),
    }


def _confirmed(request: HttpRequest, version: WaveVersion) -> HttpResponse:
    """Makes the version of what was seen, and of nothing else."""
    form = ConfirmCodebookForm(request.POST)
    if not form.is_valid():
        raise refuse("upload_gone", "The uploaded codebook is no longer here.", hint="Upload it again.")
    given = form.cleaned_data
    path = uploads.laid_aside(request.user, given["mark"])
    revision = revisions.read_revised(request.user, version, path, given["encoding"])
    if revision.codebook_hash != given["seen"]:
        raise refuse(
            "not_what_was_seen",
            "The codebook is not the one whose changes were shown.",
            hint="Upload it again and look at the changes.",
        )
    as_seen = replace(revision, latest=given["latest"])
    made = revisions.save_revision(request.user, as_seen, given["note"])
    uploads.forget(request.user, given["mark"])
    said = _("%(version)s was made: the rows of %(base)s, the new codebook.")
    messages.success(request, said % {"version": made, "base": version}, extra_tags="ok")
    return redirect("surveys:wave_version", made.wave.study.slug, made.wave.slug, made.number)
