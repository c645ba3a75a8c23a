"""The second pair of eyes: what is proposed, with its proof, and what is decided about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from measures import selectors
from measures.models import Proposal
from measures.policy import require_decide, require_define
from measures.services.comparing import against, proposal_compared
from measures.services.rules import approve, send_back
from measures.views.rules import code_labels
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say


def proposal(request: HttpRequest, study: str, name: str) -> HttpResponse:
    """What was last proposed of a measure; for those who may define measures, like the draft itself."""
    measure = selectors.measure_named(request.user, f"{study}/{name}")
    require_define(request.user, measure.study)
    found = measure.latest_proposal
    if found is None:
        raise refuse("not_found", say("Nothing of {measure} was proposed.", measure=measure))
    return _shown(request, found)


@require_POST
def decide_proposal(request: HttpRequest, study: str, name: str, pk: int) -> HttpResponse:
    """Publishes it or sends it back; what hinders that is told on the page."""
    measure = selectors.measure_named(request.user, f"{study}/{name}")
    require_define(request.user, measure.study)
    found = get_object_or_404(Proposal.objects.select_related("measure__study"), pk=pk, measure=measure)
    note = request.POST.get("note", "")
    try:
        if request.POST.get("decision") == "approve":
            language = (get_language() or "en").split("-")[0]
            seen = "acknowledge" in request.POST
            outcome = approve(request.user, found, acknowledge_changes=seen, note=note, language=language)
            messages.success(request, _("%(version)s is published.") % {"version": outcome.version})
        else:
            send_back(request.user, found, note)
            messages.success(request, _("The draft was sent back."))
    except Refused as refused:
        return _shown(request, found, refused.problems, note)
    return redirect("measures:measure", study, name)


def _shown(
    request: HttpRequest, found: Proposal, problems: tuple[Problem, ...] = (), note: str = ""
) -> HttpResponse:
    measure = found.measure
    context: dict[str, Any] = {
        "study": measure.study,
        "measure": measure,
        "proposal": found,
        "wording": found.wording,
        "waves": found.report.get("waves", []),
        "code_labels": code_labels(measure.study, found.report),
        "problems": problems,
        "note": note,
        **_right(request, found),
        **_differing(request, found),
    }
    return render(request, "measures/proposal.html", context, status=422 if problems else 200)


def _differing(request: HttpRequest, found: Proposal) -> dict[str, Any]:
    """How what is proposed differs from the version in force when it was."""
    before = against(found)
    return {"published": before, "difference": proposal_compared(request.user, found)} if before else {}


def _right(request: HttpRequest, found: Proposal) -> dict[str, Any]:
    """Whether this person may decide, and if not why."""
    try:
        require_decide(request.user, found)
    except Refused as refused:
        return {"may_decide": False, "why_not": refused.problems[0]}
    return {"may_decide": True}
