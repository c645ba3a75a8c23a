"""What this room adds to the pages of a study, a wave and a variable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from measures import selectors
from measures.core.falls import Line
from measures.core.language import parse
from measures.core.language.nodes import Call, walk
from measures.core.rule_difference import RuleLine
from measures.models import DatasetColumn, DatasetVersion, Measure, MeasureVersion
from measures.policy import may_define
from measures.selectors.disclosure import measures_shown_to
from surveys.core.codebook import text_in
from surveys.models import Study, Variable, WaveVersion
from surveys.templatetags.vocabulary import language
from surveys.translation import spoken

register = template.Library()


@register.inclusion_tag("measures/_study_measures.html", takes_context=True)
def study_measures(context: template.Context, study: Study) -> dict[str, Any]:
    """The study's measures, each with its version in force."""
    measures = measures_shown_to(context["user"]).filter(study=study)
    return {"study": study, "measures": list(measures), "may_define": may_define(context["user"], study)}


@register.inclusion_tag("measures/_study_datasets.html", takes_context=True)
def study_datasets(context: template.Context, study: Study) -> dict[str, Any]:
    """The study's datasets, each with its latest version and whether it still holds."""
    rows = selectors.datasets_standing(study)
    return {"study": study, "datasets": rows, "may_define": may_define(context["user"], study)}


@register.inclusion_tag("measures/_wave_used_by.html")
def wave_used_by(version: WaveVersion) -> dict[str, Any]:
    """Dataset versions made of a wave version."""
    return {"study": version.study, "dataset_versions": selectors.versions_made_of(version)}


@register.inclusion_tag("measures/_variable_used_by.html")
def variable_used_by(version: WaveVersion, variable: Variable) -> dict[str, Any]:
    """Dataset columns whose rule reads this variable, with the measure versions behind them."""
    using = selectors.columns_reading(version, variable.name)
    measures = list({c.measure_version_id: c.measure_version for c in using if c.measure_version}.values())
    return {"study": version.study, "measure_versions": measures, "columns": using}


@register.inclusion_tag("measures/_errata.html")
def dataset_errata(version: DatasetVersion, only: str = "") -> dict[str, Any]:
    """Corrections of waves that reach columns of a dataset version (or the column ``only``)."""
    errata = [one for one in selectors.errata_of(version) if not only or only in one.names]
    return {"study": version.study, "errata": errata, "only": only}


@register.filter
def in_force(measure: Any) -> MeasureVersion | None:
    """The published version in force of a measure, else its draft, of those that are shown to the person."""
    versions = sorted(measure.shown, key=lambda v: (v.state == "published", v.number or 0))
    return versions[-1] if versions else None


@register.filter
def in_words(thing: Measure | MeasureVersion, name: str) -> str:
    """The concept of a measure, or the definition or universe of a wording, in the page's language."""
    told = thing.told_concept if isinstance(thing, Measure) else thing.told(name)
    return told if isinstance(told, str) else text_in(told, language())


@register.filter
def has_draft(measure: Any) -> bool:
    return any(version.state == MeasureVersion.State.DRAFT for version in measure.shown)


@register.inclusion_tag("_parts/freshness.html")
def freshness(state: Any) -> dict[str, Any]:
    """A badge and the causes in words."""
    return {"state": state}


@register.simple_tag
def measure_link(study: str, name: str) -> str:
    """The address of ``fsp@2``."""
    measure, _, number = name.partition("@")
    return reverse("measures:measure_version", args=[study, measure, int(number)])


@register.filter
def coverage_label(row: Mapping[str, Any], labels: Mapping[tuple[str, Any], Mapping[str, str]]) -> str:
    """What the code of a coverage row stands for, in the page's language where the codebook has it."""
    return text_in(labels.get((row["item"], row["value"]), {}), language()) or row["label"]


@register.filter
def example_text(value: Any) -> str:
    """A value of a worked example as people write it; absences by their reason."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {word}" for name, word in value.items())
    return json.dumps(value, ensure_ascii=False)


@register.filter
def cause_words(line: Line) -> str:
    """The part of a rule that made rows absent, in the page's language."""
    return line.zh if language() == "zh" and line.zh else line.name


@register.filter
def rule_line(line: RuleLine) -> str:
    """A line of the difference of two rules, indented."""
    return f"{line.sign} {'  ' * line.depth}{line.text}"


