"""Degrees of freedom for t tests of fixed effects in a linear mixed model, after Satterthwaite.

For a coefficient with estimated variance c(v) at variance parameters v with covariance S, the degrees of
freedom are 2 c^2 / (c' S c'), where c' is the gradient of c.  S is twice the inverse of the Hessian of the
deviance (Fai and Cornelius 1996; as lmerTest has it), in the elements of L and ln sigma^2; the ratio does
not depend on how the variances are written down.
"""

from __future__ import annotations

import numpy as np

from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.slope_profile import Point, hessian_in_factor, in_factor
from analytics.core.estimators.slopes import SlopeSums

FLAT = 1e-8  # curvature, beside the largest, of a direction on the boundary, which is left out


def satterthwaite(sums: SlopeSums, at: Point, reml: bool, contrasts: FloatArray) -> FloatArray:
    """Degrees of freedom (m,) of the contrasts (m, k) of the centred columns' coefficients."""
    free = sums.n - len(sums.start) if reml else sums.n
    variance = at.residual / free
    theta = at.factor[np.tril_indices(len(at.factor))]
    curved = _hessian(sums, at, reml, variance, theta)
    curvature, direction = np.linalg.eigh(curved)
    kept = curvature > FLAT * curvature[-1]
    spread = 2 * (direction[:, kept] / curvature[kept]) @ direction[:, kept].T
    inverse = variance * at.inverse
    found = []
    for contrast in contrasts:
        own = float(contrast @ inverse @ contrast)
        pulled = at.cross @ (at.inverse @ contrast)  # (G, q)
        slope = np.append(variance * in_factor(pulled.T @ pulled, at.factor), own)
        found.append(2 * own * own / float(slope @ spread @ slope))
    return np.array(found)


def _hessian(sums: SlopeSums, at: Point, reml: bool, variance: float, theta: FloatArray) -> FloatArray:
    """Of the deviance in (L, ln sigma^2), with the coefficients profiled out (m + 1, m + 1)."""
    m = len(theta)
    full = np.empty((m + 1, m + 1))
    full[:m, :m] = hessian_in_factor(sums, theta, reml, variance)
    full[:m, m] = full[m, :m] = in_factor(at.left.T @ at.left / variance, at.factor)
    full[m, m] = at.residual / variance
    return full
