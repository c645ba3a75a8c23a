"""Small surveys drawn for the tests of estimators."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class Survey(NamedTuple):
    y: FloatArray
    x: FloatArray
    terms: tuple[str, ...]
    groups: npt.NDArray[Any]


def survey(n: int = 600, groups: int = 24, sigma: float = 0.8, seed: int = 1, binary: bool = True) -> Survey:
    """An intercept, a score, a dummy, an amount with a large mean and a group-level column."""
    draw = np.random.default_rng(seed)
    code = draw.integers(0, groups, n)
    context = draw.normal(size=groups)[code]
    score, dummy = draw.normal(size=n), (draw.random(n) < 0.4).astype(float)
    amount = 6000 + 900 * draw.normal(size=n)
    x = np.column_stack([np.ones(n), score, dummy, amount, context])
    eta = -0.4 + 0.7 * score - 0.5 * dummy + 0.0003 * (amount - 6000) + 0.2 * context
    eta = eta + draw.normal(0, sigma, groups)[code]
    y = (draw.random(n) < 1 / (1 + np.exp(-eta))).astype(float) if binary else eta + draw.normal(size=n)
    names = np.array([f"g{i:02d}" for i in range(groups)])
    return Survey(y, x, ("(Intercept)", "score", "dummy", "amount", "context"), names[code])
