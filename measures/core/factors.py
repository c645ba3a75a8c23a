"""The factors that a score is one of: how many, how rotated, which is scored; from correlations alone.

Order and sign are those of ``measures.core.rotation``: by falling sum of squares, each with loadings that add
up to more than zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
)
from measures.core.rotation import Rotated, rotated
from surveys.core.said import sentence

NOT_ROTATED = "none"
APART = 1e-7  # two eigenvalues nearer than that have no axes of their own
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
    """``weights`` (p,) of the standardised items in the score of the factor that is wanted."""

    wanted: Wanted
    extraction: Extraction
    rotated: Rotated
    weights: Vector

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
    """Extraction, rotation and the weights of one score; whether it may be kept says :func:`fault_of`."""
    extraction = (principal if wanted.method == "principal" else minres)(correlation, wanted.factors)
    turned = rotated(extraction.loadings, wanted.rotation)
    return Solution(wanted, extraction, turned, _weights(extraction, turned, correlation, wanted))


def _weights(extraction: Extraction, turned: Rotated, correlation: Matrix, wanted: Wanted) -> Vector:
    if wanted.factors == 1:
        return score_weights(extraction, correlation, wanted.scores)
    own = turned.loadings[:, wanted.factor - 1]
    if wanted.scores == "weighted_sum":
        return np.asarray(own)
    if wanted.scores == "component":
        return np.asarray(own / np.sqrt(own @ own))
    psi = np.maximum(extraction.uniquenesses, LEAST_ERROR)
    found = score_matrix(turned.loadings, turned.phi, psi, correlation, wanted.scores)
    return np.asarray(found[:, wanted.factor - 1])


def fault_of(solution: Solution, correlation: Matrix) -> str:
    """Why the factors are not to be kept, as the end of a sentence; empty where nothing is amiss.

    Of one factor nothing is asked: it is told of, and warned of, as it is.
    """
    wanted, k = solution.wanted, solution.wanted.factors
    if k == 1:
        return ""
    if not (solution.extraction.converged and solution.rotated.converged):
        return sentence("the extraction or the rotation of the factors did not converge")
    is_principal = wanted.method == "principal"
    values = spectrum(correlation if is_principal else correlation - np.diag(solution.uniquenesses))[0]
    if values[k - 1] < APART:
        return sentence("the items share too little for so many factors")
    first = 0 if wanted.rotation == NOT_ROTATED else k - 1
    if (-np.diff(values)[first:k] < APART).any():
        return sentence("two of the factors explain the same, so that neither has an axis of its own")
    if wanted.scores == "bartlett" and solution.uniquenesses.min() < LEAST_ERROR:
        return sentence("the factors explain all of an item, which leaves no room for error")
    return ""


def determinacy(structure: Matrix, correlation: Matrix) -> Vector:
    """(k,) diag(S' R^-1 S), the squared multiple correlation of each factor with the items.

    It is at most 1; of components it is 1, as they are made of the items.
    """
    return np.asarray((structure * np.linalg.solve(correlation, structure)).sum(axis=0))
