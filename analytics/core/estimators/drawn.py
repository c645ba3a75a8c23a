"""The variance of score totals under a sample drawn by strata and sampling units (Taylor linearisation).

Only sums by unit are needed: sum over strata of n_h / (n_h - 1) times the spread of its units' totals
about their mean (Binder 1983; R's survey with replacement at the first stage).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array

from analytics.core.estimators.moments import BoolArray, FloatArray, IntArray
from analytics.core.results import Check
from surveys.core.said import say

VERY_FEW = 10  # degrees of freedom under which a variance is a rough guide


@dataclass(frozen=True)
class Units:
    """``unit`` (n,) is the sampling unit of each row used, ``stratum`` (P,) that of every unit drawn.

    Units without a row used (of a domain) are among the P: they add zeros, and count in their stratum.
    ``weights`` (n,) have a mean of 1 over the rows used.
    """

    unit: IntArray
    stratum: IntArray
    weights: FloatArray
    lonely: str = "refuse"

    @property
    def sizes(self) -> IntArray:
        """How many units each stratum has."""
        return np.bincount(self.stratum).astype(np.int64)

    @property
    def used(self) -> IntArray:
        """The units with rows that weigh something."""
        return np.unique(self.unit[self.weights > 0])

    @property
    def df(self) -> int:
        """Units less strata, of the rows used."""
        return len(self.used) - len(np.unique(self.stratum[self.used]))

    def of(self, rows: BoolArray) -> Units:
        """The same units with some of the rows."""
        return replace(self, unit=self.unit[rows], weights=self.weights[rows])

    @property
    def design_effect(self) -> float:
        """Kish's 1 + CV^2 of the weights: what unequal weights alone cost."""
        w = self.weights
        return float(len(w) * (w @ w) / w.sum() ** 2)


def check_units(units: Units) -> tuple[Check, ...]:
    """Weights that are none, strata of a single unit, and too few units."""
    if bool((units.weights < 0).any()) or not units.weights.sum() > 0:
        message = "A sampling weight is negative, or all are zero."
        return (Check("error", "bad_weights", message),)
    alone = int((units.sizes == 1).sum())
    if alone and units.lonely == "refuse" and len(units.sizes) > 1:
        message = say(
            "{n} strata have a single sampling unit, whose spread is unknown. Choose lonely_psu: centre (its "
            "distance to the mean of all units counts) or certainty (it adds nothing).",
            n=alone,
        )
        return (Check("error", "lonely_psu", message),)
    if units.df < 1:
        message = say("{n} sampling units leave no degrees of freedom for an error.", n=len(units.used))
        return (Check("error", "few_units", message),)
    if units.df < VERY_FEW:
        message = say(
            "{n} sampling units leave {df} degrees of freedom: errors rest on few points and may be far too "
            "small.",
            n=len(units.used),
            df=units.df,
        )
        return (Check("warning", "few_units", message),)
    return ()


def score_variance(scores: FloatArray, units: Units) -> FloatArray:
    """The variance (k, k) of the total of ``scores`` (n, k), which are weighted already."""
    totals = _sums(scores, units.unit, len(units.stratum))
    sizes = units.sizes
    sums = _sums(totals, units.stratum, len(sizes))
    means = np.where((sizes > 1)[:, None], sums / np.maximum(sizes, 1)[:, None], 0.0)
    factor = np.where(sizes > 1, sizes / np.maximum(sizes - 1, 1), float(units.lonely == "centre"))
    apart = (totals - means[units.stratum]) * np.sqrt(factor[units.stratum])[:, None]
    variance: FloatArray = apart.T @ apart
    return variance


def _sums(rows: FloatArray, codes: IntArray, count: int) -> FloatArray:
    """Sums (count, k) of rows (n, k) by code."""
    n = len(rows)
    summed: FloatArray = csc_array((np.ones(n), codes, np.arange(n + 1)), (count, n)) @ rows
    return summed
