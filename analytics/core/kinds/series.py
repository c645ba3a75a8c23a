"""Nested models side by side: each fitted, and compared where that means something."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from analytics.core.choices import CLASSICAL
from analytics.core.formula import Atom, Formula, Power, Term
from analytics.core.frame import Frame
from analytics.core.kinds.added import wald_of_added
from analytics.core.kinds.models import fitted_whole, model_sample, require_names, require_types
from analytics.core.kinds.outcome import DONE, FAILED, Outcome
from analytics.core.results import Check, ModelResult
from analytics.core.sample import Sample
from analytics.core.spec import ModelSpec, SeriesModel, SeriesSpec
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
    """The likelihood-ratio test of a model against the one it extends, or why there is none."""
    base = next((other for other in spec.models if other.name == one.base), None)
    if base is None:
        return None
    both = {"smaller": base.name, "larger": one.name}
    smaller, larger = results[base.name], results[one.name]
    reason = _not_nested(base.model, one.model) or _other_rows(samples[base.name], samples[one.name])
    if reason:
        return {**both, "reason": reason}
    if reason := _no_likelihood(base.model, one.model):
        return {**both, "reason": reason, "wald": wald_of_added(smaller, larger)}
    if reason := _other_likelihoods(smaller, larger):
        return {**both, "reason": reason}
    from scipy.special import chdtrc  # takes long to import: only for who compares

    first, second = smaller.fit, larger.fit
    assert first is not None and second is not None  # both converged
    statistic, df = 2 * (second.loglik - first.loglik), second.df - first.df
    return {**both, "statistic": statistic, "df": df, "p_value": float(chdtrc(df, max(statistic, 0.0)))}


def _not_nested(smaller: ModelSpec, larger: ModelSpec) -> str:
    if smaller.kind != larger.kind:
        return say("The two models are of different kinds.")
    first, second = smaller.formula.outcome, larger.formula.outcome
    if (first and first.text, smaller.outcome_value) != (second and second.text, larger.outcome_value):
        return say("The two models have different outcomes.")
    if smaller.reference != larger.reference:
        return say("The two models have different references of the outcome.")
    if smaller.groups != larger.groups:
        return say("The two models have different groups.")
    if smaller.drawn != larger.drawn:
        return say("The two models weigh or draw their rows differently.")
    if not contains(larger.formula, smaller.formula):
        return say("The larger model does not have every term of the smaller one.")
    return ""


def _other_rows(smaller: Sample, larger: Sample) -> str:
    same = np.array_equal(smaller.mask, larger.mask)
    return "" if same else say("The two models use different rows.")


def _no_likelihood(smaller: ModelSpec, larger: ModelSpec) -> str:
    """Why a test of likelihoods would not hold, where one of Wald does."""
    if larger.drawn:
        return say("Under weights or sampling units the log-likelihood is none, and its difference no test.")
    if larger.errors.kind != CLASSICAL or smaller.errors.kind != CLASSICAL:
        return say("Robust errors say that the likelihood may be wrong; a test of its ratio would trust it.")
    return ""


def _other_likelihoods(smaller: ModelResult, larger: ModelResult) -> str:
    first, second = smaller.fit, larger.fit
    if first is None or second is None:
        return say("One of the two models gave no numbers.")
    if first.likelihood != second.likelihood:
        return say("The two models were fitted by different likelihoods.")
    if first.likelihood == "reml":
        return say("REML likelihoods of models with different terms cannot be compared; fit both by ML.")
    if second.df <= first.df:
        return say("The larger model has no parameter more.")
    return ""


def contains(larger: Formula, smaller: Formula) -> bool:
    """Whether every column of ``smaller`` is a combination of columns of ``larger``, by the terms alone.

    A term centred, or coded against another reference, in one of them is the same where the larger model has
    the constant and all the terms below it.
    """
    if smaller.intercept and not larger.intercept:
        return False
    exact = {term.key for term in larger.terms}
    names = {_names(term) for term in larger.terms}
    return all(
        term.key in exact or (larger.intercept and _names(term) in names and _below(term) <= names)
        for term in smaller.terms
    )


def _names(term: Term) -> frozenset[str]:
    """The term whatever is centred in it and whatever its references are."""
    return frozenset(atom.plain for atom in term.atoms)


def _below(term: Term) -> set[frozenset[str]]:
    """What the term leaves behind when its parts are moved: products of fewer parts, and of lower powers."""
    parts = [(atom.plain, *_lower(atom)) for atom in term.atoms]
    return {frozenset(chosen) - {""} for chosen in product(*parts)} - {_names(term), frozenset()}


def _lower(atom: Atom) -> tuple[str, ...]:
    """Nothing, and for a power the powers below it."""
    if not isinstance(atom, Power):
        return ("",)
    return ("", atom.of.plain, *(Power(atom.of, less).plain for less in range(2, atom.exponent)))
