"""The likelihood-ratio test of a model against the one it extends, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from analytics.core.choices import CLASSICAL
from analytics.core.formula import Atom, Formula, Power, Term
from analytics.core.kinds.added import wald_of_added
from analytics.core.results import ModelResult, RandomEffect
from analytics.core.sample import Sample
from analytics.core.spec import MULTILEVEL, ModelSpec, SeriesModel
from surveys.core.said import say

WITHOUT_GROUPS = {"linear": "multilevel_linear", "logit": "multilevel_logit"}


def compare_models(
    smaller: SeriesModel,
    larger: SeriesModel,
    results: Mapping[str, ModelResult],
    samples: Mapping[str, Sample],
) -> dict[str, Any]:
    """The test with its reference distribution, or the ``reason`` why there is none.

    Where a likelihood would be no test but the errors hold, ``wald`` tests the terms added.

    Where the larger model has a variance more, the smaller one lies on the boundary of what the larger may
    be, and the statistic follows a mixture of two chi-square distributions in equal parts (Self and Liang
    1987; Stram and Lee 1994): ``mixture`` has their degrees of freedom.
    """
    both = {"smaller": smaller.name, "larger": larger.name}
    first, second = results[smaller.name], results[larger.name]
    own, other = samples[smaller.name], samples[larger.name]
    if reason := _not_nested(smaller.model, larger.model) or _other_rows(own, other):
        return {**both, "reason": reason}
    if reason := _no_likelihood(smaller.model, larger.model):
        return {**both, "reason": reason, "wald": wald_of_added(first, second)}
    if reason := _other_likelihoods(smaller.model, larger.model, first, second):
        return {**both, "reason": reason}
    return {**both, **_ratio(first, second)}


def _ratio(first: ModelResult, second: ModelResult) -> dict[str, Any]:
    """The statistic of likelihoods that can be compared, its p value, and a note on the boundary."""
    assert first.fit is not None and second.fit is not None  # both converged
    statistic, df = 2 * (second.fit.loglik - first.fit.loglik), second.fit.df - first.fit.df
    more = len(_effects(second)) - len(_effects(first))
    told = {"statistic": statistic, "df": df}
    if more == 0:
        return {**told, "p_value": _tail(df, statistic)}
    if more > 1:
        note = say("Several variances lie on the boundary at once: the p value is larger than it should be.")
        return {**told, "p_value": _tail(df, statistic), "note": note}
    mixture = (df - 1, df)
    p = 0.5 * (_tail(df - 1, statistic) + _tail(df, statistic))
    note = say(
        "A variance more is tested at its boundary of zero: the statistic is held against equal parts of two "
        "χ² distributions, of which one has a degree of freedom less."
    )
    return {**told, "p_value": p, "mixture": list(mixture), "note": note}


def _effects(result: ModelResult) -> list[RandomEffect]:
    """The variances between groups."""
    return [one for one in result.random if one.group]


def _tail(df: int, statistic: float) -> float:
    """The chance of more than ``statistic`` under chi-square; none at all is a point at zero."""
    from scipy.special import chdtrc  # takes long to import: only for who compares

    if df == 0:
        return 1.0 if statistic <= 0 else 0.0
    return float(chdtrc(df, max(statistic, 0.0)))


def _not_nested(smaller: ModelSpec, larger: ModelSpec) -> str:
    if smaller.kind != larger.kind and WITHOUT_GROUPS.get(smaller.kind) != larger.kind:
        return say("The two models are of different kinds.")
    first, second = smaller.formula.outcome, larger.formula.outcome
    if (first and first.text, smaller.outcome_value) != (second and second.text, larger.outcome_value):
        return say("The two models have different outcomes.")
    if smaller.reference != larger.reference:
        return say("The two models have different references of the outcome.")
    if smaller.design != larger.design:
        return say("The two models weigh or draw their rows differently.")
    if smaller.kind in MULTILEVEL and smaller.groups != larger.groups:
        return say("The two models have different groups.")
    if not contains(larger.formula, smaller.formula):
        return say("The larger model does not have every term of the smaller one.")
    if smaller.random is not None and not (
        larger.random is not None and contains(larger.random, smaller.random)
    ):
        return say("The larger model does not have every slope of the smaller one.")
    return ""


def _other_rows(smaller: Sample, larger: Sample) -> str:
    same = np.array_equal(smaller.mask, larger.mask)
    return "" if same else say("The two models use different rows.")


def _no_likelihood(smaller: ModelSpec, larger: ModelSpec) -> str:
    """Why a test of likelihoods would not hold, where one of Wald does."""
    if larger.design:
        return say("Under weights or sampling units the log-likelihood is none, and its difference no test.")
    if larger.errors.kind != CLASSICAL or smaller.errors.kind != CLASSICAL:
        return say("Robust errors say that the likelihood may be wrong; a test of its ratio would trust it.")
    return ""


def _other_likelihoods(smaller: ModelSpec, larger: ModelSpec, first: ModelResult, second: ModelResult) -> str:
    one, other = first.fit, second.fit
    if one is None or other is None:
        return say("One of the two models gave no numbers.")
    is_plain = smaller.kind not in MULTILEVEL and larger.kind in MULTILEVEL
    if is_plain and other.likelihood == "reml":
        return say("A model without groups has no REML likelihood; fit the multilevel model by ML.")
    if not is_plain and (one.likelihood, one.nodes) != (other.likelihood, other.nodes):
        return say("The two models were fitted by different likelihoods.")
    if one.likelihood == "reml" and _columns(first) != _columns(second):
        return say("REML likelihoods of models with different terms cannot be compared; fit both by ML.")
    if other.df <= one.df:
        return say("The larger model has no parameter more.")
    return ""


def _columns(result: ModelResult) -> set[str]:
    return {one.term for one in result.estimates}


def contains(larger: Formula, smaller: Formula) -> bool:
    """Whether every column of ``smaller`` is a combination of columns of ``larger``, by the terms alone.

    A term centred, or coded against another reference, in one of them is the same where the larger model has
    the constant and all the terms below it.
    """
    if smaller.intercept and not larger.intercept:
        return False
    exact = {term.key for term in larger.terms}
    names = {_names(term) for term in larger.terms}
    return all(
        term.key in exact or (larger.intercept and _names(term) in names and _below(term) <= names)
        for term in smaller.terms
    )


def _names(term: Term) -> frozenset[str]:
    """The term whatever is centred in it and whatever its references are."""
    return frozenset(atom.plain for atom in term.atoms)


def _below(term: Term) -> set[frozenset[str]]:
    """What the term leaves behind when its parts are moved: products of fewer parts, and of lower powers."""
    parts = [(atom.plain, *_lower(atom)) for atom in term.atoms]
    return {frozenset(chosen) - {""} for chosen in product(*parts)} - {_names(term), frozenset()}


def _lower(atom: Atom) -> tuple[str, ...]:
    """Nothing, and for a power the powers below it."""
    if not isinstance(atom, Power):
        return ("",)
    return ("", atom.of.plain, *(Power(atom.of, less).plain for less in range(2, atom.exponent)))
