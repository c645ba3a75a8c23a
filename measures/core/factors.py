"""The factors that a score is one of: how many, how rotated, which is scored; from correlations alone.

Order and sign are those of ``measures.core.rotation``: by falling sum of squares, each with loadings that add
up to more than zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from measures.core.factor import (
    Extraction,
    Matrix,
    Vector,
    minres,
    principal,
    score_matrix,
    score_weights,
    spectrum,
    unsettled,
)
from measures.core.rotation import Rotated, rotated
from surveys.core.said import sentence

NOT_ROTATED = "none"
NO_END = sentence("the extraction or the rotation of the factors did not converge")
APART = 1e-7  # two eigenvalues nearer than that have no axes of their own
SETTLED = 1e-9  # of a uniqueness: what is kept has ten decimals
LEAST_ERROR = 1e-6  # of a uniqueness that Bartlett's weights divide by


@dataclass(frozen=True)
class Wanted:
    """Which score: ``method`` principal or minres, of ``factors`` factors number ``factor``, from 1 on."""

    method: str
    scores: str = "regression"
    factors: int = 1
    rotation: str = NOT_ROTATED
    factor: int = 1

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Wanted:
        """From the settings of a ``factor_score``; those that a rule need not say have their defaults."""
        names = ("method", "scores", "factors", "rotation", "factor")
        return cls(**{name: settings[name] for name in names if name in settings})


@dataclass(frozen=True)
class Solution:
    """``weights`` (p,) of the standardised items in the score of the factor that is wanted.

    ``fault``: why it is not to be kept, as the end of a sentence; empty where nothing is amiss.  Of one
    factor nothing is asked: it is told of, and warned of, as it is.
    """

    wanted: Wanted
    extraction: Extraction
    rotated: Rotated
    weights: Vector
    fault: str = ""

    @property
    def loadings(self) -> Vector:
        """(p,) of the factor that is wanted."""
        if self.wanted.factors == 1:
            return np.asarray(self.extraction.loadings[:, 0])
        return np.asarray(self.rotated.loadings[:, self.wanted.factor - 1])

    @property
    def uniquenesses(self) -> Vector:
        return self.extraction.uniquenesses


def solve(correlation: Matrix, wanted: Wanted) -> Solution:
    """Extraction, rotation and the weights of one score."""
    extraction = (principal if wanted.method == "principal" else minres)(correlation, wanted.factors)
    plain = rotated(extraction.loadings, NOT_ROTATED)
    if wanted.factors == 1:
        return Solution(wanted, extraction, plain, score_weights(extraction, correlation, wanted.scores))
    unsolved = Solution(wanted, extraction, plain, np.zeros(len(correlation)))
    if why := _fault(extraction, correlation, wanted):
        return replace(unsolved, fault=why)
    try:
        turned = rotated(extraction.loadings, wanted.rotation)
        weights = _weights(extraction, turned, correlation, wanted)
    except np.linalg.LinAlgError:
        return replace(unsolved, fault=NO_END)
    return Solution(wanted, extraction, turned, weights, "" if turned.converged else NO_END)


def _weights(extraction: Extraction, turned: Rotated, correlation: Matrix, wanted: Wanted) -> Vector:
    """Of several factors; those of one come from :func:`measures.core.factor.score_weights`."""
    own = turned.loadings[:, wanted.factor - 1]
    if wanted.scores == "weighted_sum":
        return np.asarray(own)
    if wanted.scores == "component":
        return np.asarray(own / np.sqrt(own @ own))
    psi = extraction.uniquenesses
    found = score_matrix(turned.loadings, turned.phi, psi, correlation, wanted.scores)
    return np.asarray(found[:, wanted.factor - 1])


def _fault(extraction: Extraction, correlation: Matrix, wanted: Wanted) -> str:
    """What is amiss before anything is rotated."""
    if not extraction.converged:
        return NO_END
    k, is_principal = wanted.factors, wanted.method == "principal"
    values = spectrum(correlation if is_principal else correlation - np.diag(extraction.uniquenesses))[0]
    if values[k - 1] < APART:
        return sentence("the items share too little for so many factors")
    first = 0 if wanted.rotation == NOT_ROTATED else k - 1
    if (-np.diff(values)[first:k] < APART).any():
        return sentence("two of the factors explain the same, so that neither has an axis of its own")
    if not is_principal and unsettled(extraction, correlation) > SETTLED:
        return sentence("the items do not fix so many factors: other loadings fit as well")
    if wanted.scores == "bartlett" and extraction.uniquenesses.min() < LEAST_ERROR:
        return sentence("the factors explain all of an item, which leaves no room for error")
    return ""


def determinacy(structure: Matrix, correlation: Matrix) -> Vector:
    """(k,) diag(S' R^-1 S), the squared multiple correlation of each factor with the items.

    It is at most 1; of components it is 1, as they are made of the items.
    """
    return np.asarray((structure * np.linalg.solve(correlation, structure)).sum(axis=0))


def matched(pattern: Matrix, reference: Matrix) -> tuple[int, ...]:
    """For each factor of ``reference`` (p, k) the place of its counterpart in ``pattern`` (p, k).

    Counterparts are those with the largest sum of absolute congruences (Tucker, 1951), so that none is told
    twice; a counterpart that is turned round has a congruence below zero.
    """
    from scipy.optimize import linear_sum_assignment

    lengths = (np.sqrt((one**2).sum(axis=0)) for one in (reference, pattern))
    alike = np.abs(reference.T @ pattern) / np.outer(*lengths)
    return tuple(int(place) for place in linear_sum_assignment(-alike)[1])
