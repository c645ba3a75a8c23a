"""A published table laid beside an analysis by hand: row by row and column by column."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics import selectors
from analytics.core.mapping import TargetMap, suggested
from analytics.core.targets import PublishedTable
from analytics.policy import require_define
from analytics.services.mappings import map_target
from surveys.core.problems import Problem, Refused
from surveys.selectors import study_named


@login_required
def map_table(request: HttpRequest, study: str, analysis: str, slug: str) -> HttpResponse:
    """A choice for every row and column, filled with what is signed, else with what matches by itself."""
    here = study_named(request.user, study)
    require_define(request.user, here)
    target = selectors.target_named(here, slug)
    of = selectors.analysis_named(request.user, f"{study}/{analysis}")
    table, keys = selectors.published_table(target), selectors.keys_of(of)
    signed = selectors.mapping_of(target, of)
    mapping = TargetMap(signed.columns, signed.terms) if signed else suggested(table, keys)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        mapping = _chosen(request, table)
        said = {"columns": mapping.columns, "terms": mapping.terms, "note": request.POST.get("note", "")}
        try:
            map_target(request.user, target, of, table=table, keys=keys, **said)
            return redirect("analytics:target", study, slug)
        except Refused as refused:
            problems = refused.problems
    context = {"study": here, "target": target, "analysis": of, "keys": keys, "signed": signed}
    context |= _choices(table, mapping) | {"problems": problems}
    return render(request, "analytics/map_table.html", context, status=422 if problems else 200)


def _choices(table: PublishedTable, mapping: TargetMap) -> dict[str, Any]:
    """(place, what the table calls it, what is chosen) of columns and rows."""
    return {
        "columns": [(n, name, mapping.columns.get(name, "")) for n, name in enumerate(table.columns)],
        "terms": [(n, table.label(name), mapping.terms.get(name, "")) for n, name in enumerate(table.terms)],
    }


def _chosen(request: HttpRequest, table: PublishedTable) -> TargetMap:
    def sent(name: str, own: tuple[str, ...]) -> dict[str, str]:
        return {one: request.POST.get(f"{name}-{place}", "") for place, one in enumerate(own)}

    return TargetMap(sent("column", table.columns), sent("term", table.terms))
