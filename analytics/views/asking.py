"""A new analysis by page: begun from an example in one's own variables, checked, kept and run."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from analytics import selectors
from analytics.core.first_specs import first_spec, sort_out
from analytics.core.kinds import KINDS
from analytics.forms import BeginForm, NewAnalysisForm
from analytics.policy import require_define
from analytics.services.analyses import ask_anew
from surveys.core.codebook import text_in
from surveys.core.problems import Problem, Refused
from surveys.models import Study, User
from surveys.selectors import study_named


def new_analysis(request: HttpRequest, study: str) -> HttpResponse:
    """Data and kind are chosen, an example stands in the field, and what is sent is kept and run."""
    here = study_named(request.user, study)
    require_define(request.user, here)
    subjects = selectors.subjects_in(request.user, here)
    kinds = [(name, text_in(kind.labels, get_language() or "en")) for name, kind in KINDS.items()]
    first = {"data": subjects[0], "kind": kinds[0][0]} if subjects else None  # where nothing is chosen yet
    begin = BeginForm(request.GET or first, subjects=subjects, kinds=kinds, label_suffix="")
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        form = NewAnalysisForm(request.POST, label_suffix="")
        if form.is_valid():
            try:
                return redirect("surveys:job", _asked(request.user, here, form).pk)
            except Refused as refused:
                problems = tuple(refused.problems)
    else:
        spec = _example(request.user, here, begin) if begin.is_valid() else ""
        form = NewAnalysisForm(initial={"spec": spec}, label_suffix="")
    context = {"study": here, "begin": begin, "form": form, "problems": problems, "subjects": subjects}
    status = 422 if problems or form.errors else 200
    return render(request, "analytics/new_analysis.html", context, status=status)


def _example(user: User, study: Study, begin: BeginForm) -> str:
    name = begin.cleaned_data["data"]
    version = selectors.subject_named(user, f"{study.slug}/{name}")
    return first_spec(begin.cleaned_data["kind"], sort_out(selectors.variables_of(version)), name)


def _asked(user: User, study: Study, form: NewAnalysisForm) -> Any:
    given = form.cleaned_data
    return ask_anew(user, study, given["slug"], spec=given["spec"], labels=form.labels())
