"""A run as the document that commands and the API print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.models import Run
from analytics.selectors.published import compare_run, target_of
from analytics.selectors.shown import shown_to
from surveys.core.said import without_sources
from surveys.models import User

ESTIMATE_FIELDS = (
    "term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high",
)  # fmt: skip
MORE_FIELDS = ("df", "odds_ratio", "odds_ratio_low", "odds_ratio_high", "category")


def run_document(user: User, run: Run) -> dict[str, Any]:
    """The run as plain JSON, as ``user`` may see it; ``withheld`` says what is missing, and why.

    A single model stands at the top level, the models of a series under ``models``; a series also has
    ``estimates`` and ``random`` of all its models, each with ``model``, and the ``fit`` of its last.  A
    multiverse has its ``specifications``, ``axes``, ``grid``, ``summary`` and ``failures``.
    """
    run = shown_to(user, run)
    document: dict[str, Any] = {
        "run": run.pk,
        "analysis": str(run.analysis) if run.analysis else None,
        "version": str(run.subject),
        "kind": run.kind,
        "state": run.state,
        "n_used": run.n_used,
        "n_lost": run.n_lost,
        "withheld": run.withheld,
        "checks": [without_sources(check) for check in run.checks],
    }
    models = run.result.get("models")
    if "specifications" in run.result:
        document |= _multiverse(run.result)
    elif models is None:
        document["table"] = run.result.get("table")
    elif run.kind == "series":
        document["models"] = [{"name": m["name"], "label": m["label"], **_model(m)} for m in models]
        document |= _of_all(document["models"])
        document["comparisons"] = run.result["comparisons"]
        document["absorbed"] = run.result["absorbed"]
    else:
        document |= _model(models[0])
    comparison = compare_run(user, run)
    named = target_of(run)
    document["targets"] = (
        {"target": named[0].slug, **comparison.as_json()} if named and comparison is not None else None
    )
    return document | {
        "inputs": run.inputs,
        "key": run.key,
        "environment": run.environment,
        "seconds": run.seconds,
    }


def _multiverse(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as it is, its sentences as texts."""
    names = ("term", "scale", "axes", "grid", "specifications", "summary")
    failures = [without_sources(one) for one in result["failures"]]
    return {**{name: result[name] for name in names}, "failures": failures}


def _of_all(models: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a single model has at the top level, gathered from the models of a series."""
    return {
        "estimates": [{"model": m["name"], **one} for m in models for one in m["estimates"]],
        "random": [{"model": m["name"], **one} for m in models for one in m["random"]],
        "fit": models[-1]["fit"] if models else {},
    }


def _model(model: Mapping[str, Any]) -> dict[str, Any]:
    result = model["result"]
    return {
        "kind": model["kind"],
        "formula": model["formula"],
        "n_used": model["n_used"],
        "n_lost": model["n_lost"],
        "converged": result["converged"],
        "estimates": [_estimate(one) for one in result["estimates"]],
        "thresholds": [_estimate(one) for one in result.get("thresholds", ())],
        "marginal_effects": result["marginal_effects"],
        "proportional_odds": result.get("proportional_odds", []),
        "slopes": result.get("slopes", []),
        "predictions": result.get("predictions", []),
        "diagnostics": result.get("diagnostics"),
        "method": result["method"],
        "conventions": without_sources(result["conventions"]),
        "probabilities": result.get("probabilities"),
        "random_correlations": result.get("random_correlations", []),
        "fit": result["fit"],
        "random": result["random"],
        "icc": result["icc"],
        "means": model["means"],
        "references": model["references"],
        "checks": result["checks"],
        "dropped": result["dropped"],
    }


def _estimate(one: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: one[name] for name in ESTIMATE_FIELDS}
    return given | {name: one[name] for name in MORE_FIELDS if one.get(name) is not None}
