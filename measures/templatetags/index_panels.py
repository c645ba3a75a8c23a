"""How an index's report is laid out on a page: its make-up in words, and rows of its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from measures.core.indices.figures import weight_of
from measures.core.indices.form import Path
from measures.core.indices.reading import Component, Index
from measures.services.indices import IndexRows
from surveys.core.codebook import text_in
from surveys.templatetags.numerals import code_text, fixed
from surveys.templatetags.vocabulary import language

register = template.Library()

KINDS = {
    "mean_of": _("the mean of its components"),
    "sum_of": _("the sum of its components"),
    "weighted_mean": _("the weighted mean of its components"),
    "count_of": _("the number of conditions that hold"),
    "share_of": _("the share of conditions that hold"),
    "deprivation": _("the share of conditions that hold, 0 below the cut-off"),
    "rank_weight": _("the weight of the first rank that names it"),
}
NORMS = {
    "": _("as it is"),
    "percentile_rank": _("percentile rank"),
    "standardise": _("standardised"),
    "min_max": _("from 0 (smallest) to 1 (largest)"),
    "condition": _("a condition, 1 or 0"),
}
CHOICES = {
    "leave_out": _("Left out"),
    "weights": _("Weights"),
    "aggregation": _("Aggregation"),
    "normalisation": _("Norm"),
    "cutoff": _("Cut-off"),
}
ALTERNATIVES = {"equal": _("equal for all"), "geometric": _("geometric mean")}


@register.filter
def index_kind(index: Index) -> str:
    """How the components become one number."""
    return str(KINDS[index.kind])


@register.filter
def parts_of_index(index: Index) -> list[dict[str, Any]]:
    """Every component with its depth, each before its own: label, weight, norm and, where it is an index of
    its own, how that is made."""
    return list(_parts(index, index, ()))


def _parts(whole: Index, index: Index, above: Path) -> Iterator[dict[str, Any]]:
    for place, one in enumerate(index.components):
        path = (*above, place)
        yield {
            "depth": len(path),
            "component": one,
            "label": label_of(one),
            "given": whole_number(index.weights[place]) if index.node.weights else "",
            "weight": weight_of(whole.form, path),
            "norm": str(NORMS[one.normalisation]),
            "inside": one.inside,
        }
        if one.inside:
            yield from _parts(whole, one.inside, path)


def whole_number(number: float) -> str:
    """A weight as the rule writes it."""
    return f"{number:g}"


def label_of(one: Component) -> str:
    """What a component is called in the page's language."""
    return text_in(one.labels, language()) or one.name


@register.filter
def component_rows(rows: IndexRows) -> list[dict[str, Any]]:
    """The figures of each component with its label and depth."""
    assert rows.figures is not None
    return [_labelled(rows.index, one) for one in rows.figures["components"]]


@register.filter
def dimension_rows(rows: IndexRows) -> list[dict[str, Any]]:
    """The figures of each dimension of a counting index with its label."""
    assert rows.figures is not None
    return [_labelled(rows.index, one) for one in rows.figures["counting"]["dimensions"]]


def _labelled(index: Index, one: Mapping[str, Any]) -> dict[str, Any]:
    path: Path = tuple(one["path"])
    component = index.at(path)
    return {**one, "name": component.name, "label": label_of(component), "depth": len(path)}


@register.filter
def alternative_rows(rows: IndexRows) -> list[dict[str, Any]]:
    """Every other choice in words."""
    assert rows.figures is not None
    return [{**one, "words": _choice(rows.index, one)} for one in rows.figures["alternatives"]]


def _choice(index: Index, one: Mapping[str, Any]) -> str:
    kind, what = str(CHOICES[one["choice"]]), one["what"]
    if one["path"]:
        what = label_of(index.at(tuple(one["path"])))
    else:
        what = str(ALTERNATIVES.get(what) or NORMS.get(what or "-") or what)
    return gettext("%(kind)s: %(what)s") % {"kind": kind, "what": what} if what else kind


@register.filter
def group_rows(rows: IndexRows) -> list[dict[str, Any]]:
    """The figures of each group with its label."""
    assert rows.groups is not None
    labels = rows.group_labels or {}
    return [{**one, "label": _group(one["group"], labels)} for one in rows.groups["groups"]]


def _group(group: Any, labels: Mapping[Any, Any]) -> str:
    if group is None:
        return gettext("absent")
    return text_in(labels.get(group, {}), language()) or code_text(group)


@register.filter
def deeper(depth: int) -> str:
    """The class of a line that stands so deep in a table."""
    return f"deep-{min(depth, 4)}"


@register.filter
def in_percent(share: float | None) -> str:
    """A share in percent, one decimal; an en dash where it is not defined."""
    return fixed(None if share is None else 100 * share, 1)
