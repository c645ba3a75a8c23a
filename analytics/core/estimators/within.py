"""One pass over the rows by group: sums of the groups, and cross-products about their means.

The cross-products about the overall means are those about the group means and a part between the groups,
both positive: what a single pass by group adds up serves the checks of the columns and the estimator alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.groups import Groups
from analytics.core.estimators.moments import FloatArray, IntArray, Moments, blocks, find_intercept

MOST_KEPT = 4_000_000  # numbers laid out for both passes: 32 MB


@dataclass(frozen=True)
class Within:
    """``[X y]`` of G groups: ``means`` (G, k+1) as given, ``totals`` (G, k+1) of the centred columns.

    ``gram`` (k+1, k+1) has the cross-products about the group means. ``laid`` are the rows about the group
    means, block by block, where they are few enough to be kept for another pass; else None.
    """

    means: FloatArray
    totals: FloatArray
    gram: FloatArray
    laid: tuple[FloatArray, ...] | None

    def of(self, kept: IntArray) -> Within:
        """What belongs to some of the columns of X, and to y."""
        columns = np.append(kept, self.means.shape[1] - 1)
        laid = None if self.laid is None else tuple(part[:, columns] for part in self.laid)
        return Within(
            self.means[:, columns], self.totals[:, columns], self.gram[np.ix_(columns, columns)], laid
        )

    def rows(self, y: FloatArray, x: FloatArray, by: Groups) -> Iterator[FloatArray]:
        """Blocks of rows of [X y] about the group means: those kept, or laid out again."""
        return iter(self.laid) if self.laid is not None else lay_out(y, x, by, self.means)


def lay_out(y: FloatArray, x: FloatArray, by: Groups, means: FloatArray) -> Iterator[FloatArray]:
    """Blocks of rows of [X y] (rows, k+1) about ``means`` (G, k+1) of their groups."""
    k = x.shape[1]
    for rows in blocks(len(y)):
        part = means.take(by.codes[rows], axis=0)
        np.subtract(x[rows], part[:, :k], out=part[:, :k])
        np.subtract(y[rows], part[:, k], out=part[:, k])
        yield part


def moments_within(
    y: FloatArray, x: FloatArray, terms: tuple[str, ...], by: Groups
) -> tuple[Moments, Within]:
    """The moments of all rows, and what lies within the groups, from one pass over the rows (n, k)."""
    n, k = x.shape
    intercept = find_intercept(x, terms)
    totals = np.column_stack([by.totals(x), by.totals(y)])
    means = totals / by.sizes[:, None]
    centre = totals.sum(axis=0) / n if intercept >= 0 else np.zeros(k + 1)
    if intercept >= 0:
        centre[intercept] = 0.0
    totals -= by.sizes[:, None] * centre
    gram, laid = np.zeros((k + 1, k + 1)), []
    is_small = n * (k + 1) <= MOST_KEPT
    for part in lay_out(y, x, by, means):
        gram += part.T @ part
        if is_small:
            laid.append(part)
    whole = gram + (totals / by.sizes[:, None]).T @ totals
    found = Moments(
        n, intercept, centre[:k], float(centre[k]), whole[:k, :k], whole[:k, k], float(whole[k, k])
    )
    return found, Within(means, totals, gram, tuple(laid) if is_small else None)
