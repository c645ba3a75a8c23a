"""A model of several equations as columns of a table, one for each category of the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from surveys.core.codebook import text_in

Model = Mapping[str, Any]
THRESHOLD = {"en": "Threshold", "zh": "阈值"}


def spread(models: Iterable[Model], language: str = "en") -> list[Model]:
    """Models with one set of coefficients each; figures of fit stand with the first of those of one model."""
    return [part for model in models for part in _parts(model, language)]


def _parts(model: Model, language: str) -> list[Model]:
    result = model["result"]
    categories = list(dict.fromkeys(one.get("category") for one in result["estimates"]))
    if categories in ([], [None]):
        return [model]
    labels = category_labels(model, language)
    return [
        {
            **model,
            "label": f"{model['label']}: {labels.get(category, category)}",
            "result": {
                **result,
                "estimates": [one for one in result["estimates"] if one["category"] == category],
                "fit": result["fit"] if place == 0 else None,
            },
        }
        for place, category in enumerate(categories)
    ]


def category_labels(model: Model, language: str) -> dict[str, str]:
    """What the categories of the outcome are called, by code."""
    return {
        one["code"]: text_in(one["labels"], language) or one["code"] for one in model.get("categories", ())
    }


def threshold_labels(model: Model) -> dict[str, dict[str, str]]:
    """What the thresholds of an ordered logit are called, by term and language."""
    found: dict[str, dict[str, str]] = {}
    for one in model["result"].get("thresholds", ()):
        found[one["term"]] = {}
        for language, word in THRESHOLD.items():
            labels = category_labels(model, language)
            ends = [labels.get(code, code) for code in one["term"].split("|")]
            found[one["term"]][language] = f"{word}: {' | '.join(ends)}"
    return found
