"""Wald's test of the terms that one model adds to another: it needs errors, and no likelihood."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.core.results import ModelResult


def wald_of_added(smaller: ModelResult, larger: ModelResult) -> dict[str, Any] | None:
    """F (or chi-square where tests are normal) that the added coefficients are zero; None where it cannot be.

    The second degrees of freedom are the fewest of the coefficients tested.  It cannot be where a model gave
    no numbers, where the smaller one's columns are not all in the larger, or where the errors are too few.
    """
    before = {one.term for one in smaller.estimates}
    names = [one.term for one in larger.estimates]
    added = [place for place, name in enumerate(names) if name not in before]
    if not (smaller.converged and larger.converged and added and before <= set(names)):
        return None
    from scipy.special import chdtrc, fdtrc  # takes long to import: only for who compares

    beta = np.array([larger.estimates[place].estimate for place in added])
    spread = np.array(larger.covariance)[np.ix_(added, added)]
    if not np.isfinite(spread).all():
        return None
    dfs = [df for place in added if (df := larger.estimates[place].df) is not None]
    rank = int(np.linalg.matrix_rank(spread, hermitian=True))
    if rank < len(added) or (dfs and min(dfs) < len(added)):
        return None
    chi2 = float(beta @ np.linalg.solve(spread, beta))
    if not dfs:
        return {"statistic": chi2, "df": len(added), "df2": None, "p_value": float(chdtrc(len(added), chi2))}
    f = chi2 / len(added)
    p = float(fdtrc(len(added), min(dfs), f))
    return {"statistic": f, "df": len(added), "df2": min(dfs), "p_value": p}
