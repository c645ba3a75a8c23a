"""Average marginal effects of a logit, through every column of the design that a variable touches.

A square, an interaction or the other dummies of a factor move with their variable, so the caller (who knows
the formula) hands over whole designs: what the rows become, or how fast each column changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from analytics.core.estimators.logistic import curve
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.summary import UPPER
from analytics.core.results import MarginalEffect


@dataclass(frozen=True)
class Change:
    """What is done to the rows: all set to ``high`` against all set to ``low`` (n, k), for a category or
    dummy; or ``slope`` (n, k), the derivative of every column by a continuous variable, rows as they are."""

    term: str
    high: FloatArray | None = None
    low: FloatArray | None = None
    slope: FloatArray | None = None


def average_effects(
    x: FloatArray, beta: FloatArray, covariance: FloatArray, changes: tuple[Change, ...]
) -> tuple[MarginalEffect, ...]:
    """Average change in probability for each of ``changes``; standard errors by the delta method.

    ``x`` (n, k) is the design that ``beta`` (k,) and ``covariance`` (k, k) were estimated on.
    Raises ``ValueError`` for a change that has neither a slope nor both ends.
    """
    return tuple(_effect(change.term, *_average(x, beta, change), covariance) for change in changes)


def _average(x: FloatArray, beta: FloatArray, change: Change) -> tuple[float, FloatArray]:
    """The effect and its gradient in beta (k,)."""
    if change.slope is not None:
        at = curve(x @ beta)
        speed = change.slope @ beta
        bend = at.slope * (1 - 2 * at.p) * speed
        return float(np.mean(at.slope * speed)), (at.slope @ change.slope + bend @ x) / len(x)
    if change.high is None or change.low is None:
        raise ValueError(f"{change.term}: a change needs a slope, or both high and low.")
    high, low = curve(change.high @ beta), curve(change.low @ beta)
    gradient = (high.slope @ change.high - low.slope @ change.low) / len(x)
    return float(np.mean(high.p - low.p)), gradient


def _effect(term: str, effect: float, gradient: FloatArray, covariance: FloatArray) -> MarginalEffect:
    error = math.sqrt(float(gradient @ covariance @ gradient))
    z = effect / error if error else math.nan
    reach = float(ndtri(UPPER)) * error
    return MarginalEffect(term, effect, error, z, float(2 * ndtr(-abs(z))), effect - reach, effect + reach)
