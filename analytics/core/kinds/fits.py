"""Which estimator fits which kind of model; importing it loads them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from analytics.core.changes import marginal_changes
from analytics.core.design import Design, build, group_codes
from analytics.core.estimators.brant import brant
from analytics.core.estimators.categories import Categories
from analytics.core.estimators.category_margins import (
    Curves,
    MultinomialCurves,
    OrderedCurves,
    category_effects,
)
from analytics.core.estimators.diagnostics import diagnosed
from analytics.core.estimators.errors import Clusters
from analytics.core.estimators.groups import group_rows
from analytics.core.estimators.linear import fit_linear
from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.margins import average_effects
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.estimators.mixed_slopes import fit_mixed_slopes
from analytics.core.estimators.mixed_slopes_logit import fit_mixed_slopes_logit
from analytics.core.estimators.multinomial import fit_multinomial
from analytics.core.estimators.ordered import fit_ordered
from analytics.core.estimators.random_parts import random_covariance
from analytics.core.estimators.response import over_groups, probabilities, spread_of_rows
from analytics.core.estimators.weighted import fit_weighted_linear, fit_weighted_logit
from analytics.core.frame import Frame, Numbers, level_text
from analytics.core.kinds.after import with_slopes_and_predictions
from analytics.core.kinds.drawing import units_of
from analytics.core.results import Estimate, MarginalEffect, ModelResult
from analytics.core.sample import Sample
from analytics.core.spec import ModelSpec
from surveys.core.problems import refuse
from surveys.core.said import say

MOST_EFFECTS = 5  # of a group: five have fifteen variances and covariances

Fit = Callable[[ModelSpec, Design, Frame, Sample], ModelResult]


def _groups(design: Design) -> Any:
    assert design.groups is not None  # the specification of a multilevel model names its groups
    return design.groups


def _clusters(spec: ModelSpec, frame: Frame, sample: Sample) -> Clusters | None:
    name = spec.errors.cluster
    return Clusters(name, group_rows(group_codes(frame[name], sample.mask)[0])) if name else None


def _linear(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    if spec.drawn:
        units = units_of(spec.drawn, frame, sample)
        fitted = fit_weighted_linear(design.outcome, design.matrix, design.names, units)
        return _after(fitted, spec, design, frame, sample, units.weights)
    clusters = _clusters(spec, frame, sample)
    fitted = fit_linear(design.outcome, design.matrix, design.names, spec.errors, clusters)
    return _after(fitted, spec, design, frame, sample, None)


def _after(
    fitted: ModelResult,
    spec: ModelSpec,
    design: Design,
    frame: Frame,
    sample: Sample,
    weights: Numbers | None,
) -> ModelResult:
    """Slopes, predictions and diagnostics, of a fit that has numbers."""
    if not fitted.converged:
        return fitted
    kept = [design.names.index(one.term) for one in fitted.estimates]
    found, checks = diagnosed(fitted, design.outcome, design.matrix[:, kept], weights)
    fitted = replace(fitted, diagnostics=found, checks=(*fitted.checks, *checks))
    return with_slopes_and_predictions(fitted, spec, design, frame, sample, weights)


def _logit(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    """The logit with its average marginal effects, one for every variable or category."""
    weights = None
    if spec.drawn:
        units = units_of(spec.drawn, frame, sample)
        fitted, weights = (
            fit_weighted_logit(design.outcome, design.matrix, design.names, units),
            units.weights,
        )
    else:
        clusters = _clusters(spec, frame, sample)
        fitted = fit_logit(design.outcome, design.matrix, design.names, spec.errors, clusters)
    if not fitted.converged:
        return fitted
    kept = [design.names.index(one.term) for one in fitted.estimates]
    beta = np.array([one.estimate for one in fitted.estimates])
    changes = marginal_changes(design, frame, sample, kept)
    effects = average_effects(
        design.matrix[:, kept], beta, np.array(fitted.covariance), changes, weights=weights
    )
    fitted = replace(fitted, marginal_effects=effects)
    return _after(fitted, spec, design, frame, sample, weights)


def _ordered(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    """The ordered logit with Brant's test and its effects on every category."""
    categories = _outcome(design)
    fitted = fit_ordered(categories, design.matrix, design.names)
    if not fitted.converged:
        return fitted
    terms = tuple(one.term for one in fitted.estimates)
    kept = [design.names.index(term) for term in terms]
    whole = [place for place, name in enumerate(design.names) if name not in fitted.dropped]
    tests, checks = brant(categories, design.matrix[:, whole], tuple(design.names[i] for i in whole))
    curves = OrderedCurves(_numbers(fitted.estimates), _numbers(fitted.thresholds), categories.names)
    effects = _on_categories(curves, design, frame, sample, kept, fitted)
    checks = (*fitted.checks, *checks)
    return replace(fitted, proportional_odds=tests, checks=checks, marginal_effects=effects)


