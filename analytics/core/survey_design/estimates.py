"""Totals, means, ratios and proportions with their standard errors, in the whole sample or in a domain."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.core.record import Record
from analytics.core.survey_design.declared import FloatArray, SurveyDesign

Mask = npt.NDArray[np.bool_]
LEVEL = 0.95


@dataclass(frozen=True)
class Estimated(Record):
    """``value`` with its standard error and the bounds of a 95 % interval, None where there are none."""

    value: float | None
    error: float | None = None
    low: float | None = None
    high: float | None = None


def total(design: SurveyDesign, y: FloatArray, domain: Mask) -> Estimated:
    """The weighted sum of ``y`` (n,) over ``domain`` (n,), with a t interval."""
    scores = design.weights[domain] * y[domain]
    return around(float(scores.sum()), error_of(design, scores, domain), design.df)


def ratio(design: SurveyDesign, y: FloatArray, x: FloatArray, domain: Mask) -> Estimated:
    """sum w y / sum w x over ``domain``; linearised z = w (y - r x) / sum w x (Cochran 1977, 6.4)."""
    weights, above, below = design.weights[domain], y[domain], x[domain]
    size = float(weights @ below)
    if size == 0:
        return Estimated(None)
    value = float(weights @ above) / size
    scores = weights * (above - value * below) / size
    return around(value, error_of(design, scores, domain), design.df)


def mean(design: SurveyDesign, y: FloatArray, domain: Mask) -> Estimated:
    """The weighted mean of ``y`` over ``domain``: the ratio to 1, with a t interval."""
    return ratio(design, y, np.ones(design.n), domain)


def proportion(design: SurveyDesign, is_one: Mask, domain: Mask) -> Estimated:
    """The weighted share of ``is_one`` in ``domain``; its interval is a t interval on the logit scale."""
    found = mean(design, is_one.astype(np.float64), domain)
    if found.value is None or found.error is None:
        return found
    low, high = logit_interval(found.value, found.error, design.df)
    return Estimated(found.value, found.error, low, high)


def error_of(design: SurveyDesign, scores: FloatArray, domain: Mask) -> float:
    """The standard error of the sum of linearised ``scores``, one of each row of ``domain`` (n,)."""
    if design.psu is None:
        totals = np.zeros(design.n)
        totals[domain] = scores
    else:
        totals = np.bincount(design.psu[domain], weights=scores, minlength=design.n_psu).astype(np.float64)
    return float(np.sqrt(design.variances(totals[:, None])[0]))


def around(value: float, error: float, df: int) -> Estimated:
    """value -/+ t(df) error."""
    if df <= 0:
        return Estimated(value, error)
    reach = t_quantile(df) * error
    return Estimated(value, error, value - reach, value + reach)


def logit_interval(share: float, error: float, df: int) -> tuple[float | None, float | None]:
    """Bounds from logit(p) -/+ t(df) se / (p (1 - p)); none where nobody or everybody has it."""
    if not 0 < share < 1 or df <= 0:
        return None, None
    middle, reach = math.log(share / (1 - share)), t_quantile(df) * error / (share * (1 - share))
    return _inverse_logit(middle - reach), _inverse_logit(middle + reach)


def t_quantile(df: float) -> float:
    """The t value that leaves 2.5 % on either side."""
    from scipy.special import stdtrit  # takes long to import: only for who asks for intervals

    return float(stdtrit(df, 0.5 + LEVEL / 2))


def _inverse_logit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
