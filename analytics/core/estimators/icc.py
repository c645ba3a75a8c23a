"""Intraclass correlation of the null model, on a named scale."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.estimators.moments import INTERCEPT, FloatArray
from analytics.core.results import ModelResult


def null_icc(
    y: FloatArray,
    groups: npt.NDArray[Any],
    group: str = "group",
    family: Literal["gaussian", "binomial"] = "gaussian",
    reml: bool = True,
) -> ModelResult:
    """The model of an intercept and a random intercept alone; its ``icc`` names value and scale.

    ``gaussian`` gives the share of the outcome's variance between groups (``response`` scale, also for a 0/1
    outcome); ``binomial`` gives sigma^2 / (sigma^2 + pi^2 / 3) on the latent logit scale. On one 0/1 outcome
    the latent figure is the larger (0.063 where the response scale has 0.037): never compare across scales.
    """
    ones = np.ones((len(y), 1))
    if family == "binomial":
        return fit_mixed_logit(y, ones, (INTERCEPT,), groups, group)
    return fit_mixed_linear(y, ones, (INTERCEPT,), groups, group, reml)
