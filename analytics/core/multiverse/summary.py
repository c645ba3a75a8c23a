"""What the specifications say together: where they lie, how many agree, which choices move them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.core.estimators.moments import BoolArray, FloatArray
from analytics.core.multiverse.results import AlternativeFigures, AxisFigures, Specified, Summary
from analytics.core.multiverse.spec import Axis

LEVEL = 0.05


def ranked(rows: Sequence[Specified]) -> tuple[Specified, ...]:
    """The rows with their places among the values in ascending order; equal values by their numbers."""
    order = sorted((one for one in rows if one.value is not None), key=lambda one: (one.value, one.number))
    place = {one.number: at for at, one in enumerate(order, start=1)}
    return tuple(replace(one, rank=place.get(one.number)) for one in rows)


def summarise(rows: Sequence[Specified], axes: Sequence[Axis], expect: int) -> Summary:
    """The summary of ``rows`` (already ranked); ``expect`` is 1, -1, or 0 for the sign of the adopted one.

    Where the adopted one has no numbers the sign of the median stands for it.  Quartiles are interpolated
    between the values next to them, as R's default does.
    """
    known = [one for one in rows if one.value is not None]
    failed = len(rows) - len(known)
    if not known:
        return Summary(0, failed, expect or 1)
    values = np.array([one.value for one in known], dtype=np.float64)
    adopted = next((one for one in known if one.adopted), None)
    low, lower, median, upper, high = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
    leaning = adopted.value if adopted is not None and adopted.value is not None else median
    sign = expect or (1 if leaning >= 0 else -1)
    clear = np.array([one.p is not None and one.p < LEVEL for one in known])
    same = values * sign > 0
    figures, together = axes_of(known, axes, clear & same)
    return Summary(
        n=len(known),
        n_failed=failed,
        expected=sign,
        lowest=low,
        lower_quartile=lower,
        median=median,
        upper_quartile=upper,
        highest=high,
        n_expected=int((clear & same).sum()),
        n_other=int((clear & (values * sign < 0)).sum()),
        share_expected=float((clear & same).mean()),
        share_other=float((clear & (values * sign < 0)).mean()),
        share_sign=float(same.mean()),
        adopted=adopted.value if adopted else None,
        adopted_rank=adopted.rank if adopted else None,
        together=together,
        axes=figures,
    )


def axes_of(
    known: Sequence[Specified],
    axes: Sequence[Axis],
    expected: BoolArray,
) -> tuple[tuple[AxisFigures, ...], float | None]:
    """How much each axis moves the values, and all of them together (main effects, by least squares).

    The share of an axis is what the variance explained loses when the axis is left out.  In a whole grid
    the axes are orthogonal and the shares add up to ``together``; in one with holes they need not.
    """
    values = np.array([one.value for one in known], dtype=np.float64)
    blocks = [_dummies([one.chosen[at] for one in known], axis.names) for at, axis in enumerate(axes)]
    total = float(((values - values.mean()) ** 2).sum())
    is_flat = total <= 1e-24 * float((values**2).sum())
    whole = None if is_flat else _explained(values, blocks)
    made = []
    for at, axis in enumerate(axes):
        rest = [block for other, block in enumerate(blocks) if other != at]
        share = None if whole is None else max((whole - _explained(values, rest)) / total, 0.0)
        figures = tuple(_alternative(name, at, known, values, expected) for name in axis.names)
        means = [one.mean for one in figures if one.mean is not None]
        made.append(AxisFigures(axis.name, share, max(means) - min(means), figures))
    return tuple(made), None if whole is None else whole / total


def _alternative(
    name: str,
    at: int,
    known: Sequence[Specified],
    values: FloatArray,
    expected: BoolArray,
) -> AlternativeFigures:
    own = np.array([one.chosen[at] == name for one in known])
    if not own.any():
        return AlternativeFigures(name, 0)
    return AlternativeFigures(
        name,
        int(own.sum()),
        float(values[own].mean()),
        float(np.median(values[own])),
        float(expected[own].mean()),
    )


def _dummies(chosen: Sequence[str], names: Sequence[str]) -> FloatArray:
    """Columns (n, alternatives - 1) against the first alternative."""
    return np.array([[float(one == name) for name in names[1:]] for one in chosen]).reshape(len(chosen), -1)


def _explained(values: FloatArray, blocks: Sequence[FloatArray]) -> float:
    """The sum of squares about the mean that the blocks explain together."""
    centred = values - values.mean()
    x = np.column_stack([np.ones(len(values)), *blocks])
    fitted = x @ np.linalg.lstsq(x, centred, rcond=None)[0]
    return float((fitted**2).sum())
