"""What pages of runs add so that every number opens to what stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.core.side_by_side import INTERCEPT, Coefficient, ModelHead
from analytics.core.two_runs import Change, Side
from analytics.models import Run
from analytics.selectors.graph import Graph
from analytics.selectors.graph_parts import Node
from analytics.selectors.numbers import Asked
from analytics.selectors.passport import NO_SEED
from analytics.selectors.two_runs import SideBySide
from surveys.templatetags.vocabulary import reason, words
from surveys.translation import spoken

register = template.Library()

DESIGN = {
    "weights": _("weight"),
    "strata": _("strata"),
    "psu": _("sampling unit"),
    "fpc": _("finite population"),
    "lonely_psu": _("strata of one unit"),
}


@register.filter
def number_query(asked: Asked) -> str:
    """The query of the address of a number."""
    named = {"model": asked.model, "term": asked.term, "category": asked.category}
    return urlencode({name: value for name, value in named.items() if value})


@register.filter
def with_heads(
    cells: Sequence[Coefficient | None], heads: Sequence[ModelHead]
) -> list[tuple[Coefficient | None, Asked]]:
    """The cells of a row of coefficients, each with the number it shows."""
    return [
        (cell, asked_of(head.name, cell.estimate) if cell else Asked(head.name, ""))
        for cell, head in zip(cells, heads, strict=True)
    ]


@register.filter
def figures_with_heads(
    values: Sequence[float | None], heads: Sequence[ModelHead]
) -> list[tuple[float | None, str]]:
    """The figures of a row of fit or variances, each with the query of its model."""
    return [(value, urlencode({"model": head.name})) for value, head in zip(values, heads, strict=True)]


@register.filter
def estimate_query(estimate: Mapping[str, Any], model: Mapping[str, Any]) -> str:
    """The query of the address of an estimate of a model."""
    return number_query(asked_of(model["name"], estimate))


def asked_of(model: str, estimate: Mapping[str, Any]) -> Asked:
    """The number that an estimate of a model is."""
    return Asked(model, str(estimate["term"]), str(estimate.get("category") or ""))


@register.filter
def rows_lost(lost: Iterable[tuple[str, str, int]]) -> int:
    return sum(rows for _name, _why, rows in lost)


@register.filter
def design_word(name: str) -> str:
    """A part of a sampling design in the language of the page."""
    return str(DESIGN.get(name, name))


@register.simple_tag
def no_seed() -> str:
    """Why a run has no seed."""
    return spoken(NO_SEED)


ABOUT = {
    "data": _("Data"),
    "specification": _("Specification"),
    "rows": _("Rows"),
    "measure": _("Measures"),
    "code": _("Programs"),
}


@register.filter
def difference_word(about: str) -> str:
    """What kind of thing two runs differ in."""
    return str(ABOUT[about])


@register.filter
def fact_word(what: str) -> str:
    """The name of a fact; that of a lost row ends in its reason, that of an estimator is a kind."""
    name, _sign, why = what.partition(": ")
    return f"{name}: {reason(why)}" if why else words(name)


@register.filter
def change_label(change: Change) -> str:
    """The label of a coefficient in both runs; the constant has a word of its own."""
    return str(gettext("Constant")) if change.term == INTERCEPT else change.label or change.term


@register.filter
def sides(change: Change, found: SideBySide) -> list[tuple[Side | None, Asked, int]]:
    """Each side of a coefficient with the number and the run that it is of."""
    return [
        (side, Asked(_model_in(run, change.model), change.term, change.category), run.pk)
        for side, run in ((change.a, found.a), (change.b, found.b))
    ]


@register.filter
def model_of(change: Change, found: SideBySide) -> str:
    """What the model of a coefficient is called."""
    models = [one for run in (found.b, found.a) for one in run.result.get("models", ())]
    return next((str(one["label"]) for one in models if one["name"] == change.model), change.model)


def _model_in(run: Run, name: str) -> str:
    """A single model may be called otherwise in the other run."""
    names = [one["name"] for one in run.result.get("models", ())]
    return name if name in names or len(names) != 1 else str(names[0])


LAYERS = {
    "wave": _("Waves"),
    "measure": _("Measures"),
    "dataset": _("Datasets"),
    "run": _("Runs"),
    "target": _("Published tables"),
    "hypotheses": _("Hypotheses"),
}


@register.filter
def layer_word(kind: str) -> str:
    return str(LAYERS[kind])


@register.filter
def below(node: Node, graph: Graph) -> list[Node]:
    """What a node rests on."""
    return graph.named(node.needs)


@register.filter
def above(node: Node, graph: Graph) -> list[Node]:
    """What rests on a node."""
    return graph.named(graph.users[node.key])


OUTCOMES = {
    "done": (_("done"), "ok"),
    "same": (_("nothing new came out"), "fresh"),
    "failed": (_("failed"), "failed"),
    "blocked": (_("blocked"), "blocked"),
    "waits": (_("waits"), "stale"),
}


@register.filter
def outcome_word(outcome: str) -> str:
    """How a step of a rerun ended."""
    return str(OUTCOMES[outcome][0])


@register.filter
def outcome_class(outcome: str) -> str:
    return OUTCOMES[outcome][1]


CHANGES = {
    "matched": _("coefficients in both"),
    "only_a": _("coefficients only before"),
    "only_b": _("coefficients only after"),
    "differ": _("differ"),
    "sign_changed": _("with another sign"),
    "significance_changed": _("significant in one alone (p < 0.05)"),
    "figures_differ": _("other figures differ"),
}


@register.filter
def change_word(name: str) -> str:
    """What is counted of a run made again, or of figures beside a published table."""
    return f"{CHANGES.get(name) or words(name)}:"
