"""Studies, waves, variables and search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db.models import Count, Max, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from surveys import policy, selectors
from surveys.core.findings import Severity
from surveys.models import Study, Wave, WaveVersion
from surveys.services.errata import change_to
from surveys.services.reached import variables_reached
from surveys.services.superseded import untold_to
from surveys.services.told_findings import findings_shown_to
from surveys.views.variable_list import variable_list

MOST_HITS = 60


def home(request: HttpRequest) -> HttpResponse:
    """The studies one may see."""
    studies = Study.objects.visible_to(request.user).annotate(n_waves=Count("waves", distinct=True))
    return render(request, "surveys/home.html", {"studies": studies.prefetch_related(_waves())})


def _waves() -> Prefetch:
    """Waves in order, each with its versions, newest first."""
    versions = WaveVersion.objects.order_by("-number").defer("findings", "sets", "options")
    return Prefetch("waves", Wave.objects.prefetch_related(Prefetch("versions", versions)))


def study(request: HttpRequest, study: str) -> HttpResponse:
    """One study: its waves, and what was made of them."""
    found = selectors.study_named(request.user, study)
    waves = found.waves.prefetch_related(*_waves().queryset._prefetch_related_lookups)
    context = {
        "study": found,
        "waves": waves,
        "rights": policy.rights(request.user, found),
        "contexts": found.contexts.annotate(latest=Max("versions__number")),
    }
    return render(request, "surveys/study.html", context)


def wave(request: HttpRequest, study: str, wave: str) -> HttpResponse:
    """The latest version of a wave; a wave without data says how to give it some."""
    found = selectors.wave_named(request.user, f"{study}/{wave}")
    latest = selectors.latest_version(found)
    if latest is None:
        rights = policy.rights(request.user, found.study)
        return render(
            request, "surveys/empty_wave.html", {"study": found.study, "wave": found, "rights": rights}
        )
    return redirect("surveys:wave_version", study, wave, latest.number)


def wave_version(request: HttpRequest, study: str, wave: str, number: int) -> HttpResponse:
    """One imported state of a wave: variables, findings, versions, download, citation."""
    version = selectors.wave_version_named(request.user, f"{study}/{wave}@{number}")
    context = {
        "study": version.study,
        "wave": version.wave,
        "version": version,
        "list": variable_list(request.user, version, request.GET),
        "base": f"/studies/{study}/waves/{wave}@{number}/",
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "surveys/_variable_list.html", context)
    versions = (
        version.wave.versions.order_by("-number").select_related("created_by").defer("findings", "sets")
    )
    context |= {
        "versions": versions,
        "findings": findings_by_variable(
            findings_shown_to(request.user, version), version.variables.values_list("name", flat=True)
        ),
        "change": change_to(version) if version.number > 1 else None,
        "rights": policy.rights(request.user, version.study),
    }
    return render(request, "surveys/wave_version.html", context)


def findings_by_variable(
    findings: Sequence[Mapping[str, Any]], names: Iterable[str]
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """(variable, its findings): what somebody should look at first, the whole file before its variables.

    Within a severity variables stand as in the file, whose ``names`` are given; last, those it does not have.
    """
    if not findings:
        return []
    order = {"": -1} | {name: place for place, name in enumerate(names)}
    severities = [severity.value for severity in Severity]

    def rank(finding: Mapping[str, Any]) -> tuple[int, int]:
        return severities.index(finding["severity"]), order.get(finding.get("variable", ""), len(order))

    ranked = sorted(findings, key=rank)
    grouped = groupby(ranked, key=lambda f: (f["severity"], f.get("variable", "")))
    return [(name, list(group)) for (_, name), group in grouped]


def variable(request: HttpRequest, study: str, wave: str, number: int, name: str) -> HttpResponse:
    """One variable: label and question side by side, codes with counts, absences set apart."""
    version = selectors.wave_version_named(request.user, f"{study}/{wave}@{number}")
    found = selectors.variable_named(version, name)
    neighbours = version.variables.filter(position__in=(found.position - 1, found.position + 1))
    context = {
        "study": version.study,
        "wave": version.wave,
        "version": version,
        "variable": found,
        "core": found.as_core(),
        "reached": variables_reached(request.user, version, [name]).get(name),
        "untold": untold_to(request.user, version).why(name),
        "sets": [s for s in version.sets if name in s["variables"]],
        "neighbours": {("previous", "next")[v.position > found.position]: v for v in neighbours},
    }
    return render(request, "surveys/variable.html", context)


def search(request: HttpRequest) -> HttpResponse:
    """Variables by name, label, question and value labels, over all one may see."""
    query, slug = request.GET.get("q", "").strip(), request.GET.get("study", "")
    within = selectors.study_named(request.user, slug) if slug else None
    hits = selectors.search_variables(request.user, query, study=within, limit=MOST_HITS + 1)
    context = {
        "query": query,
        "study": within,
        "hits": hits[:MOST_HITS],
        "is_cut": len(hits) > MOST_HITS,
        "studies": Study.objects.visible_to(request.user),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "surveys/_hits.html" if partial else "surveys/search.html", context)
