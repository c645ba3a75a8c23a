"""Standardised differences between groups, which do not grow with the number of rows.

Of means (m1 - m2) / sqrt((s1^2 + s2^2) / 2) with the SDs of the table; of shares the same with
s^2 = p (1 - p); of K categories sqrt((p1 - p2)' S^-1 (p1 - p2)) over all but one category, S the mean of the
two multinomial covariances (Austin 2009; Yang and Dalton 2012).  Of two groups, means and shares keep their
sign (the first minus the second); of more groups the largest over all pairs is told, without a sign.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from analytics.core.survey_design.declared import FloatArray
from analytics.core.table_results import GroupFigures


def of_means(groups: Sequence[GroupFigures]) -> float | None:
    """The standardised difference of the means of the groups."""
    pairs = [_of_pair((a.mean, b.mean), (a.sd, b.sd)) for a, b in combinations(groups, 2)]
    return _told(pairs, len(groups))


def of_shares(shares: Sequence[float | None]) -> float | None:
    """The standardised difference of shares between 0 and 1, one of each group."""
    spread = [None if p is None else math.sqrt(p * (1 - p)) for p in shares]
    pairs = [_of_pair((shares[a], shares[b]), (spread[a], spread[b])) for a, b in _pairs(len(shares))]
    return _told(pairs, len(shares))


def of_categories(shares: FloatArray) -> float | None:
    """(K, G) shares of the categories, of each group one column; NaN in a group without rows."""
    pairs = [_distance(shares[:, a], shares[:, b]) for a, b in _pairs(shares.shape[1])]
    known = [one for one in pairs if one is not None]
    return max(known) if known and len(known) == len(pairs) else None


def _pairs(groups: int) -> list[tuple[int, int]]:
    return list(combinations(range(groups), 2))


def _of_pair(
    means: tuple[float | None, float | None], sds: tuple[float | None, float | None]
) -> float | None:
    (m, other_m), (s, other_s) = means, sds
    if m is None or other_m is None or s is None or other_s is None:
        return None
    spread = math.sqrt((s * s + other_s * other_s) / 2)
    if spread == 0:
        return 0.0 if m == other_m else None
    return (m - other_m) / spread


def _told(pairs: list[float | None], groups: int) -> float | None:
    known = [one for one in pairs if one is not None]
    if not known or len(known) < len(pairs):
        return None
    return known[0] if groups == 2 else max(map(abs, known))


def _distance(p: FloatArray, q: FloatArray) -> float | None:
    """Mahalanobis' distance over the categories that either group has, but one; None where they are apart."""
    if np.isnan(p).any() or np.isnan(q).any():
        return None
    kept = np.flatnonzero(p + q > 0)[1:]
    if not len(kept):
        return 0.0
    p, q = p[kept], q[kept]
    spread = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    if np.linalg.matrix_rank(spread) < len(kept):
        return None
    return math.sqrt(max(float((p - q) @ np.linalg.solve(spread, p - q)), 0.0))
