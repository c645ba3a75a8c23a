"""The rule editor: a draft with a live preview, published from the same page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from measures.admin.first_steps import first_steps
from measures.admin.manual import manual
from measures.admin.panels import example_of, item_list, preview_panel
from measures.admin.picker import page_language as language
from measures.forms import (
    LANGUAGES,
    MeasureForm,
    PreviewForm,
    examples_while_typing,
    initial_of,
    value_labels_from,
)
from measures.models import Measure, MeasureVersion
from measures.policy import may_define
from measures.selectors.scopes import ground, parsed, study_wave_versions
from measures.selectors.trying import has_all_of
from measures.services import rules
from surveys import policy
from surveys.core.problems import Problem, Refused, problem_from_json
from surveys.core.said import with_sources
from surveys.models import Study, WaveVersion
from surveys.selectors import studies_where
from surveys.translation import refusal_spoken, spoken

PAGE = "measures/admin/editor.html"
MOST_UNASKED = 500_000  # rows of other waves that are run through without being asked to
HINDRANCES = "measures_hindrances"  # in the session, from the refusal to the page that shows it
OF_EXAMPLES = (
    "example_fails",
    "unused_in_example",
    "missing_in_example",
    "unreadable_example",
    "fitted_rule",
)


def edit(request: HttpRequest, site: Any, measure: Measure | None) -> HttpResponse:
    """The editor of a measure, or of a new one; read-only where nothing may be changed."""
    study = measure.study if measure else _chosen_study(request)
    may = study is not None and may_define(request.user, study)
    draft = measure.draft if measure and may else None
    problems: list[Problem] = []
    form = MeasureForm(measure=measure, initial=initial_of(_shown(request, measure), measure))
    if request.method == "POST" and may and study is not None:
        form = MeasureForm(request.POST, measure=measure)
        if form.is_valid():
            try:
                return _save(request, study, measure, form)
            except Refused as refused:
                problems = list(refused.problems)
    hindrances = _hindrances(request, measure)
    context = _context(request, site, measure, study, form)
    context |= {
        "may_edit": may and (context["shown"] is None or context["shown"] == draft),
        "may_define": may,
        "draft": draft,
        "problems": [spoken(problem.sentence()) for problem in problems or hindrances],
        "examples_fail": any(problem.code in OF_EXAMPLES for problem in problems or hindrances),
        "is_saved": bool(hindrances),
    }
    return render(request, PAGE, context, status=422 if problems or form.errors else 200)


def _hindrances(request: HttpRequest, measure: Measure | None) -> list[Problem]:
    """What hindered the publishing that was asked for just now, once."""
    pk, told = request.session.get(HINDRANCES, (None, []))
    if measure is None or pk != measure.pk or request.method != "GET":
        return []
    del request.session[HINDRANCES]
    return [problem_from_json(one) for one in told]


def _shown(request: HttpRequest, measure: Measure | None) -> MeasureVersion | None:
    """The wording on the page: the one asked for by number, else the draft, else the one in force."""
    if measure is None:
        return None
    number = request.GET.get("version", "")
    if number.isdecimal():
        return get_object_or_404(measure.versions, number=int(number))
    draft = measure.draft if may_define(request.user, measure.study) else None
    return draft or measure.published or measure.versions.exclude(number=None).order_by("-number").first()


def _chosen_study(request: HttpRequest) -> Study | None:
    """Of a new measure: the study asked for, else the only or first one there is."""
    mine = studies_where(request.user, policy.DEFINE)
    asked = request.POST.get("study") or request.GET.get("study") or ""
    return next((s for s in mine if asked in (str(s.pk), s.slug)), mine[0] if mine else None)


def _save(request: HttpRequest, study: Study, measure: Measure | None, form: MeasureForm) -> HttpResponse:
    """Saves the draft, and publishes it when that button was pressed."""
    name = measure.name if measure else form.cleaned_data["name"]
    version = rules.save_draft(request.user, study, name, **form.wording())
    if "publish" in request.POST:
        return _publish(request, version.measure)
    if version.state == MeasureVersion.State.DRAFT:
        messages.success(request, _("The draft was saved."))
    else:
        messages.info(request, _("Nothing changed: %(version)s says the same.") % {"version": version})
    return _to(request, version.measure)


def _publish(request: HttpRequest, measure: Measure) -> HttpResponse:
    """Publishes; what hinders it is shown on the measure's page, the draft is kept."""
    try:
        seen = "acknowledge" in request.POST
        outcome = rules.publish(request.user, measure, acknowledge_changes=seen, language=language())
    except Refused as refused:
        request.session[HINDRANCES] = [measure.pk, [with_sources(p.as_json()) for p in refused.problems]]
        return _to(request, measure)
    if outcome.waits_for is not None:
        messages.info(request, spoken(rules.waits_for(outcome.version, outcome.waits_for)))
        return _to(request, measure)
    said = (
        _("%(version)s is published.") if outcome.is_new else _("Nothing changed: %(version)s says the same.")
    )
    messages.success(request, said % {"version": outcome.version})
    return _to(request, measure)


