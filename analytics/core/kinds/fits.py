"""Which estimator fits which kind of model; importing it loads them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from analytics.core.changes import marginal_changes
from analytics.core.design import Design, build
from analytics.core.estimators.linear import fit_linear
from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.margins import average_effects
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.estimators.mixed_slopes import fit_mixed_slopes
from analytics.core.estimators.mixed_slopes_logit import fit_mixed_slopes_logit
from analytics.core.estimators.random_parts import random_covariance
from analytics.core.estimators.response import over_groups, probabilities, spread_of_rows
from analytics.core.frame import Frame, Numbers
from analytics.core.results import ModelResult
from analytics.core.sample import Sample
from analytics.core.spec import ModelSpec
from surveys.core.problems import refuse
from surveys.core.said import say

MOST_EFFECTS = 5  # of a group: five have fifteen variances and covariances

Fit = Callable[[ModelSpec, Design, Frame, Sample], ModelResult]


def _groups(design: Design) -> Any:
    assert design.groups is not None  # the specification of a multilevel model names its groups
    return design.groups


def _logit(design: Design, frame: Frame, sample: Sample) -> ModelResult:
    """The logit with its average marginal effects, one for every variable or category."""
    fitted = fit_logit(design.outcome, design.matrix, design.names)
    if not fitted.converged:
        return fitted
    kept = [design.names.index(one.term) for one in fitted.estimates]
    beta = np.array([one.estimate for one in fitted.estimates])
    changes = marginal_changes(design, frame, sample, kept)
    effects = average_effects(design.matrix[:, kept], beta, np.array(fitted.covariance), changes)
    return replace(fitted, marginal_effects=effects)


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
    effects = average_effects(x, beta, np.array(fitted.covariance), changes, over_groups(spread))
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
    "logit": lambda spec, d, frame, sample: _logit(d, frame, sample),
    "linear": lambda spec, d, frame, sample: fit_linear(d.outcome, d.matrix, d.names),
    "multilevel_linear": _multilevel_linear,
    "multilevel_logit": _multilevel_logit,
}
