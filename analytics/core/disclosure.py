"""What a run's result tells everyone who may see the study, and what only the data may tell.

Whoever runs analyses may choose the rows, so a count here is not that of a codebook: a category, a cell or an
extreme is told where at least ``FEWEST`` rows hold it, labelled or not, and no cell is told from which one
that is withheld would follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.disclosed_answers import multiple_told, ranked_told
from analytics.core.disclosed_items import correlation_told, factor_told, reliability_told
from analytics.core.disclosed_tables import crosstab_told, descriptives_told
from surveys.core.disclosure import FEWEST

Result = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """``result`` as it may be told; ``is_whole`` where nothing is missing, ``is_withheld`` where all is."""

    result: Result
    is_whole: bool = True
    is_withheld: bool = False


def disclosed(result: Mapping[str, Any], n_used: int | None) -> Told:
    """``result`` (of a run) without what would tell single answers; nothing of fewer than ``FEWEST`` rows."""
    models = result.get("models", ())
    own = [model["n_used"] for model in models]
    own += [
        one["n_used"] for one in result.get("specifications", ()) if one["n_used"]
    ]  # without rows: nobody
    if min([n_used or 0, *own]) < FEWEST:
        return Told({}, is_whole=not result, is_withheld=True)
    told = dict(result)
    if models:
        told["models"] = [_without_small_groups(model) for model in models]
    elif result.get("kind") == "descriptives":
        told["table"] = descriptives_told(result["table"])
    elif result.get("kind") == "crosstab":
        told["table"] = crosstab_told(result["table"])
    elif result.get("kind") == "multiple_response":
        told = multiple_told(result)
    elif result.get("kind") == "ranked_response":
        told["table"] = ranked_told(result["table"])
    elif result.get("kind") == "reliability":
        told["table"] = reliability_told(result["table"])
    elif result.get("kind") == "factor":
        told["table"] = factor_told(result["table"])
    elif result.get("kind") == "correlation":
        told["table"] = correlation_told(result["table"])
    return Told(told, is_whole=told == result)


def _without_small_groups(model: Mapping[str, Any]) -> dict[str, Any]:
    result = model["result"]
    told = {**result, "group_effects": [one for one in result["group_effects"] if one["n"] >= FEWEST]}
    if shares := told.get("probabilities"):
        told["probabilities"] = _share(shares, model["n_used"])
    if diagnostics := told.get("diagnostics"):
        told["diagnostics"] = _without_single_rows(diagnostics)
    return {**model, "result": told}


def _share(shares: Mapping[str, Any], n: int) -> dict[str, Any]:
    """The share observed is a count by another name, told where neither outcome is that of few rows."""
    observed = shares["observed"]
    few = min(observed, 1 - observed) * n < FEWEST - 0.5
    return {**shares, "observed": None if few else observed}


def _without_single_rows(diagnostics: Mapping[str, Any]) -> dict[str, Any]:
    """Influence tells of single rows; a calibration is told where each group has enough of either outcome."""
    shown = all(
        min(one["n"] * one["observed"], one["n"] * (1 - one["observed"])) >= FEWEST - 0.5
        for one in diagnostics["calibration"]
    )
    return {
        **diagnostics,
        "influence": None,
        "calibration": diagnostics["calibration"] if shown else [],
    }