def _to(request: HttpRequest, measure: Measure) -> HttpResponse:
    """The measure's page, on the wave that was chosen to try the rule on."""
    address = reverse("admin:measures_measure_change", args=[measure.pk])
    wave = request.POST.get("wave", "")
    return redirect(f"{address}?wave={wave}" if wave.isdecimal() else address)


def _context(
    request: HttpRequest, site: Any, measure: Measure | None, study: Study | None, form: MeasureForm
) -> dict[str, Any]:
    shown = _shown(request, measure)
    waves = study_wave_versions(study) if study else []
    wave = _wave_to_try(request, waves, shown)
    versions = measure.versions.select_related("published_by").order_by("-number") if measure else []
    return site.admin_site.each_context(request) | {
        "opts": Measure._meta,
        "title": str(shown or measure) if measure else _("New measure"),
        "measure": measure,
        "study": study,
        "studies": studies_where(request.user, policy.DEFINE) if measure is None else [],
        "published": measure.published if measure else None,
        "proposal": measure.latest_proposal if measure else None,
        "shown": shown,
        "versions": [v for v in versions if v.number is not None],
        "form": form,
        "value_labels": _value_label_rows(request, shown),
        "label_languages": LANGUAGES,
        "waves": waves,
        "chosen_wave": wave,
        "example": example_of(study, wave) if study else {},
        "manual": manual(language()),
        "page_language": language(),
    }


def _wave_to_try(
    request: HttpRequest, waves: list[WaveVersion], shown: MeasureVersion | None
) -> WaveVersion | None:
    """The wave asked for, else the newest that has all of the rule, else the newest."""
    asked = request.POST.get("wave") or request.GET.get("wave") or ""
    if chosen := next((wave for wave in waves if str(wave.pk) == asked), None):
        return chosen
    try:
        node = parsed(shown.rule) if shown and len(waves) > 1 else None
    except Refused:
        node = None  # a draft may hold what does not parse yet
    if shown is not None and node is not None:
        study, name = shown.measure.study, shown.measure.name
        fitting = (wave for wave in waves if has_all_of(ground(study, wave), node, name))
        return next(fitting, waves[0])
    return next(iter(waves), None)


def _value_label_rows(request: HttpRequest, shown: MeasureVersion | None) -> list[dict[str, Any]]:
    """The rows of the value label table and an empty one to write in."""
    stored = (
        value_labels_from(request.POST) if request.method == "POST" else (shown.value_labels if shown else [])
    )
    return [*stored, {"value": "", "labels": {}}]


