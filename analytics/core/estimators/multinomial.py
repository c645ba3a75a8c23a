"""The multinomial logit: log odds of every category against the reference, by exact Newton steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

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
from analytics.core.estimators.moments import FloatArray, blocks
from analytics.core.estimators.summary import failed, normal_estimates, rows_of
from analytics.core.results import Check, Convergence, ModelResult
from surveys.core.said import say

KIND = "multinomial_logit"


@dataclass(frozen=True)
class Multinomial:
    """``x`` (n, k) about its means; the first of the ``categories`` is the reference."""

    x: FloatArray
    categories: Categories

    @property
    def equations(self) -> int:
        return self.categories.count - 1


def fit_multinomial(categories: Categories, x: FloatArray, terms: tuple[str, ...]) -> ModelResult:
    """Coefficients for each category but the first; ``covariance`` in the order of the estimates."""
    design = prepared(categories, x, terms)
    checks = check_categories(design, categories, categories.count - 1)
    if not has_error(checks):
        checks += _empty_cells(design, categories)
    if has_error(checks):
        return failed(KIND, checks, design.dropped)
    model = Multinomial(design.x - design.moments.centre, categories)
    found = climb(lambda at: evaluate(model, at), _start(design, model), lambda step: _separates(model, step))
    direction = found.step if found.step.any() else found.place.at
    slopes = np.abs(direction.reshape(model.equations, -1)).max(axis=0)
    separates = _separates(model, direction)
    throughout = separates and any(_tells_all(model, one) for one in (direction, found.place.at))
    checks = explained(found, design, slopes, separates, checks, throughout)
    if found.covariance is None or has_error(checks):
        return failed(KIND, checks, design.dropped)
    return _result(design, model, found, checks)


def _empty_cells(design: Design, categories: Categories) -> tuple[Check, ...]:
    """0/1 columns with a side on which a category never occurs: its coefficient has no estimate."""
    totals, found = categories.counts, []
    for column, term in enumerate(design.terms):
        values = design.x[:, column] + design.shift[column]
        if column == design.moments.intercept or not bool(np.all((values == 0) | (values == 1))):
            continue
        ones = np.bincount(categories.codes, values, categories.count)
        empty = np.flatnonzero((ones == 0) | (ones == totals))
        if len(empty):
            message = say(
                "On one side of {term} no row has {categories}: the coefficient runs to infinity and "
                "has no estimate. Merge rare categories or leave the term out.",
                term=term,
                categories=[categories.names[i] for i in empty],
            )
            found.append(Check("error", "separation", message, (term,)))
    return tuple(found)


def _start(design: Design, model: Multinomial) -> FloatArray:
    at = np.zeros((model.equations, design.k))
    if design.has_intercept:
        counts = model.categories.counts
        at[:, design.moments.intercept] = np.log(counts[1:] / counts[0])
    return at.ravel()


def shares(eta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Probabilities (n, J) from linear predictors (n, J - 1) of all but the reference; ln of their sum."""
    whole = np.concatenate([np.zeros((len(eta), 1)), eta], axis=1)
    most = whole.max(axis=1, keepdims=True)
    powers = np.exp(whole - most)
    total = powers.sum(axis=1, keepdims=True)
    return powers / total, (most + np.log(total))[:, 0]


def evaluate(model: Multinomial, at: FloatArray) -> Place:
    """One pass over the rows in blocks: a weighted cross-product for every pair of equations."""
    m, k = model.equations, model.x.shape[1]
    beta = at.reshape(m, k)
    loglik, reach, score = 0.0, 0.0, np.zeros((m, k))
    information = np.zeros((m, k, m, k))
    for rows in blocks(len(model.x)):
        part, own = model.x[rows], model.categories.codes[rows]
        eta = part @ beta.T
        p, total = shares(eta)
        taken = np.eye(m + 1)[own][:, 1:]
        loglik += float((taken * eta).sum() - total.sum())
        p = p[:, 1:]
        score += (taken - p).T @ part
        for a, b in combinations_with_replacement(range(m), 2):
            weight = p[:, a] * ((a == b) - p[:, b])
            information[a, :, b, :] += (part * weight[:, None]).T @ part
        reach = max(reach, float(np.abs(eta).max()))
    for a, b in combinations_with_replacement(range(m), 2):
        information[b, :, a, :] = information[a, :, b, :].T
    return Place(at, loglik, score.ravel(), information.reshape(m * k, m * k), reach)


def _separates(model: Multinomial, direction: FloatArray) -> bool:
    return parts_for_good(_gains(model, direction))


def _tells_all(model: Multinomial, direction: FloatArray) -> bool:
    """Whether the predictor of every row's own category is higher than all others: each gain but its own."""
    return all(bool(((gain > 0).sum(axis=1) == model.equations).all()) for gain in _gains(model, direction))


def _gains(model: Multinomial, direction: FloatArray) -> Iterator[FloatArray]:
    """What the predictor of each row's own category gains on every other one."""
    beta = direction.reshape(model.equations, -1)
    for rows in blocks(len(model.x)):
        own = model.categories.codes[rows]
        moved = model.x[rows] @ beta.T
        whole = np.concatenate([np.zeros((len(own), 1)), moved], axis=1)
        yield whole[np.arange(len(own)), own][:, None] - whole


def _result(design: Design, model: Multinomial, found: Climb, checks: tuple[Check, ...]) -> ModelResult:
    assert found.covariance is not None
    m, k, names = model.equations, design.k, model.categories.names
    lift = np.kron(np.eye(m), design.lift)
    at, covariance = lift @ found.place.at, lift @ found.covariance @ lift.T
    error = np.sqrt(np.diag(covariance))
    estimates = [
        replace(one, category=names[equation + 1])
        for equation in range(m)
        for one in normal_estimates(
            design.terms, *(part[equation * k : (equation + 1) * k] for part in (at, error))
        )
    ]
    slopes = m * (k - int(design.has_intercept))
    return ModelResult(
        kind=KIND,
        converged=True,
        estimates=tuple(estimates),
        fit=fit_of(design, model.categories, found.place.loglik, m * k, slopes),
        checks=checks,
        method={"estimator": "maximum likelihood", "optimiser": "newton", "reference": names[0]},
        conventions=CONVENTIONS,
        convergence=Convergence(
            True, found.iterations, float(np.abs(found.place.score).max()), found.decrement
        ),
        dropped=design.dropped,
        covariance=rows_of(covariance),
    )
