"""The proportional-odds model: P(y <= j) = 1 / (1 + exp(-(threshold_j - x b))), by exact Newton steps.

With u = threshold_j - x b above a row's category and l that below it, P = F(u) (1 - F(l)) (1 - exp(l - u)),
so that ln P and its derivatives lose no digits in either tail; r = 1 / (exp(u - l) - 1) is one number for
each category.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.core.checks import has_error
from analytics.core.estimators.categories import (
    CONVENTIONS,
    Categories,
    check_categories,
    explained,
    fit_of,
    prepared,
)
from analytics.core.estimators.climbing import Climb, Place, climb, parts_for_good
from analytics.core.estimators.design import Design
from analytics.core.estimators.logistic import curve
from analytics.core.estimators.moments import FloatArray, IntArray, blocks
from analytics.core.estimators.separation import told_in_order
from analytics.core.estimators.summary import failed, normal_estimates, odds_estimates, rows_of
from analytics.core.results import Check, Convergence, ModelResult

KIND = "ordered_logit"


@dataclass(frozen=True)
class Ordered:
    """``x`` (n, k) about ``centre`` (k,), without a constant; ``codes`` (n,) of J categories."""

    x: FloatArray
    centre: FloatArray
    categories: Categories
    terms: tuple[str, ...]
    columns: IntArray  # positions of the terms in the design


def fit_ordered(categories: Categories, x: FloatArray, terms: tuple[str, ...]) -> ModelResult:
    """Slopes as odds of a higher category, thresholds between neighbours, likelihood, AIC and BIC.

    ``x`` (n, c) holds a constant, whose place the thresholds take.  ``covariance`` of the result covers the
    slopes and then the thresholds.
    """
    design = prepared(categories, x, terms)
    checks = check_categories(design, categories, 1)
    if not design.has_intercept:
        checks += (_needs_constant(),)
    if has_error(checks):
        return failed(KIND, checks, design.dropped)
    model = _model(design, categories)
    found = climb(lambda at: evaluate(model, at), _start(model), lambda step: _separates(model, step))
    direction = found.step if found.step.any() else found.place.at
    slopes = np.zeros(design.k)
    slopes[model.columns] = direction[: len(model.terms)]
    separates = _separates(model, direction)
    ways = (direction, found.place.at) if separates else ()
    throughout = any(
        told_in_order(model.x @ one[: len(model.terms)], categories.codes, categories.count) for one in ways
    )
    checks = explained(found, design, slopes, separates, checks, throughout)
    if found.covariance is None or has_error(checks):
        return failed(KIND, checks, design.dropped)
    return _result(design, model, found, checks)


def _needs_constant() -> Check:
    message = "An ordered logit has thresholds in place of a constant; do not take the constant out."
    return Check("error", "no_intercept", message)


def _model(design: Design, categories: Categories) -> Ordered:
    own = np.array([i for i in range(design.k) if i != design.moments.intercept], dtype=np.int64)
    centre = design.moments.centre[own]
    x = np.ascontiguousarray(design.x[:, own] - centre)
    return Ordered(x, centre + design.shift[own], categories, tuple(design.terms[i] for i in own), own)


def _start(model: Ordered) -> FloatArray:
    """No slopes, and the thresholds that give the shares."""
    shares = np.cumsum(model.categories.counts)[:-1] / len(model.x)
    return np.concatenate([np.zeros(model.x.shape[1]), np.log(shares / (1 - shares))])


def evaluate(model: Ordered, at: FloatArray) -> Place:
    """One pass over the rows in blocks."""
    k, last = model.x.shape[1], model.categories.count - 1
    beta, cuts = at[:k], at[k:]
    gaps, counts = np.diff(cuts), model.categories.counts
    if not bool(np.all(gaps > 0)):
        return Place(at, -np.inf, np.zeros(len(at)), np.eye(len(at)), 0.0)
    ratio = np.concatenate([[0.0], 1 / np.expm1(gaps), [0.0]])  # r of each category
    loglik = float(counts[1:-1] @ np.log(-np.expm1(-gaps)))
    score, reach = np.zeros(k), 0.0
    slopes, mixed = np.zeros((k, k)), np.zeros((last, k))
    above, below = np.zeros((2, last + 1)), np.zeros((2, last + 1))  # sums of F and F (1 - F) by category
    ends_high, ends_low = np.append(cuts, 0.0), np.insert(cuts, 0, 0.0)
    for rows in blocks(len(model.x)):
        part, own = model.x[rows], model.categories.codes[rows]
        eta = part @ beta
        high, low = curve(ends_high[own] - eta), curve(ends_low[own] - eta)
        top, bottom = own == last, own == 0
        up, fall = np.where(top, 1.0, high.p), np.where(top, 0.0, high.slope)
        down, rise = np.where(bottom, 0.0, low.p), np.where(bottom, 0.0, low.slope)
        upper = high.softplus - (ends_high[own] - eta)  # -ln F(u)
        loglik -= float(np.where(top, 0.0, upper).sum() + np.where(bottom, 0.0, low.softplus).sum())
        score += (up + down - 1) @ part
        slopes += (part * (fall + rise)[:, None]).T @ part
        for sums, first, second in ((above, up, fall), (below, down, rise)):
            sums[0] += np.bincount(own, first, last + 1)
            sums[1] += np.bincount(own, second, last + 1)
        marked = np.zeros((len(own), last + 1))
        place = np.arange(len(own))
        marked[place, own] = fall
        mixed -= marked[:, :last].T @ part
        marked[place, own] = rise
        mixed -= marked[:, 1:].T @ part
        reach = max(reach, float(np.abs(eta).max()))
    return Place(at, loglik, *_assembled(score, slopes, mixed, above, below, ratio, counts), reach)


def _assembled(
    score: FloatArray,
    slopes: FloatArray,
    mixed: FloatArray,
    above: FloatArray,
    below: FloatArray,
    ratio: FloatArray,
    counts: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Score (k + J - 1,) and information from the sums of ``evaluate``."""
    k, last = len(score), len(mixed)
    bend = counts * ratio * (1 + ratio)
    cuts = (counts - above[0] + counts * ratio)[:-1] - (below[0] + counts * ratio)[1:]
    information = np.zeros((k + last, k + last))
    information[:k, :k] = slopes
    information[k:, :k], information[:k, k:] = mixed, mixed.T
    place = np.arange(k, k + last)
    information[place, place] = (above[1] + bend)[:-1] + (below[1] + bend)[1:]
    information[place[:-1], place[1:]] = information[place[1:], place[:-1]] = -bend[1:-1]
    return np.concatenate([score, cuts]), information


