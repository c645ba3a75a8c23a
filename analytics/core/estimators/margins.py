"""Average marginal effects of a logit, through every column of the design that a variable touches.

A square, an interaction or the other dummies of a factor move with their variable, so the caller (who knows
the formula) hands over whole designs: what the rows become, or how fast each column changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

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
    *,
    weights: FloatArray | None = None,
    response: Response | None = None,
) -> tuple[MarginalEffect, ...]:
    """Average change in probability for each of ``changes``; standard errors by the delta method.

    ``response`` is the mean curve over the groups of a multilevel logit; the effect in a typical group is
    then told too.

    ``x`` (n, k) is the design that ``beta`` (k,) and ``covariance`` (k, k) were estimated on.
    ``weights`` (n,) make the averages weighted ones.
    Raises ``ValueError`` for a change that has neither a slope nor both ends.
    """
    share = np.full(len(x), 1 / len(x)) if weights is None else weights / weights.sum()
    made = []
    for change in changes:
        found = _average(x, beta, change, share, response or in_a_typical_group)
        effect = effect_of(change.term, *found, covariance)
        if response is not None:
            typical = _average(x, beta, change, share, in_a_typical_group)[0]
            effect = replace(effect, typical=typical)
        made.append(effect)
    return tuple(made)


def _average(
    x: FloatArray, beta: FloatArray, change: Change, share: FloatArray, response: Response
) -> tuple[float, FloatArray]:
    """The effect and its gradient in beta (k,)."""
    own = np.arange(x.shape[1]) if change.columns is None else change.columns
    if change.slope is not None:
        at = response(x @ beta)
        speed = change.slope @ beta[own]
        gradient = (share * at.bend * speed) @ x
        gradient[own] += (share * at.slope) @ change.slope
        return float(share @ (at.slope * speed)), gradient
    if change.high is None or change.low is None:
        raise ValueError(f"{change.term}: a change needs a slope, or both high and low.")
    rest = x @ beta - x[:, own] @ beta[own]
    high, low = response(rest + change.high @ beta[own]), response(rest + change.low @ beta[own])
    gradient = (share * (high.slope - low.slope)) @ x
    gradient[own] = (share * high.slope) @ change.high - (share * low.slope) @ change.low
    return float(share @ (high.p - low.p)), gradient


def effect_of(term: str, effect: float, gradient: FloatArray, covariance: FloatArray) -> MarginalEffect:
    """An effect with the error that ``covariance`` (m, m) gives it through its ``gradient`` (m,)."""
    error = math.sqrt(float(gradient @ covariance @ gradient))
    z = effect / error if error else math.nan
    reach = float(ndtri(UPPER)) * error
    p = float(2 * ndtr(-abs(z)))
    return MarginalEffect(term, effect, error, z, p, effect - reach, effect + reach)
