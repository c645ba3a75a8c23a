"""Measures and the wordings of their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from measures import selectors
from measures.core.language import sentence
from measures.models import Measure, MeasureVersion, Proposal
from measures.policy import may_decide, may_define
from measures.selectors.disclosure import versions_shown_to, waves_shown_to
from measures.selectors.indices import has_index
from measures.selectors.later import later_waves
from measures.selectors.scales import has_scale
from measures.selectors.scopes import ground
from measures.selectors.tongues import Written, written
from measures.selectors.trying import try_rule
from surveys.core.problems import Refused, refuse
from surveys.core.said import say
from surveys.models import Study, User, Variable
from surveys.selectors import study_named


def measures(request: HttpRequest, study: str) -> HttpResponse:
    """Every measure of a study."""
    return render(request, "measures/measures.html", {"study": study_named(request.user, study)})


def measure(request: HttpRequest, study: str, name: str, number: int | None = None) -> HttpResponse:
    """One wording of a measure: the version asked for, else the one in force, else the draft.

    Drafts only for those who may define: for others a measure that was never published does not exist.
    """
    found = selectors.measure_named(request.user, f"{study}/{name}")
    versions = versions_in_order(request.user, found)
    version = _chosen(versions, number)
    if version is None:
        raise _no_version(found, number)
    context = {
        "study": found.study,
        "measure": found,
        "version": version,
        "versions": versions,
        "numbered": [one for one in versions if one.number is not None],
        "draft": next((v for v in versions if v.state == MeasureVersion.State.DRAFT), None),
        "columns": version.dataset_columns.select_related("version__dataset__study", "derived").defer(
            "derived__frequencies", "derived__inputs"
        ),
        "may_define": may_define(request.user, found.study),
        "has_scale": has_scale(version),
        "has_index": has_index(version),
        "sentences": sentences(version),
        "waves": [*later_waves(request.user, version), *waves_shown_to(request.user, version)],
        "code_labels": code_labels(found.study, version.report),
        **texts(request.user, version),
        **_proposed(request.user, version),
    }
    return render(request, "measures/measure.html", context)


def _proposed(user: User, version: MeasureVersion) -> dict[str, Any]:
    """Who proposed the version; for those who may define, what was last proposed of the measure."""
    signed = version.proposals.filter(state=Proposal.State.APPROVED).select_related("proposed_by").first()
    if not may_define(user, version.measure.study):
        return {"approved": signed}
    latest = version.measure.latest_proposal
    may = latest is not None and may_decide(user, latest)
    return {"approved": signed, "proposal": latest, "may_decide": may}


def version_shown(user: User, measure: Measure, number: int | None = None) -> MeasureVersion:
    """The wording with this number, else the one in force, else the draft, of those this person is shown."""
    version = _chosen(versions_in_order(user, measure), number)
    if version is None:
        raise _no_version(measure, number)
    return version


def versions_in_order(user: User, measure: Measure) -> list[MeasureVersion]:
    """The wordings of a measure that this person is shown: the draft, then the newest first."""
    shown = versions_shown_to(user).filter(measure=measure)
    people = shown.select_related("created_by", "published_by", "measure__study")
    return sorted(people, key=lambda v: (v.number is None, v.number or 0), reverse=True)


def _no_version(measure: Measure, number: int | None) -> Refused:
    what = (
        say("version {number} of {found}", number=number, found=measure)
        if number is not None
        else say("published version of {found}", found=measure)
    )
    return refuse("not_found", say("There is no {what}.", what=what))


def texts(user: User, version: MeasureVersion) -> dict[str, list[Written] | Refused]:
    """The rule in other programs; where it cannot be read on any wave today, what is wrong with it."""
    try:
        language = "zh" if (get_language() or "").startswith("zh") else "en"
        return {"texts": written(user, version, language=language)}
    except Refused as refused:
        return {"no_texts": refused}


def sentences(version: MeasureVersion) -> Mapping[str, str]:
    """The rule in words per language: as kept at publishing; of a draft, as it reads today, if it does."""
    if kept := version.report.get("sentence"):
        return dict(kept)
    waves = selectors.study_wave_versions(version.measure.study)
    try:
        tried = try_rule(ground(version.measure.study, waves[0]), version.rule, version.measure.name)
    except (Refused, IndexError):
        return {}
    return {code: sentence(tried.checked, code) for code in ("en", "zh")}


def _chosen(versions: list[MeasureVersion], number: int | None) -> MeasureVersion | None:
    """The version with ``number``; without one the published version in force, else whatever is newest."""
    if number is not None:
        return next((v for v in versions if v.number == number), None)
    published = [v for v in versions if v.state == MeasureVersion.State.PUBLISHED]
    return (published or versions or [None])[0]


def code_labels(study: Study, report: Mapping[str, Any]) -> dict[tuple[str, Any], dict[str, str]]:
    """(item, code) -> labels in every language, for the items of the coverage in a report."""
    waves = report.get("waves", [])
    items = {row["item"] for wave in waves for row in wave["coverage"]}
    stored = Variable.objects.filter(name__in=items, version__wave__study=study).order_by("version__number")
    if waves:
        slug, number = waves[0]["wave_version"].partition("/")[2].split("@")
        stored = stored.filter(version__wave__slug=slug, version__number=number)
    codes = ((variable.name, code) for variable in stored for code in variable.values)
    return {(name, code["value"]): code.get("labels", {}) for name, code in codes}
