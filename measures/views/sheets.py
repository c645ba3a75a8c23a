"""All measures of a study as a sheet: downloaded, given back edited, looked at, saved as drafts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from measures.forms import ConfirmSheetForm, SheetForm
from measures.policy import may_define, require_define
from measures.services import sheets
from surveys.core.problems import Problem, Refused, refuse
from surveys.models import Study
from surveys.selectors import study_named
from surveys.services import uploads

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@login_required
def measures_sheet(request: HttpRequest, study: str) -> HttpResponse:
    """GET offers the sheet and takes it back; POST shows the difference, a second POST saves the drafts."""
    found = study_named(request.user, study)
    shown: dict[str, Any] = {"form": SheetForm(label_suffix="")}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            if "mark" in request.POST:
                return _confirmed(request, found)
            shown = _looked_at(request, found)
            problems = shown["changes"].problems if "changes" in shown else ()
        except Refused as refused:
            problems = refused.problems
    context = shown | {"study": found, "problems": problems, "may_define": may_define(request.user, found)}
    context["measures"] = found.measures.order_by("name")
    wrong = problems or shown["form"].errors
    return render(request, "measures/measures_sheet.html", context, status=422 if wrong else 200)


def _looked_at(request: HttpRequest, study: Study) -> dict[str, Any]:
    """What an uploaded sheet would change, and the form that confirms it."""
    form = SheetForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return {"form": form}
    require_define(request.user, study)
    given, encoding = form.cleaned_data["sheet"], form.cleaned_data["encoding"]
    mark = uploads.lay_aside(request.user, given.chunks())
    changes = sheets.read_sheet(request.user, study, uploads.laid_aside(request.user, mark), encoding)
    confirm = ConfirmSheetForm(initial={"mark": mark, "seen": changes.hash, "encoding": encoding})
    return {"form": form, "file": given.name, "changes": changes, "confirm": confirm}


def _confirmed(request: HttpRequest, study: Study) -> HttpResponse:
    """Saves the drafts of what was seen, and of nothing else."""
    form = ConfirmSheetForm(request.POST)
    if not form.is_valid():
        raise refuse("upload_gone", "The uploaded sheet is no longer here.", hint="Upload it again.")
    mark, seen, encoding = (form.cleaned_data[name] for name in ("mark", "seen", "encoding"))
    changes = sheets.read_sheet(request.user, study, uploads.laid_aside(request.user, mark), encoding)
    drafts = sheets.save_sheet(request.user, changes, seen)
    uploads.forget(request.user, mark)
    names = ", ".join(version.measure.name for version in drafts)
    messages.success(request, _("Drafts were saved: %(names)s.") % {"names": names}, extra_tags="ok")
    return redirect("measures:measures", study.slug)


@login_required
def measures_sheet_file(request: HttpRequest, study: str, form: str) -> HttpResponse:
    """The sheet as .csv or .xlsx; ``?measure=`` (as often as wanted) chooses measures."""
    found = study_named(request.user, study)
    if form not in sheets.FORMS:
        raise Http404
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        sheets.write_sheet(request.user, found, path, form, request.GET.getlist("measure"))
        answer = HttpResponse(path.read_bytes(), content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}-measures.{form}"'
    return answer
