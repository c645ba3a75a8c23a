"""From latents to answers by rank: margins are met exactly, whatever the draw.

All functions take one latent, shape (n,), and return one column of answers, shape (n,).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def highest(latent: Floats, count: int) -> Ints:
    """1 for the ``count`` largest, 0 for the rest."""
    chosen = np.zeros(len(latent), dtype=np.int64)
    chosen[np.argsort(-latent, kind="stable")[:count]] = 1
    return chosen


def plotting_positions(latent: Floats) -> Floats:
    """(rank - 1/2) / n: evenly spread over (0, 1) in the order of the latent."""
    return np.asarray((stats.rankdata(latent, method="ordinal") - 0.5) / len(latent))


def ordinal(latent: Floats, shares: Sequence[float]) -> Ints:
    """Codes 1 to K whose shares are ``shares``, in the order of the latent."""
    return np.searchsorted(np.cumsum(shares)[:-1], plotting_positions(latent)) + 1


def quantiles(latent: Floats, inverse: Callable[[Floats], Floats]) -> Floats:
    """The quantiles of a distribution, given by its inverse, in the order of the latent."""
    return inverse(plotting_positions(latent))


def amounts(latent: Floats, *, log_mean: float, log_sd: float, mean: float, sd: float) -> Floats:
    """Amounts whose logarithm has ``log_mean`` and ``log_sd`` and which themselves have ``mean`` and ``sd``.

    The logarithm is Tukey's g-and-h transform of a normal; g and h are found so that the raw moments fit.
    """
    normal = stats.norm.ppf(plotting_positions(latent))

    def logs(shape: Floats) -> Floats:
        g, h = shape
        bent = normal * np.exp(h * normal * normal / 2) + g * (normal * normal - 1)
        return np.asarray(log_mean + log_sd * (bent - bent.mean()) / bent.std())

    def distance(shape: Floats) -> float:
        raw = np.exp(logs(shape))
        return float(np.log(raw.mean() / mean) ** 2 + 0.25 * np.log(raw.std() / sd) ** 2)

    found = optimize.minimize(distance, [0.02, 0.05], method="Nelder-Mead", bounds=[(-0.2, 0.3), (0, 0.25)])
    return np.exp(logs(found.x))


def weighted_score(items: Floats) -> Floats:
    """Sum of standardised items weighted by their loadings on one factor (least squares); items (n, k)."""
    z = (items - items.mean(axis=0)) / items.std(axis=0)
    correlations = np.corrcoef(z.T)
    upper = np.triu_indices(len(correlations), 1)

    def residuals(loadings: Floats) -> Floats:
        return np.asarray((correlations - np.outer(loadings, loadings))[upper])

    loadings = optimize.least_squares(residuals, np.full(len(correlations), 0.6)).x
    return np.asarray(z @ (loadings if loadings.sum() >= 0 else -loadings))
