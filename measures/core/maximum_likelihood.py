"""Maximum-likelihood factor analysis of a correlation matrix, with the test of as many factors."""

from __future__ import annotations

import numpy as np

from measures.core.factor import LEAST_UNIQUENESS, Extraction, Matrix, Vector, spectrum

POLISHED = 1e-10  # the largest slope that is left, where uniquenesses are free
CLOSE = 1e-5  # a larger slope means that no maximum was found
STEP = 1e-6


def maximum_likelihood(correlation: Matrix, factors: int = 1) -> Extraction:
    """Lawley's (1940) estimates by Joreskog's (1967) method, uniquenesses at least 0.005.

    Minimises f(psi) = sum over the trailing eigenvalues e of psi^-1/2 R psi^-1/2 of e - ln(e) - 1, by
    quasi-Newton steps and then Newton steps on the uniquenesses that are not at a bound.
    """
    from scipy.optimize import minimize

    p = len(correlation)
    start = (1 - 0.5 * factors / p) * np.clip(1 / np.diag(np.linalg.pinv(correlation)), 0.01, 1.0)
    found = minimize(
        _objective,
        np.clip(start, LEAST_UNIQUENESS, 1.0),
        args=(correlation, factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_UNIQUENESS, 1.0)] * p,
        options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9},
    )
    psi = _polished(np.asarray(found.x), correlation, factors)
    value, slope = _objective(psi, correlation, factors)
    free = (psi > LEAST_UNIQUENESS) & (psi < 1.0)
    converged = not free.any() or bool(np.abs(slope[free]).max() < CLOSE)
    loadings = _loadings(psi, correlation, factors)
    total = loadings.sum(axis=0)
    loadings = loadings * np.where(total < 0, -1.0, 1.0)
    return Extraction("ml", loadings, spectrum(correlation)[0], psi, converged, value)


def enough_factors(extraction: Extraction, n: int) -> tuple[float, int, float] | None:
    """Bartlett's (1951) corrected likelihood-ratio test that no more factors are needed: chi square, degrees
    of freedom, p; None without degrees of freedom.  ``n`` rows, of a simple random sample of normal items."""
    from scipy.special import chdtrc

    p, k = extraction.loadings.shape
    df = ((p - k) ** 2 - p - k) // 2
    if df <= 0 or extraction.objective is None:
        return None
    statistic = (n - 1 - (2 * p + 5) / 6 - 2 * k / 3) * extraction.objective
    return statistic, df, float(chdtrc(df, statistic))


def _inner(psi: Vector, correlation: Matrix) -> tuple[Vector, Matrix]:
    scale = 1 / np.sqrt(psi)
    return spectrum(correlation * np.outer(scale, scale))


def _loadings(psi: Vector, correlation: Matrix, factors: int) -> Matrix:
    values, vectors = _inner(psi, correlation)
    own = np.sqrt(np.maximum(values[:factors] - 1.0, 0.0))
    return np.asarray(vectors[:, :factors] * own * np.sqrt(psi)[:, None])


def _objective(psi: Vector, correlation: Matrix, factors: int) -> tuple[float, Vector]:
    values, vectors = _inner(psi, correlation)
    trailing = np.maximum(values[factors:], 1e-300)
    value = float((trailing - np.log(trailing) - 1.0).sum())
    slope = -(vectors[:, factors:] ** 2 @ (trailing - 1.0)) / psi
    return value, np.asarray(slope)


def _polished(psi: Vector, correlation: Matrix, factors: int, rounds: int = 15) -> Vector:
    """Newton steps with the slopes' central differences; one that does not help ends them."""
    value, slope = _objective(psi, correlation, factors)
    for _ in range(rounds):
        free = np.flatnonzero((psi > LEAST_UNIQUENESS + STEP) & (psi < 1.0 - STEP))
        if not len(free) or np.abs(slope[free]).max() < POLISHED:
            break
        bent = np.array([_bend(psi, int(at), correlation, factors)[free] for at in free])
        trial = psi.copy()
        trial[free] -= np.linalg.lstsq((bent + bent.T) / 2, slope[free], rcond=None)[0]
        trial = np.clip(trial, LEAST_UNIQUENESS, 1.0)
        less, next_slope = _objective(trial, correlation, factors)
        if less > value + 1e-13 or np.abs(next_slope[free]).max() > np.abs(slope[free]).max():
            break
        psi, value, slope = trial, less, next_slope
    return psi


def _bend(psi: Vector, at: int, correlation: Matrix, factors: int) -> Vector:
    ahead, behind = psi.copy(), psi.copy()
    ahead[at] += STEP
    behind[at] -= STEP
    slopes = [_objective(one, correlation, factors)[1] for one in (ahead, behind)]
    return np.asarray((slopes[0] - slopes[1]) / (2 * STEP))
