"""p values of several tests, adjusted so that any false one is as rare as of a single test."""

from __future__ import annotations

import numpy as np

from analytics.core.survey_design.declared import FloatArray


def adjusted(p: FloatArray, how: str) -> FloatArray:
    """p (m,) by Holm's (1979) step-down, by Bonferroni, or as they are (``none``); never above 1."""
    m = len(p)
    if how == "none" or m == 0:
        return p
    if how == "bonferroni":
        return np.asarray(np.minimum(p * m, 1.0))
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (m - np.arange(m)))
    found = np.empty(m)
    found[order] = np.minimum(stepped, 1.0)
    return found
