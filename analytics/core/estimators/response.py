"""Probabilities of a multilevel logit: in a typical group, and averaged over the groups.

In a typical group the effect of the group is 0 and the probability is the logistic curve of the fixed part.
Over all groups it is the mean of that curve over normal effects, which is flatter: both are told, for the
coefficients describe the first and shares of a population the second.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analytics.core.estimators.logistic import curve
from analytics.core.estimators.moments import FloatArray
from analytics.core.results import Probabilities

NODES = 40  # of Gauss and Hermite: 1e-8 of a probability for standard deviations up to 2


class Bent(NamedTuple):
    """At linear predictor ``eta`` (n,): probability, its slope, and how the slope changes."""

    p: FloatArray
    slope: FloatArray
    bend: FloatArray


Response = Callable[[FloatArray], Bent]


def in_a_typical_group(eta: FloatArray) -> Bent:
    """The logistic curve itself."""
    at = curve(eta)
    return Bent(at.p, at.slope, at.slope * (1 - 2 * at.p))


def over_groups(sd: FloatArray) -> Response:
    """The mean curve over normal effects whose standard deviation in each row is ``sd`` (n,)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / math.sqrt(2 * math.pi)

    def mean(eta: FloatArray) -> Bent:
        p, slope, bend = np.zeros_like(eta), np.zeros_like(eta), np.zeros_like(eta)
        for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
            at = in_a_typical_group(eta + node * sd)
            p += weight * at.p
            slope += weight * at.slope
            bend += weight * at.bend
        return Bent(p, slope, bend)

    return mean


def spread_of_rows(z: FloatArray, psi: FloatArray) -> FloatArray:
    """Standard deviation (n,) of the effects that rows ``z`` (n, q) meet, of covariance ``psi`` (q, q)."""
    found: FloatArray = np.sqrt(np.maximum(np.einsum("nq,qp,np->n", z, psi, z), 0.0))
    return found


def probabilities(y: FloatArray, eta: FloatArray, sd: FloatArray) -> Probabilities:
    """Means over the rows, as they are: of the outcome, in a typical group, and over all groups."""
    return Probabilities(
        observed=float(y.mean()),
        typical=float(in_a_typical_group(eta).p.mean()),
        averaged=float(over_groups(sd)(eta).p.mean()),
    )
