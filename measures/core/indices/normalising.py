"""Ways to bring components onto one footing."""

from __future__ import annotations

import numpy as np

from measures.core.indices.form import Vector
from measures.core.indices.table import ranks, weighted_mean, weighted_sd

NORMALISATIONS = ("percentile_rank", "standardise", "min_max")


def normalised(method: str, values: Vector, weights: Vector) -> Vector | None:
    """Values (u,) normalised over the lines that have one; None where they do not vary.

    ``percentile_rank``: (rows below + half of those equal) / n; ``standardise``: minus the mean, by the SD
    with n - 1; ``min_max``: from 0, the smallest, to 1, the largest.
    """
    there = ~np.isnan(values)
    own, n = values[there], weights[there]
    if not len(own) or own.min() == own.max():
        return None
    found = np.full(len(values), np.nan)
    if method == "percentile_rank":
        found[there] = (ranks(own, n) - 0.5) / n.sum()
    elif method == "standardise":
        found[there] = (own - weighted_mean(own, n)) / weighted_sd(own, n)
    else:
        found[there] = (own - own.min()) / (own.max() - own.min())
    return found
