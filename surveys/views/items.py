"""Items over the waves: where each was asked, and how it was asked there."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from surveys import policy, selectors
from surveys.selectors.items import availability, item_over_waves

PER_PAGE = 100


def items(request: HttpRequest, study: str) -> HttpResponse:
    """The grid of items and waves; a cell leads to the item in that wave."""
    found = selectors.study_named(request.user, study)
    query, standing = request.GET.get("q", "").strip(), request.GET.get("status", "")
    grid = availability(found, query=query, status=standing)
    context = {
        "study": found,
        "grid": grid,
        "query": query,
        "standing": standing,
        "page": Paginator(grid.rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "surveys/_items_grid.html" if partial else "surveys/items.html", context)


def item(request: HttpRequest, study: str, name: str) -> HttpResponse:
    """One item: questions and codes of every wave side by side, decisions and how far it is comparable."""
    found = selectors.study_named(request.user, study)
    context = {
        "study": found,
        "name": name,
        "over": item_over_waves(found, name, request.GET.get("wave", "")),
        "rights": policy.rights(request.user, found),
    }
    return render(request, "surveys/item.html", context)
