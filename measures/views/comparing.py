"""Two versions of a measure side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from measures import selectors
from measures.core.difference import Difference, lines_of
from measures.models import Measure, MeasureVersion
from measures.selectors.disclosure import versions_shown_to
from measures.services.comparing import Moves, moves, not_computed, submit_moves, version_of, words_compared
from surveys.core.problems import refuse

Two = tuple[MeasureVersion, MeasureVersion]


def compare(request: HttpRequest, study: str, name: str) -> HttpResponse:
    """What differs; without ``a`` and ``b`` the two latest versions."""
    measure, (before, after) = _asked(request, study, name)
    found, counted = _compared(request, before, after)
    values = [one.as_json() for one in counted]
    context = {
        "study": measure.study,
        "measure": measure,
        "before": before,
        "after": after,
        "versions": _shown(request, measure).exclude(number=None).order_by("-number"),
        "difference": found,
        "moves": counted,
        "may_count": request.user.is_authenticated and not_computed(counted),
        "text": found.as_text() + lines_of(values),
    }
    return render(request, "measures/compare.html", context)


def compare_json(request: HttpRequest, study: str, name: str) -> HttpResponse:
    """The same as a document."""
    _measure, (before, after) = _asked(request, study, name)
    return JsonResponse(comparison_document(*_compared(request, before, after)))


@require_POST
def count_moves(request: HttpRequest, study: str, name: str) -> HttpResponse:
    """Queues the counting of large waves and shows its job."""
    _measure, (before, after) = _asked(request, study, name)
    if not request.user.is_authenticated:
        raise refuse("sign_in", "You need to sign in to have something counted.")
    return redirect("surveys:job", submit_moves(request.user, before, after).pk)


def comparison_document(found: Difference, counted: tuple[Moves, ...]) -> dict[str, Any]:
    return found.as_json() | {"values": [one.as_json() for one in counted]}


def _compared(
    request: HttpRequest, before: MeasureVersion, after: MeasureVersion
) -> tuple[Difference, tuple[Moves, ...]]:
    return words_compared(request.user, before, after), moves(request.user, before, after)


def _shown(request: HttpRequest, measure: Measure) -> Any:
    return (
        versions_shown_to(request.user)
        .filter(measure=measure)
        .select_related("measure__study", "published_by")
    )


def _asked(request: HttpRequest, study: str, name: str) -> tuple[Measure, Two]:
    measure = selectors.measure_named(request.user, f"{study}/{name}")
    shown = _shown(request, measure)
    known = [one.number for one in shown.exclude(number=None).order_by("number")]
    if not known:
        raise refuse("not_found", "Nothing was published that could be compared.")
    numbers = [request.GET.get("a", ""), request.GET.get("b", "")]
    if not all(one.isdecimal() and len(one) < 10 for one in numbers):
        numbers = [str(known[max(0, len(known) - 2)]), str(known[-1])]
    before, after = (version_of(shown, int(one), str(measure)) for one in numbers)
    return measure, (before, after)
