"""The logistic curve and what every logistic likelihood needs of it, in one exponential and one logarithm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.estimators.moments import FloatArray


class Curve(NamedTuple):
    """At linear predictor ``eta`` (n,): probability, its slope p (1 - p), and ln(1 + exp(eta))."""

    p: FloatArray
    slope: FloatArray
    softplus: FloatArray


def curve(eta: FloatArray) -> Curve:
    """Without overflow at either end, and with a slope that keeps its digits where p is near 0 or 1."""
    small = np.exp(-np.abs(eta))
    one = 1.0 + small
    p = np.where(eta >= 0, 1.0, small) / one
    return Curve(p, small / (one * one), np.maximum(eta, 0.0) + np.log1p(small))
