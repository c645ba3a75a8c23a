"""Covariances and correlations of items: Pearson's or polychoric, plain or weighted."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from analytics.core.items.answers import MOST_CATEGORIES, Answers
from analytics.core.survey_design.declared import FloatArray
from measures.core.polychoric import polychoric
from surveys.core.problems import refuse
from surveys.core.said import say

SINGULAR = 1e-10  # the smallest eigenvalue of correlations that can be inverted


def means(answers: Answers) -> FloatArray:
    """(p,) means of the items, weighted where there are weights."""
    return np.asarray(np.average(answers.values, axis=0, weights=answers.weights))


def covariance(answers: Answers) -> FloatArray:
    """(p, p) with n - 1; of weights w with sum 1: sum w (x - m)(x - m)' / (1 - sum w^2), as R's cov.wt."""
    apart = answers.values - means(answers)
    if answers.weights is None:
        return np.asarray(apart.T @ apart / (answers.n - 1))
    own = answers.weights / answers.weights.sum()
    return np.asarray((apart * own[:, None]).T @ apart / (1.0 - float(own @ own)))


def as_correlations(covariances: FloatArray) -> FloatArray:
    """(p, p) with ones on the diagonal."""
    sd = np.sqrt(np.diag(covariances))
    found = covariances / np.outer(sd, sd)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def polychorics_of(answers: Answers) -> FloatArray:
    """(p, p) polychoric correlations from the (weighted) crossed counts of every pair; Refused where an item
    has more categories than a table can hold, or where the correlations fit no rows."""
    coded = [np.unique(column, return_inverse=True) for column in answers.values.T]
    many = [
        name for name, (codes, _) in zip(answers.items, coded, strict=True) if len(codes) > MOST_CATEGORIES
    ]
    if many:
        message = say(
            "{items} take more than {most} values; polychoric correlations are for ordered categories.",
            items=many,
            most=MOST_CATEGORIES,
        )
        raise refuse("not_ordered", message, hint="Take the correlations of Pearson.")
    found = np.eye(len(coded))
    for i, j in combinations(range(len(coded)), 2):
        found[i, j] = found[j, i] = polychoric(crossed(coded[i], coded[j], answers.weights))
    return found


Coded = tuple[FloatArray, np.ndarray[tuple[int, ...], np.dtype[np.intp]]]


def crossed(one: Coded, other: Coded, weights: FloatArray | None) -> FloatArray:
    """(r, c) counts of two items, or sums of weights."""
    shape = len(one[0]), len(other[0])
    at = one[1].reshape(-1) * shape[1] + other[1].reshape(-1)
    return np.bincount(at, weights=weights, minlength=shape[0] * shape[1]).astype(np.float64).reshape(shape)


def check_definite(correlations: FloatArray, is_polychoric: bool) -> None:
    """Refused where the correlations cannot be inverted."""
    if np.linalg.eigvalsh(correlations)[0] >= SINGULAR:
        return
    if is_polychoric:
        message = "The polychoric correlations fit no set of rows: they are not positive definite."
        raise refuse("unfit_sample", message, hint="Take the correlations of Pearson.")
    raise refuse("unfit_sample", "One item is a combination of the others.")
