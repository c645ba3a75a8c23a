"""Nested models side by side: each fitted on the same rows, and compared where that means something."""

from __future__ import annotations

from typing import Any

from analytics.core.frame import Frame
from analytics.core.kinds.models import fitted_model, model_sample, require_names, require_types
from analytics.core.kinds.outcome import DONE, FAILED, Outcome
from analytics.core.results import Check
from analytics.core.sample import Sample
from analytics.core.spec import SeriesModel, SeriesSpec
from surveys.core.said import say


def run_series(spec: SeriesSpec, frame: Frame) -> Outcome:
    """Fits every model; done when at least one gave numbers, and the checks name those that did not."""
    require_names(spec.columns, frame)
    for one in spec.models:
        require_types(one.model, frame)
    whole = model_sample(tuple(one.model for one in spec.models), frame)
    fitted = [_fit(one, spec, frame, whole) for one in spec.models]
    checks = [
        Check(
            check["severity"],
            check["code"],
            say("{label}: {message}", label=model["label"], message=check["message"]),
            tuple(check["terms"]),
        )
        for model in fitted
        for check in model["result"]["checks"]
    ]
    result = {
        "kind": spec.kind,
        "models": fitted,
        "absorbed": dict(spec.absorbed),
        "sample": spec.sample,
        "comparisons": [comparison for one in spec.models if (comparison := _compare(one, fitted))],
    }
    state = DONE if any(model["result"]["converged"] for model in fitted) else FAILED
    return Outcome(state, result, whole.n, whole.lost, checks)


def _fit(one: SeriesModel, spec: SeriesSpec, frame: Frame, whole: Sample) -> dict[str, Any]:
    sample = whole if spec.sample == "common" else model_sample((one.model,), frame)
    terms = {term.text for term in one.model.formula.terms}
    return {
        **fitted_model(one.model, frame, sample, one.name, one.label),
        "from": one.base,
        "column": one.column,
        "absorbed": [label for text, label in spec.absorbed.items() if text in terms],
    }


def _compare(one: SeriesModel, fitted: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The likelihood-ratio test of a model against the one it extends, or why there is none."""
    by_name = {model["name"]: model for model in fitted}
    larger, smaller = by_name[one.name], by_name.get(one.base)
    if smaller is None:
        return None
    both = {"smaller": smaller["name"], "larger": larger["name"]}
    first, second = smaller["result"]["fit"], larger["result"]["fit"]
    reason = _why_not(smaller, larger)
    if reason:
        return {**both, "reason": reason}
    from scipy.special import chdtrc  # takes long to import: only for who compares

    statistic, df = 2 * (second["loglik"] - first["loglik"]), second["df"] - first["df"]
    return {**both, "statistic": statistic, "df": df, "p_value": float(chdtrc(df, max(statistic, 0.0)))}


def _why_not(smaller: dict[str, Any], larger: dict[str, Any]) -> str:
    if not (smaller["result"]["converged"] and larger["result"]["converged"]):
        return say("One of the two models gave no numbers.")
    if smaller["kind"] != larger["kind"]:
        return say("The two models are of different kinds.")
    if smaller["n_used"] != larger["n_used"]:
        return say("The two models use different rows.")
    first, second = smaller["result"]["fit"], larger["result"]["fit"]
    if first["likelihood"] != second["likelihood"]:
        return say("The two models were fitted by different likelihoods.")
    if first["likelihood"] == "reml":
        return say("REML likelihoods of models with different terms cannot be compared; fit both by ML.")
    if second["df"] <= first["df"]:
        return say("The larger model has no parameter more.")
    return ""