@require_POST
def live_preview(request: HttpRequest) -> HttpResponse:
    """What the rule as typed would do: a part of the page, asked for on every pause in typing."""
    clean, wave = _asked(request)
    study = clean["study"]
    if wave is None:
        return render(request, "measures/admin/_preview.html", {"no_wave": True})
    if not clean["rule"].strip():
        steps = first_steps(ground(study, wave), language())
        return render(request, "measures/admin/_preview.html", {"is_empty": True, "steps": steps})
    examples, unread = examples_while_typing(clean["examples"])
    tried = rules.preview(
        request.user,
        study,
        clean["rule"],
        wave,
        measure=clean["measure"],
        value_labels=value_labels_from(request.POST),
        examples=examples,
        language=language(),
        compare="compare" in request.POST,
    )
    others = [one.rows for one in study_wave_versions(study) if one != wave]
    context = preview_panel(tried, clean["rule"], language()) | {
        "unread_examples": unread,
        "has_others": bool(others),
        "counts_falls_at_once": wave.rows <= MOST_UNASKED,
        "asks_first": sum(others) > MOST_UNASKED,
    }
    return render(request, "measures/admin/_preview.html", context)


@require_POST
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Rows that the rule as typed would change in the other waves: asked for once the preview stands."""
    form = PreviewForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Http404
    clean = form.cleaned_data
    study, measure = clean["study"], clean["measure"]
    wave = clean["wave"] or _first_wave(study)
    if measure is None or wave is None or wave.wave.study_id != study.pk:
        raise Http404
    found = rules.changed_elsewhere(request.user, study, clean["rule"], wave, measure)
    return render(request, "measures/admin/_elsewhere.html", {"found": found})


@require_POST
def falls(request: HttpRequest) -> HttpResponse:
    """Why rows would be absent, and by which item: asked for once the preview stands."""
    clean, wave = _asked(request)
    if wave is None:
        raise Http404
    found = rules.preview_falls(request.user, clean["study"], clean["rule"], wave, clean["measure"])
    return render(request, "measures/admin/_falls.html", {"waterfall": found})


def _asked(request: HttpRequest) -> tuple[dict[str, Any], WaveVersion | None]:
    """What was typed so far, and the wave it is tried on; None where the study has not such a wave."""
    form = PreviewForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Http404
    clean = form.cleaned_data
    wave = clean["wave"] or _first_wave(clean["study"])
    return clean, wave if wave is not None and wave.wave.study_id == clean["study"].pk else None


def _first_wave(study: Study) -> WaveVersion | None:
    return next(iter(study_wave_versions(study)), None)


def items(request: HttpRequest) -> HttpResponse:
    """Items of a wave whose name, label or codes contain what was typed."""
    form = PreviewForm(request.GET, user=request.user)
    if not form.is_valid():
        raise Http404
    study = form.cleaned_data["study"]
    wave = form.cleaned_data["wave"] or _first_wave(study)
    found = item_list(study, wave, request.GET.get("q", ""), language()) if wave else {"items": []}
    return render(request, "measures/admin/_items.html", found)


def _measure(request: HttpRequest, pk: int) -> Measure:
    return get_object_or_404(Measure.objects.visible_to(request.user).select_related("study"), pk=pk)


@require_POST
def publish_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Publishes the saved draft."""
    return _publish(request, _measure(request, pk))


@require_POST
def start_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a draft that starts from the version in force."""
    measure = _measure(request, pk)
    rules.new_version(request.user, measure)
    return _to(request, measure)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws the draft away."""
    measure = _measure(request, pk)
    rules.discard_draft(request.user, measure)
    messages.success(request, _("The draft was discarded."))
    return _to(request, measure)


@require_POST
def retire_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Withdraws a published version."""
    measure = _measure(request, pk)
    version = get_object_or_404(measure.versions, number=number)
    try:
        rules.retire(request.user, version, request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, refusal_spoken(refused))
    else:
        messages.success(request, _("%(version)s is retired.") % {"version": version})
    return _to(request, measure)
