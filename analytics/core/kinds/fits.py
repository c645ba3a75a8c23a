"""Which estimator fits which kind of model; importing it loads them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from analytics.core.carried import carried, effects_carried
from analytics.core.design import Design
from analytics.core.estimators.brant import brant
from analytics.core.estimators.categories import Categories
from analytics.core.estimators.category_margins import (
    Curves,
    MultinomialCurves,
    OrderedCurves,
    category_effects,
)
from analytics.core.estimators.diagnostics import diagnosed
from analytics.core.estimators.margins import average_effects
from analytics.core.estimators.multinomial import fit_multinomial
from analytics.core.estimators.ordered import fit_ordered
from analytics.core.estimators.response import over_groups, probabilities
from analytics.core.frame import Frame, Numbers, level_text
from analytics.core.kinds.after import with_slopes_and_predictions
from analytics.core.kinds.bare import BARE, Bare
from analytics.core.results import Estimate, ModelResult
from analytics.core.sample import Sample
from analytics.core.spec import ModelSpec

Fit = Callable[[ModelSpec, Design, Frame, Sample], ModelResult]


def _linear(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    bare = BARE["linear"](spec, design, frame, sample)
    return _after(bare.result, spec, design, frame, sample, bare.weights)


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
    bare = BARE["logit"](spec, design, frame, sample)
    fitted, weights = bare.result, bare.weights
    if not fitted.converged:
        return fitted
    kept = [design.names.index(one.term) for one in fitted.estimates]
    beta = np.array([one.estimate for one in fitted.estimates])
    changes, checks = effects_carried(carried(design, frame, sample, fitted, weights))
    effects = average_effects(
        design.matrix[:, kept], beta, np.array(fitted.covariance), changes, weights=weights
    )
    fitted = replace(fitted, marginal_effects=effects, checks=(*fitted.checks, *checks))
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
    fitted = _on_categories(curves, design, frame, sample, kept, fitted)
    return replace(fitted, proportional_odds=tests, checks=(*fitted.checks, *checks))


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
    return _on_categories(curves, design, frame, sample, kept, fitted)


def _outcome(design: Design) -> Categories:
    return Categories(tuple(map(level_text, design.categories)), design.outcome.astype(np.int64))


def _numbers(estimates: Iterable[Estimate]) -> Numbers:
    return np.array([one.estimate for one in estimates])


def _on_categories(
    curves: Curves, design: Design, frame: Frame, sample: Sample, kept: list[int], fitted: ModelResult
) -> ModelResult:
    """``fitted`` with its effects on every category; a check names those that the rows do not carry."""
    changes, checks = effects_carried(carried(design, frame, sample, fitted))
    effects = category_effects(curves, design.matrix[:, kept], np.array(fitted.covariance), changes)
    return replace(fitted, marginal_effects=tuple(effects), checks=(*fitted.checks, *checks))


def _multilevel_linear(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    return BARE["multilevel_linear"](spec, design, frame, sample).result


def _multilevel_logit(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    bare = BARE["multilevel_logit"](spec, design, frame, sample)
    return _with_probabilities(bare, design, frame, sample) if bare.result.converged else bare.result


def _with_probabilities(bare: Bare, design: Design, frame: Frame, sample: Sample) -> ModelResult:
    """The multilevel logit with probabilities, and average marginal effects over groups and in a typical one.

    With random slopes there are no marginal effects: there a variable also moves how far groups lie apart.
    """
    fitted = bare.result
    kept = [design.names.index(one.term) for one in fitted.estimates]
    beta = np.array([one.estimate for one in fitted.estimates])
    x, spread = design.matrix[:, kept], bare.spread
    told = probabilities(design.outcome, x @ beta, spread)
    if bare.z is not None and bare.z.shape[1] > 1:
        return replace(fitted, probabilities=told)
    changes, checks = effects_carried(carried(design, frame, sample, fitted))
    effects = average_effects(x, beta, np.array(fitted.covariance), changes, response=over_groups(spread))
    checks = (*fitted.checks, *checks)
    return replace(fitted, marginal_effects=effects, probabilities=told, checks=checks)


FITS: Mapping[str, Fit] = {
    "logit": _logit,
    "linear": _linear,
    "ordered_logit": _ordered,
    "multinomial_logit": _multinomial,
    "multilevel_linear": _multilevel_linear,
    "multilevel_logit": _multilevel_logit,
}
