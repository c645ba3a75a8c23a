"""Hypotheses and the verdicts on them; their definition as YAML."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import selectors
from analytics.selectors.hypotheses import Verdicts
from surveys import policy
from surveys.selectors import study_named


def hypotheses(request: HttpRequest, study: str, slug: str) -> HttpResponse:
    """Each hypothesis with the published verdict, and one per dataset version and family of models."""
    here = study_named(request.user, study)
    found = selectors.register_named(here, slug)
    told = selectors.verdicts(request.user, found)
    context = {
        "study": here,
        "found": found,
        "register": told.register,
        "told": told,
        "rows": _rows(told),
        "may_define": policy.may(request.user, policy.DEFINE, here),
    }
    return render(request, "analytics/hypotheses.html", context)


def _rows(told: Verdicts) -> list[dict[str, Any]]:
    """A row per hypothesis: the printed verdict by kind of model, and those of every version."""
    return [
        {
            "hypothesis": one,
            "printed": told.printed[place] if told.printed else (),
            "versions": [tally.rows[place] for tally in told.versions],
        }
        for place, one in enumerate(told.register.hypotheses)
    ]
