"""What to look at after a linear or logistic fit: influence, residuals, calibration, variance inflation."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import chdtrc

from analytics.core.choices import CLASSICAL
from analytics.core.estimators.logistic import curve
from analytics.core.estimators.moments import FloatArray, IntArray, blocks, find_intercept
from analytics.core.estimators.sandwich import FITTED_ALONE, Slices, leverages
from analytics.core.estimators.summary import scaled_inverse, scaled_solve
from analytics.core.results import Check, ModelResult
from analytics.core.results_after import CalibrationGroup, Diagnostics, Influence, Tested
from surveys.core.said import say

GROUPS = 10  # of predicted probability, as Hosmer and Lemeshow (1980) take them
DOUBTFUL = 0.05
MUCH = 1.0  # Cook's distance from which a single row moves the estimates by much (Cook and Weisberg 1982)


def diagnosed(
    result: ModelResult, y: FloatArray, x: FloatArray, weights: FloatArray | None
) -> tuple[Diagnostics, tuple[Check, ...]]:
    """Diagnostics of a fit on ``x`` (n, k); of a drawn sample (``weights``) the variance inflation alone."""
    terms = tuple(one.term for one in result.estimates)
    intercept = find_intercept(x, terms)
    centre = x.mean(axis=0)
    if intercept >= 0:
        centre[intercept] = 0.0
    else:
        centre[:] = 0.0
    vif = _vif(x, terms, centre, intercept)
    if weights is not None:
        return Diagnostics(vif=vif), ()
    beta = np.array([one.estimate for one in result.estimates])
    moved = beta.copy()
    if intercept >= 0:
        moved[intercept] += centre @ beta
    if result.kind == "logit":
        return _of_logit(y, x, moved, centre, terms, vif)
    found, checks = _of_linear(y, x, moved, centre, terms, vif, intercept)
    is_classical = (result.method.get("errors") or {}).get("kind", CLASSICAL) == CLASSICAL
    return found, (*_unequal(found.breusch_pagan, is_classical), *checks)


def _vif(x: FloatArray, terms: tuple[str, ...], centre: FloatArray, intercept: int) -> dict[str, float]:
    """1 / (1 - R2) of every column on the others."""
    own = [i for i in range(len(terms)) if i != intercept]
    if len(own) < 2:
        return {}
    gram = _gram(x, centre)[np.ix_(own, own)]
    scale = np.sqrt(np.diag(gram))
    inflation = np.diag(scaled_inverse(gram / np.outer(scale, scale)))
    return {terms[i]: float(value) for i, value in zip(own, inflation, strict=True)}


def _gram(x: FloatArray, centre: FloatArray, weight: FloatArray | None = None) -> FloatArray:
    gram = np.zeros((x.shape[1], x.shape[1]))
    for rows in blocks(len(x)):
        part = x[rows] - centre
        gram += part.T @ (part if weight is None else part * weight[rows][:, None])
    return gram


def _of_linear(
    y: FloatArray,
    x: FloatArray,
    beta: FloatArray,
    centre: FloatArray,
    terms: tuple[str, ...],
    vif: dict[str, float],
    intercept: int,
) -> tuple[Diagnostics, tuple[Check, ...]]:
    n, k = x.shape
    gram = _gram(x, centre)
    bread = scaled_inverse(gram)
    left = y - (x @ beta - float(centre @ beta))
    h = leverages(Slices(x, left, bread, centre))
    rest = np.maximum(1 - h, FITTED_ALONE)
    variance = float(left @ left) / (n - k)
    cook = left**2 * h / (rest**2 * k * variance)
    without = np.maximum((n - k) * variance - left**2 / rest, 0.0) / max(n - k - 1, 1)
    scale = left / rest / np.sqrt(np.maximum(without, 1e-300))
    influence = _influence(h, cook, _dfbetas(x, centre, bread, scale, terms, intercept), k)
    square = left**2
    about = square - square.mean()
    cross = sum((((x[rows] - centre).T @ about[rows]) for rows in blocks(n)), np.zeros(k))
    explained = float(cross @ scaled_solve(gram, cross)) / float(about @ about)
    free = k - int(intercept >= 0)
    breusch = _tested(n * explained, free) if free else None
    spread = float(square.mean())
    skew = float((left**3).mean()) / spread**1.5
    kurtosis = float((square**2).mean()) / spread**2
    normal = _tested(n / 6 * (skew**2 + (kurtosis - 3) ** 2 / 4), 2)
    found = Diagnostics(
        vif=vif,
        influence=influence,
        breusch_pagan=breusch,
        skewness=skew,
        kurtosis=kurtosis,
        jarque_bera=normal,
    )
    return found, _moved_by_one(cook)


def _dfbetas(
    x: FloatArray,
    centre: FloatArray,
    bread: FloatArray,
    scale: FloatArray,
    terms: tuple[str, ...],
    intercept: int,
) -> dict[str, float]:
    """The largest change of each slope without one row, in standard errors."""
    most = np.zeros(len(terms))
    error = np.sqrt(np.diag(bread))
    for rows in blocks(len(x)):
        change = np.abs((x[rows] - centre) @ bread * scale[rows][:, None]) / error
        most = np.maximum(most, change.max(axis=0))
    return {term: float(most[i]) for i, term in enumerate(terms) if i != intercept}


def _influence(h: FloatArray, cook: FloatArray, dfbetas: dict[str, float], k: int) -> Influence:
    n = len(h)
    far, much = 3 * k / n, 4 / n
    return Influence(
        leverage=float(h.max()),
        leverage_limit=far,
        leverage_rows=int((h > far).sum()),
        cook=float(cook.max()),
        cook_limit=much,
        cook_rows=int((cook > much).sum()),
        dfbetas=dfbetas,
    )


def _of_logit(
    y: FloatArray,
    x: FloatArray,
    beta: FloatArray,
    centre: FloatArray,
    terms: tuple[str, ...],
    vif: dict[str, float],
) -> tuple[Diagnostics, tuple[Check, ...]]:
    k = x.shape[1]
    at = curve(x @ beta - float(centre @ beta))
    bread = scaled_inverse(_gram(x, centre, at.slope))
    h = leverages(Slices(x, y, bread, centre, at.slope))
    cook = (y - at.p) ** 2 / at.slope * h / np.maximum(1 - h, FITTED_ALONE) ** 2 / k
    groups, test = calibration(y, at.p)
    found = Diagnostics(
        vif=vif,
        influence=_influence(h, cook, {}, k),
        hosmer_lemeshow=test,
        calibration=groups,
        brier=float(np.mean((y - at.p) ** 2)),
        auc=area(y, at.p),
    )
    return found, (*_uncalibrated(test), *_moved_by_one(cook))


def calibration(y: FloatArray, p: FloatArray) -> tuple[tuple[CalibrationGroup, ...], Tested | None]:
    """Tenths of the predicted probability and Hosmer and Lemeshow's test on groups - 2 degrees of freedom.

    Rows of the same probability stay in one group, so that there may be fewer than ten.
    """
    edges = np.unique(np.quantile(p, np.linspace(0, 1, GROUPS + 1)))
    group = np.clip(np.searchsorted(edges, p, side="left") - 1, 0, max(len(edges) - 2, 0))
    n, expected, observed = (np.bincount(group, of) for of in (np.ones(len(p)), p, y))
    there = n > 0
    n, expected, observed = n[there], expected[there], observed[there]
    groups = tuple(
        CalibrationGroup(int(size), float(e / size), float(o / size))
        for size, e, o in zip(n, expected, observed, strict=True)
    )
    if len(groups) < 3:
        return groups, None
    statistic = float(np.sum((observed - expected) ** 2 / (expected * (1 - expected / n))))
    return groups, _tested(statistic, len(groups) - 2)


def area(y: FloatArray, p: FloatArray) -> float:
    """The area under the ROC curve: how often a row of 1 has the larger probability, ties half."""
    _, place, size = np.unique(p, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - (size - 1) / 2)[_flat(place)]
    ones = float(y.sum())
    return float((ranks @ y - ones * (ones + 1) / 2) / (ones * (len(y) - ones)))


def _flat(place: IntArray) -> IntArray:
    return place.reshape(-1)


def _tested(statistic: float, df: int) -> Tested:
    return Tested(statistic, df, float(chdtrc(df, max(statistic, 0.0))))


def _unequal(test: Tested | None, is_classical: bool) -> tuple[Check, ...]:
    """What unequal variances mean: advice for classical errors, no worry for robust and clustered ones."""
    if test is None or math.isnan(test.p_value) or test.p_value >= DOUBTFUL:
        return ()
    if not is_classical:
        message = say(
            "The residuals vary with the terms (Breusch-Pagan χ² = {chi2:.1f}, df = {df}, p = {p:.2g}); the "
            "standard errors of this model do without equal variances.",
            chi2=test.statistic,
            df=test.df,
            p=test.p_value,
        )
        return (Check("info", "unequal_variances", message),)
    message = say(
        "The residuals vary with the terms (Breusch-Pagan χ² = {chi2:.1f}, df = {df}, p = {p:.2g}): "
        "classical standard errors are off. errors: {{kind: robust}} does without equal variances.",
        chi2=test.statistic,
        df=test.df,
        p=test.p_value,
    )
    return (Check("info", "unequal_variances", message),)


def _uncalibrated(test: Tested | None) -> tuple[Check, ...]:
    if test is None or math.isnan(test.p_value) or test.p_value >= DOUBTFUL:
        return ()
    message = say(
        "Predicted and observed shares differ over the tenths of the prediction (Hosmer-Lemeshow "
        "χ² = {chi2:.1f}, df = {df}, p = {p:.2g}): a square or product may be missing.",
        chi2=test.statistic,
        df=test.df,
        p=test.p_value,
    )
    return (Check("info", "calibration", message),)


def _moved_by_one(cook: FloatArray) -> tuple[Check, ...]:
    if not bool((cook > MUCH).any()):
        return ()
    message = (
        "A single row moves the estimates by much (Cook's distance above 1): look at the extreme answers."
    )
    return (Check("warning", "influential_row", message),)
