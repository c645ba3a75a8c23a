"""The form that writes a rule: its boxes as they are sent, as they are shown, and the text they make."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from measures.admin.picker import page_language
from measures.core.axes import reason_label
from measures.core.filling import (
    KINDS,
    Asked,
    Banding,
    Choosing,
    Combining,
    Factor,
    Form,
    Line,
    Recoding,
    Reversing,
    Scoring,
    filled,
    kind_of,
)
from measures.core.filling.cases import OPERATORS
from measures.core.filling.recode_rows import code_rows
from measures.core.filling.sets import OF_CONDITIONS, OF_NUMBERS
from measures.core.language import parse
from measures.core.language.functions_of_samples import BASES, METHODS, ROTATIONS, SCORINGS
from measures.core.language.writing import write
from measures.forms import PreviewForm
from measures.policy import require_define
from measures.selectors.codes import ItemCodes, item_codes
from measures.selectors.scopes import study_wave_versions
from surveys.core.absence import VOCABULARY
from surveys.core.codebook import text_in
from surveys.core.problems import Refused
from surveys.models import Study, WaveVersion
from surveys.translation import spoken

TITLES = {
    "recode": (_("Give the codes of one item new values"), _("Each code gets the value beside it.")),
    "band": (_("Cut a number into bands"), _("As ages into age groups, numbered from 1.")),
    "reverse": (_("Turn a scale round"), _("What was highest becomes lowest.")),
    "combine": (_("Combine several items"), _("Any, all, how many, their sum or their mean.")),
    "case": (
        _("Values by conditions"),
        _("The first line whose conditions all hold gives the value."),
    ),
    "score": (_("Standardise or rank one item"), _("Fitted on the sample, and kept with the data.")),
    "factor": (_("Score of one factor"), _("Several items as one scale; fitted on the sample, and kept.")),
}
FUNCTION_TITLES = {
    "any_of": _("1 if any of them holds"),
    "all_of": _("1 if all of them hold"),
    "count_of": _("how many of them hold"),
    "share_of": _("the share of them that hold"),
    "sum_of": _("their sum"),
    "mean_of": _("their mean"),
    "min": _("the smallest"),
    "max": _("the largest"),
    "standardise": _("standardised: minus the mean, over the standard deviation"),
    "percentile_rank": _("percentile rank, 0 to 1"),
    "quantile_band": _("bands of about equal size"),
}
OPERATOR_TITLES = {
    "==": _("is"),
    "!=": _("is not"),
    "<": _("is below"),
    "<=": _("is at most"),
    ">": _("is above"),
    ">=": _("is at least"),
    "in": _("is one of"),
    "not in": _("is none of"),
    "between": _("lies between"),
    "missing": _("is absent"),
    "not missing": _("is not absent"),
    "holds": _("is yes (coded 0/1)"),
}
STAYS = _("who gave no answer stays absent, with the reason.")
ALL_ANSWERED = _(
    "who lacks an answer to one of them is absent, with the reason; with a minimum answered, the answers "
    "there are count once there are so many."
)
WITHOUT_ANSWER = {
    "recode": _(
        "who gave none stays absent, with the reason, unless a value stands beside it. Each code needs a new "
        "value, or say what becomes of the others."
    ),
    "band": STAYS,
    "reverse": STAYS,
    "score": STAYS,
    "case": _(
        "an unanswered condition stops the search, and the result is absent. Give absences a value in a line "
        "above, with “is absent”."
    ),
    "any_of": _(
        "1 as soon as one of them is yes. With no yes, who lacks an answer is absent; with a minimum "
        "answered, 0 once there are so many answers."
    ),
    "all_of": _(
        "0 as soon as one of them is no. With no no, who lacks an answer is absent; with a minimum answered, "
        "1 once there are so many answers."
    ),
}
OF_ONE = ("standardise", "percentile_rank", "quantile_band")
MOST_LINES = 60


@require_POST
def form(request: HttpRequest) -> HttpResponse:
    """The form: filled from the rule, or as it was sent where it is drawn anew for another item or kind."""
    study, wave, rule = _asked(request)
    sent = request.POST.get("f_kind", "")
    kind = request.POST.get("kind", "")
    if kind in KINDS:
        shown: Form | None = _of_kind(kind, request.POST)
    elif sent in KINDS and "redraw" in request.POST:
        shown = read(request.POST)
    else:
        shown = _opened(rule)
    context = {
        "kinds": [{"name": name, "title": TITLES[name][0]} for name in KINDS],
        "kind": kind_of(shown) if shown else "",
        "help": TITLES[kind_of(shown)][1] if shown else "",
        "says_more": bool(rule.strip()) and shown is None,
        **(_laid_out(shown, study, wave) if shown else {}),
    }
    return render(request, "measures/admin/_filling.html", context)


@require_POST
def written(request: HttpRequest) -> HttpResponse:
    """The rule that the boxes make, or what they still lack."""
    _asked(request)
    if request.POST.get("f_kind") not in KINDS:
        raise Http404
    try:
        return JsonResponse({"rule": write(read(request.POST).node()), "problems": []})
    except Refused as refused:
        return JsonResponse({"rule": None, "problems": [spoken(one.sentence()) for one in refused.problems]})


def _asked(request: HttpRequest) -> tuple[Study, WaveVersion | None, str]:
    form = PreviewForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Http404
    study, wave = form.cleaned_data["study"], form.cleaned_data["wave"]
    require_define(request.user, study)
    return study, wave or next(iter(study_wave_versions(study)), None), form.cleaned_data["rule"]


def _opened(rule: str) -> Form | None:
    """The form that says what the rule says; an empty one where nothing is written, None where none does."""
    if not rule.strip():
        return Recoding()
    try:
        return filled(parse(rule))
    except Refused:
        return None


def _of_kind(kind: str, sent: QueryDict) -> Form:
    """An empty form of a kind, with the items that were named in the one before."""
    items = tuple(name for name in (sent.get("f_item", ""), *sent.getlist("f_items")) if name.strip())
    first = items[0] if items else ""
    empty: dict[str, Form] = {
        "recode": Recoding(first),
        "band": Banding(first),
        "reverse": Reversing(first),
        "combine": Combining(items=items),
        "case": Choosing((Line((Asked(first),)),) if first else ()),
        "score": Scoring(item=first),
        "factor": Factor(items=items),
    }
    return empty[kind]


# ---- as they are sent


def read(sent: QueryDict) -> Form:
    """The form whose boxes were sent; ``f_kind`` says which."""

    def one(name: str) -> str:
        return str(sent.get(f"f_{name}", "")).strip()

    def many(name: str) -> tuple[str, ...]:
        return tuple(text.strip() for text in sent.getlist(f"f_{name}"))

    kind = one("kind")
    if kind == "band":
        return Banding(one("item"), one("cuts"))
    if kind == "reverse":
        return Reversing(one("item"), one("low"), one("high"))
    if kind == "combine":
        items = tuple(filter(None, many("items")))
        return Combining(one("function"), items, one("holds"), one("at_least"), one("turned"))
    if kind == "case":
        asked = zip(many("line"), many("asked_item"), many("operator"), many("value"), strict=False)
        return Choosing(_lines(list(asked), many("line_to")), one("otherwise"))
    if kind == "score":
        return Scoring(one("function"), one("item"), one("among"), one("bands"))
    if kind == "factor":
        items = tuple(filter(None, many("items")))
        basis, rotation = one("basis") or BASES[0], one("rotation") or ROTATIONS[0]
        said = (one("method"), one("scores"), one("at_least"), one("turned"))
        return Factor(items, *said, basis, one("factors"), rotation, one("factor"))
    other = one("other") if one("other_how") == "value" else one("other_how")
    rows = tuple(zip(many("from"), many("to"), strict=False))
    return Recoding(one("item"), rows, other, tuple(zip(many("reason"), many("reason_to"), strict=False)))


def _lines(asked: list[tuple[str, str, str, str]], to: tuple[str, ...]) -> tuple[Line, ...]:
    """Conditions gathered by the number of their line."""
    lines = []
    for number, value in enumerate(to[:MOST_LINES]):
        own = tuple(Asked(*rest) for at, *rest in asked if at == str(number))
        lines.append(Line(own, value))
    return tuple(lines)


# ---- as they are shown


def _laid_out(shown: Form, study: Study, wave: WaveVersion | None) -> dict[str, Any]:
    context: dict[str, Any] = {"form": shown, "outcomes": list(_outcomes())}
    if isinstance(shown, Recoding):
        found = item_codes(study, shown.item, wave) if shown.item else None
        context |= _recoding(shown, found)
    if isinstance(shown, Combining):
        context |= {"functions": _titled(FUNCTION_TITLES, (*OF_CONDITIONS, *OF_NUMBERS))}
        context |= {"asks_codes": shown.function in OF_CONDITIONS}
    if isinstance(shown, Scoring):
        context |= {
            "functions": _titled(FUNCTION_TITLES, ("standardise", "percentile_rank", "quantile_band"))
        }
    if isinstance(shown, Choosing):
        context |= {
            "operators": _titled(OPERATOR_TITLES, OPERATORS),
            "lines": [*shown.lines, Line((Asked(),))],
        }
    if isinstance(shown, Factor):
        context |= {"methods": METHODS, "scorings": SCORINGS, "bases": BASES, "rotations": ROTATIONS}
    kind = kind_of(shown)
    named = shown.function if isinstance(shown, Combining) else kind
    return context | {"absences": WITHOUT_ANSWER.get(named, ALL_ANSWERED)}


def _titled(titles: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"name": name, "title": titles[name]} for name in names]


def _outcomes() -> Iterator[dict[str, str]]:
    """Absences as outcomes, in words."""
    for reason in VOCABULARY:
        yield {"writes": f"missing:{reason}", "word": reason_label(reason, page_language())}


def _recoding(shown: Recoding, found: ItemCodes | None) -> dict[str, Any]:
    """Each code of the item with its outcome, then what the form says of other values, and absences."""
    language = page_language()
    codes = [(row.value, row.labels) for row in found.codes] if found else []
    rows, rest = code_rows(shown, codes)
    counts = [row.counts for row in found.codes] if found else []
    to = dict(shown.absences)
    reasons = {row.reason: row.counts for row in found.reasons} if found else {}
    how = shown.other if shown.other in ("", "keep") or shown.other.startswith("missing:") else "value"
    return {
        "item_label": text_in(found.variable.labels, language) if found else "",
        "is_unknown": bool(shown.item) and found is None,
        "code_rows": [
            {"row": row, "label": text_in(labels, language), "n": n[0] if n else None}
            for row, (_value, labels), n in zip_longest(rows, codes, counts, fillvalue=())
        ],
        "free_rows": [*rest, ("", "")],
        "reasons": [
            {
                "reason": reason,
                "word": reason_label(reason, language),
                "to": to.get(reason, ""),
                "n": reasons.get(reason, (None,))[0] if reasons.get(reason) else None,
            }
            for reason in dict.fromkeys((*reasons, *to))
        ],
        "other_how": how,
        "other": shown.other if how == "value" else "",
    }
