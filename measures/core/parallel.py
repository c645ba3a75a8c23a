"""Parallel analysis (Horn, 1965): the eigenvalues that items without anything in common would have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from measures.core.factor import Matrix, Vector, spectrum

PERCENTILE = 95.0


@dataclass(frozen=True)
class Parallel:
    """Eigenvalues (p,) of correlations of random normal items: ``means``, and ``high``, their 95th
    percentiles; ``suggested``: how many leading ones of the data lie above ``high``."""

    means: Vector
    high: Vector
    suggested: int


def parallel(eigenvalues: Vector, n: int, draws: int, seed: int) -> Parallel:
    """Of ``draws`` samples of ``n`` rows from ``seed``; ``eigenvalues`` (p,) are those of the data, falling.

    The covariances of n independent normal rows are drawn themselves, as A A' with a triangular A (Bartlett's
    decomposition of a Wishart matrix): the same distribution as that of n rows, without drawing them.
    """
    draw, p = np.random.default_rng(seed), len(eigenvalues)
    found = np.array([_eigenvalues(_correlation(draw, n, p)) for _ in range(draws)])
    high = np.percentile(found, PERCENTILE, axis=0)
    below = np.flatnonzero(eigenvalues <= high)
    return Parallel(found.mean(axis=0), high, int(below[0]) if len(below) else p)


def _correlation(draw: np.random.Generator, n: int, p: int) -> Matrix:
    root = np.tril(draw.normal(size=(p, p)), -1)
    root[np.diag_indices(p)] = np.sqrt(draw.chisquare(n - 1 - np.arange(p)))
    covariance = root @ root.T
    sd = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(sd, sd))


def _eigenvalues(matrix: Matrix) -> Vector:
    return spectrum(matrix)[0]
