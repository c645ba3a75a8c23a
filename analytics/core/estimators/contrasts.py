"""Linear combinations of coefficients and averages of predictions, with their errors by the delta method."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from analytics.core.estimators.logistic import curve
from analytics.core.estimators.margins import Change, average_effects
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.summary import UPPER
from analytics.core.results import ModelResult
from analytics.core.results_after import Prediction, Slope


@dataclass(frozen=True)
class Fitted:
    """What a fit leaves for those who go on: ``share`` (n,) is what each row counts in averages."""

    beta: FloatArray
    covariance: FloatArray
    share: FloatArray
    df: FloatArray | None
    is_logit: bool


def fitted_of(result: ModelResult, share: FloatArray) -> Fitted:
    """Coefficients and covariance of a linear or logistic model that converged."""
    df = [one.df for one in result.estimates if one.df is not None]
    return Fitted(
        np.array([one.estimate for one in result.estimates]),
        np.array(result.covariance),
        share,
        np.array(df) if df else None,
        result.kind == "logit",
    )


def slope_of(fitted: Fitted, x: FloatArray, change: Change, at: Mapping[str, Any]) -> Slope:
    """The average of ``change`` in the linear predictor; ``x`` (n, k) is the design with all held as ``at``.

    Its t test has the fewest degrees of freedom of the coefficients it combines.
    """
    own = np.arange(x.shape[1]) if change.columns is None else change.columns
    if change.slope is not None:
        moved = change.slope
    else:
        assert change.high is not None and change.low is not None
        moved = change.high - change.low
    direction = np.zeros(x.shape[1])
    direction[own] = fitted.share @ moved
    estimate = float(direction @ fitted.beta)
    error = math.sqrt(float(direction @ fitted.covariance @ direction))
    df = None if fitted.df is None else float(fitted.df[direction != 0].min(initial=np.inf))
    statistic = estimate / error if error else math.nan
    if df is None or not math.isfinite(df):
        p, reach = float(2 * ndtr(-abs(statistic))), float(ndtri(UPPER)) * error
    else:
        p, reach = float(2 * stdtr(df, -abs(statistic))), float(stdtrit(df, UPPER)) * error
    effect, effect_error = None, None
    if fitted.is_logit:
        (found,) = average_effects(x, fitted.beta, fitted.covariance, [change], weights=fitted.share)
        effect, effect_error = found.estimate, found.std_error
    low, high = estimate - reach, estimate + reach
    return Slope(change.term, at, estimate, error, statistic, p, low, high, df, effect, effect_error)


def prediction_of(fitted: Fitted, x: FloatArray, at: Mapping[str, Any]) -> Prediction:
    """The average prediction on ``x`` (n, k); of a logit the probability, its interval within 0 and 1."""
    eta = x @ fitted.beta
    if not fitted.is_logit:
        gradient = fitted.share @ x
        estimate = float(fitted.share @ eta)
    else:
        curved = curve(eta)
        gradient = (fitted.share * curved.slope) @ x
        estimate = float(fitted.share @ curved.p)
    error = math.sqrt(float(gradient @ fitted.covariance @ gradient))
    if not fitted.is_logit:
        quantile = float(ndtri(UPPER)) if fitted.df is None else float(stdtrit(fitted.df.min(), UPPER))
        return Prediction(at, estimate, error, estimate - quantile * error, estimate + quantile * error)
    odds = math.log(estimate / (1 - estimate)) if 0 < estimate < 1 else math.nan
    reach = float(ndtri(UPPER)) * error / (estimate * (1 - estimate)) if 0 < estimate < 1 else math.nan
    low, high = (1 / (1 + math.exp(-(odds + way * reach))) for way in (-1, 1))
    return Prediction(at, estimate, error, low, high)
