"""What the page of a multilevel model calls the differences between groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from analytics.core.side_by_side import INTERCEPT
from analytics.templatetags.analytics_panels import FIGURES
from surveys.templatetags.vocabulary import WORDS

register = template.Library()


@register.filter
def random_label(one: Mapping[str, Any]) -> str:
    """What a variance is of: the constant or a slope over some groups, or the residual."""
    if not one["group"]:
        return str(WORDS["Residual"])
    of = FIGURES["intercept"] if one["term"] == INTERCEPT else one["term"]
    return f"{one['group']}: {of}"


@register.filter
def correlation_label(one: Mapping[str, Any]) -> str:
    """The two effects that a correlation is of."""
    names = (FIGURES["intercept"] if name == INTERCEPT else name for name in (one["first"], one["second"]))
    return f"{one['group']}: {', '.join(map(str, names))}"
