"""Which estimator fits which kind of model; importing it loads them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analytics.core.design import Design
from analytics.core.estimators.linear import fit_linear
from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.results import ModelResult
from analytics.core.spec import ModelSpec

Fit = Callable[[ModelSpec, Design], ModelResult]


def _groups(design: Design) -> Any:
    assert design.groups is not None  # the specification of a multilevel model names its groups
    return design.groups


FITS: Mapping[str, Fit] = {
    "logit": lambda spec, d: fit_logit(d.outcome, d.matrix, d.names),
    "linear": lambda spec, d: fit_linear(d.outcome, d.matrix, d.names),
    "multilevel_linear": lambda spec, d: fit_mixed_linear(
        d.outcome, d.matrix, d.names, _groups(d), spec.groups, reml=spec.method["likelihood"] == "reml"
    ),
    "multilevel_logit": lambda spec, d: fit_mixed_logit(
        d.outcome, d.matrix, d.names, _groups(d), spec.groups
    ),
}
