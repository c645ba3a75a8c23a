"""One number of a run: what stands behind it, and what it was on every version of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from analytics import selectors
from analytics.models import Run
from analytics.selectors.numbers import Asked, can_be_drawn, history, history_file, label_of, number_of
from surveys.templatetags.vocabulary import language


def number(request: HttpRequest, pk: int) -> HttpResponse:
    """The passport of one number: a term of a model, a model, or a variable of a table."""
    found = selectors.shown_to(request.user, selectors.run_with(request.user, pk))
    asked, variable = _asked(request), request.GET.get("variable", "")
    context = {
        "study": found.study,
        "run": found,
        "asked": asked,
        "freshness": selectors.run_freshness(found),
        "passport": selectors.passport(request.user, found, asked.model, asked.term or variable),
        "variable": variable,
        "row": row_of(found, variable),
    }
    if asked.model and asked.term:
        one = number_of(found, asked)
        points = history(request.user, found, asked)
        context |= {"number": one, "points": points, "is_drawn": can_be_drawn(points)}
        context["name"] = label_of(one, language(), _("Constant"))
    return render(request, "analytics/number.html", context)


def number_history(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The picture of a number over the versions of the data."""
    found = selectors.run_with(request.user, pk)
    chosen = request.GET.get("language") or language()
    file = history_file(request.user, found, _asked(request), form, chosen)
    answer = HttpResponse(file.content, content_type=file.media_type)
    answer["Content-Disposition"] = f'inline; filename="{file.name}"'
    return answer


def row_of(run: Run, variable: str) -> Mapping[str, Any] | None:
    """A line of descriptives that is of ``variable``: its rows with a value, and why others have none."""
    if run.result.get("kind") != "descriptives":
        return None
    return next((row for row in run.result["table"]["rows"] if row["variable"] == variable), None)


def _asked(request: HttpRequest) -> Asked:
    return Asked(*(request.GET.get(name, "") for name in ("model", "term", "category")))