def _multinomial(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    """The multinomial logit with its effects on every category."""
    categories = _outcome(design)
    fitted = fit_multinomial(categories, design.matrix, design.names)
    if not fitted.converged:
        return fitted
    equations = categories.count - 1
    terms = fitted.estimates[: len(fitted.estimates) // equations]
    kept = [design.names.index(one.term) for one in terms]
    curves = MultinomialCurves(_numbers(fitted.estimates).reshape(equations, -1), categories.names)
    return replace(fitted, marginal_effects=_on_categories(curves, design, frame, sample, kept, fitted))


def _outcome(design: Design) -> Categories:
    return Categories(tuple(map(level_text, design.categories)), design.outcome.astype(np.int64))


def _numbers(estimates: Iterable[Estimate]) -> Numbers:
    return np.array([one.estimate for one in estimates])


def _on_categories(
    curves: Curves, design: Design, frame: Frame, sample: Sample, kept: list[int], fitted: ModelResult
) -> tuple[MarginalEffect, ...]:
    changes = marginal_changes(design, frame, sample, kept)
    return tuple(category_effects(curves, design.matrix[:, kept], np.array(fitted.covariance), changes))


def _multilevel_linear(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    reml, df = spec.method["likelihood"] == "reml", str(spec.method["df"])
    given = (design.outcome, design.matrix, design.names)
    if spec.random is None:
        return fit_mixed_linear(*given, _groups(design), spec.groups, reml, df)
    z, z_terms = random_design(spec, design, frame, sample)
    return fit_mixed_slopes(*given, z, z_terms, _groups(design), spec.groups, reml, df)


def _multilevel_logit(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    given = (design.outcome, design.matrix, design.names)
    if spec.random is None:
        nodes = int(spec.method.get("nodes", 1))
        z = np.ones((sample.n, 1))
        fitted = fit_mixed_logit(*given, _groups(design), spec.groups, nodes)
    else:
        z, z_terms = random_design(spec, design, frame, sample)
        fitted = fit_mixed_slopes_logit(*given, z, z_terms, _groups(design), spec.groups)
    return _with_probabilities(fitted, z, design, frame, sample) if fitted.converged else fitted


def _with_probabilities(
    fitted: ModelResult, z: Numbers, design: Design, frame: Frame, sample: Sample
) -> ModelResult:
    """The multilevel logit with probabilities, and average marginal effects over groups and in a typical one.

    With random slopes there are no marginal effects: there a variable also moves how far groups lie apart.
    """
    kept = [design.names.index(one.term) for one in fitted.estimates]
    beta = np.array([one.estimate for one in fitted.estimates])
    x, spread = design.matrix[:, kept], spread_of_rows(z, random_covariance(fitted))
    told = probabilities(design.outcome, x @ beta, spread)
    if z.shape[1] > 1:
        return replace(fitted, probabilities=told)
    changes = marginal_changes(design, frame, sample, kept)
    effects = average_effects(x, beta, np.array(fitted.covariance), changes, response=over_groups(spread))
    return replace(fitted, marginal_effects=effects, probabilities=told)


def random_design(
    spec: ModelSpec, design: Design, frame: Frame, sample: Sample
) -> tuple[Numbers, tuple[str, ...]]:
    """The columns (n, q) whose effects differ between groups, the constant first, and their names."""
    assert spec.random is not None
    made = build(spec.random, frame, sample, design.outcome, spec.groups)
    if len(made.names) > MOST_EFFECTS:
        message = say(
            "The random part has {n} effects for each group; {most} are the most that are fitted.",
            n=len(made.names),
            most=MOST_EFFECTS,
        )
        raise refuse("too_many_effects", message, where="random")
    return made.matrix, made.names


FITS: Mapping[str, Fit] = {
    "logit": _logit,
    "linear": _linear,
    "ordered_logit": _ordered,
    "multinomial_logit": _multinomial,
    "multilevel_linear": _multilevel_linear,
    "multilevel_logit": _multilevel_logit,
}
