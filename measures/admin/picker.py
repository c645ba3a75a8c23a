"""Beside the rule: the codes of one item with their counts, and the names that can be completed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language

from measures.core.axes import reason_label
from measures.core.language.functions import FUNCTIONS, Function
from measures.core.language.writing import quoted, written_value
from measures.forms import PreviewForm
from measures.selectors.codes import CodeRow, ItemCodes, ReasonRow, item_codes
from measures.selectors.scopes import ground, study_wave_versions
from surveys.core.codebook import text_in
from surveys.core.problems import Refused
from surveys.models import Study, WaveVersion


def page_language() -> str:
    """The language of the page, as labels know it: "en" or "zh"."""
    return (get_language() or "en").split("-")[0]


def asked_of(request: HttpRequest) -> tuple[Study, WaveVersion | None]:
    """The study and wave that a part of the editor is asked about; not found where they cannot be seen."""
    form = PreviewForm(request.GET, user=request.user)
    if not form.is_valid():
        raise Http404
    study, wave = form.cleaned_data["study"], form.cleaned_data["wave"]
    if wave is not None and wave.wave.study_id != study.pk:
        raise Http404
    return study, wave or next(iter(study_wave_versions(study)), None)


def codes(request: HttpRequest) -> HttpResponse:
    """The codes of the item that was asked for, to be put into the rule."""
    study, wave = asked_of(request)
    name = request.GET.get("item", "").strip().strip("`")
    language = request.GET.get("labels") or page_language()
    found = item_codes(study, name, wave) if name else None
    context = {"asked": name, "chosen": wave}
    return render(
        request, "measures/admin/_codes.html", context | (_laid_out(found, language) if found else {})
    )


def _laid_out(found: ItemCodes, language: str) -> dict[str, Any]:
    return {
        "item": found.item,
        "writes": _written_name(found.item),
        "label": text_in(found.variable.labels, language),
        "waves": found.waves,
        "codes": [_code(row, language) for row in found.codes],
        "reasons": [_reason(row, language) for row in found.reasons],
        "is_withheld": found.is_withheld,
        "more": found.more,
    }


def _code(row: CodeRow, language: str) -> dict[str, Any]:
    return {"writes": written_value(row.value), "label": text_in(row.labels, language), "counts": row.counts}


def _reason(row: ReasonRow, language: str) -> dict[str, Any]:
    word = reason_label(row.reason, page_language())
    label = text_in(row.labels, language)
    return {"reason": row.reason, "word": word, "label": label if label != word else "", "counts": row.counts}


def _written_name(name: str) -> str:
    try:
        return quoted(name)
    except Refused:
        return ""


def names(request: HttpRequest) -> HttpResponse:
    """Everything that can be completed in a rule on this wave: what it writes, its kind and label."""
    study, wave = asked_of(request)
    language = page_language()
    found: list[tuple[str, str, str]] = []  # name, kind, label
    if wave is not None:
        here = ground(study, wave)
        items = ((name, one.variable) for name, one in here.items.items())
        found += [(name, "item", text_in(variable.labels, language)) for name, variable in items]
        found += [(name, "measure", one.label(language)) for name, one in here.published.items()]
        found += [(name, "set", ", ".join(members[:6])) for name, members in here.sets.items()]
    first: dict[str, tuple[str, str]] = {}  # an item hides a measure of its name
    for name, kind, label in found:
        first.setdefault(name, (kind, label))
    told = [
        {"name": name, "writes": writes, "kind": kind, "label": label}
        for name, (kind, label) in first.items()
        if (writes := _written_name(name))
    ]
    functions = (one for one in FUNCTIONS.values() if one.name not in first)
    told += [_function(one) for one in functions]
    return JsonResponse({"names": told})


def _function(one: Function) -> dict[str, str]:
    return {"name": one.name, "writes": one.name, "kind": "function", "label": one.signature}
