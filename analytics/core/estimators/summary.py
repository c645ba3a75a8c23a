"""From coefficients and standard errors to the records that are shown and stored."""

from __future__ import annotations

import math

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from analytics.core.estimators.moments import BoolArray, FloatArray
from analytics.core.results import Check, Estimate, Fit, ModelResult

CONFIDENCE = 0.95
UPPER = 0.5 + CONFIDENCE / 2
CONTAINMENT, SATTERTHWAITE = "containment", "satterthwaite"


def normal_estimates(terms: tuple[str, ...], beta: FloatArray, error: FloatArray) -> tuple[Estimate, ...]:
    """Estimates on the logit scale with z statistics, normal p values and odds ratios."""
    quantile = float(ndtri(UPPER))
    made = []
    for term, b, e in zip(terms, beta.tolist(), error.tolist(), strict=True):
        z, low, high = b / e, b - quantile * e, b + quantile * e
        made.append(Estimate(term, b, e, z, float(2 * ndtr(-abs(z))), low, high, None, *_odds(b, low, high)))
    return tuple(made)


def t_estimates(
    terms: tuple[str, ...], beta: FloatArray, error: FloatArray, df: FloatArray, *, odds: bool = False
) -> tuple[Estimate, ...]:
    """Estimates with Student's t; a ``df`` under 1 leaves p value and interval undefined (NaN, JSON null).

    ``odds`` adds odds ratios with their intervals.
    """
    made = []
    for term, b, e, d in zip(terms, beta.tolist(), error.tolist(), df.tolist(), strict=True):
        t = b / e
        known = d >= 1
        quantile = float(stdtrit(d, UPPER)) if known else float("nan")
        p = float(2 * stdtr(d, -abs(t))) if known else float("nan")
        low, high = b - quantile * e, b + quantile * e
        ratios = _odds(b, low, high) if odds else (None, None, None)
        made.append(Estimate(term, b, e, t, p, low, high, d, *ratios))
    return tuple(made)


def _odds(b: float, low: float, high: float) -> tuple[float, float, float]:
    with np.errstate(over="ignore"):
        return float(np.exp(b)), float(np.exp(low)), float(np.exp(high))


def odds_estimates(
    terms: tuple[str, ...], beta: FloatArray, covariance: FloatArray, df: FloatArray | None
) -> tuple[Estimate, ...]:
    """Estimates on the logit scale with odds ratios: normal, or t where ``df`` (k,) is given."""
    error: FloatArray = np.sqrt(np.diag(covariance))
    if df is None:
        return normal_estimates(terms, beta, error)
    return t_estimates(terms, beta, error, df, odds=True)


def containment(between: BoolArray, n_groups: int, n: int, intercept: int) -> FloatArray:
    """nlme's degrees of freedom (k,): groups - 1 - terms between groups; rows - groups - terms within.

    ``between`` (k,) flags the terms of one value within each group; ``intercept`` is its position or -1.
    """
    outer = int(between.sum())
    inner = len(between) - outer - int(intercept >= 0)
    df = np.where(between, n_groups - outer - int(intercept >= 0), n - n_groups - inner)
    return df.astype(np.float64)


def scaled_inverse(matrix: FloatArray) -> FloatArray:
    """Inverse of a positive definite matrix, columns scaled first so that units do not cost digits.

    Raises ``numpy.linalg.LinAlgError`` when the matrix is not positive definite.
    """
    scale = _scale(matrix)
    factor = cho_factor(matrix * np.outer(scale, scale), lower=True)
    inverse: FloatArray = cho_solve(factor, np.eye(len(matrix))) * np.outer(scale, scale)
    return (inverse + inverse.T) / 2


def scaled_solve(matrix: FloatArray, target: FloatArray) -> FloatArray:
    """``matrix^-1 target`` for a positive definite matrix; ``LinAlgError`` when it is not."""
    scale = _scale(matrix)
    factor = cho_factor(matrix * np.outer(scale, scale), lower=True)
    solved: FloatArray = scale * cho_solve(factor, scale * target)
    return solved


def _scale(matrix: FloatArray) -> FloatArray:
    diagonal = np.diag(matrix)
    if not bool(np.all(diagonal > 0)) or not np.isfinite(matrix).all():
        raise np.linalg.LinAlgError("not positive definite")
    scale: FloatArray = 1.0 / np.sqrt(diagonal)
    return scale


def rows_of(matrix: FloatArray) -> tuple[tuple[float, ...], ...]:
    """A matrix as nested tuples of plain floats."""
    return tuple(tuple(row) for row in matrix.tolist())


def failed(kind: str, checks: tuple[Check, ...], dropped: tuple[str, ...] = ()) -> ModelResult:
    """A model without numbers; ``checks`` hold at least one error that says why."""
    return ModelResult(kind=kind, converged=False, checks=checks, dropped=dropped)


def mixed_linear_fit(n: int, fixed: int, deviance: float, variances: int, reml: bool) -> Fit:
    """How well a linear mixed model of ``n`` rows fits, as nlme tells it.

    AIC counts the ``fixed`` effects and the ``variances`` (covariances and the residual variance among them);
    BIC takes n less the fixed effects under REML, n under ML, and ``bic_rows`` always n, as lme4.
    """
    df, bic_n, loglik = fixed + variances, n - fixed if reml else n, -deviance / 2
    return Fit(
        loglik=loglik,
        aic=2 * df - 2 * loglik,
        bic=df * math.log(bic_n) - 2 * loglik,
        n=n,
        df=df,
        likelihood="reml" if reml else "ml",
        bic_n=bic_n,
        bic_convention="rows_minus_fixed" if reml else "rows",
        bic_rows=df * math.log(n) - 2 * loglik,
        n_fixed=fixed,
    )
