"""Nested models side by side: each fitted, and compared where that means something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from analytics.core.frame import Frame
from analytics.core.kinds.compare import compare_models
from analytics.core.kinds.models import fitted_whole, model_sample, require_names, require_types
from analytics.core.kinds.outcome import DONE, FAILED, Outcome
from analytics.core.results import Check, ModelResult
from analytics.core.sample import Sample
from analytics.core.spec import SeriesModel, SeriesSpec
from surveys.core.problems import Problem, Refused
from surveys.core.said import say

Samples = dict[str, Sample]


def run_series(spec: SeriesSpec, frame: Frame) -> Outcome:
    """Fits every model; done when at least one gave numbers, and the checks name those that did not.

    Under ``sample: each`` the run uses the rows that any model uses, and what was lost is told per model.
    """
    require_names(spec.columns, frame)
    for one in spec.models:
        require_types(one.model, frame)
    samples = _samples(spec, frame)
    whole = {one.name: _fit(one, spec, frame, samples[one.name]) for one in spec.models}
    fitted = [told for told, _ in whole.values()]
    results = {name: result for name, (_, result) in whole.items()}
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
    checks += _criteria(spec, fitted)
    compared = (_compare(one, spec, results, samples) for one in spec.models)
    result = {
        "kind": spec.kind,
        "models": fitted,
        "absorbed": dict(spec.absorbed),
        "sample": spec.sample,
        "comparisons": [comparison for comparison in compared if comparison],
    }
    state = DONE if any(model["result"]["converged"] for model in fitted) else FAILED
    used, *others = samples.values()
    if spec.sample == "common":
        return Outcome(state, result, used.n, used.lost, checks)
    any_model = np.logical_or.reduce([sample.mask for sample in (used, *others)])
    return Outcome(state, result, int(any_model.sum()), {}, checks)


def _samples(spec: SeriesSpec, frame: Frame) -> Samples:
    """The rows of each model by its name; Refused for every model that has none."""
    if spec.sample == "common":
        whole = model_sample(tuple(one.model for one in spec.models), frame)
        return {one.name: whole for one in spec.models}
    samples: Samples = {}
    problems: list[Problem] = []
    for one in spec.models:
        try:
            samples[one.name] = model_sample((one.model,), frame)
        except Refused as refused:
            problems += [Problem(p.code, p.message, one.label, p.hint, p.near) for p in refused.problems]
    if problems:
        raise Refused(problems)
    return samples


def _fit(
    one: SeriesModel, spec: SeriesSpec, frame: Frame, sample: Sample
) -> tuple[dict[str, Any], ModelResult]:
    terms = {term.text for term in one.model.formula.terms}
    told, result = fitted_whole(one.model, frame, sample, one.name, one.label)
    more = {
        "from": one.base,
        "column": one.column,
        "absorbed": [label for text, label in spec.absorbed.items() if text in terms],
    }
    return {**told, **more}, result


def _compare(
    one: SeriesModel, spec: SeriesSpec, results: Mapping[str, ModelResult], samples: Samples
) -> dict[str, Any] | None:
    base = next((other for other in spec.models if other.name == one.base), None)
    if base is None:
        return None
    return compare_models(base, one, results, samples)


def _criteria(spec: SeriesSpec, fitted: list[dict[str, Any]]) -> tuple[Check, ...]:
    """Says so where AIC and BIC stand side by side and mean different things."""
    by_reml = [
        frozenset(column["name"] for column in model["columns"])
        for model in fitted
        if (model["result"]["fit"] or {}).get("likelihood") == "reml"
    ]
    if len(set(by_reml)) > 1:
        message = say(
            "Under REML the log-likelihood, AIC and BIC of models with different terms cannot be compared: "
            "fit them by ML for that."
        )
        return (Check("info", "reml_criteria", message),)
    return ()
