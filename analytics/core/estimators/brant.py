"""Whether the slopes of an ordered logit are the same at every cut: Brant's test (Biometrics 46, 1990)."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from analytics.core.estimators.categories import Categories
from analytics.core.estimators.design import prepare
from analytics.core.estimators.logistic import curve
from analytics.core.estimators.logit import maximise
from analytics.core.estimators.moments import FloatArray, IntArray
from analytics.core.estimators.summary import scaled_solve
from analytics.core.results import Check, OddsTest
from surveys.core.said import say

ALL = "all"
DOUBTFUL = 0.05


def brant(
    categories: Categories, x: FloatArray, terms: tuple[str, ...]
) -> tuple[tuple[OddsTest, ...], tuple[Check, ...]]:
    """The test of all slopes and of each, from one logit for every cut; no test where one of them separates.

    ``x`` (n, k) is of full rank and holds a constant.
    """
    found, probabilities, inverses = [], [], []
    for cut in range(categories.count - 1):
        design = prepare((categories.codes > cut).astype(np.float64), x, terms)
        newton = maximise(design)
        if newton.covariance is None or design.dropped:
            message = "Proportional odds could not be tested: a cut of the outcome is told apart perfectly."
            return (), (Check("info", "proportional_odds_untested", message),)
        found.append(newton.point.beta)
        probabilities.append(curve(design.x @ newton.point.beta).p)
        inverses.append(newton.covariance)
        x = design.x  # moved near 0 at most: slopes stay what they are
    own = np.array([i for i in range(len(terms)) if i != design.moments.intercept], dtype=np.int64)
    beta = np.concatenate(found)
    covariance = _joint(x, probabilities, inverses)
    tests = [_test(ALL, own, beta, covariance, len(terms))]
    tests += [_test(terms[i], np.array([i]), beta, covariance, len(terms)) for i in own.tolist()]
    return tuple(tests), _checks(tests)


def _joint(x: FloatArray, p: list[FloatArray], inverses: list[FloatArray]) -> FloatArray:
    """The covariance of all cuts' coefficients: each cut's own, and between cuts through the shared rows."""
    cuts, k = len(p), x.shape[1]
    joint = np.zeros((cuts, k, cuts, k))
    for a in range(cuts):
        joint[a, :, a, :] = inverses[a]
        for b in range(a + 1, cuts):
            both = (x * (p[b] - p[a] * p[b])[:, None]).T @ x
            joint[a, :, b, :] = inverses[a] @ both @ inverses[b]
            joint[b, :, a, :] = joint[a, :, b, :].T
    return joint.reshape(cuts * k, cuts * k)


def _test(term: str, columns: IntArray, beta: FloatArray, covariance: FloatArray, k: int) -> OddsTest:
    """Wald's test that the ``columns`` have the same slopes at the first cut as at every other one."""
    cuts, r = len(beta) // k, len(columns)
    place = np.concatenate([cut * k + columns for cut in range(cuts)])
    apart = np.hstack([np.tile(np.eye(r), (cuts - 1, 1)), -np.eye(r * (cuts - 1))])
    difference = apart @ beta[place]
    spread = apart @ covariance[np.ix_(place, place)] @ apart.T
    try:
        statistic = float(difference @ scaled_solve(spread, difference))
    except np.linalg.LinAlgError:
        statistic = float("nan")
    df = r * (cuts - 1)
    return OddsTest(term, statistic, df, float(chdtrc(df, statistic)))


def _checks(tests: list[OddsTest]) -> tuple[Check, ...]:
    whole, *single = tests
    if not whole.p_value < DOUBTFUL:
        return ()
    terms = tuple(one.term for one in single if one.p_value < DOUBTFUL)
    message = say(
        "The slopes are not the same at every cut of the outcome (Brant's χ² = {chi2:.1f}, df = {df}, p = "
        "{p:.2g}): an odds ratio for all cuts sums up slopes that differ. Where they do: {terms}.",
        chi2=whole.statistic,
        df=whole.df,
        p=whole.p_value,
        terms=terms or say("no single term"),
    )
    return (Check("warning", "proportional_odds", message, terms),)
