"""The rows that a model uses, and the sampling design of all the rows they were drawn with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analytics.core.estimators.moments import BoolArray, FloatArray, IntArray
from analytics.core.results import Check
from analytics.core.survey_design.checks import check_weights, kish
from analytics.core.survey_design.declared import SurveyDesign, sums_by
from surveys.core.said import say

VERY_FEW = 10  # degrees of freedom under which a variance is a rough guide


@dataclass(frozen=True)
class DrawnRows:
    """``rows`` (n,) are the places, among those of ``design``, of the rows used.

    Units without a row used (of a domain) add zeros, and count in their stratum.  ``weighed_by`` names the
    column of weights.
    """

    design: SurveyDesign
    rows: IntArray
    weighed_by: str = ""

    @cached_property
    def weights(self) -> FloatArray:
        """(n,) with a mean of 1 over the rows used, unless they weigh nothing at all."""
        own = self.design.weights[self.rows]
        mean = float(own.mean()) if len(own) else 0.0
        return own / mean if mean > 0 else own

    @cached_property
    def unit(self) -> IntArray:
        """(n,) the sampling unit of each row used."""
        return self.rows if self.design.psu is None else self.design.psu[self.rows]

    @cached_property
    def used(self) -> IntArray:
        """The units with rows that weigh something."""
        return np.unique(self.unit[self.weights > 0])

    @cached_property
    def strata_used(self) -> int:
        return len(np.unique(self.design.psu_stratum[self.used]))

    @property
    def df(self) -> int:
        """Units less strata, of the rows used, as R's svyglm counts them in a domain."""
        return len(self.used) - self.strata_used

    @property
    def design_effect(self) -> float:
        """What unequal weights alone cost."""
        return kish(self.weights)

    def of(self, chosen: BoolArray) -> DrawnRows:
        """The same design with some of the rows."""
        return replace(self, rows=self.rows[chosen])

    def variance(self, scores: FloatArray) -> FloatArray:
        """The variance (k, k) of the total of ``scores`` (n, k), which are weighted already (Binder 1983)."""
        return self.design.covariance(sums_by(self.unit, scores, self.design.n_psu))


def check_drawn(drawn: DrawnRows) -> tuple[Check, ...]:
    """Rows that weigh nothing, what weights cost, and too few units."""
    if not drawn.weights.sum() > 0:
        return (Check("error", "bad_weights", "All weights of the rows used are zero."),)
    if drawn.df < 1:
        message = say("{n} sampling units leave no degrees of freedom for an error.", n=len(drawn.used))
        return (Check("error", "few_units", message),)
    found = check_weights(drawn.weights[drawn.weights > 0], drawn.weighed_by) if drawn.weighed_by else []
    if drawn.df < VERY_FEW:
        message = say(
            "{n} sampling units leave {df} degrees of freedom: errors rest on few points and may be far too "
            "small.",
            n=len(drawn.used),
            df=drawn.df,
        )
        found.append(Check("warning", "few_units", message))
    return tuple(found)
