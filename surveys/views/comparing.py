"""Two wave versions side by side: the list of differences, one row of it, its decision, its cells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from surveys import policy, selectors
from surveys.core.comparison.beside import code_lines
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say
from surveys.forms import RENAMED_AS_IS, DecisionForm
from surveys.models import CrosswalkDecision, Study, Wave, WaveVersion
from surveys.services import comparing, crosswalk
from surveys.services.cell_files import MEDIA_TYPES, cell_file, some_cells
from surveys.views.comparison_list import comparison_list
from surveys.views.mapping import CARRYING, CodeChoices, code_choices, has_maps

MOST_CELLS = 100  # single cells shown on a page


def compare(request: HttpRequest, study: str) -> HttpResponse:
    """Choosing two versions, and what differs between them."""
    found = selectors.study_named(request.user, study)
    context: dict[str, Any] = {"study": found, "versions": _versions(found)}
    if not request.GET.get("before") or not request.GET.get("after"):
        context["chosen"] = _suggested(context["versions"], request.GET.get("before", ""))
        return render(request, "surveys/compare.html", context)
    sides = _sides(request, found)
    compared = comparing.compared(request.user, sides["before"], sides["after"])
    context |= sides | {
        "compared": compared,
        "chosen": {side: version.short for side, version in sides.items()},
        "list": comparison_list(compared, request.GET),
        "pair": _pair(sides),
        "rights": policy.rights(request.user, found),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, "surveys/_comparison_list.html" if partial else "surveys/compare.html", context)


def compare_row(request: HttpRequest, study: str) -> HttpResponse:
    """One row in full: texts with what differs marked, codes beside each other, answers, decisions."""
    found = selectors.study_named(request.user, study)
    sides = _sides(request, found)
    return render(request, "surveys/compare_row.html", _row_context(request, found, sides, request.GET))


@login_required
@require_POST
def decide_row(request: HttpRequest, study: str) -> HttpResponse:
    """Signs what was decided about a row."""
    found = selectors.study_named(request.user, study)
    policy.require_decide(request.user, found)
    sides = _sides(request, found)
    form = DecisionForm(request.POST)
    context = _row_context(request, found, sides, request.GET, request.POST)
    choices = context.get("choices")
    problems = _left_out(form, choices) or _dropped(form, choices, context["old"], context["new"])
    if form.is_valid() and not problems:
        told = form.told()
        offered = choices.offered(told["code_map"]) if choices is not None else []
        try:
            decision = crosswalk.decide_row(
                request.user, **_decided_on(sides, form), **told, new_codes=offered
            )
        except Refused as refused:
            problems = _in_words_of(form, refused.problems)
        else:
            messages.success(request, _signed(decision))
            return redirect(f"{reverse('surveys:compare_row', args=[study])}?{request.GET.urlencode()}")
    context |= {"problems": problems or _problems(form), "is_sent": True}
    return render(request, "surveys/compare_row.html", context, status=422)


@login_required
@require_POST
def undo_decision(request: HttpRequest, study: str, number: int) -> HttpResponse:
    """Takes a decision back, by a row that says so."""
    found = selectors.study_named(request.user, study)
    policy.require_decide(request.user, found)
    row = crosswalk.undo(request.user, selectors.decision_named(found, number), request.POST.get("note", ""))
    messages.success(request, _("Undone: %(what)s") % {"what": selectors.decision_in_words(row)})
    item = reverse("surveys:item", args=[study, row.item.name])
    query = request.GET.urlencode()
    return redirect(f"{reverse('surveys:compare_row', args=[study])}?{query}" if query else item)


@login_required
def cells(request: HttpRequest, study: str, form: str) -> HttpResponseBase:
    """Every changed cell between two versions of a wave, as CSV or JSON; asks for the right to the data."""
    found = selectors.study_named(request.user, study)
    sides = _sides(request, found)
    name, lines = cell_file(request.user, sides["before"], sides["after"], form)
    response = StreamingHttpResponse(lines, content_type=MEDIA_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _signed(decision: CrosswalkDecision) -> str:
    said = {"what": selectors.decision_in_words(decision)}
    if decision.held_already:
        return _("This holds already, nothing new was signed: %(what)s") % said
    return _("Decided: %(what)s") % said


def _versions(study: Study) -> list[tuple[Wave, list[WaveVersion]]]:
    """Waves with their versions, newest first, for the two choices."""
    waves = study.waves.prefetch_related("versions__wave")
    return [(wave, sorted(wave.versions.all(), key=lambda v: -v.number)) for wave in waves]


def _suggested(versions: list[tuple[Wave, list[WaveVersion]]], before: str) -> dict[str, str]:
    """Two versions to begin with: the newest of the last wave, and against it ``before`` where somebody came
    from it, else the newest of the wave before, else an older one."""
    newest = [numbered[0].short for _wave, numbered in reversed(versions) if numbered]
    older = [one.short for _wave, numbered in reversed(versions) for one in numbered[1:]]
    known = newest + older
    if before not in known:
        before = known[1] if len(known) > 1 else ""
    return {"before": before, "after": next((one for one in known if one != before), "")}


def _sides(request: HttpRequest, study: Study) -> dict[str, WaveVersion]:
    return {
        side: selectors.wave_version_named(request.user, f"{study.slug}/{request.GET.get(side, '').strip()}")
        for side in ("before", "after")
    }


def _pair(sides: dict[str, WaveVersion]) -> str:
    """The two versions as a query."""
    query = QueryDict(mutable=True)
    for side, version in sides.items():
        query[side] = version.short
    return query.urlencode()


def _row(sides: dict[str, WaveVersion], old: str, new: str) -> str:
    """A row of the comparison as a query, whichever of its items is decided about."""
    query = QueryDict(_pair(sides), mutable=True)
    query.update({name: word for name, word in (("old", old), ("new", new)) if word})
    return query.urlencode()


def _chosen(
    study: Study, sides: dict[str, WaveVersion], asked: str, variables: tuple[str, str]
) -> tuple[tuple[str, ...], str]:
    """The items of a row, and the one that is decided about: ``asked`` for, else the first.

    Any item of the study that no other variable carries may be decided about on a row, and one of its
    variables' names, if asked for.
    """
    between = selectors.between(study, sides["before"], sides["after"])
    items = between.items(*variables)
    if not asked or asked in items:
        return items, asked or items[0]
    if asked in variables:
        return (*items, asked), asked
    item = selectors.item_named(study, asked).name
    if carrier := between.elsewhere(item, *variables):
        version = sides["before"] if variables[0] else sides["after"]
        message = say("This row is not about {item}: in {version} {carrier} carries it.", item=item,
                      version=version, carrier=carrier)  # fmt: skip
        raise refuse("not_found", message, hint=say("Open the row of {carrier}.", carrier=carrier))
    return (*items, item), item


def _row_context(
    request: HttpRequest,
    study: Study,
    sides: dict[str, WaveVersion],
    asked: QueryDict,
    given: QueryDict | None = None,
) -> dict[str, Any]:
    before, after = sides["before"], sides["after"]
    old, new = asked.get("old", ""), asked.get("new", "")
    items, item = _chosen(study, sides, asked.get("item", ""), (old, new))
    wave = after.wave if old else before.wave
    decisions = selectors.history(study, items, wave)
    context: dict[str, Any] = {
        "study": study,
        "pair": _pair(sides),
        "query": asked.urlencode(),
        "row": _row(sides, old, new),
        "old": old,
        "new": new,
        "item": item,
        "items": items,
        "target": wave,
        "decisions": decisions,
        "is_chosen": bool(asked.get("item")),
        "is_decided": (standing := _standing(decisions, item)) is not None,
        "given": given or _as_given(standing, is_renamed=bool(old and new and old != new)),
        "rights": policy.rights(request.user, study),
        "others": after.variables.values_list("name", flat=True) if not new else (),
    } | sides
    if old and new:
        is_told = comparing.may_be_told(request.user, before, after)
        left, right, difference = comparing.compared_variables(request.user, before, after, old, new)
        context |= {
            "left": left,
            "right": right,
            "difference": difference,
            "may_have_all": is_told,
            "lines": code_lines(left, right, difference.distribution),
            "choices": code_choices(study, before, after, item, left, right, is_told=is_told, given=given),
        }
        if before.wave_id == after.wave_id and old == new:
            context |= _cells_context(request, before, after, new)
        return context
    version, name = (before, old) if old else (after, new)
    return context | {"alone": selectors.variable_named(version, name), "alone_in": version}


def _standing(decisions: list[CrosswalkDecision], item: str) -> CrosswalkDecision | None:
    """The decision on the item that holds: the newest that nobody undid."""
    standing = (one for one in decisions if not one.undoes_id and not hasattr(one, "undone_by"))
    return next((one for one in standing if one.item.name == item), None)


def _as_given(decision: CrosswalkDecision | None, *, is_renamed: bool) -> dict[str, Any]:
    """What a form that decides otherwise begins with: what holds now."""
    if decision is None:
        return {}
    kind = decision.kind
    if is_renamed and kind in CARRYING:
        kind = CrosswalkDecision.Kind.RENAME if has_maps(decision) else RENAMED_AS_IS
    kept = {"kind": kind, "variable": decision.variable}
    if decision.said:  # made of the codes that are left over, and made again when it is signed
        return kept
    is_partial = decision.status == CrosswalkDecision.Status.PARTIAL
    return kept | {"reason": decision.reason, "partial": is_partial}


def _cells_context(
    request: HttpRequest, before: WaveVersion, after: WaveVersion, name: str
) -> dict[str, Any]:
    """How the variable's cells changed; the single cells for those who may have them."""
    is_told = comparing.may_be_told(request.user, before, after)
    counted = comparing.cells_of(before, after, is_told=is_told)
    mine = next((one for one in counted.columns if one.name == name), None)
    shown = some_cells(request.user, before, after, name, MOST_CELLS) if is_told and mine else None
    return {"counted": counted, "cells": mine, "shown": shown, "is_told": is_told}


