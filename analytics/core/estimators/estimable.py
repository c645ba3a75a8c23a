"""What a design can estimate: columns left out of a fit as combinations of the others.

They are combinations in the rows used, and nowhere else: where one of them differs from its combination,
nothing is known of what it would add.  A value x'b is estimable where x lies in the row space of the whole
design (Searle 1971, section 5.4): here, where every column left out has there the value of its combination,
which is the same as being orthogonal to the design's null space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.core.estimators.design import CONSTANT
from analytics.core.estimators.moments import FloatArray, blocks, find_intercept

EXACT = 1e-9  # how closely a column left out is known to be its combination, at best
SLACK = 10.0  # times what the rows used themselves are off
TAKES_PART = 1e-10  # standardised weight under which a column has no part in a combination


@dataclass(frozen=True)
class Combined:
    """Columns left out (m) as combinations of others: of the design's ``columns`` (c) alone that take part.

    ``weights`` (c, m) are 0 for the columns left out themselves, whose places among the c are ``left``.
    """

    columns: tuple[int, ...]
    left: tuple[int, ...]
    weights: FloatArray
    centre: FloatArray
    intercept: int
    spread: FloatArray
    room: FloatArray

    def off(self, x: FloatArray) -> FloatArray:
        """How far (r, m) the columns left out are from their combinations in rows ``x`` (r, all columns)."""
        return self.off_own(x[:, list(self.columns)])

    def off_own(self, x: FloatArray) -> FloatArray:
        """The same of rows (r, c) that hold the columns that take part alone."""
        difference, size = self.sizes(x)
        return np.where(np.abs(difference) > self.room * size, np.abs(difference), 0.0)

    def sizes(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The differences (r, m) in rows ``x`` (r, c), and the sizes of what they are differences of."""
        one = x[:, [self.intercept]] if self.intercept >= 0 else np.zeros((len(x), 1))
        about = x - one * self.centre
        left = about[:, list(self.left)]
        size = np.abs(left) + np.abs(about) @ np.abs(self.weights) + self.spread
        size = size + np.abs(one * self.centre[list(self.left)])
        return left - about @ self.weights, np.where(size > 0, size, 1.0)


def combined(x: FloatArray, names: tuple[str, ...], left: Sequence[int]) -> Combined:
    """The columns ``left`` of ``x`` (n, all columns) by those that were kept: least squares about means."""
    intercept = find_intercept(x, names)
    intercept = -1 if intercept in left else intercept
    centre = x.mean(axis=0) if intercept >= 0 else np.zeros(x.shape[1])
    if intercept >= 0:
        centre[intercept] = 0.0
    kept = [at for at in range(x.shape[1]) if at not in set(left)]
    about = x - centre
    scale = np.sqrt((about**2).mean(axis=0))
    is_flat = scale <= CONSTANT * np.abs(centre)
    scale[is_flat | (scale == 0)] = 1.0
    about /= scale
    own = np.linalg.lstsq(about[:, kept], about[:, list(left)], rcond=None)[0]
    own[:, is_flat[list(left)]] = 0.0
    own[np.abs(own) < TAKES_PART] = 0.0
    whole = np.zeros((x.shape[1], len(left)))
    whole[kept] = own * scale[list(left)] / scale[kept][:, None]
    parts = set(left) | set(np.flatnonzero(whole.any(axis=1)).tolist()) | {intercept} - {-1}
    columns = sorted(parts)
    found = Combined(
        columns=tuple(columns),
        left=tuple(columns.index(at) for at in left),
        weights=whole[columns],
        centre=centre[columns],
        intercept=columns.index(intercept) if intercept >= 0 else -1,
        spread=np.where(is_flat, 0.0, scale * about.std(axis=0))[list(left)],
        room=np.full(len(left), EXACT),
    )
    return replace(found, room=np.maximum(EXACT, SLACK * _worst(found, x[:, columns])))


def _worst(found: Combined, x: FloatArray) -> FloatArray:
    """How far (m,) the rows of the fit are off themselves, by size."""
    worst = np.zeros(len(found.left))
    for rows in blocks(len(x)):
        difference, size = found.sizes(x[rows])
        worst = np.maximum(worst, (np.abs(difference) / size).max(axis=0, initial=0.0))
    return worst
