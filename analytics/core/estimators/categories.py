"""What ordered and multinomial logits share: the design about its means, checks, and figures of fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from analytics.core.checks import check_collinearity, check_size, few_events, has_error
from analytics.core.estimators.climbing import EXTREME, Climb
from analytics.core.estimators.design import Design, prepare
from analytics.core.estimators.moments import FloatArray, IntArray
from analytics.core.results import Check, Fit
from surveys.core.said import say

CONVENTIONS = {"standard_errors": "information", "test": "normal", "df": "coefficients", "bic_n": "rows"}
NAMED = 1e-2  # share of the largest contribution from which a column is named


@dataclass(frozen=True)
class Categories:
    """``codes`` (n,) from 0 say which of the ``names`` a row has; ``counts`` (J,) how many rows each."""

    names: tuple[str, ...]
    codes: IntArray

    @property
    def count(self) -> int:
        return len(self.names)

    @property
    def counts(self) -> FloatArray:
        return np.bincount(self.codes, minlength=self.count).astype(np.float64)


def prepared(categories: Categories, x: FloatArray, terms: tuple[str, ...]) -> Design:
    """The design of full rank; the codes stand where an outcome would, which only checks look at."""
    return prepare(categories.codes.astype(np.float64), x, terms)


def check_categories(design: Design, categories: Categories, equations: int) -> tuple[Check, ...]:
    """Size, categories that occur, collinearity, and rows of the rarest category for each coefficient."""
    checks = (*design.checks, *check_size(design))
    if categories.count < 3:
        message = "The outcome has fewer than three categories in the rows used; use a logit."
        checks += (Check("error", "two_categories", message),)
    if has_error(checks):
        return checks
    slopes = max(design.k - int(design.has_intercept), 1)
    few = few_events(int(categories.counts.min()), slopes)
    return (*checks, *check_collinearity(design), *few)


def explained(
    climb: Climb,
    design: Design,
    slopes: FloatArray,
    separates: bool,
    checks: tuple[Check, ...],
    throughout: bool = False,
) -> tuple[Check, ...]:
    """``checks`` and why there is no maximum; ``slopes`` (k,) is the size of each column's part in it.

    ``throughout`` says that every row is told apart.
    """
    if climb.covariance is not None and climb.place.reach < EXTREME:
        return checks
    if separates:
        size = np.abs(slopes) * np.sqrt(np.maximum(np.diag(design.moments.gram), 0.0))
        if design.has_intercept:
            size[design.moments.intercept] = 0.0
        terms = tuple(design.terms[i] for i in np.flatnonzero(size > NAMED * size.max()))
        if throughout:
            message = say(
                "The categories of the outcome are told apart perfectly in every row by {names}: the "
                "coefficient runs to infinity and has no estimate. Is this the outcome itself under another "
                "name? If not, leave it out.",
                names=", ".join(terms),
            )
            return (*checks, Check("error", "separation", message, terms))
        message = say(
            "{names} tells categories of the outcome apart perfectly for some of the rows: the coefficient "
            "runs to infinity and has no estimate. Merge rare categories or leave the term out.",
            names=", ".join(terms),
        )
        return (*checks, Check("error", "separation", message, terms))
    if climb.covariance is None:
        message = say(
            "The search for the maximum did not settle in {iterations} steps; no numbers are given. Look "
            "for columns on very different scales or a very rare outcome.",
            iterations=climb.iterations,
        )
        return (*checks, Check("error", "not_converged", message))
    return checks


def fit_of(design: Design, categories: Categories, loglik: float, parameters: int, slopes: int) -> Fit:
    """Log-likelihood, AIC and BIC, McFadden's R2 and the test against the shares alone."""
    n = design.n
    counts = categories.counts
    null = float(counts @ np.log(counts / n))
    bic = parameters * math.log(n) - 2 * loglik
    chi2 = 2 * (loglik - null)
    tested = slopes > 0
    return Fit(
        loglik=loglik, aic=2 * parameters - 2 * loglik, bic=bic, n=n, df=parameters, bic_n=n, bic_rows=bic,
        n_fixed=parameters, loglik_null=null, mcfadden_r2=1 - loglik / null,
        lr_chi2=chi2 if tested else None, lr_df=slopes if tested else None,
        lr_p=float(chdtrc(slopes, chi2)) if tested else None,
    )  # fmt: skip
