"""Two runs side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import selectors
from analytics.selectors.two_runs import SideBySide, side_by_side
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import User
from surveys.templatetags.vocabulary import language


def compare_runs(request: HttpRequest) -> HttpResponse:
    """What else differs between two runs, then every number of both with changes marked."""
    found = _found(request.user, request.GET.get("a", ""), request.GET.get("b", ""))
    only = request.GET.get("only", "")
    changes = [one for one in found.numbers.changes if not only or not one.is_same]
    figures = [one for one in found.numbers.figures if not only or not one.is_same]
    context: dict[str, Any] = {
        "study": found.b.study,
        "found": found,
        "only": only,
        "counts": found.numbers.counts(),
    }
    return render(request, "analytics/two_runs.html", context | {"changes": changes, "figures": figures})


def compare_runs_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV, with unrounded figures."""
    found = _found(request.user, request.GET.get("a", ""), request.GET.get("b", ""))
    answer = HttpResponse(found.numbers.as_csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="runs.{found.a.pk}.{found.b.pk}.csv"'
    return answer


def _found(user: User, a: str, b: str) -> SideBySide:
    return side_by_side(user, *(selectors.run_with(user, _number(text)) for text in (a, b)), language())


def _number(text: str) -> int:
    """The number of a run as an address or a form gives it."""
    text = text.strip().removeprefix("#")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise refuse("bad_run", say("Name two runs by their numbers."))
    return int(text)
