"""What multilevel logits share: the latent scale, the median odds ratio, the conventions of AIC and BIC."""

from __future__ import annotations

import math
import sys

from scipy.special import ndtri

from analytics.core.estimators.design import Design
from analytics.core.results import Fit

LARGEST_POWER = math.log(sys.float_info.max)
LATENT = math.pi**2 / 3  # variance of the standard logistic distribution


def median_odds_ratio(sigma: float) -> float | None:
    """The median of the larger odds over the smaller of two like rows of two groups (Merlo et al. 2006).

    None where it is more than a number can hold: the spread is then that of a place far from every row.
    """
    power = math.sqrt(2) * sigma * float(ndtri(0.75))
    return math.exp(power) if power < LARGEST_POWER else None


def logit_fit(design: Design, loglik: float, variances: int, nodes: int = 1) -> Fit:
    """AIC and BIC count the variances (and covariances) and take rows as n, as lme4 does."""
    df = design.k + variances
    bic = df * math.log(design.n) - 2 * loglik
    return Fit(
        loglik=loglik,
        aic=2 * df - 2 * loglik,
        bic=bic,
        n=design.n,
        df=df,
        likelihood="laplace" if nodes == 1 else "quadrature",
        nodes=nodes,
        bic_n=design.n,
        bic_rows=bic,
        n_fixed=design.k,
    )
