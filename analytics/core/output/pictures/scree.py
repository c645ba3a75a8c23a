"""The scree plot of a factor analysis: eigenvalues beside those of random items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.core.output.pictures.lines import Curve, Lines, lines
from analytics.core.output.pictures.svg import Sheet
from surveys.core.codebook import text_in

MOST_MARKS = 24  # numbers below the axis
WORDS: Mapping[str, Mapping[str, str]] = {
    "eigenvalues": {"en": "Eigenvalues of the items", "zh": "题项的特征值"},
    "random": {"en": "Random items, 95th percentile", "zh": "随机题项，第 95 百分位数"},
    "random_means": {"en": "Random items, mean", "zh": "随机题项，均值"},
    "eigenvalue": {"en": "Eigenvalue", "zh": "特征值"},
    "number": {"en": "Number of the factor", "zh": "因子序号"},
}


def has_scree(result: Mapping[str, Any]) -> bool:
    """Whether ``result`` is of factors and tells at least two eigenvalues."""
    return result.get("kind") == "factor" and len(result.get("table", {}).get("eigenvalues") or ()) > 1


def scree(result: Mapping[str, Any], language: str, title: str, note: str) -> Sheet:
    """Eigenvalues of the correlations by rank, and those of parallel analysis."""
    table = result["table"]
    curves = tuple(
        Curve(text_in(WORDS[name], language), tuple(enumerate(map(float, table[name]), start=1)))
        for name in ("eigenvalues", "random", "random_means")
        if table.get(name)
    )
    many = len(table["eigenvalues"])
    each = -(-many // MOST_MARKS)
    marks = tuple((float(at), str(at)) for at in range(1, many + 1, each))
    axes = (text_in(WORDS["number"], language), text_in(WORDS["eigenvalue"], language))
    return lines(Lines(title, *axes, curves, note, marks))
