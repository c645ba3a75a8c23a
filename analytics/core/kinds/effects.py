"""The average marginal effect of one column of interest: what lays logits and linear models side by side."""

from __future__ import annotations

import numpy as np

from analytics.core.carried import carried
from analytics.core.design import Design
from analytics.core.estimators.margins import Change, average_effects
from analytics.core.estimators.response import over_groups
from analytics.core.estimators.summary import t_estimates
from analytics.core.formula import leaf
from analytics.core.frame import Frame, level_text
from analytics.core.kinds.bare import Bare
from analytics.core.results import Estimate, MarginalEffect
from analytics.core.sample import Sample
from surveys.core.said import say

Effect = MarginalEffect | Estimate


def place_of(design: Design, key: str) -> int | None:
    """The position of the column whose key is ``key``, its parts in any order; None where there is none."""
    wanted = frozenset(key.split(":"))
    for at, column in enumerate(design.columns):
        if frozenset(column.key.split(":")) == wanted:
            return at
    return None


def effect_at(place: int, bare: Bare, design: Design, frame: Frame, sample: Sample) -> Effect | str | None:
    """The average marginal effect of the variable (or category) that the column at ``place`` stands for.

    On the probability for logits, over all groups for multilevel ones; on the outcome for linear models,
    where it is the coefficient unless the variable also stands in products or powers.  None for products,
    and for logits with random slopes; a sentence where the rows do not carry the effect.
    """
    made = design.made_of[place]
    if len(made) != 1:
        return None
    atom, level = made[0]
    variable = leaf(atom).name
    wanted = variable if level is None else f"{atom.plain}[{level_text(level)}]"
    rows = carried(design, frame, sample, bare.result, bare.weights)
    changes = ((change, why) for change, _, why in rows.changes(variable, {}) if change.term == wanted)
    change, why = next(changes, (None, ""))
    if change is None:
        return None
    if why:
        return say("The rows do not carry the effect of {term}: {why}.", term=wanted, why=why)
    kept = rows.ground.kept
    if "logit" not in bare.result.kind:
        return _linear(change, place, bare, design)
    if bare.z is not None and bare.z.shape[1] > 1:
        return None
    beta = np.array([one.estimate for one in bare.result.estimates])
    covariance = np.array(bare.result.covariance)
    response = over_groups(bare.spread) if bare.z is not None else None
    found = average_effects(
        design.matrix[:, list(kept)], beta, covariance, (change,), weights=bare.weights, response=response
    )
    return found[0]


def _linear(change: Change, place: int, bare: Bare, design: Design) -> Effect:
    """The mean change of the fixed part, with the degrees of freedom of the column's own estimate."""
    own = bare.result.of(design.names[place])
    columns = change.columns
    assert columns is not None  # the ground of a design names them
    if len(columns) == 1 and design.columns[place].key == change.term:
        return own
    moved = change.slope if change.slope is not None else _apart(change)
    share = np.full(len(moved), 1 / len(moved)) if bare.weights is None else bare.weights / bare.weights.sum()
    gradient = share @ moved
    beta = np.array([one.estimate for one in bare.result.estimates])[columns]
    covariance = np.array(bare.result.covariance)[np.ix_(columns, columns)]
    error = np.sqrt(gradient @ covariance @ gradient)
    df = np.array([np.inf if own.df is None else own.df])
    return t_estimates((change.term,), np.array([gradient @ beta]), np.array([error]), df)[0]


def _apart(change: Change) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    assert change.high is not None and change.low is not None
    return np.asarray(change.high - change.low)
