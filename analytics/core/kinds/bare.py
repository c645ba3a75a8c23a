"""The fits of models without groups or with them, alone: estimates, errors and likelihoods, nothing after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.core.design import Design, build, group_codes
from analytics.core.estimators.errors import Clusters
from analytics.core.estimators.groups import group_rows
from analytics.core.estimators.linear import fit_linear
from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.estimators.mixed_slopes import fit_mixed_slopes
from analytics.core.estimators.mixed_slopes_logit import fit_mixed_slopes_logit
from analytics.core.estimators.random_parts import random_covariance
from analytics.core.estimators.response import spread_of_rows
from analytics.core.estimators.weighted import fit_weighted_linear, fit_weighted_logit
from analytics.core.frame import Frame, Numbers
from analytics.core.kinds.drawing import drawn_rows
from analytics.core.results import ModelResult
from analytics.core.sample import Sample
from analytics.core.spec import ModelSpec
from surveys.core.problems import refuse
from surveys.core.said import say

MOST_EFFECTS = 5  # of a group: five have fifteen variances and covariances


@dataclass(frozen=True)
class Bare:
    """``result``, the ``weights`` (n,) of its rows (mean 1), and ``z`` (n, q) of its random part."""

    result: ModelResult
    weights: Numbers | None = None
    z: Numbers | None = None

    @property
    def spread(self) -> Numbers:
        """The variance (n,) of what the groups add to the linear predictor of each row."""
        assert self.z is not None
        return spread_of_rows(self.z, random_covariance(self.result))


Fit = Callable[[ModelSpec, Design, Frame, Sample], Bare]


def _groups(design: Design) -> Any:
    assert design.groups is not None  # the specification of a multilevel model names its groups
    return design.groups


def _clusters(spec: ModelSpec, frame: Frame, sample: Sample) -> Clusters | None:
    name = spec.errors.cluster
    return Clusters(name, group_rows(group_codes(frame[name], sample.mask)[0])) if name else None


def _linear(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> Bare:
    given = (design.outcome, design.matrix, design.names)
    if spec.design:
        drawn = drawn_rows(spec.design, frame, sample)
        return Bare(fit_weighted_linear(*given, drawn), drawn.weights)
    return Bare(fit_linear(*given, spec.errors, _clusters(spec, frame, sample)))


def _logit(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> Bare:
    given = (design.outcome, design.matrix, design.names)
    if spec.design:
        drawn = drawn_rows(spec.design, frame, sample)
        return Bare(fit_weighted_logit(*given, drawn), drawn.weights)
    return Bare(fit_logit(*given, spec.errors, _clusters(spec, frame, sample)))


def _multilevel_linear(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> Bare:
    reml, df = spec.method["likelihood"] == "reml", str(spec.method["df"])
    given = (design.outcome, design.matrix, design.names)
    if spec.random is None:
        return Bare(fit_mixed_linear(*given, _groups(design), spec.groups, reml, df))
    z, z_terms = random_design(spec, design, frame, sample)
    return Bare(fit_mixed_slopes(*given, z, z_terms, _groups(design), spec.groups, reml, df), z=z)


def _multilevel_logit(spec: ModelSpec, design: Design, frame: Frame, sample: Sample) -> Bare:
    given = (design.outcome, design.matrix, design.names)
    if spec.random is None:
        nodes = int(spec.method.get("nodes", 1))
        fitted = fit_mixed_logit(*given, _groups(design), spec.groups, nodes)
        return Bare(fitted, z=np.ones((sample.n, 1)))
    z, z_terms = random_design(spec, design, frame, sample)
    return Bare(fit_mixed_slopes_logit(*given, z, z_terms, _groups(design), spec.groups), z=z)


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


BARE: Mapping[str, Fit] = {
    "logit": _logit,
    "linear": _linear,
    "multilevel_linear": _multilevel_linear,
    "multilevel_logit": _multilevel_logit,
}
