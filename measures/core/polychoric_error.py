"""The standard error of a polychoric correlation by two-step maximum likelihood (Olsson, 1979, section 4).

The thresholds come from the margins, so their sampling error enters that of the correlation: the influence of
a row on r is (s + sum over thresholds of b t) / a, with s its score in r, a the information in r, t the row's
influence on a threshold and b = - the mean of (score in r)(score in the threshold).  Means are those of the
rows, not of the model (Muthen, 1984).
"""

from __future__ import annotations

import numpy as np

from measures.core.factor import Matrix, Vector
from measures.core.polychoric import slopes_in_r, thresholds

_LEAST = 1e-12  # of a cell's probability


def polychoric_error(counts: Matrix, r: float) -> float | None:
    """The standard error of ``r`` in a table (rows, columns) of counts; None where it has none."""
    counts = np.asarray(counts, dtype=np.float64)
    n = counts.sum()
    rows, columns = thresholds(counts.sum(axis=1)), thresholds(counts.sum(axis=0))
    cells, slopes = slopes_in_r(rows, columns, r)
    cells = np.maximum(cells, _LEAST)
    share, score = counts / n, slopes / cells
    information = float((share * score**2).sum())
    if information <= 0 or abs(r) >= 1:
        return None
    held = share * score / cells
    influence = score + _of_thresholds(rows, columns, r, held)
    influence = (influence + _of_thresholds(columns, rows, r, held.T).T) / information
    variance = float((share * influence**2).sum() / n)
    if not np.isfinite(variance) or variance <= 0:
        return None
    return float(np.sqrt(variance))


def _of_thresholds(own: Vector, other: Vector, r: float, held: Matrix) -> Matrix:
    """(rows, columns) what a row of each cell adds through the thresholds ``own`` of the rows.

    ``held`` is share times score over probability.
    """
    from scipy.special import ndtr

    density = np.exp(-(own**2) / 2) / np.sqrt(2 * np.pi)
    inner = ndtr((other[None, :] - r * own[:, None]) / np.sqrt(1 - r**2))
    steps = np.diff(inner, prepend=0.0, append=1.0, axis=1) * density[:, None]
    added = np.zeros((len(own) + 1, 1))
    for at, threshold in enumerate(own):
        b = -float((steps[at] * (held[at] - held[at + 1])).sum())
        below = (np.arange(len(own) + 1) <= at).astype(np.float64)
        added[:, 0] += b * (below - ndtr(threshold)) / density[at]
    return np.asarray(np.broadcast_to(added, held.shape))
