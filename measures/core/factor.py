"""Factor analysis from a correlation matrix: extraction, scoring weights, adequacy, reliability.

Everything works on p x p matrices, so that the data are passed over once, by the engine, to make them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

CLOSE = 1e-5  # a larger slope of the residuals means that no minimum was found
FLAT = 1e-6  # residuals that bend less have no one minimum
LEAST_UNIQUENESS = 0.005  # as in common practice: a uniqueness of zero would leave no room for error


@dataclass(frozen=True)
class Extraction:
    """``loadings`` (p, k), columns by falling sum of squares, each with a positive sum; ``eigenvalues``
    (p,) of the correlation matrix, falling; ``uniquenesses`` (p,).  ``objective`` is what was minimised, None
    for components."""

    method: str
    loadings: Matrix
    eigenvalues: Vector
    uniquenesses: Vector
    converged: bool = True
    objective: float | None = None


def principal(correlation: Matrix, factors: int = 1) -> Extraction:
    """The first principal components, scaled to loadings (eigenvector times root of eigenvalue)."""
    values, vectors = spectrum(correlation)
    loadings = _signed(vectors[:, :factors] * np.sqrt(values[:factors]))
    return Extraction("principal", loadings, values, 1.0 - (loadings**2).sum(axis=1))


def minres(correlation: Matrix, factors: int = 1) -> Extraction:
    """Minimum residuals (unweighted least squares) of Harman and Jones (1966), uniquenesses at least 0.005.

    Minimises half the sum of squared trailing eigenvalues of R - diag(psi) over psi, by quasi-Newton steps
    and then Newton steps with the exact Hessian.
    """
    from scipy.optimize import minimize

    values, _ = spectrum(correlation)
    start = np.clip(0.5 / np.diag(np.linalg.pinv(correlation)), LEAST_UNIQUENESS, 1.0)
    bounds = [(LEAST_UNIQUENESS, 1.0)] * len(start)
    options = {"maxiter": 1000, "ftol": 1e-15, "gtol": 1e-9}
    found = minimize(
        _residual,
        start,
        args=(correlation, factors),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options=options,
    )
    psi = _polished(np.asarray(found.x), correlation, factors)
    inner, vectors = spectrum(correlation - np.diag(psi))
    loadings = _signed(vectors[:, :factors] * np.sqrt(np.maximum(inner[:factors], 0.0)))
    value, slope = _residual(psi, correlation, factors)
    free = (psi > LEAST_UNIQUENESS) & (psi < 1.0)
    converged = not free.any() or bool(np.abs(slope[free]).max() < CLOSE)
    return Extraction("minres", loadings, values, psi, converged, value)


def unsettled(extraction: Extraction, correlation: Matrix) -> float:
    """How far a uniqueness of :func:`minres` may still be from the minimum: slope over bend, where the
    residuals bend the least.  Infinite where they are flat and other uniquenesses fit as well."""
    psi, k = extraction.uniquenesses, extraction.loadings.shape[1]
    free = (psi > LEAST_UNIQUENESS) & (psi < 1.0)
    if not free.any():
        return 0.0
    bend = float(np.linalg.eigvalsh(_hessian(psi, correlation, k)[np.ix_(free, free)])[0])
    slope = float(np.abs(_residual(psi, correlation, k)[1][free]).max())
    return slope / bend if bend > FLAT else np.inf


def score_weights(extraction: Extraction, correlation: Matrix, scores: str) -> Vector:
    """Weights (p,) of the standardised items that give the score of the first factor.

    ``regression``: R^-1 L (Thurstone); ``bartlett``: Psi^-1 L / (L' Psi^-1 L); ``component``: the unit
    eigenvector, so that the score's variance is the eigenvalue; ``weighted_sum``: L; ``sum`` and ``mean``:
    the sign of each loading (the mean is divided by the number of items when it is applied).
    """
    loadings = extraction.loadings[:, 0]
    if scores == "regression":
        return np.asarray(np.linalg.solve(correlation, loadings))
    if scores == "bartlett":
        scaled = loadings / extraction.uniquenesses
        return np.asarray(scaled / (loadings @ scaled))
    if scores == "component":
        return np.asarray(loadings / np.sqrt(loadings @ loadings))
    if scores == "weighted_sum":
        return loadings
    if scores in ("sum", "mean"):
        return np.where(loadings < 0, -1.0, 1.0)
    raise ValueError(scores)


def score_matrix(
    loadings: Matrix, phi: Matrix, uniquenesses: Vector, correlation: Matrix, scores: str
) -> Matrix:
    """Weights (p, k) of the standardised items in the scores of all factors, rotated or not.

    ``regression``: R^-1 L Phi (Thurstone); ``bartlett``: Psi^-1 L (L' Psi^-1 L)^-1.
    """
    if scores == "regression":
        return np.asarray(np.linalg.solve(correlation, loadings @ phi))
    if scores == "bartlett":
        scaled = loadings / uniquenesses[:, None]
        return np.asarray(np.linalg.solve(loadings.T @ scaled, scaled.T).T)
    raise ValueError(scores)


def kmo(correlation: Matrix) -> tuple[float, Vector]:
    """Kaiser-Meyer-Olkin adequacy: overall, and per item (p,); Kaiser (1974)."""
    inverse = np.linalg.inv(correlation)
    scale = np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
    partial = inverse / scale
    r2, q2 = correlation**2, partial**2
    np.fill_diagonal(r2, 0.0)
    np.fill_diagonal(q2, 0.0)
    items = r2.sum(axis=0) / (r2.sum(axis=0) + q2.sum(axis=0))
    return float(r2.sum() / (r2.sum() + q2.sum())), items


def bartlett(correlation: Matrix, n: int) -> tuple[float, int, float]:
    """Bartlett's (1951) test of sphericity: chi square, degrees of freedom, p."""
    from scipy.stats import chi2

    p = len(correlation)
    statistic = -(n - 1 - (2 * p + 5) / 6) * float(np.linalg.slogdet(correlation)[1])
    df = p * (p - 1) // 2
    return statistic, df, float(chi2.sf(statistic, df))


def alpha(covariance: Matrix) -> float:
    """Cronbach's (1951) alpha of a covariance matrix, or the standardised alpha of a correlation matrix."""
    p = len(covariance)
    return float(p / (p - 1) * (1 - np.trace(covariance) / covariance.sum()))


def spectrum(matrix: Matrix) -> tuple[Vector, Matrix]:
    """Eigenvalues and vectors, falling."""
    values, vectors = np.linalg.eigh(matrix)
    return values[::-1], vectors[:, ::-1]


def _signed(loadings: Matrix) -> Matrix:
    """Each factor turned so that its loadings add up to more than zero; the first decides a tie."""
    sums = loadings.sum(axis=0)
    signs = np.where(np.abs(sums) > 1e-12, np.sign(sums), np.where(loadings[0] < 0, -1.0, 1.0))
    return np.asarray(loadings * signs)


def _residual(psi: Vector, correlation: Matrix, factors: int) -> tuple[float, Vector]:
    values, vectors = spectrum(correlation - np.diag(psi))
    trailing = values[factors:]
    return 0.5 * float(trailing @ trailing), -(vectors[:, factors:] ** 2) @ trailing


def _hessian(psi: Vector, correlation: Matrix, factors: int) -> Matrix:
    """Second derivatives of :func:`_residual`, from those of eigenvalues and eigenvectors."""
    values, vectors = spectrum(correlation - np.diag(psi))
    rest = vectors[:, factors:]
    hessian = (rest @ rest.T) ** 2
    for m in range(factors):
        ratio = values[factors:] / (values[factors:] - values[m])
        hessian += 2.0 * np.outer(vectors[:, m], vectors[:, m]) * ((rest * ratio) @ rest.T)
    return np.asarray(hessian)


def _polished(psi: Vector, correlation: Matrix, factors: int, steps: int = 12) -> Vector:
    """Newton steps on the uniquenesses that are not at a bound; a step that does not help ends them."""
    best, gradient = _residual(psi, correlation, factors)
    slack = 1e-15 if factors == 1 else 1e-12  # below rounding for several; scores of one are kept as they are
    for _ in range(steps):
        free = (psi > LEAST_UNIQUENESS) & (psi < 1.0)
        if not free.any() or np.abs(gradient[free]).max() < 1e-14:
            break
        hessian = _hessian(psi, correlation, factors)[np.ix_(free, free)]
        trial = psi.copy()
        trial[free] -= np.linalg.lstsq(hessian, gradient[free], rcond=None)[0]
        trial = np.clip(trial, LEAST_UNIQUENESS, 1.0)
        value, slope = _residual(trial, correlation, factors)
        if value > best + slack or np.abs(slope[free]).max() > np.abs(gradient[free]).max():
            break
        psi, best, gradient = trial, value, slope
    return psi
