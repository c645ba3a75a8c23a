"""One number of a run, and the same number on every version of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from analytics.core.output.pictures.over_runs import interval, over_runs
from analytics.core.output.pictures.png import as_png
from analytics.core.side_by_side import INTERCEPT
from analytics.core.spreading import category_labels
from analytics.models import Run
from analytics.selectors.named import WHOLE
from analytics.selectors.pictures import PICTURE_FORMATS
from analytics.selectors.shown import shown_to
from analytics.selectors.table_files import TableFile, file_stem
from analytics.selectors.tables import CATALOGUES, language_of_tables, title_of
from surveys.core.codebook import text_in
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import User
from surveys.translation import spoken

MOST_VERSIONS = 20  # in one history: the latest


@dataclass(frozen=True)
class Asked:
    """Which number: a model of a run and one of its terms; ``category`` where the outcome has several."""

    model: str
    term: str
    category: str = ""


@dataclass(frozen=True)
class Number:
    """A coefficient as its run stores it; ``labels`` are those of its term, empty for the constant."""

    asked: Asked
    model: Mapping[str, Any]
    estimate: Mapping[str, Any]
    labels: Mapping[str, str]

    @property
    def is_constant(self) -> bool:
        return self.asked.term == INTERCEPT


@dataclass(frozen=True)
class Point:
    """What one run says of a number; ``estimate`` is None where it has none, or none that may be told."""

    run: Run
    estimate: Mapping[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        found = self.estimate or {}
        names = ("estimate", "std_error", "p_value", "conf_low", "conf_high")
        told = {name: found.get(name) for name in names}
        return {"run": self.run.pk, "version": str(self.run.subject), "n_used": self.run.n_used, **told}


def number_of(run: Run, asked: Asked) -> Number:
    """A number of a run as somebody may see it; refused with near misses where the run has no such one."""
    models = {one["name"]: one for one in run.result.get("models", ())}
    if asked.model not in models:
        message = say("Run {run} has no model called {name}.", run=run.pk, name=asked.model[:60])
        raise refuse("not_found", message, near=near_misses(asked.model, models), hint=run.withheld)
    model = models[asked.model]
    found = _estimate(model, asked)
    if found is None:
        message = say("{model} has no term called {name}.", model=model["label"], name=asked.term[:60])
        terms = [one["term"] for one in _estimates(model)]
        raise refuse("not_found", message, near=near_misses(asked.term, terms))
    labels = next((one["labels"] for one in model["columns"] if one["name"] == found["term"]), {})
    return Number(asked, model, found, labels)


def label_of(number: Number, language: str, constant: str) -> str:
    """What a number is called on a page: its term, and the category of the outcome where it has several."""
    term = constant if number.is_constant else text_in(number.labels, language) or number.asked.term
    category = number.asked.category
    named = category_labels(number.model, language).get(category, category)
    return f"{term} → {named}" if named else term


def history(user: User, run: Run, asked: Asked) -> list[Point]:
    """The same number in the latest run of the same question on each version, the oldest version first.

    The same question: the same analysis; of a run without one, the same specification.
    """
    if run.analysis_id is not None:
        runs = Run.objects.filter(analysis=run.analysis_id)
    else:
        runs = Run.objects.filter(analysis=None, study=run.study, spec=run.spec)
    latest: dict[str, int] = {}
    known = runs.visible_to(user).filter(withdrawn_because="", state="done").order_by("pk")
    for pk, dataset, wave in known.values_list("pk", "dataset_version", "wave_version"):
        latest[f"{dataset} {wave}"] = pk
    chosen = {*sorted(latest.values())[-MOST_VERSIONS:], run.pk}
    found = Run.objects.filter(pk__in=chosen).select_related(*WHOLE).order_by("pk")
    return [_point(shown_to(user, one), asked) for one in found]


def history_file(user: User, run: Run, asked: Asked, form: str, language: str = "en") -> TableFile:
    """The history of a number as SVG or PNG."""
    if form not in PICTURE_FORMATS:
        hint = say("The formats are {formats}.", formats=PICTURE_FORMATS)
        raise refuse("unknown_format", say("A picture cannot be had as {name}.", name=form[:20]), hint=hint)
    chosen = language_of_tables(language)
    number = number_of(shown_to(user, run), asked)
    found = history(user, run, asked)
    if not can_be_drawn(found):
        raise refuse("not_found", say("No run has an interval of this number."))
    points = [(f"#{one.run.pk} {one.run.subject}", one.estimate) for one in found]
    with translation.override(CATALOGUES[chosen]):
        name = label_of(number, chosen, translation.gettext("Constant"))
        note = spoken(say("The data are synthetic.")) if run.subject.is_synthetic else ""
        svg = over_runs(points, name, chosen, title_of(run, chosen), note).as_svg()
    content = as_png(svg) if form == "png" else svg.encode()
    return TableFile(
        f"{file_stem(run)}.number.{chosen}.{form}", PICTURE_FORMATS[form], content, form == "svg"
    )


def can_be_drawn(points: list[Point]) -> bool:
    """Whether at least one run has an interval."""
    return any(interval(one.estimate) for one in points)


def _point(run: Run, asked: Asked) -> Point:
    models = run.result.get("models", ())
    model = next((one for one in models if one["name"] == asked.model), None)
    return Point(run, _estimate(model, asked) if model else None)


def _estimate(model: Mapping[str, Any], asked: Asked) -> Mapping[str, Any] | None:
    """``a:b`` and ``b:a`` are one term."""
    wanted = frozenset(asked.term.split(":"))
    return next(
        (
            one
            for one in _estimates(model)
            if frozenset(one["term"].split(":")) == wanted and (one.get("category") or "") == asked.category
        ),
        None,
    )


def _estimates(model: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*model["result"]["estimates"], *model["result"].get("thresholds", ())]
