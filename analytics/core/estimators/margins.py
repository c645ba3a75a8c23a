"""Average marginal effects of a logit, through every column of the design that a variable touches.

A square, an interaction or the other dummies of a factor move with their variable, so the caller (who knows
the formula) hands over whole designs: what the rows become, or how fast each column changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from analytics.core.estimators.moments import FloatArray, IntArray
from analytics.core.estimators.response import Response, in_a_typical_group
from analytics.core.estimators.summary import UPPER
from analytics.core.results import MarginalEffect


@dataclass(frozen=True)
class Change:
    """What is done to the rows: all set to ``high`` against all set to ``low`` (n, c), for a category or
    dummy; or ``slope`` (n, c), the derivative of every column by a continuous variable, rows as they are.

    ``columns`` (c,) are the positions of the columns that change; without it they are all k in their order.
    """

    term: str
    high: FloatArray | None = None
    low: FloatArray | None = None
    slope: FloatArray | None = None
    columns: IntArray | None = None


def average_effects(
    x: FloatArray,
    beta: FloatArray,
    covariance: FloatArray,
    changes: Iterable[Change],
    response: Response | None = None,
) -> tuple[MarginalEffect, ...]:
    """Average change in probability for each of ``changes``; standard errors by the delta method.

    ``response`` is the mean curve over the groups of a multilevel logit; the effect in a typical group is
    then told too.

    ``x`` (n, k) is the design that ``beta`` (k,) and ``covariance`` (k, k) were estimated on.
    Raises ``ValueError`` for a change that has neither a slope nor both ends.
    """
    made = []
    for change in changes:
        found = _average(x, beta, change, response or in_a_typical_group)
        typical = _average(x, beta, change, in_a_typical_group)[0] if response else None
        made.append(_effect(change.term, *found, covariance, typical))
    return tuple(made)


def _average(x: FloatArray, beta: FloatArray, change: Change, response: Response) -> tuple[float, FloatArray]:
    """The effect and its gradient in beta (k,)."""
    own = np.arange(x.shape[1]) if change.columns is None else change.columns
    if change.slope is not None:
        at = response(x @ beta)
        speed = change.slope @ beta[own]
        gradient = (at.bend * speed) @ x
        gradient[own] += at.slope @ change.slope
        return float(np.mean(at.slope * speed)), gradient / len(x)
    if change.high is None or change.low is None:
        raise ValueError(f"{change.term}: a change needs a slope, or both high and low.")
    rest = x @ beta - x[:, own] @ beta[own]
    high, low = response(rest + change.high @ beta[own]), response(rest + change.low @ beta[own])
    gradient = (high.slope - low.slope) @ x
    gradient[own] = high.slope @ change.high - low.slope @ change.low
    return float(np.mean(high.p - low.p)), gradient / len(x)


def _effect(
    term: str, effect: float, gradient: FloatArray, covariance: FloatArray, typical: float | None
) -> MarginalEffect:
    error = math.sqrt(float(gradient @ covariance @ gradient))
    z = effect / error if error else math.nan
    reach = float(ndtri(UPPER)) * error
    p = float(2 * ndtr(-abs(z)))
    return MarginalEffect(term, effect, error, z, p, effect - reach, effect + reach, typical)
