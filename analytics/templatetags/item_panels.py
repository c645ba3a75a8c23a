"""What pages show of analyses of several items beside their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from analytics.core.reliability_table import REVERSED

register = template.Library()

Labels = Mapping[str, str]


@register.filter
def eigenvalue_rows(result: Mapping[str, Any]) -> list[tuple[float, float, float]]:
    """(eigenvalue, mean and 95th percentile of random ones) by rank."""
    table = result["table"]
    return list(zip(table["eigenvalues"], table["random_means"], table["random"], strict=True))


@register.filter
def item_rows(result: Mapping[str, Any], name: str) -> list[tuple[Labels, list[float]]]:
    """(labels of the item, its figures by factor) of ``structure`` or ``weights``."""
    table, labels = result["table"], result["item_labels"]
    marks = dict.fromkeys(table["turned"], f" {REVERSED}")
    return [
        ({code: text + marks.get(row["item"], "") for code, text in labels[row["item"]].items()}, row[name])
        for row in table["rows"]
    ]
