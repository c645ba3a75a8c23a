"""A sampling design: the weight, the stratum and the primary sampling unit (PSU) of every row.

The variance of a linear statistic is that of its totals over PSUs, as if PSUs had been drawn with replacement
inside strata: V = sum_h f_h n_h / (n_h - 1) sum_i (z_hi - mean_h)(z_hi - mean_h)', z_hi the PSU's total
(Cochran 1977, section 11.9; Wolter 2007, section 1.2).  Rows outside a domain keep their PSU with a total of
zero: leaving them out would forget that the number of rows in the domain is random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.core.coding import positions
from surveys.core.problems import refuse
from surveys.core.said import say

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[Any] | pl.Series

LONELY = ("refuse", "centre", "certainty")


@dataclass(frozen=True)
class SurveyDesign:
    """``weights`` (n,); ``psu`` (n,) the position of each row's PSU, None where every row is its own PSU.

    ``psu_stratum`` (PSUs,) is the position of each PSU's stratum, ``stratum_psus`` (H,) the PSUs of each
    stratum.  ``finite`` (H,) holds 1 - n_h / N_h where the PSUs of the population are known, else 1.
    ``lonely`` says what a stratum with one PSU adds: ``centre`` its squared distance from the mean of all
    PSUs, ``certainty`` nothing; with ``refuse`` there is none.
    """

    weights: FloatArray
    psu: IntArray | None
    psu_stratum: IntArray
    stratum_psus: IntArray
    finite: FloatArray
    lonely: str = "refuse"

    @property
    def n(self) -> int:
        return len(self.weights)

    @property
    def n_psu(self) -> int:
        return len(self.psu_stratum)

    @property
    def n_strata(self) -> int:
        return len(self.stratum_psus)

    @property
    def df(self) -> int:
        """Degrees of freedom: PSUs minus strata."""
        return self.n_psu - self.n_strata

    @property
    def is_lonely(self) -> npt.NDArray[np.bool_]:
        """(H,) true for strata with a single PSU."""
        return np.asarray(self.stratum_psus == 1)

    @property
    def factors(self) -> FloatArray:
        """(H,) what the sum of squares of each stratum is multiplied with."""
        n = self.stratum_psus
        plain = n / np.maximum(n - 1, 1)
        return np.asarray(self.finite * np.where(self.is_lonely & (self.lonely == "certainty"), 0.0, plain))

    def covariance(self, totals: FloatArray) -> FloatArray:
        """(m, m) covariance of the sums of ``totals`` (PSUs, m)."""
        apart = self._apart(totals)
        return np.asarray(apart.T @ apart)

    def variances(self, totals: FloatArray) -> FloatArray:
        """(m,) variances of the sums of ``totals`` (PSUs, m)."""
        return np.asarray((self._apart(totals) ** 2).sum(axis=0))

    def _apart(self, totals: FloatArray) -> FloatArray:
        """(PSUs, m) how far each total is from its stratum's mean, times the root of the stratum's factor."""
        stratum = self.psu_stratum
        means = sums_by(stratum, totals, self.n_strata) / self.stratum_psus[:, None]
        if self.lonely == "centre":
            means[self.is_lonely] = totals.mean(axis=0)
        return np.asarray((totals - means[stratum]) * np.sqrt(self.factors)[stratum][:, None])


def declare(
    weights: FloatArray,
    strata: Codes | None = None,
    psu: Codes | None = None,
    *,
    lonely: str = "refuse",
    population: FloatArray | None = None,
) -> SurveyDesign:
    """The design of ``weights`` (n,) with codes of ``strata`` (n,) and ``psu`` (n,).

    A PSU is named inside its stratum: 1 in stratum 1 and 1 in stratum 2 are two.  ``population`` (n,) is the
    number of PSUs in the population of the row's stratum, for a finite-population correction.  Refused: a
    single PSU in a stratum unless ``lonely`` is ``centre`` or ``certainty``; fewer PSUs in a population than
    in the sample; weights that are negative or not finite.
    """
    _check_weights(weights)
    rows = len(weights)
    row_stratum = np.zeros(rows, dtype=np.int64) if strata is None else positions(strata)[0]
    strata_count = int(row_stratum.max(initial=0)) + 1
    position: IntArray | None = None
    psu_stratum = row_stratum
    if psu is not None:
        inside = positions(psu)[0]
        width = int(inside.max(initial=0)) + 1
        position, pairs = positions(row_stratum * width + inside)
        psu_stratum = np.array(pairs, dtype=np.int64) // width
    stratum_psus = np.bincount(psu_stratum, minlength=strata_count).astype(np.int64)
    _check_lonely(stratum_psus, lonely)
    finite = _finite(row_stratum, stratum_psus, population)
    return SurveyDesign(weights, position, psu_stratum, stratum_psus, finite, lonely)


def sums_by(at: IntArray, numbers: FloatArray, count: int) -> FloatArray:
    """Sums (count, m) of the rows of ``numbers`` (n, m) by position ``at`` (n,)."""
    columns = [np.bincount(at, weights=numbers[:, j], minlength=count) for j in range(numbers.shape[1])]
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0))


def _check_weights(weights: FloatArray) -> None:
    if not bool(np.all(np.isfinite(weights) & (weights >= 0))):
        message = "Weights must be finite numbers, zero or more."
        raise refuse("bad_weights", message, hint="Correct the weight, or derive a measure from it first.")


def _check_lonely(stratum_psus: IntArray, lonely: str) -> None:
    alone = int((stratum_psus == 1).sum())
    if not alone or lonely != "refuse":
        return
    if len(stratum_psus) == 1:
        message = "The sample has one sampling unit; no sampling error can be estimated from it."
        raise refuse("lonely_psu", message, hint="Name another psu, or leave psu out.")
    message = say(
        "{alone} of {strata} strata have a single sampling unit, which tells nothing of the variance there.",
        alone=alone,
        strata=len(stratum_psus),
    )
    hint = (
        "Merge strata, or choose lonely_psu: centre (around the mean of all units) or certainty "
        "(no variance)."
    )
    raise refuse("lonely_psu", message, hint=hint)


def _finite(row_stratum: IntArray, stratum_psus: IntArray, population: FloatArray | None) -> FloatArray:
    if population is None:
        return np.ones(len(stratum_psus))
    size = np.zeros(len(stratum_psus))
    size[row_stratum] = population
    if bool(np.any(size[row_stratum] != population)):
        raise refuse("bad_fpc", "The population of a stratum differs between its rows.")
    if bool(np.any(size < stratum_psus)):
        raise refuse("bad_fpc", "A stratum has more sampling units in the sample than in the population.")
    return np.asarray(1 - stratum_psus / size)
