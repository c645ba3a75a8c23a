"""Which estimator fits which kind of model; importing it loads them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from analytics.core.changes import marginal_changes
from analytics.core.design import Design
from analytics.core.estimators.linear import fit_linear
from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.margins import average_effects
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.frame import Frame
from analytics.core.results import ModelResult
from analytics.core.sample import Sample
from analytics.core.spec import ModelSpec

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


FITS: Mapping[str, Fit] = {
    "logit": lambda spec, d, frame, sample: _logit(d, frame, sample),
    "linear": lambda spec, d, frame, sample: fit_linear(d.outcome, d.matrix, d.names),
    "multilevel_linear": lambda spec, d, frame, sample: fit_mixed_linear(
        d.outcome, d.matrix, d.names, _groups(d), spec.groups, reml=spec.method["likelihood"] == "reml"
    ),
    "multilevel_logit": lambda spec, d, frame, sample: fit_mixed_logit(
        d.outcome, d.matrix, d.names, _groups(d), spec.groups
    ),
}
