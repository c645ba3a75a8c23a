"""Factor scores on polychoric correlations: fitted on how often each pair of answers is given."""

from __future__ import annotations

import numpy as np

from measures.core import factor
from measures.core.engine.fits import DIGITS, Fit, fit_columns, unfit
from measures.core.engine.joint import MOST_CODES, Joint
from measures.core.language.tree import Apply
from measures.core.polychoric import LARGEST, polychorics
from surveys.core.said import say


def fit_crossed(node: Apply, joint: Joint | None) -> Fit:
    """The fit of a ``factor_score`` with ``basis="polychoric"``; Refused when the sample cannot carry it.

    The correlations are rounded to ten digits, for the last ones are the C library's.
    """
    if joint is None:
        why = say("polychoric correlations are for items of at most {most} whole codes", most=MOST_CODES)
        raise unfit(node, why, hint='Take basis="pearson".')
    return fit_columns(node, joint.moments, lambda: _correlations(node, joint))


def _correlations(node: Apply, joint: Joint) -> factor.Matrix:
    found = polychorics(joint.pairs, len(node.arguments))
    if np.abs(found - np.eye(len(found))).max() >= LARGEST:
        why = "the polychoric correlation of two items is at its limit, as some of their answers never meet"
        raise unfit(node, why)
    return np.asarray(np.round(found, DIGITS))
