"""Published tables, their audit, and the runs that replicate them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import selectors
from analytics.core.audit.report import by_gravity
from analytics.views.runs import beside
from surveys import policy
from surveys.selectors import study_named


def target(request: HttpRequest, study: str, slug: str) -> HttpResponse:
    """A published table as printed, what arithmetic shows of it, and the runs beside it."""
    here = study_named(request.user, study)
    found = selectors.target_named(here, slug)
    table = selectors.published_table(found)
    context = {
        "study": here,
        "target": found,
        "table": table,
        "audit": by_gravity(selectors.audit_of(found)),
        "may_define": policy.may(request.user, policy.DEFINE, here),
        "analyses": selectors.analyses_that_fit(found),
        "beside": beside(request.user, found, table),
    }
    return render(request, "analytics/target.html", context)