def _decided_on(sides: dict[str, WaveVersion], form: DecisionForm) -> dict[str, WaveVersion]:
    """An item that only the later side has is decided about in the earlier one."""
    if form.cleaned_data["new_only"]:
        return {"before": sides["after"], "after": sides["before"]}
    return sides


def _left_out(form: DecisionForm, choices: CodeChoices | None) -> tuple[Problem, ...]:
    """A map that is signed on a page that did not show every code would forget what was decided of them."""
    if choices is None or form.data.get("kind") not in ("map", "rename") or not choices.left_out(form.data):
        return ()
    message = "The form does not show every code of the variable."
    hint = "Load the page again; a map of very many codes is signed through the API or the study folder."
    return (Problem("codes_left_out", message, hint=hint),)


def _dropped(form: DecisionForm, choices: CodeChoices | None, old: str, new: str) -> tuple[Problem, ...]:
    """What was typed into the table is told of before a decision that maps no codes forgets it."""
    is_dropped = form.data.get("kind") in (CrosswalkDecision.Kind.SAME, RENAMED_AS_IS)
    if choices is None or not choices.is_whole or not is_dropped or not choices.edited(form.data):
        return ()
    message = "The table of codes was edited, but this decision maps no codes."
    if old == new:
        hint = say("Choose “The codes are mapped as below.”, or set the codes back to what they were.")
    else:
        hint = say(
            "Choose “Renamed: {name} carries it, with the codes below.”, or set the codes back to what they "
            "were.",
            name=new,
        )
    return (Problem("edits_dropped", message, where=str(form.fields["kind"].label), hint=hint),)


def _in_words_of(form: DecisionForm, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems with the fields as the page calls them."""
    named = {name: str(field.label) for name, field in form.fields.items() if field.label}
    return tuple(replace(one, where=named.get(one.where, one.where)) for one in problems)


def _problems(form: DecisionForm) -> tuple[Problem, ...]:
    return tuple(
        Problem("bad_field", str(error), where=str(form.fields[name].label or name))
        for name, errors in form.errors.items()
        for error in errors
    )