def _separates(model: Ordered, direction: FloatArray) -> bool:
    return parts_for_good(_gains(model, direction))


def _gains(model: Ordered, direction: FloatArray) -> Iterator[FloatArray]:
    """How far each row's thresholds move away from its linear predictor."""
    k, last = model.x.shape[1], model.categories.count - 1
    cuts = direction[k:]
    for rows in blocks(len(model.x)):
        moved, own = model.x[rows] @ direction[:k], model.categories.codes[rows]
        yield (np.append(cuts, 0.0)[own] - moved)[own < last]
        yield (moved - np.insert(cuts, 0, 0.0)[own])[own > 0]


def _result(design: Design, model: Ordered, found: Climb, checks: tuple[Check, ...]) -> ModelResult:
    assert found.covariance is not None
    k, names = len(model.terms), model.categories.names
    lift = np.eye(len(found.place.at))
    lift[k:, :k] = model.centre  # thresholds of the columns as given lie higher by centre b
    at, covariance = lift @ found.place.at, lift @ found.covariance @ lift.T
    between = tuple(f"{low}|{high}" for low, high in pairwise(names))
    error = np.sqrt(np.diag(covariance))
    return ModelResult(
        kind=KIND,
        converged=True,
        estimates=odds_estimates(model.terms, at[:k], covariance[:k, :k], None),
        thresholds=tuple(one.without_odds for one in normal_estimates(between, at[k:], error[k:])),
        fit=fit_of(design, model.categories, found.place.loglik, len(at), k),
        checks=checks,
        method={"estimator": "maximum likelihood", "optimiser": "newton"},
        conventions=CONVENTIONS,
        convergence=Convergence(
            True, found.iterations, float(np.abs(found.place.score).max()), found.decrement
        ),
        dropped=design.dropped,
        covariance=rows_of(covariance),
    )
