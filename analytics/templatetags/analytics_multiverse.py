"""The page of a multiverse: its curve, what the specifications say together, and each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from analytics.core.multiverse.table import called, in_order, term_called
from analytics.models import Run
from surveys.core.said import restored
from surveys.templatetags.vocabulary import language

register = template.Library()

OPEN = 40  # more specifications than these are folded away under the curve


@register.inclusion_tag("analytics/_multiverse.html")
def multiverse(run: Run, pictures: Sequence[str]) -> dict[str, Any]:
    """The result of ``run`` (of a multiverse, as shown to somebody) in the language of the page."""
    result, chosen = run.result, language()
    axes = result["axes"]
    names = [{one["name"]: called(one, chosen) for one in axis["alternatives"]} for axis in axes]
    rows = [
        (one, [own[name] for own, name in zip(names, one["chosen"], strict=True)]) for one in in_order(result)
    ]
    told = result["summary"]["axes"] or [{"share": None, "reach": None, "alternatives": []}] * len(axes)
    moved = [
        {
            "called": called(axis, chosen),
            "adopted": axis["adopted"],
            "share": own["share"],
            "reach": own["reach"],
            "alternatives": [(own_names[one["name"]], one) for one in own["alternatives"]],
        }
        for axis, own, own_names in zip(axes, told, names, strict=True)
    ]
    return {
        "run": run,
        "result": result,
        "summary": result["summary"],
        "term": term_called(result, chosen),
        "axes": moved,
        "rows": rows,
        "is_open": len(rows) <= OPEN,
        "has_odds": any(one["odds_ratio"] is not None for one in result["specifications"]),
        "has_curve": "curve" in pictures,
        "failures": [restored(one) for one in result["failures"]],
    }


@register.filter
def percent(share: float | None) -> float | None:
    """A share as a percentage."""
    return None if share is None else 100 * share