SAID = {
    "label": _("Label"),
    "value_label": _("Label of a code"),
    "definition": _("Definition"),
    "universe": _("Universe"),
    "citation": _("Citation"),
    "level": _("Level of measurement"),
    "unit": _("Unit"),
    "sign": _("Sign convention"),
    "note": _("What changed and why"),
    "example": _("Worked example"),
}


@register.filter
def said_field(name: str) -> str:
    return str(SAID[name])


PER_ITEM = ("means", "sds", "loadings", "weights", "uniquenesses")
HEADS = {
    "item": _("Item"),
    "means": _("Mean"),
    "sds": _("SD"),
    "loadings": _("Loading"),
    "weights": _("Weight"),
    "uniquenesses": _("Uniqueness"),
    "component": _("Component"),
    "eigenvalues": _("Eigenvalue"),
    "key": _("Group"),
    "value": _("Mean"),
    "n": _("Rows"),
    "withheld": _("Groups of fewer than ten rows, not shown"),
    "method": _("Method"),
    "scores": _("Scores"),
    "basis": _("Correlations"),
    "rotation": _("Rotation"),
    "factors": _("Factors"),
    "factor": _("Which of them is scored"),
    "factors_of": _("Loadings on factor"),
    "sign": _("Sign"),
    "kmo": _("Sampling adequacy (KMO)"),
    "alpha": _("Cronbach's alpha"),
}


@register.filter
def fitted_parts(fitted: Mapping[str, Any], column: DatasetColumn) -> list[dict[str, Any]]:
    """Each fitted part of a rule: tables of items, eigenvalues or groups, and facts about the fit."""
    rule = column.measure_version.rule if column.measure_version else ""
    return [part for fit in fitted.values() for part in _parts(fit, rule)]


def _parts(fit: Mapping[str, Any], rule: str) -> list[dict[str, Any]]:
    columns = [name for name in PER_ITEM if fit.get(name)]
    names = _items_of(fit["function"], len(fit[columns[0]]), rule) if columns else []
    rows = list(zip(names, *(fit[name] for name in columns), strict=True))
    words = ("method", "scores", "basis", "rotation", "sign")
    facts = [(HEADS[name], spoken(fit[name])) for name in words if fit.get(name)]
    numbers = ("n", "kmo", "alpha", "factors", "factor")
    facts += [(HEADS[name], round(fit[name], 4)) for name in numbers if fit.get(name) is not None]
    facts += [(HEADS["withheld"], fit["withheld"])] if fit.get("withheld") else []
    whole = {"title": fit["function"], "facts": facts, "heads": _heads("item", *columns), "rows": rows}
    parts: list[dict[str, Any]] = [whole, *_several(fit, names)]
    for name, key, heads in (("eigenvalues", "component", ("eigenvalues",)), ("groups", "key", ("value",))):
        if fit.get(name):
            pairs = fit[name] if name == "groups" else [(i + 1, value) for i, value in enumerate(fit[name])]
            parts.append({"title": "", "facts": [], "heads": _heads(key, *heads), "rows": pairs})
    return parts


def _several(fit: Mapping[str, Any], names: list[str]) -> list[dict[str, Any]]:
    """The loadings of all factors, their sums of squares, and how oblique ones are correlated."""
    if not fit.get("pattern"):
        return []
    numbers = [str(at + 1) for at in range(len(fit["sums"]))]
    rows = [(name, *loadings) for name, loadings in zip(names, fit["pattern"], strict=True)]
    loadings = {"title": "", "facts": [], "heads": [HEADS["factors_of"], *numbers], "rows": rows}
    told = [(gettext("Sum of squared loadings"), *fit["sums"])]
    if any(cell for at, row in enumerate(fit["phi"]) for cell in row[:at]):
        name = gettext("Correlation with factor %(number)s")
        told += [(name % {"number": number}, *row) for number, row in zip(numbers, fit["phi"], strict=True)]
    return [loadings, {"title": "", "facts": [], "heads": [HEADS["factors"], *numbers], "rows": told}]


def _items_of(function: str, size: int, rule: str) -> list[str]:
    """What the rule gives to the only call of ``function`` with so many items; else their numbers."""
    calls = [
        node for node, _depth in walk(parse(rule)) if isinstance(node, Call) and node.function == function
    ]
    texts = [[rule[part.span[0] : part.span[1]] for part in call.arguments] for call in calls]
    fitting = [names for names in texts if len(names) == size]
    return fitting[0] if len(fitting) == 1 else [str(place + 1) for place in range(size)]


def _heads(*names: str) -> list[str]:
    return [str(HEADS[name]) for name in names]
