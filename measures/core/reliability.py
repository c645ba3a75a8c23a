"""How well items hang together, and how alike two sets of loadings are: from p x p matrices alone."""

from __future__ import annotations

import numpy as np

from measures.core.factor import Extraction, Matrix, Vector, alpha, minres

LEAST_ITEMS = 3  # an alpha without one item needs two others; one factor is identified from three on


def item_rest(covariance: Matrix) -> Vector:
    """Correlation (p,) of each item with the sum of the others; ``covariance`` (p, p), or correlations.

    From s_iT - s_ii, the covariance with the rest, and V_T - 2 s_iT + s_ii, the variance of the rest.
    NaN where the rest does not vary.
    """
    own, shared, total = np.diag(covariance), covariance.sum(axis=1), float(covariance.sum())
    rest = total - 2.0 * shared + own
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((shared - own) / np.sqrt(own * np.where(rest > 0, rest, np.nan)))


def alpha_dropped(covariance: Matrix) -> Vector:
    """Cronbach's alpha (p,) of the scale without each item; NaN with fewer than three items."""
    p = len(covariance)
    if p < LEAST_ITEMS:
        return np.full(p, np.nan)
    kept = [np.delete(np.arange(p), item) for item in range(p)]
    return np.array([alpha(covariance[np.ix_(one, one)]) for one in kept])


def omega(one_factor: Extraction) -> float:
    """McDonald's (1999) omega total of one factor: (sum of loadings)^2 over itself plus the uniquenesses.

    The variance of the sum is the one that the factor implies, not the observed one.
    """
    common = float(one_factor.loadings[:, 0].sum() ** 2)
    return common / (common + float(one_factor.uniquenesses.sum()))


def omega_of(correlation: Matrix) -> float | None:
    """Omega from one factor by minimum residuals; None with fewer than three items, which do not fix it."""
    return omega(minres(correlation)) if len(correlation) >= LEAST_ITEMS else None


def congruence(one: Vector, other: Vector) -> float:
    """Tucker's (1951) coefficient of congruence of two columns of loadings (p,), from -1 to 1."""
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def feldt(alpha_found: float, n: int, p: int, level: float = 0.95) -> tuple[float, float]:
    """The interval of Cronbach's alpha of ``p`` items in ``n`` rows (Feldt, Woodruff and Salih, 1987).

    (1 - alpha) / (1 - alpha in the sample) follows F with n - 1 and (n - 1)(p - 1) degrees of freedom, where
    items are normal and equally related; simple random samples only.
    """
    from scipy.stats import f

    free = n - 1, (n - 1) * (p - 1)
    low, high = (1 - (1 - alpha_found) * float(f.ppf(at, *free)) for at in ((1 + level) / 2, (1 - level) / 2))
    return low, high
